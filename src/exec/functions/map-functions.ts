import { canBeKey, mapGet, mapKeys, mapValues } from '../../values/map.ts'
import { bag, bool, type MapValue, missing, struct, type Value } from '../../values/value.ts'
import { type Bodies, mismatch } from './definition.ts'

/** Functions of maps, as partiql-tests have them (eval/primitives/map.ion). */
export const mapBodies = {
  map_contains_key: ([map, key]) => bool(found(map, key) !== undefined),
  map_get: ([map, key], { typing }) => {
    const value = found(map, key)
    if (value === undefined && typing !== 'permissive') throw mismatch('the map has no such key')
    return value ?? missing
  },
  map_keys: ([map]) => bag(mapKeys(map as MapValue)),
  map_values: ([map]) => bag(mapValues(map as MapValue)),
  map_entries: ([map]) => bag((map as MapValue).items.map((entry) => struct(entryNames, entry.items))),
} satisfies Bodies

const entryNames = ['k', 'v']

/** Throws evaluator/type-mismatch for a key that none of the map's can be equal to. */
function found(map: Value | undefined, key: Value | undefined): Value | undefined {
  const [of, wanted] = [map as MapValue, key as Value]
  if (!canBeKey(of, wanted)) throw mismatch(`no key of the map can be equal to ${wanted.type.toUpperCase()}`)
  return mapGet(of, wanted)
}
