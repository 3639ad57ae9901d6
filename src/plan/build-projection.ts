import { passLoop } from '../base/interruption.ts'
import { LedgerError } from '../base/errors.ts'
import type { Expression, Projection, SelectItem } from '../syntax/ast.ts'
import { buildExpression, literalText } from './build-expression.ts'
import { columnName } from './column-name.ts'
import type { ExcludeStep, PlanExpression, RowPart } from './plan.ts'
import { findVariable, noSuchVariable, type PlanContext, Scope, type SourceNames, slotOf } from './scope.ts'

export interface BuiltProjection {
  readonly value: PlanExpression
  /** Undefined where the rows' columns depend on the data. */
  readonly columns: readonly string[] | undefined
}

/** What SELECT makes of one row. */
export function buildProjection(projection: Projection, scope: Scope, context: PlanContext): BuiltProjection {
  const { span } = projection
  if (projection.kind === 'value') {
    return { value: buildExpression(projection.value, scope, context), columns: undefined }
  }
  const parts = projection.kind === 'star' ? starParts(projection, scope) : itemParts(projection.items, scope, context)
  const named = parts.every((part) => part.kind === 'field')
  const columns = named ? parts.map((part) => (part.kind === 'field' ? part.name : '')) : undefined
  return { value: { kind: 'row', parts, span }, columns }
}

/** `*`: every source's fields, then its AT alias, then its BY alias, source by source. */
function starParts(projection: Extract<Projection, { kind: 'star' }>, scope: Scope): RowPart[] {
  const { span } = projection
  if (scope.grouping !== undefined) {
    const { keys } = scope.grouping
    const seen = new Set<string>()
    const own = keys.filter(({ name, text }) => seen.size < seen.add(JSON.stringify([name, text])).size)
    const slots = new Set(keys.map(({ slot }) => slot))
    const groupAs = scope.variables.all.filter(({ role, slot }) => role === 'key' && !slots.has(slot))
    return [...own, ...groupAs].map(({ name, slot }) => ({
      kind: 'field',
      name,
      value: { kind: 'slot', slot, name, span },
    }))
  }
  if (scope.sources.length === 0) {
    throw new LedgerError('semantic/invalid', "'*' needs a FROM clause", { span })
  }
  return scope.sources.flatMap((names, position): RowPart[] => [
    ...sourceParts(names, position, span),
    ...[names.at, names.by].flatMap((variable): RowPart[] =>
      variable === undefined ? [] : [{ kind: 'field', name: variable.name, value: slotOf(variable, span) }],
    ),
  ])
}

/**
 * The columns of one source. Where a join may have put NULL in place of a row whose columns are known, each column is
 * read by its name and so is NULL, too; where they are not known, that row has no fields.
 */
function sourceParts({ source, nullable }: SourceNames, position: number, span: Expression['span']): RowPart[] {
  const value = slotOf(source, span)
  if (!nullable || source.columns === undefined)
    return [{ kind: 'all', value, otherwise: `_${position + 1}`, skipsNull: nullable }]
  return source.columns.map((name) => ({
    kind: 'field',
    name,
    value: { kind: 'field', operand: value, name, exact: true, fallback: undefined, span },
  }))
}

/** Whether an outer join may have put NULL in place of this source's row. */
function isNullable(value: PlanExpression, { sources }: Scope): boolean {
  return value.kind === 'slot' && sources.some(({ nullable, source }) => nullable && source.slot === value.slot)
}

/**
 * Column names: the alias, else the last step of a path, else `_n`. QLDB counts n by the column's position, the
 * conformance suite by the columns without a name.
 */
function itemParts(items: readonly SelectItem[], scope: Scope, context: PlanContext): RowPart[] {
  let unnamed = 0
  return items.map((item, position): RowPart => {
    if (item.kind === 'star') {
      unnamed += 1
      const value = buildExpression(item.value, scope, context)
      return { kind: 'all', value, otherwise: `_${unnamed}`, skipsNull: isNullable(value, scope) }
    }
    let name = item.alias?.text ?? columnName(item.value)
    if (name === undefined) {
      unnamed += 1
      name = `_${context.options.strictQldb ? position + 1 : unnamed}`
    }
    return { kind: 'field', name, value: buildExpression(item.value, scope, context) }
  })
}

/** EXCLUDE: each variable that a path begins with is rebound to its value without what the paths lead to. */
export function excluded(paths: readonly Expression[], scope: Scope, context: PlanContext) {
  const bindings: { slot: number; value: PlanExpression; name: string }[] = []
  if (paths.length === 0) return { scope, bindings }
  const inner = new Scope(scope.parent)
  inner.sourceCount = scope.sourceCount
  inner.grouping = scope.grouping
  inner.windows = scope.windows
  inner.windowScope = scope
  for (const variable of scope.variables.all) inner.variables.add(variable)
  for (const source of scope.sources) inner.sources.push(source)
  const byVariable = new Map<string, ExcludeStep[][]>()
  for (const path of paths) {
    passLoop()
    const [name, steps] = excludePath(path, inner, context)
    const known = byVariable.get(name)
    if (known === undefined) byVariable.set(name, [steps])
    else known.push(steps)
  }
  for (const [name, steps] of byVariable) {
    const [old] = inner.variables.exactly(name)
    if (old === undefined) continue
    const fresh = { ...old, slot: context.newSlot(), columns: undefined }
    inner.variables.replace(old, fresh)
    const source = inner.sources.findIndex((names) => names.source === old)
    const names = inner.sources[source]
    if (names !== undefined) inner.sources[source] = { ...names, source: fresh }
    const span = (paths[0] as Expression).span
    const value: PlanExpression = { kind: 'exclude', operand: slotOf(old, span), paths: steps, span }
    bindings.push({ slot: fresh.slot, value, name })
  }
  return { scope: inner, bindings }
}

function excludePath(path: Expression, scope: Scope, context: PlanContext): [string, ExcludeStep[]] {
  const root = path.kind === 'path' ? path.root : path
  const only = scope.onlySource
  if (root.kind !== 'variable') {
    throw new LedgerError('semantic/invalid', 'EXCLUDE takes paths that begin with a name', { span: path.span })
  }
  const steps = path.kind === 'path' ? path.steps.map((step) => excludeStep(step, context)) : []
  const variable = findVariable(scope, root.name, context)
  if (variable !== undefined) return [variable.name, steps]
  if (only === undefined) throw noSuchVariable(root.name, scope, context)
  return [only.name, [{ kind: 'field', name: root.name.text, exact: context.isExact(root.name) }, ...steps]]
}

type Step = Extract<Expression, { kind: 'path' }>['steps'][number]

function excludeStep(step: Step, context: PlanContext): ExcludeStep {
  if (step.kind === 'each' || step.kind === 'each-field') return { kind: step.kind }
  if (step.kind === 'field') return { kind: 'field', name: step.name.text, exact: context.isExact(step.name) }
  const name = literalText(step.index)
  if (name !== undefined) return { kind: 'field', name, exact: true }
  if (step.index.kind === 'literal' && step.index.value.type === 'int') {
    return { kind: 'index', index: Number(step.index.value.value) }
  }
  throw new LedgerError('semantic/invalid', 'EXCLUDE takes literal indexes', { span: step.span })
}
