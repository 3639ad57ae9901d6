import { passLoop } from '../base/interruption.ts'
import { textsOf } from './literal-names.ts'
import { noticeSitesMax } from '../base/limits.ts'
import type { Span } from '../base/span.ts'
import type {
  ChangeStep,
  ConflictPlan,
  ExcludeStep,
  Operator,
  PlanExpression,
  PlanStatement,
  QueryPlan,
  ReturningPlan,
  SetPlan,
  SortKeyPlan,
  TableScan,
  TargetPath,
  ValueScan,
} from '../plan/plan.ts'
import { each, fieldSteps, keyOf, plainStep, type SourcePath, stepOf, textOf } from './notice-path.ts'
import {
  type ComparisonSite,
  type NoticeStep,
  NoticeSites,
  type NullComparison,
  type PathRole,
  type PathSite,
} from './notice-sites.ts'
import { columnsOf, constantKeys, isFixed, labelOf, outputsOf } from './plan-facts.ts'
import { comparesNull, isAbsentConstant, nullList } from './null-comparisons.ts'

/** Finds what of a statement is watched for notices. */
export function findNoticeSites(statement: PlanStatement): NoticeSites {
  const finder = new Finder()
  finder.statement(statement)
  return finder.sites
}

/** How deep plans are looked into; what lies deeper gets no notices. */
const depthMax = 1_000

const comparisons = /^(?:=|<>|<|<=|>|>=)$/

class Finder {
  readonly sites = new NoticeSites()
  /** What other slots stand for: LET, keys of groups, nested sources. */
  readonly #aliases = new Map<number, SourcePath>()
  /** The columns of WITH bindings. */
  readonly #columns = new Map<number, readonly string[]>()
  /** In which query block a source stands. */
  readonly #blocks = new Map<number, number>()
  readonly #paths = new Map<string, PathSite>()
  /** Whether the present expression may never be evaluated although there are rows. */
  #isConditional = false
  #block = 0
  /** The names that the present block's SELECT gives, while what runs before it is looked at. */
  #outputs: ReadonlySet<string> = new Set()
  /** How many ORs the present expression is in. */
  #ors = 0
  #depth = 0

  statement(statement: PlanStatement): void {
    switch (statement.kind) {
      case 'query':
        this.#expression(statement.value, 'value')
        return
      case 'insert':
        this.#expression(statement.value, 'value')
        if (statement.conflict !== undefined) this.#conflict(statement.conflict, statement.table.name)
        this.#returning(statement.returning, statement.table.name)
        return
      case 'change':
        this.#operator(statement.input)
        for (const step of statement.changes) this.#change(step, statement.documentSlot)
        this.#returning(statement.returning, statement.table.name)
        return
      default:
        return
    }
  }

  #conflict({ existingSlot, excludedSlot, changes, where }: ConflictPlan, table: string): void {
    this.#documents(existingSlot, table)
    this.#documents(excludedSlot, 'EXCLUDED')
    this.#maybe(where, 'field')
    for (const step of changes) this.#change(step, existingSlot)
  }

  #returning(returning: ReturningPlan | undefined, table: string): void {
    for (const { slot } of returning?.versions ?? []) this.#documents(slot, table)
    this.#maybe(returning?.row, 'value')
  }

  /** Documents that come one by one, whatever finds them. */
  #documents(slot: number, label: string): void {
    this.#source({ slot, noun: 'document', label, alias: label, isScan: false, columns: undefined })
  }

  #change(step: ChangeStep, documentSlot: number): void {
    this.#target(step.path, documentSlot, step)
    if (step.kind === 'remove') return
    this.#expression(step.value, step.kind === 'set' ? 'text' : 'value')
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
        this.#all(operator.conditions, 'field')
        return
      case 'join': {
        this.#operator(operator.left)
        this.#operator(operator.right)
        this.#all(operator.on, 'field')
        const { left = [], right = [] } = operator.hash ?? {}
        this.#all([...left, ...right], 'field')
        for (const [at, key] of left.entries()) this.#comparison(key, [key, right[at] as PlanExpression])
        return
      }
      case 'let':
        this.#operator(operator.input)
        this.#expression(operator.value, 'value')
        this.#alias(operator.slot, operator.value)
        return
      case 'group':
        this.#operator(operator.input)
        for (const key of operator.keys) {
          this.#expression(key.value, 'field')
          this.#alias(key.slot, key.value)
        }
        this.#parts(operator.aggregates)
        return
      case 'sort':
        this.#operator(operator.input)
        this.#sort(operator.keys)
        return
      case 'window':
        this.#operator(operator.input)
        // Whatever else a window has: expressions all the same.
        this.#parts({ ...operator, input: undefined })
        return
    }
  }

  #tableScan({ slot, source, access, alias }: TableScan): void {
    if (source.kind === 'history') {
      this.#maybe(source.from, 'value')
      this.#maybe(source.to, 'value')
    }
    const noun = source.kind === 'system' ? 'row' : 'document'
    this.#source({ slot, noun, label: labelOf(source), alias, isScan: access.kind === 'scan', columns: undefined })
  }

  #valueScan({ slot, value, unpivot, alias }: ValueScan): void {
    if (value.kind === 'constant' && value.value.type === 'string') this.sites.textSources.push(value.span)
    this.#expression(value, 'field')
    const path = unpivot ? undefined : this.#pathOf(value)
    if (path !== undefined) {
      this.#aliases.set(slot, { slot: path.slot, steps: [...path.steps, each] })
      return
    }
    const isGlobal = value.kind === 'global'
    this.#source({
      slot,
      noun: isGlobal ? 'document' : 'row',
      label: isGlobal ? value.name : alias,
      alias,
      isScan: true,
      columns: value.kind === 'slot' ? this.#columns.get(value.slot) : columnsOf(value),
    })
  }

  #source(source: Omit<Parameters<NoticeSites['sources']['set']>[1], 'paths'>): void {
    this.sites.sources.set(source.slot, { ...source, paths: [] })
    this.#blocks.set(source.slot, this.#block)
  }

  #alias(slot: number, value: PlanExpression): void {
    if (value.kind === 'exclude') {
      this.#alias(slot, value.operand)
      return
    }
    const path = this.#pathOf(value)
    if (path !== undefined) this.#aliases.set(slot, path)
  }

  #sort(keys: readonly SortKeyPlan[]): void {
    for (const { value } of keys) {
      if (/^(?:constant|parameter|once)$/.test(value.kind)) {
        this.sites.constantOrders.push({ value, span: value.span })
      } else this.#expression(value, 'order')
    }
  }

  #query(query: QueryPlan): void {
    switch (query.kind) {
      case 'select': {
        const before = this.#outputs
        this.#outputs = outputsOf(query)
        this.#operator(query.input)
        this.#outputs = before
        this.#expression(query.value, 'value')
        break
      }
      case 'pivot':
        this.#operator(query.input)
        this.#all([query.name, query.value], 'value')
        break
      case 'set':
        this.#all([query.left, query.right], 'value')
        if (query.sort !== undefined) this.#sortedRows(query, query.sort)
        break
      case 'with':
        for (const { slot, value } of query.bindings) {
          this.#expression(value, 'value')
          const columns = columnsOf(value)
          if (columns !== undefined) this.#columns.set(slot, columns)
        }
        this.#expression(query.body, 'value')
        return
    }
    this.#maybe(query.limit, 'field')
    this.#maybe(query.offset, 'field')
  }

  /** ORDER BY behind a set operation reads the rows of its result. */
  #sortedRows({ op, left }: SetPlan, { slot, keys }: NonNullable<SetPlan['sort']>): void {
    const label = op.toUpperCase()
    this.#source({ slot, noun: 'row', label, alias: label, isScan: true, columns: columnsOf(left) })
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
    const before = this.#isConditional
    this.#isConditional = true
    for (const expression of expressions) this.#maybe(expression, role)
    this.#isConditional = before
  }

  #expression(expression: PlanExpression, role: PathRole): void {
    if (this.#depth >= depthMax) return
    this.#depth += 1
    this.#lookAt(expression, role)
    this.#depth -= 1
  }

  #lookAt(expression: PlanExpression, role: PathRole): void {
    passLoop()
    switch (expression.kind) {
      case 'constant':
        for (const { text, span } of textsOf(expression)) this.#literal(text, span)
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
        this.#between(expression)
        if (!expression.negated) this.#nulls([expression.operand, expression.low, expression.high], 'other')
        return
      case 'in': {
        this.#expression(expression.operand, 'field')
        const { collection } = expression
        if (collection.kind === 'sequence') this.#all(collection.items, 'text')
        else this.#expression(collection, 'field')
        this.#comparison(expression, [expression.operand, collection], expression.negated)
        this.#addNull(nullList(expression, this.#ors === 0))
        return
      }
      case 'quantified':
        this.#expression(expression.operand, 'field')
        this.#expression(expression.collection, 'text')
        this.#comparison(expression, [expression.operand, expression.collection], expression.op === '<>')
        return
      case 'case':
        this.#case(expression)
        return
      case 'call': {
        const [first, ...rest] = expression.args
        if (expression.name === 'nullif') this.#comparison(expression, expression.args, false, { call: expression })
        if (expression.name !== 'coalesce') {
          this.#all(expression.args, 'value')
          return
        }
        this.#maybe(first, 'value')
        this.#conditionally(rest, 'value')
        return
      }
      case 'query':
        this.#block += 1
        this.#query(expression.query)
        this.#block -= 1
        return
      default:
        this.#parts(expression)
        return
    }
  }

  /** Whatever expressions a part of the plan holds. */
  #parts(part: unknown): void {
    if (typeof part !== 'object' || part === null || this.#depth >= depthMax) return
    this.#depth += 1
    for (const [name, below] of Object.entries(part)) {
      if (name === 'span' || name === 'table' || typeof below !== 'object' || below === null) continue
      if (name === 'orderBy') this.sites.constantOrders.push(...constantKeys(below as readonly SortKeyPlan[]))
      if ('kind' in below && 'span' in below) this.#expression(below as PlanExpression, 'value')
      else this.#parts(below)
    }
    this.#depth -= 1
  }

  #case({ operand, branches, otherwise }: Extract<PlanExpression, { kind: 'case' }>): void {
    this.#maybe(operand, 'field')
    if (operand !== undefined) {
      for (const branch of branches) {
        this.#comparison(branch, [operand, branch.when])
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
      this.#ors += op === 'or' ? 1 : 0
      this.#expression(left, 'field')
      this.#conditionally([right], 'field')
      this.#ors -= op === 'or' ? 1 : 0
      return
    }
    if (op === 'is distinct from' || op === 'is not distinct from') {
      this.#comparison(expression, [left, right], op === 'is distinct from')
    }
    if (!comparisons.test(op)) {
      this.#all([left, right], role === 'text' ? 'value' : role)
      return
    }
    this.#expression(left, isFixed(right) ? 'field' : 'value')
    this.#expression(right, isFixed(left) ? 'field' : 'text')
    this.#comparison(expression, [left, right], op === '<>')
    this.#nulls([left, right], op === '=' ? 'equal' : op === '<>' ? 'unequal' : 'other')
  }

  /** A comparison of which a part is NULL. One with a parameter beside OR means that NULL asks for nothing. */
  #nulls(parts: readonly PlanExpression[], kind: NullComparison['kind']): void {
    this.#addNull(comparesNull(parts, this.#ors === 0) ? { parts, kind } : undefined)
  }

  #addNull(found: NullComparison | undefined): void {
    if (found !== undefined && this.sites.nullComparisons.length < noticeSitesMax)
      this.sites.nullComparisons.push(found)
  }

  /** A text that may have been meant as the name of a field. */
  #literal(text: string, span: Span): void {
    for (const [slot, source] of this.sites.sources) {
      if (this.#blocks.get(slot) !== this.#block || source.paths.length >= noticeSitesMax) continue
      const steps: readonly NoticeStep[] = [{ kind: 'field', name: text, exact: true }]
      source.paths.push({ steps, text, span, role: 'literal', isName: false, isOutput: false, mark: undefined })
    }
  }

  #comparison(
    part: object,
    parts: readonly PlanExpression[],
    isNegated = false,
    more: Partial<ComparisonSite> = {},
  ): void {
    if (this.sites.comparisons.length < noticeSitesMax) this.sites.addComparison(part, { parts, isNegated, ...more })
  }

  /** The second bound is watched by itself: the first may decide without it. */
  #between(expression: Extract<PlanExpression, { kind: 'between' }>): void {
    const parts = [expression.operand, expression.low, expression.high]
    this.#comparison(expression, parts)
    this.#comparison(expression.high, parts, false, expression.negated ? { isBound: true } : {})
  }

  #field(expression: Extract<PlanExpression, { kind: 'field' }>, role: PathRole): void {
    this.#maybe(expression.fallback, 'value')
    const path = this.#pathOf(expression)
    if (path === undefined) {
      this.#expression(expression.operand, 'field')
      return
    }
    const { operand, span } = expression
    const isName = operand.kind === 'slot' && operand.span === span
    this.#add(path, { role, span, isName }, expression)
    if (operand.kind !== 'slot') this.#expression(operand, 'field')
  }

  #spread({ operand, steps, span }: Extract<PlanExpression, { kind: 'spread' }>): void {
    this.#expression(operand, 'field')
    const path = this.#pathOf(operand)
    if (path === undefined) return
    const followed = [...path.steps]
    for (const step of steps) {
      followed.push(stepOf(step))
      if (step.kind === 'field')
        this.#add({ ...path, steps: [...followed] }, { role: 'field', span, isName: false }, step)
    }
  }

  #excluded({ operand, span }: Extract<PlanExpression, { kind: 'exclude' }>, path: readonly ExcludeStep[]): void {
    const root = this.#pathOf(operand)
    if (root === undefined || path.at(-1)?.kind !== 'field') return
    this.#add({ ...root, steps: [...root.steps, ...path.map(stepOf)] }, { role: 'field', span, isName: false }, path)
  }

  /** The path that an expression is; undefined for any other expression, and where a name may mean something else. */
  #pathOf(expression: PlanExpression): SourcePath | undefined {
    const steps: NoticeStep[] = []
    let at = expression
    for (; at.kind === 'field' || at.kind === 'index'; at = at.operand) {
      if (at.kind === 'field' && at.fallback !== undefined) return undefined
      steps.unshift(at.kind === 'field' ? at : each)
    }
    if (at.kind !== 'slot') return undefined
    const alias = this.#aliases.get(at.slot)
    if (alias !== undefined) return { slot: alias.slot, steps: [...alias.steps, ...steps] }
    return this.sites.sources.has(at.slot) ? { slot: at.slot, steps } : undefined
  }

  #add({ slot, steps }: SourcePath, site: { role: PathRole; span: Span; isName: boolean }, part: object): void {
    const source = this.sites.sources.get(slot)
    if (source === undefined) return
    const isOuter = this.#blocks.get(slot) !== this.#block
    const isConditional = this.#isConditional || isOuter || site.role === 'set' || site.role === 'target'
    const text = textOf(steps)
    const key = `${slot} ${site.role === 'set' ? 'set ' : ''}${JSON.stringify(steps.map(keyOf))}`
    const known = this.#paths.get(key)
    if (known === undefined) {
      if (this.#paths.size >= noticeSitesMax) return
      const mark = isConditional ? this.sites.newMark() : undefined
      if (mark !== undefined) this.sites.markPath(part, mark)
      const isOutput = site.isName && steps.length === 1 && this.#outputs.has(text.toLowerCase())
      const added: PathSite = { ...site, steps: steps.map(plainStep), text, isOutput, mark }
      this.#paths.set(key, added)
      source.paths.push(added)
      return
    }
    if (known.mark !== undefined && isConditional) this.sites.markPath(part, known.mark)
    else known.mark = undefined
    if (site.role === 'text') known.role = 'text'
  }
}
