import { contradictionPairsMax, noticeSitesMax } from '../base/limits.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { expressionKey } from '../plan/walk-plan.ts'
import { compare, equalityKey } from '../values/compare.ts'
import { isAbsent, type Value } from '../values/value.ts'
import { kindOf } from './value-kinds.ts'

/** The value of a part of a comparison that no row decides; undefined for any other part. */
export type ReadFixed = (part: PlanExpression) => Value | undefined

/** Two conditions, joined by AND, that no value meets both; or, joined by OR, that no value fails both. */
export interface Contradiction {
  readonly parts: readonly [PlanExpression, PlanExpression]
  readonly reason: string
}

/** Of what is written as a value: whether `1 + 1` is folded must not decide what a change refuses. */
export function constantOf(part: PlanExpression): Value | undefined {
  return part.kind === 'constant' && isLiteral(part) ? part.value : undefined
}

function isLiteral(part: PlanExpression): boolean {
  if (part.kind !== 'constant') return false
  return part.written === undefined || (part.written.kind === 'sequence' && part.written.items.every(isLiteral))
}

/** The first two conditions about one expression that contradict each other: `a = 1 AND a = 2`, `a <> 1 OR a <> 2`. */
export function contradictionOf(
  conditions: readonly PlanExpression[],
  op: 'and' | 'or',
  read: ReadFixed,
): Contradiction | undefined {
  if (conditions.length < 2) return undefined
  const known = new Map<string, Demand[]>()
  let pairsLeft = contradictionPairsMax
  for (const condition of conditions) {
    for (const demand of demandsOf(condition, op === 'or', read)) {
      const others = known.get(demand.key) ?? []
      known.set(demand.key, others)
      pairsLeft -= others.length + 1
      if (pairsLeft < 0) return undefined
      const other = others.find((one) => one.part !== condition && exclude(one, demand))
      if (other !== undefined) return { parts: [other.part, condition], reason: reasonOf(op, other, demand) }
      if (others.length < noticeSitesMax) others.push({ ...demand, part: condition })
    }
  }
  return undefined
}

function reasonOf(op: 'and' | 'or', one: Demand, other: Demand): string {
  const areEqualities = one.kind === 'in' && other.kind === 'in'
  if (op === 'and') return `no value meets both${areEqualities ? '; write OR, or IN' : ''}`
  return `no value fails both${areEqualities ? '; write AND, or NOT IN' : ''}`
}

/** What a condition demands of the value of an expression. */
type Demand = { readonly key: string; readonly part: PlanExpression } & (
  | { readonly kind: 'in' | 'out'; readonly values: ReadonlyMap<string, Value> }
  | { readonly kind: 'order'; readonly op: Order; readonly value: Value }
  | { readonly kind: 'absent' }
)

type Order = '<' | '<=' | '>' | '>='

const negated = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const
const mirrored = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/** All of what it demands, or what its opposite does; none of what is not known. */
function demandsOf(condition: PlanExpression, isOpposite: boolean, read: ReadFixed): readonly Demand[] {
  switch (condition.kind) {
    case 'unary':
      return condition.op === 'not' ? demandsOf(condition.operand, !isOpposite, read) : []
    case 'binary':
      return demandOf(condition, isOpposite, read)
    case 'in': {
      const values = listed(condition.collection, read)
      if (values === undefined || isFixed(condition.operand, read)) return []
      return [amongValues(condition.operand, values, condition.negated !== isOpposite)]
    }
    case 'between': {
      const [low, high] = [read(condition.low), read(condition.high)]
      if (condition.negated !== isOpposite || low === undefined || high === undefined) return []
      return [ordered(condition.operand, '>=', low), ordered(condition.operand, '<=', high)]
    }
    case 'is': {
      if (condition.negated || isOpposite || !/^(null|missing)$/.test(condition.type.name)) return []
      return [{ key: expressionKey(condition.operand), part: condition.operand, kind: 'absent' }]
    }
    default:
      return []
  }
}

type Binary = Extract<PlanExpression, { kind: 'binary' }>

function demandOf({ op, left, right }: Binary, isOpposite: boolean, read: ReadFixed): readonly Demand[] {
  if (!/^(=|<>|<|<=|>|>=|is not distinct from)$/.test(op)) return []
  const isMirrored = read(left) !== undefined
  const [operand, value] = isMirrored ? [right, read(left)] : [left, read(right)]
  if (value === undefined || isAbsent(value) || isFixed(operand, read)) return []
  if (!(op in negated)) return [amongValues(operand, [value], (op === '<>') !== isOpposite)]
  const order = isMirrored ? mirrored[op as Order] : (op as Order)
  return [ordered(operand, isOpposite ? negated[order] : order, value)]
}

function isFixed(operand: PlanExpression, read: ReadFixed): boolean {
  return operand.kind === 'once' || operand.kind === 'query' || read(operand) !== undefined
}

function amongValues(part: PlanExpression, values: readonly Value[], isOut: boolean): Demand {
  const byKey = new Map(values.map((value) => [equalityKey(value), value]))
  return { key: expressionKey(part), part, kind: isOut ? 'out' : 'in', values: byKey }
}

function ordered(part: PlanExpression, op: Order, value: Value): Demand {
  return { key: expressionKey(part), part, kind: 'order', op, value }
}

/** The values of a list, of which none is absent. */
function listed(collection: PlanExpression, read: ReadFixed): readonly Value[] | undefined {
  const whole = read(collection)
  const items =
    whole === undefined ? (collection.kind === 'sequence' ? collection.items.map(read) : []) : itemsOf(whole)
  const known = items.filter((item) => item !== undefined && !isAbsent(item)) as Value[]
  return known.length === items.length && known.length > 0 ? known : undefined
}

function itemsOf(value: Value): readonly Value[] {
  return value.type === 'list' || value.type === 'bag' ? value.items : []
}

/** Whether no value can meet both conditions. */
function exclude(a: Demand, b: Demand): boolean {
  if (a.kind === 'absent' || b.kind === 'absent') return a.kind !== b.kind
  if (b.kind === 'in' && a.kind !== 'in') return exclude(b, a)
  if (a.kind === 'in') return [...a.values].every(([key, value]) => !meets(key, value, b))
  return a.kind === 'order' && b.kind === 'order' && leaveNothing(a, b)
}

function meets(key: string, value: Value, demand: Exclude<Demand, { kind: 'absent' }>): boolean {
  if (demand.kind === 'order') {
    const order = compare(value, demand.value)
    return order === undefined || tests[demand.op](order)
  }
  if (demand.kind === 'out') return !demand.values.has(key)
  // Beside values of other kinds the types are at fault.
  return demand.values.has(key) || [...demand.values.values()].some((one) => kindOf(one.type) !== kindOf(value.type))
}

const tests = {
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
}

type Ordered = Extract<Demand, { kind: 'order' }>

/** `a > 5` and `a < 3` */
function leaveNothing(a: Ordered, b: Ordered): boolean {
  if (a.op.startsWith('>')) return b.op.startsWith('<') && leaveNothing(b, a)
  if (!b.op.startsWith('>')) return false
  const order = compare(a.value, b.value)
  return order !== undefined && (order < 0 || (order === 0 && !(a.op === '<=' && b.op === '>=')))
}
