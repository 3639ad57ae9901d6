import type { StructValue, Value } from '../values/value.ts'

/** The field of that name; where it need not match exactly, else the first that matches without regard to case. */
export function fieldOf(value: StructValue, name: string, exact: boolean): Value | undefined {
  const found = value.get(name)
  if (found !== undefined || exact) return found
  const lower = name.toLowerCase()
  const position = value.names.findIndex((one) => one.toLowerCase() === lower)
  return position === -1 ? undefined : value.values[position]
}
