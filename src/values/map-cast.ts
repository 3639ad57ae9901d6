import type { CastType } from './cast-type.ts'
import { lastOfEach, type MapEntry, mapOf, repeatsKey } from './map.ts'
import { mapTypeName } from './type-test.ts'
import { list, map, string, struct, type StructValue, type Value } from './value.ts'

/**
 * CAST to MAP or MAP<key, value>: a struct's names become keys. Undefined for what has no counterpart, also where different
 * keys become equal.
 */
export function castToMap(
  value: Value,
  { of }: CastType,
  castTo: (value: Value, type: CastType) => Value,
): Value | undefined {
  const entries = entriesOf(value)
  if (entries === undefined) return undefined
  if (of === undefined) return value.type === 'map' ? value : mapOf(entries)
  const cast = lastOfEach(entries).map(([key, one]): MapEntry => [castTo(key, of[0]), castTo(one, of[1])])
  if (repeatsKey(cast)) return undefined
  return map(
    mapTypeName(of[0]),
    mapTypeName(of[1]),
    cast.map((entry) => list(entry)),
  )
}

function entriesOf(value: Value): readonly MapEntry[] | undefined {
  if (value.type === 'map') return value.items.map(({ items: [key, one] }) => [key as Value, one as Value])
  if (value.type !== 'struct') return undefined
  return value.names.map((name, at) => [string(name), value.values[at] as Value])
}

/** CAST of a map to a struct: its keys, if all are text, become names. */
export function structFromMap(value: Value): StructValue | undefined {
  if (value.type !== 'map') return undefined
  const names = value.items.flatMap(({ items: [key] }) =>
    key?.type === 'string' || key?.type === 'symbol' ? [key.value] : [],
  )
  if (names.length < value.items.length) return undefined
  return struct(
    names,
    value.items.map(({ items }) => items[1] as Value),
  )
}
