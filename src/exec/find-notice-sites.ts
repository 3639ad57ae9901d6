import { passLoop } from '../base/interruption.ts'
import { ChoosingPlace } from './choosing-place.ts'
import { ConstantSites } from './constant-sites.ts'
import { stringOf, textsIn, textsOf } from './literal-names.ts'
import { hasTrait } from '../plan/function-facts.ts'
import type { TableInfo } from '../plan/catalog.ts'
import type {
  AggregatePlan,
  ExcludeStep,
  Operator,
  PlanExpression,
  QueryPlan,
  SetPlan,
  SortKeyPlan,
  TableScan,
  ValueScan,
  WindowCallPlan,
} from '../plan/plan.ts'
import type { PlanStatement } from '../plan/statement-plan.ts'
import type { ChangeStep, ConflictPlan, ReturningPlan, TargetPath } from '../plan/change-plan.ts'
import { partsOf } from '../plan/plan-parts.ts'
import { fieldSteps, type SourcePath, stepOf } from './notice-path.ts'
import { NoticeSites, type NullComparison, type PathRole, type TableDocuments } from './notice-sites.ts'
import { columnsOf, documentsOf, isComparison, isFixed, labelOf, outputsOf } from './plan-facts.ts'
import { type ReadPath, SourceSites } from './source-sites.ts'
import { comparisonsOf, type WatchedComparison } from './watched-comparisons.ts'
import { comparesNull, isAbsentConstant, nullList } from './null-comparisons.ts'

/** Finds what of a statement is watched for notices. */
export function findNoticeSites(statement: PlanStatement): NoticeSites {
  return new Finder().found(statement)
}

/** How deep plans are looked into; what lies deeper gets no notices. */
const depthMax = 1_000

class Finder {
  readonly sites = new NoticeSites()
  readonly #constants = new ConstantSites(this.sites)
  readonly #sources = new SourceSites(this.sites)
  readonly #place = new ChoosingPlace()
  /** How many ORs the present expression is in. */
  #ors = 0
  #depth = 0

  /** What the whole statement has. */
  found(statement: PlanStatement): NoticeSites {
    this.#statement(statement)
    this.#constants.finish(this.#sources.blocks)
    return this.sites
  }

  #statement(statement: PlanStatement): void {
    switch (statement.kind) {
      case 'query':
        this.#expression(statement.value, 'value')
        return
      case 'insert':
        this.#place.inserting(statement.conflict, () => this.#expression(statement.value, 'value'))
        if (statement.conflict !== undefined) this.#conflict(statement.conflict, statement.table)
        this.#returning(statement.returning, statement.table.name)
        return
      case 'change':
        this.#operator(statement.input)
        for (const step of statement.changes) this.#change(step, statement.documentSlot)
        this.sites.bareAnds.push(...statement.bareAnds)
        this.#returning(statement.returning, statement.table.name)
        return
      default:
        return
    }
  }

  #conflict({ existingSlot, excludedSlot, changes, where }: ConflictPlan, { name, tableId }: TableInfo): void {
    this.#documents(existingSlot, name, { tableId, view: 'user' })
    this.#documents(excludedSlot, 'EXCLUDED')
    this.#place.choosing(() => this.#maybe(where, 'field'))
    for (const step of changes) this.#change(step, existingSlot)
  }

  #returning(returning: ReturningPlan | undefined, table: string): void {
    for (const { slot } of returning?.versions ?? []) this.#documents(slot, table)
    this.#maybe(returning?.row, 'value')
  }

  /** Documents that come one by one, whatever finds them. */
  #documents(slot: number, label: string, table?: TableDocuments): void {
    this.#sources.add({ slot, noun: 'document', label, alias: label, isScan: false, table, columns: undefined })
  }

  #change(step: ChangeStep, documentSlot: number): void {
    this.#target(step.path, documentSlot, step)
    if (step.kind === 'remove') return
    this.#expression(step.value, step.kind === 'set' ? 'text' : 'value')
    if (step.kind === 'set') this.#constants.written(step.value, this.#sources.block)
    if (step.kind === 'insert') this.#maybe(step.at, 'field')
  }

  #target(path: TargetPath, slot: number, step: ChangeStep): void {
    for (const one of path) if (one.kind === 'index') this.#expression(one.index, 'field')
    const steps = fieldSteps(path)
    if (steps.length === 0) return
    this.#add({ slot, steps }, { role: step.kind === 'set' ? 'set' : 'target', span: step.span, isName: false }, path)
  }

  #operator(operator: Operator): void {
    if (this.#depth >= depthMax) return
    this.#depth += 1
    this.#lookAtOperator(operator)
    this.#depth -= 1
  }

  #lookAtOperator(operator: Operator): void {
    switch (operator.kind) {
      case 'one-row':
        return
      case 'scan-table':
        this.#tableScan(operator)
        return
      case 'scan-value':
        this.#valueScan(operator)
        return
      case 'filter':
        this.#operator(operator.input)
        this.#conditions(operator.conditions)
        return
      case 'join': {
        this.#operator(operator.left)
        // OR in the condition of an outer join, part of which may stand on its right, may lose a partner.
        this.#place.deeper(operator.join !== 'inner', () => {
          this.#operator(operator.right)
          this.#conditions(operator.on)
        })
        const { left = [], right = [] } = operator.hash ?? {}
        this.#place.choosing(() => this.#all([...left, ...right], 'field'))
        for (const [at, key] of left.entries()) {
          this.#comparison({ part: key, parts: [key, right[at] as PlanExpression], isNegated: false })
        }
        return
      }
      case 'let':
        this.#operator(operator.input)
        this.#expression(operator.value, 'value')
        this.#sources.alias(operator.slot, operator.value)
        return
      case 'group':
        this.#operator(operator.input)
        for (const key of operator.keys) {
          this.#constants.group('GROUP BY', key.value)
          this.#place.choosing(() => this.#expression(key.value, 'field'))
          this.#sources.alias(key.slot, key.value)
        }
        for (const aggregate of operator.aggregates) this.#aggregate(aggregate, aggregate.argument)
        return
      case 'sort':
        this.#operator(operator.input)
        this.#sort(operator.keys)
        return
      case 'window':
        this.#operator(operator.input)
        for (const key of operator.partitionBy) this.#constants.group('PARTITION BY', key)
        this.#constants.innerSort(operator.orderBy)
        this.#place.choosing(() => this.#parts([operator.partitionBy, operator.orderBy]))
        for (const call of operator.functions) this.#aggregate(call, call.args[0])
        return
    }
  }

  /** The same for the calls of a window. */
  #aggregate(call: AggregatePlan | WindowCallPlan, argument: PlanExpression | undefined): void {
    this.#text(argument)
    if (call.filter !== undefined) this.#constants.condition(call.filter)
    if ('orderBy' in call) this.#constants.innerSort(call.orderBy)
    this.#place.choosing(() => this.#parts(call))
  }

  #conditions(conditions: readonly PlanExpression[]): void {
    this.#constants.conditions(conditions)
    this.#place.choosing(() => this.#all(conditions, 'field'))
  }

  #tableScan({ slot, source, access, alias, bySlot = -1 }: TableScan): void {
    this.#constants.ids.set(bySlot, slot)
    if (source.kind === 'history') {
      this.#maybe(source.from, 'value')
      this.#maybe(source.to, 'value')
    }
    const noun = source.kind === 'system' ? 'row' : 'document'
    const found = { slot, noun, label: labelOf(source), alias, table: documentsOf(source), columns: undefined } as const
    this.#sources.add({ ...found, isScan: access.kind === 'scan' })
  }

  #valueScan({ slot, value, unpivot, alias }: ValueScan): void {
    if (value.kind === 'constant' && /^(?:string|symbol)$/.test(value.value.type))
      this.sites.textSources.push(value.span)
    if (value.kind === 'query') this.#expression(value, 'field')
    else this.#place.choosing(() => this.#expression(value, 'field'))
    if (!unpivot && this.#sources.nested(slot, value)) return
    const isGlobal = value.kind === 'global'
    this.#sources.add({
      slot,
      noun: isGlobal ? 'document' : 'row',
      label: isGlobal ? value.name : alias,
      alias,
      isScan: true,
      columns: this.#sources.columnsOf(value),
    })
  }

  #sort(keys: readonly SortKeyPlan[]): void {
    for (const { value } of keys) {
      if (!this.#constants.sorts(value)) this.#place.sorting(() => this.#expression(value, 'order'))
    }
  }

  #query(query: QueryPlan): void {
    switch (query.kind) {
      case 'select': {
        this.#place.cutsRows = query.limit !== undefined || query.offset !== undefined
        this.#sources.selecting(outputsOf(query), () => this.#operator(query.input))
        this.#results(query.value)
        break
      }
      case 'pivot':
        this.#operator(query.input)
        this.#all([query.name, query.value], 'value')
        break
      case 'set':
        this.#all([query.left, query.right], 'value')
        if (query.outer && query.op !== 'union') {
          this.#comparison({ part: query, parts: [query.left, query.right], isNegated: false, set: query.op })
        }
        if (query.sort !== undefined) this.#sortedRows(query, query.sort)
        break
      case 'with':
        for (const { slot, value } of query.bindings) {
          this.#expression(value, 'value')
          this.#sources.bind(slot, value)
        }
        this.#expression(query.body, 'value')
        return
    }
    this.#maybe(query.limit, 'field')
    this.#maybe(query.offset, 'field')
  }

  /** A text that is a column by itself, without a name, may have been meant as the field. */
  #results(value: PlanExpression): void {
    this.#text(value)
    if (value.kind === 'row') {
      for (const part of value.parts) if (part.kind === 'field' && /^_\d+$/.test(part.name)) this.#text(part.value)
    }
    this.#expression(value, 'value')
  }

  /** ORDER BY behind a set operation reads the rows of its result. */
  #sortedRows({ op, left }: SetPlan, { slot, keys }: NonNullable<SetPlan['sort']>): void {
    const label = op.toUpperCase()
    this.#sources.add({ slot, noun: 'row', label, alias: label, isScan: true, columns: columnsOf(left) })
    this.#sort(keys)
  }

  #all(expressions: readonly PlanExpression[], role: PathRole): void {
    for (const expression of expressions) this.#expression(expression, role)
  }

  #maybe(expression: PlanExpression | undefined, role: PathRole): void {
    if (expression !== undefined) this.#expression(expression, role)
  }

  /** What is only evaluated if something before it lets it. */
  #conditionally(expressions: readonly (PlanExpression | undefined)[], role: PathRole): void {
    this.#sources.conditionally(() => {
      for (const expression of expressions) this.#maybe(expression, role)
    })
  }

  #expression(expression: PlanExpression, role: PathRole): void {
    if (this.#depth >= depthMax) return
    this.#depth += 1
    this.#lookAt(expression, role)
    this.#depth -= 1
  }

  #lookAt(expression: PlanExpression, role: PathRole): void {
    passLoop()
    for (const comparison of comparisonsOf(expression)) this.#comparison(comparison)
    this.#constants.expression(expression, this.#sources.block)
    switch (expression.kind) {
      case 'constant':
        for (const text of textsOf(expression)) this.#constants.name(text, this.#sources.block)
        for (const text of textsIn(expression)) this.#constants.path(text)
        return
      case 'field':
        this.#field(expression, role)
        return
      case 'spread':
        this.#spread(expression)
        return
      case 'exclude':
        this.#expression(expression.operand, 'value')
        for (const path of expression.paths) this.#excluded(expression, path)
        return
      case 'binary':
        this.#binary(expression, role)
        return
      case 'like':
        this.#expression(expression.operand, 'field')
        this.#expression(expression.pattern, 'text')
        this.#nulls([expression.operand, expression.pattern], 'other')
        return
      case 'between':
        this.#expression(expression.operand, 'field')
        this.#all([expression.low, expression.high], 'text')
        if (expression.negated) return
        this.#constants.bounds([expression.operand, expression.low, expression.high])
        this.#nulls([expression.operand, expression.low, expression.high], 'other')
        return
      case 'in':
      case 'quantified':
        this.#listed(expression)
        return
      case 'case':
        this.#place.deeper(true, () => this.#case(expression))
        return
      case 'call':
        this.#call(expression)
        return
      case 'is':
        this.#place.consuming(() => this.#expression(expression.operand, 'value'))
        return
      case 'query':
        this.#subquery(expression, false)
        return
      default:
        this.#parts(expression)
        return
    }
  }

  #call({ name, args }: Extract<PlanExpression, { kind: 'call' }>): void {
    const [first, ...rest] = args
    if (name === 'exists' && first?.kind === 'query') this.#subquery(first, true)
    else if (name === 'exists' || hasTrait(name, 'lazy')) {
      this.#place.consuming(() => {
        this.#maybe(first, 'value')
        this.#conditionally(rest, 'value')
      })
    } else this.#all(args, 'value')
  }

  #subquery({ query }: Extract<PlanExpression, { kind: 'query' }>, isAsked: boolean): void {
    this.#sources.subquery(() => this.#place.query(isAsked, () => this.#query(query)))
  }

  #listed(expression: Extract<PlanExpression, { kind: 'in' | 'quantified' }>): void {
    const { operand, collection } = expression
    const isIn = expression.kind === 'in'
    this.#expression(operand, 'field')
    if (isIn && collection.kind === 'sequence') this.#all(collection.items, 'text')
    else this.#expression(collection, isIn ? 'field' : 'text')
    if (isIn) this.sites.addNull(nullList(expression, this.#ors === 0))
  }

  /** Whatever expressions a part of the plan, or a list of them, holds. */
  #parts(part: object): void {
    if (this.#depth >= depthMax) return
    this.#depth += 1
    for (const below of partsOf(part)) {
      if (below.kind !== undefined && 'span' in below) this.#expression(below as PlanExpression, 'value')
      else this.#parts(below)
    }
    this.#depth -= 1
  }

  #case({ operand, branches, otherwise }: Extract<PlanExpression, { kind: 'case' }>): void {
    this.#maybe(operand, 'field')
    const whens = branches.map(({ when }) => when)
    if (operand === undefined) for (const when of whens) this.#constants.condition(when)
    else {
      this.#constants.sameCase(operand, whens)
      for (const branch of branches) {
        if (isAbsentConstant(branch.when)) this.#nulls([operand, branch.when], 'other')
      }
    }
    const [first, ...rest] = branches
    this.#maybe(first?.when, 'field')
    this.#conditionally([first?.result, ...rest.flatMap(({ when, result }) => [when, result]), otherwise], 'value')
  }

  #binary(expression: Extract<PlanExpression, { kind: 'binary' }>, role: PathRole): void {
    const { op, left, right } = expression
    if (op === 'and' || op === 'or') {
      this.#constants.joined(expression, op)
      this.#ors += op === 'or' ? 1 : 0
      this.#place.beside(op === 'or', () => {
        this.#expression(left, 'field')
        this.#conditionally([right], 'field')
      })
      this.#ors -= op === 'or' ? 1 : 0
      return
    }
    if (!isComparison(op)) {
      const below = role === 'text' ? 'value' : role
      const look = () => this.#all([left, right], below)
      if (op.startsWith('is ')) this.#place.consuming(look)
      else look()
      return
    }
    this.#expression(left, isFixed(right) ? 'field' : 'value')
    this.#expression(right, isFixed(left) ? 'field' : 'text')
    // 'City' = ?, but not ? = 'all'.
    if (right.kind === 'parameter') this.#text(left)
    this.#nulls([left, right], op === '=' ? 'equal' : op === '<>' ? 'unequal' : 'other')
  }

  /** A comparison of which a part is NULL. One with a parameter beside OR means that NULL asks for nothing. */
  #nulls(parts: readonly PlanExpression[], kind: NullComparison['kind']): void {
    this.sites.addNull(comparesNull(parts, this.#ors === 0) ? { parts, kind } : undefined)
  }

  /** A text that may have been meant as the name of a field. */
  #text(expression: PlanExpression | undefined): void {
    const found = stringOf(expression)
    if (found !== undefined) this.#constants.name(found, this.#sources.block)
  }

  #comparison(comparison: WatchedComparison): void {
    this.#constants.compared(comparison, this.#sources.block)
  }

  #field(expression: Extract<PlanExpression, { kind: 'field' }>, role: PathRole): void {
    this.#maybe(expression.fallback, 'value')
    const path = this.#sources.paths.of(expression)
    if (path === undefined) {
      this.#expression(expression.operand, 'field')
      return
    }
    const { operand, span, namesTable } = expression
    this.#add(path, { role, span, isName: operand.kind === 'slot' && operand.span === span, namesTable }, expression)
    if (operand.kind !== 'slot') this.#expression(operand, 'field')
  }

  #spread(expression: Extract<PlanExpression, { kind: 'spread' }>): void {
    this.#expression(expression.operand, 'field')
    for (const { path, step } of this.#sources.paths.spread(expression)) {
      this.#add(path, { role: 'field', span: expression.span, isName: false }, step)
    }
  }

  #excluded({ operand, span }: Extract<PlanExpression, { kind: 'exclude' }>, path: readonly ExcludeStep[]): void {
    const root = this.#sources.paths.of(operand)
    if (root === undefined || path.at(-1)?.kind !== 'field') return
    this.#add({ ...root, steps: [...root.steps, ...path.map(stepOf)] }, { role: 'field', span, isName: false }, path)
  }

  #add(path: SourcePath, site: Omit<ReadPath, 'chooses'>, part: object): void {
    this.#sources.read(path, { ...site, chooses: site.namesTable !== undefined || this.#place.chooses }, part)
  }
}
