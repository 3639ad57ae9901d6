import { mapGet } from '../values/map.ts'
import { type MapValue, type StructValue, string, type Value } from '../values/value.ts'

/**
 * The field of that name; where it need not match exactly, else the first that matches without regard to case. Of a map
 * the value of the key that is that very text.
 */
export function fieldOf(value: StructValue | MapValue, name: string, exact: boolean): Value | undefined {
  if (value.type === 'map') return mapGet(value, string(name))
  const found = value.get(name)
  if (found !== undefined || exact) return found
  const lower = name.toLowerCase()
  const position = value.names.findIndex((one) => one.toLowerCase() === lower)
  return position === -1 ? undefined : value.values[position]
}
