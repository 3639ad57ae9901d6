import { isLazy } from '../values/lazy-values.ts'
import type { Value } from '../values/value.ts'
import { HeldFields } from './held-fields.ts'

/**
 * Bytes of V8's heap that a value takes, about: words are 8 bytes, a text has one byte a character unless some are beyond
 * Latin-1, and is often a slice of a longer one that it keeps. Names of fields are counted as shared. Counting ends once
 * `most` is exceeded: a value made of values that occur in it many times over may be far larger than its memory.
 */
export function heapBytes(value: Value, most = Number.POSITIVE_INFINITY): number {
  if (isLazy(value)) return 120 + value.byteLength
  switch (value.type) {
    case 'missing':
      return 0
    case 'string':
    case 'symbol':
      return 104 + value.value.length
    case 'bool':
    case 'null':
    case 'int':
      return 48
    case 'float':
      return 64
    case 'blob':
    case 'clob':
      return 200 + value.bytes.length
    case 'list':
    case 'sexp':
    case 'bag':
    case 'map':
      return heapBytesOf(value.items, 72, most)
    case 'struct':
      return heapBytesOf(value instanceof HeldFields ? value.fields : value.values, 72, most)
    case 'decimal':
      return 120
    default:
      return 160
  }
}

/** The same of an array of values, with the array. */
export function heapBytesOf(values: readonly Value[], base = 16, most = Number.POSITIVE_INFINITY): number {
  let sum = base + 8 * values.length
  for (let at = 0; at < values.length && sum <= most; at += 1) sum += heapBytes(values[at] as Value, most - sum)
  return sum
}
