import { compare } from '../values/compare.ts'
import { isAbsent, type Value } from '../values/value.ts'
import { kindOf } from './value-kinds.ts'

/**
 * Whether two present values could be equal by their kinds: `comparable`, or the values in them that could not, `(1, 'a')`
 * beside `('1', 'a')`. `unclear`: lists of other lengths, structs of other fields and absent values say nothing about kinds.
 */
export type Meeting = 'comparable' | 'unclear' | readonly [Value, Value]

export function meetingOf(a: Value, b: Value): Meeting {
  return meeting(a, b, 0)
}

/** How deep values are looked into, and how many of their parts. */
const depthMax = 8
const partsMax = 32

function meeting(a: Value, b: Value, depth: number): Meeting {
  if (isAbsent(a) || isAbsent(b)) return 'unclear'
  if (a.type !== b.type && compare(a, b) === undefined) return [a, b]
  const pairs = depth < depthMax ? pairsOf(a, b) : undefined
  if (pairs === undefined) return 'comparable'
  let found: Meeting = 'unclear'
  for (const [one, other] of pairs) {
    const below = meeting(one, other, depth + 1)
    if (typeof below !== 'string') return below
    if (below === 'comparable') found = below
  }
  return found
}

/** Whether two values are structs that differ in the names of their fields. `x <> {}` is asked on purpose. */
export function haveOtherFields(a: Value, b: Value): boolean {
  if (a.type !== 'struct' || b.type !== 'struct' || a.names.length === 0 || b.names.length === 0) return false
  return pairsOf(a, b)?.length === 0
}

/** The parts that stand against each other; undefined for scalars, bags and what is too large, none for other shapes. */
export function pairsOf(a: Value, b: Value): readonly (readonly [Value, Value])[] | undefined {
  if (a.type === 'struct' && b.type === 'struct') {
    if (a.names.length > partsMax) return undefined
    const names = new Set(b.names)
    if (a.names.length !== b.names.length || !a.names.every((name) => names.has(name))) return []
    return a.names.map((name, at) => [a.values[at] as Value, b.get(name) as Value] as const)
  }
  if ((a.type !== 'list' && a.type !== 'sexp') || a.type !== b.type) return undefined
  if (a.items.length > partsMax) return undefined
  const { items } = b
  if (a.items.length !== items.length) return []
  if (items.length === 0) return undefined
  return a.items.map((item, at) => [item, items[at] as Value] as const)
}

/** A text that two values share if they meet every third one alike; of what is very large not all of it. */
export function kindsOf(value: Value, depth = 0): string {
  if (value.type === 'struct' && depth < depthMax && value.names.length <= partsMax) {
    const fields = value.names.map(
      (name, at) => `${JSON.stringify(name)}:${kindsOf(value.values[at] as Value, depth + 1)}`,
    )
    return `{${fields.sort().join()}}`
  }
  if ((value.type === 'list' || value.type === 'sexp') && depth < depthMax && value.items.length <= partsMax) {
    return `${value.type}[${value.items.map((item) => kindsOf(item, depth + 1)).join()}]`
  }
  return kindOf(value.type)
}
