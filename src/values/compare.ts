import { LedgerError } from '../base/errors.ts'
import { passLoop } from '../base/interruption.ts'
import { compareMoments } from './datetime.ts'
import { compareExact, exactOf, type NumericValue } from './decimal.ts'
import { equalityKey } from './equality-key.ts'
import type { StructValue, Value, ValueType } from './value.ts'

export { equalityKey } from './equality-key.ts'
export { ionEquals } from './ion-equals.ts'

/**
 * PartiQL's equality (specification section 7.1.1, and eqg of section 11 for what is nested): numbers by value
 * whatever their type, text whether string or symbol, lobs by bytes, timestamps and dates by instant, lists in
 * order, structs, maps and bags without. Annotations don't count. NULL and MISSING are one value here, as in GROUP BY;
 * the operator `=` deals with absent operands before it comes here. nan equals nan.
 */
export function equals(a: Value, b: Value): boolean {
  if (a === b) return true
  switch (a.type) {
    case 'int':
      if (b.type === 'int') return a.value === b.value
      return (b.type === 'float' || b.type === 'decimal') && compareNumbers(a, b) === 0
    case 'float':
    case 'decimal':
      return (b.type === 'int' || b.type === 'float' || b.type === 'decimal') && compareNumbers(a, b) === 0
    case 'string':
    case 'symbol':
      return (b.type === 'string' || b.type === 'symbol') && a.value === b.value
    case 'bool':
      return b.type === 'bool' && a.value === b.value
    case 'list':
    case 'sexp':
      return a.type === b.type && equalInOrder(a.items, (b as typeof a).items)
    case 'bag':
    case 'map':
      return b.type === a.type && a.items.length === b.items.length && equalityKey(a) === equalityKey(b)
    case 'struct':
      return b.type === 'struct' && equalStructs(a, b)
    default:
      return rank(a.type) === rank(b.type) ? compareTotal(a, b) === 0 : compare(a, b) === 0
  }
}

function equalInOrder(a: readonly Value[], b: readonly Value[]): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index += 1) {
    passLoop()
    if (!equals(a[index] as Value, b[index] as Value)) return false
  }
  return true
}

function equalStructs(a: StructValue, b: StructValue): boolean {
  if (a.names.length !== b.names.length) return false
  const wide = a.names.length > searchedFieldsMax
  if (wide || new Set(a.names).size !== a.names.length) return equalityKey(a) === equalityKey(b)
  return a.names.every((name, index) => {
    const other = b.get(name)
    return other !== undefined && equals(a.values[index] as Value, other)
  })
}

/** Above it, looking every name up in turn costs more than sorting. */
const searchedFieldsMax = 32

/**
 * The order of `<`: negative, zero or positive; undefined when the two can't be compared (the operator makes an
 * error of it), nan when one of them is the float nan, so that `<`, `<=`, `>` and `>=` are all false.
 */
export function compare(a: Value, b: Value): number | undefined {
  if (a.type === 'int' && b.type === 'int') return a.value < b.value ? -1 : a.value > b.value ? 1 : 0
  if (a.type === 'string' && b.type === 'string') return compareText(a.value, b.value)
  const rankOfA = rank(a.type)
  const rankOfB = rank(b.type)
  if (rankOfA === rankOfB) {
    if (rankOfA === rank('null')) return undefined
    if (isNotANumber(a) || isNotANumber(b)) return Number.NaN
    if (a.type === 'interval' && b.type === 'interval' && a.family !== b.family) return undefined
    return compareTotal(a, b)
  }
  if ((a.type === 'date' || a.type === 'timestamp') && (b.type === 'date' || b.type === 'timestamp')) {
    return compareMoments(a, b)
  }
  return undefined
}

/** As compare, but throws value/cannot-compare with PartiQL's text where that gives undefined. */
export function compareOrThrow(a: Value, b: Value): number {
  const order = compare(a, b)
  if (order === undefined) {
    throw new LedgerError(
      'value/cannot-compare',
      `Cannot compare values: ${a.type.toUpperCase()}, ${b.type.toUpperCase()}`,
    )
  }
  return order
}

function isNotANumber(value: Value): boolean {
  return value.type === 'float' && Number.isNaN(value.value)
}

/** One number a type in the order of types; types of one number are compared with each other. */
const ranks: Record<ValueType, number> = {
  bool: 1,
  int: 2,
  float: 2,
  decimal: 2,
  date: 3,
  time: 4,
  timestamp: 5,
  interval: 6,
  string: 7,
  symbol: 7,
  blob: 8,
  clob: 8,
  list: 9,
  sexp: 10,
  struct: 11,
  map: 12,
  bag: 13,
  null: 14,
  missing: 14,
}

function rank(type: ValueType): number {
  return ranks[type]
}

/**
 * A total order of all values (PartiQL specification section 12.2): booleans, numbers (nan, -inf, …, +inf), dates,
 * times, timestamps, intervals, text by code point, lobs, lists, s-expressions, structs, maps, bags; NULL and MISSING are
 * alike and last, so that the order and its reverse are the defaults of ASC and DESC at every depth.
 * Zero exactly when the two are equal, save for a date and a timestamp of the same instant.
 */
export function compareTotal(a: Value, b: Value): number {
  if (a === b) return 0
  const order = rank(a.type) - rank(b.type)
  if (order !== 0) return order
  switch (a.type) {
    case 'bool':
      return Number(a.value) - Number((b as typeof a).value)
    case 'int':
    case 'float':
    case 'decimal':
      return compareNumbers(a, b as NumericValue)
    case 'date':
    case 'time':
    case 'timestamp':
      return compareMoments(a, b as typeof a)
    case 'interval':
      return compareIntervals(a, b as typeof a)
    case 'string':
    case 'symbol':
      return compareText(a.value, (b as typeof a).value)
    case 'blob':
    case 'clob':
      return compareBytes(a.bytes, (b as typeof a).bytes)
    case 'list':
    case 'sexp':
      return compareInOrder(a.items, (b as typeof a).items)
    case 'bag':
    case 'map':
      return compareInOrder(inOrder(a.items), inOrder((b as typeof a).items))
    case 'struct':
      return compareStructs(a, b as StructValue)
    default:
      return 0
  }
}

/**
 * The order of MIN and MAX: compareTotal's, but a date and a timestamp go by their moment, as `<` has it. ORDER BY has dates,
 * times and timestamps one after the other (the conformance cases, order-by.ion).
 */
export function compareExtremes(a: Value, b: Value): number {
  const isMoment = a.type === 'date' || a.type === 'timestamp'
  if (a.type === b.type || (!isMoment && a.type !== 'time')) return compareTotal(a, b)
  if (b.type === 'date' || b.type === 'timestamp') return isMoment ? compareMoments(a, b) : 1
  return isMoment && b.type === 'time' ? -1 : compareTotal(a, b)
}

/** By value, exactly; nan is below all, and equal to itself. */
function compareNumbers(a: NumericValue, b: NumericValue): number {
  if (a.type !== 'decimal' && b.type !== 'decimal') {
    const x = a.value
    const y = b.value
    // A safe integer and a double are compared exactly by the machine, and so are two of a kind.
    if (typeof x === 'number' && typeof y === 'number') return compareDoubles(x, y)
    if (typeof x === 'bigint' && typeof y === 'bigint') return x < y ? -1 : x > y ? 1 : 0
  }
  const special = specialOrder(a) - specialOrder(b)
  if (special !== 0) return special
  return specialOrder(a) === 0 ? compareExact(exactOf(a), exactOf(b)) : 0
}

function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a))
}

function specialOrder(value: NumericValue): number {
  if (value.type !== 'float' || Number.isFinite(value.value)) return 0
  return Number.isNaN(value.value) ? -2 : value.value < 0 ? -1 : 1
}

function compareIntervals(a: Value & { type: 'interval' }, b: Value & { type: 'interval' }): number {
  if (a.family !== b.family) return a.family === 'year-month' ? -1 : 1
  const difference = a.months - b.months + (a.nanoseconds - b.nanoseconds)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** By code points, which differs from the order of UTF-16 units once a surrogate meets U+E000 and up. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const shared = Math.min(a.length, b.length)
  for (let index = 0; index < shared; index += 1) {
    const x = a.charCodeAt(index)
    const y = b.charCodeAt(index)
    if (x !== y) return codePointWeight(x) - codePointWeight(y)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all others. */
export function codePointWeight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let index = 0; index < shared; index += 1) {
    const difference = (a[index] as number) - (b[index] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/**
 * Items, and fields, in the order in which they are compared, where there are many or they hold containers: sorting those
 * again in every comparison would take a power of the depth. By the array that holds the parts, since a lazy struct may
 * become another one.
 */
const sortedItems = new WeakMap<readonly Value[], readonly Value[]>()
const sortedFields = new WeakMap<readonly Value[], { readonly names: readonly string[]; readonly fields: Field[] }>()
const partsSortedAgainMax = 8

function isKept(parts: readonly Value[]): boolean {
  return parts.length > partsSortedAgainMax || parts.some((part) => 'items' in part || part.type === 'struct')
}

function inOrder(items: readonly Value[]): readonly Value[] {
  if (items.length < 2) return items
  const known = sortedItems.get(items)
  if (known !== undefined) return known
  const sorted = [...items].sort((a, b) => {
    passLoop()
    return compareTotal(a, b)
  })
  if (isKept(items)) sortedItems.set(items, sorted)
  return sorted
}

function compareInOrder(a: readonly Value[], b: readonly Value[]): number {
  const shared = Math.min(a.length, b.length)
  for (let index = 0; index < shared; index += 1) {
    passLoop()
    const order = compareTotal(a[index] as Value, b[index] as Value)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** As lists of (name, value) pairs, sorted. */
function compareStructs(a: StructValue, b: StructValue): number {
  const left = fieldsInOrder(a)
  const right = fieldsInOrder(b)
  const shared = Math.min(left.length, right.length)
  for (let index = 0; index < shared; index += 1) {
    const order = compareFields(left[index] as Field, right[index] as Field)
    if (order !== 0) return order
  }
  return left.length - right.length
}

type Field = readonly [name: string, value: Value]

function fieldsInOrder({ names, values }: StructValue): readonly Field[] {
  const known = sortedFields.get(values)
  if (known?.names === names) return known.fields
  const fields = names.map((name, index): Field => [name, values[index] as Value]).sort(compareFields)
  if (isKept(values)) sortedFields.set(values, { names, fields })
  return fields
}

function compareFields(a: Field, b: Field): number {
  passLoop()
  return compareText(a[0], b[0]) || compareTotal(a[1], b[1])
}
