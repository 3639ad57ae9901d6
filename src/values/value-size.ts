import { documentDepthMax, integerBytesMax, nestingDepthMax } from '../base/limits.ts'
import { isLazy } from './lazy-values.ts'
import { hasLoneSurrogate } from './text-quoted.ts'
import type { Value } from './value.ts'

/** Roughly how many bytes a value takes as Ion binary; never far too low. For bounds on memory. */
export function approximateBytes(value: Value): number {
  if (isLazy(value)) return value.byteLength
  switch (value.type) {
    case 'string':
    case 'symbol':
      return 4 + value.value.length
    case 'blob':
    case 'clob':
      return 4 + value.bytes.length
    case 'list':
    case 'sexp':
    case 'bag':
      return value.items.reduce((sum, item) => sum + approximateBytes(item), 4)
    case 'struct': {
      let sum = 4
      for (const name of value.names) sum += 4 + name.length
      for (const field of value.values) sum += approximateBytes(field)
      return sum
    }
    default:
      return 16
  }
}

/** Whether encodeIon takes the value: texts without half a surrogate pair, bounded integers, bounded nesting. */
export function isEncodable(value: Value, depth = 0): boolean {
  // What was stored could be encoded, and leaves room for a row around it (documentDepthMax).
  if (isLazy(value)) return depth <= nestingDepthMax - documentDepthMax
  if (value.annotations !== undefined && !areWhole(value.annotations)) return false
  switch (value.type) {
    case 'string':
    case 'symbol':
      return !hasLoneSurrogate(value.value)
    case 'int':
      return typeof value.value === 'number' || isBounded(value.value)
    case 'decimal':
      return isBounded(value.coefficient)
    case 'list':
    case 'sexp':
    case 'bag':
      return depth < nestingDepthMax && areEncodable(value.items, depth + 1)
    case 'struct':
      return depth < nestingDepthMax && areWhole(value.names) && areEncodable(value.values, depth + 1)
    default:
      return true
  }
}

function areEncodable(values: readonly Value[], depth: number): boolean {
  for (let at = 0; at < values.length; at += 1) if (!isEncodable(values[at] as Value, depth)) return false
  return true
}

/** The names looked at last: rows of one result share theirs, and a list of names is never changed. */
let knownNames: readonly string[] | undefined

function areWhole(texts: readonly string[]): boolean {
  if (texts === knownNames) return true
  for (let at = 0; at < texts.length; at += 1) if (hasLoneSurrogate(texts[at] as string)) return false
  knownNames = texts
  return true
}

const magnitudeEnd = 1n << BigInt(8 * integerBytesMax)

function isBounded(integer: bigint): boolean {
  return integer < magnitudeEnd && integer > -magnitudeEnd
}
