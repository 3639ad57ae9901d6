import { LedgerError } from '../base/errors.ts'
import { passLoop } from '../base/interruption.ts'
import { compare, equalityKey } from './compare.ts'
import { decimal, isAbsent, type ListValue, list, type MapValue, map, type Value } from './value.ts'

/** A key and its value. */
export type MapEntry = readonly [key: Value, value: Value]

/** What keys or values of no common type are; also the type of no values at all. */
export const anyTypeName = 'dynamic'
/** The type of no keys at all, as partiql-tests have it. */
const emptyKeyType = 'string'

/**
 * The map of some entries: of equal keys the last value counts, in the place of the first. Keys and values of integers and
 * decimals become decimals. Throws LedgerError evaluator/type-mismatch for keys that can't be compared with each other.
 */
export function mapOf(entries: readonly MapEntry[]): MapValue {
  const kept = lastOfEach(entries)
  const keys = kept.length === 0 ? emptyKeyType : commonType(kept.map(([key]) => key))
  const values = commonType(kept.map(([, value]) => value))
  const first = kept[0]?.[0]
  if (first !== undefined) for (const [key] of kept) checkKey(key, first)
  return map(
    keys,
    values,
    kept.map(([key, value]) => list([asCommon(key, keys), asCommon(value, values)])),
  )
}

/** Whether two entries have keys that are equal. */
export function repeatsKey(entries: readonly MapEntry[]): boolean {
  return new Set(entries.map(([key]) => equalityKey(key))).size < entries.length
}

/** Of equal keys the last value, in the place of the first. */
export function lastOfEach(entries: readonly MapEntry[]): readonly MapEntry[] {
  const byKey = new Map<string, MapEntry>()
  for (const [key, value] of entries) {
    passLoop()
    const text = equalityKey(key)
    byKey.set(text, [byKey.get(text)?.[0] ?? key, value])
  }
  return [...byKey.values()]
}

function checkKey(key: Value, first: Value): void {
  if ('items' in key || key.type === 'struct' || isAbsent(key)) {
    throw mismatch(`a key of a map is no ${key.type.toUpperCase()}`)
  }
  if (compare(key, first) !== undefined) return
  throw mismatch(`the keys of a map have one type, not ${first.type.toUpperCase()} and ${key.type.toUpperCase()}`)
}

function mismatch(message: string): LedgerError {
  return new LedgerError('evaluator/type-mismatch', message)
}

/** Nulls have no say in it. */
function commonType(values: readonly Value[]): string {
  const types = new Set(values.flatMap((value) => (isAbsent(value) ? [] : [typeNameOf(value)])))
  if (types.size === 2 && types.has('integer') && types.has('decimal')) return 'decimal'
  const [only, ...others] = types
  return only === undefined || others.length > 0 ? anyTypeName : only
}

function typeNameOf({ type }: Value): string {
  return type === 'int' ? 'integer' : type
}

function asCommon(value: Value, type: string): Value {
  return type === 'decimal' && value.type === 'int' ? decimal(BigInt(value.value), 0, false, value.annotations) : value
}

/** Keys of larger maps are looked up in an index, which is made when the first is asked for. */
const searchedEntriesMax = 8
const indexes = new WeakMap<MapValue, ReadonlyMap<string, Value>>()

/** The value of a key; undefined for one that the map lacks. */
export function mapGet(value: MapValue, key: Value): Value | undefined {
  const wanted = equalityKey(key)
  if (value.items.length > searchedEntriesMax) return indexOf(value).get(wanted)
  return value.items.find(({ items: [one] }) => equalityKey(one as Value) === wanted)?.items[1]
}

function indexOf(value: MapValue): ReadonlyMap<string, Value> {
  const known = indexes.get(value)
  if (known !== undefined) return known
  const index = new Map(value.items.map(({ items: [key, found] }) => [equalityKey(key as Value), found as Value]))
  indexes.set(value, index)
  return index
}

/** Whether a value is of a type that can be equal to one of the map's keys. */
export function canBeKey(value: MapValue, key: Value): boolean {
  const first = value.items[0]?.items[0]
  return first === undefined || compare(first, key) !== undefined
}

export function mapKeys({ items }: MapValue): Value[] {
  return items.map((entry) => entry.items[0] as Value)
}

export function mapValues({ items }: MapValue): Value[] {
  return items.map((entry) => entry.items[1] as Value)
}

/** A map from the forms that Ion has for its entries: lists of two, with keys that differ. Undefined for anything else. */
export function mapFromPairs(keys: string, values: string, pairs: readonly Value[]): MapValue | undefined {
  const isPair = (pair: Value): pair is ListValue =>
    pair.type === 'list' && pair.annotations === undefined && pair.items.length === 2
  if (!pairs.every(isPair)) return undefined
  const first = pairs[0]?.items[0]
  if (first !== undefined && !pairs.every(({ items: [key] }) => isKeyBeside(key as Value, first))) return undefined
  return repeatsKey(pairs.map(({ items }) => items as MapEntry & readonly Value[]))
    ? undefined
    : map(keys, values, pairs)
}

function isKeyBeside(key: Value, first: Value): boolean {
  return !('items' in key) && key.type !== 'struct' && compare(key, first) !== undefined
}
