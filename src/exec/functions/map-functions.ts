import { canBeKey, mapGet, mapKeys, mapValues } from '../../values/map.ts'
import { bag, bool, type MapValue, missing, struct, type Value } from '../../values/value.ts'
import { define, type FunctionDefinition, mismatch } from './definition.ts'

/** Functions of maps, as partiql-tests have them (eval/primitives/map.ion). */
export const mapFunctions: readonly FunctionDefinition[] = [
  define('map_contains_key', ['map', 'any'], ([map, key]) => bool(found(map, key) !== undefined)),
  define('map_get', ['map', 'any'], ([map, key], { typing }) => {
    const value = found(map, key)
    if (value === undefined && typing !== 'permissive') throw mismatch('the map has no such key')
    return value ?? missing
  }),
  define('map_keys', ['map'], ([map]) => bag(mapKeys(map as MapValue))),
  define('map_values', ['map'], ([map]) => bag(mapValues(map as MapValue))),
  define('map_entries', ['map'], ([map]) =>
    bag((map as MapValue).items.map((entry) => struct(entryNames, entry.items))),
  ),
]

const entryNames = ['k', 'v']

/** Throws evaluator/type-mismatch for a key that none of the map's can be equal to. */
function found(map: Value | undefined, key: Value | undefined): Value | undefined {
  const [of, wanted] = [map as MapValue, key as Value]
  if (!canBeKey(of, wanted)) throw mismatch(`no key of the map can be equal to ${wanted.type.toUpperCase()}`)
  return mapGet(of, wanted)
}
