import { documentDepthMax, integerBytesMax, nestingDepthMax } from '../base/limits.ts'
import { passLoop } from '../base/interruption.ts'
import { isLazy } from './lazy-values.ts'
import { hasLoneSurrogate } from './text-quoted.ts'
import type { Value } from './value.ts'

/** What is known of a container: its size as Ion binary, about, and how many levels of containers it has. */
interface Measure {
  readonly bytes: number
  readonly levels: number
}

/**
 * Containers that are large or deep. Values share parts: `[x, x]` of `[y, y]` of … holds few objects and is as large as if
 * each were written out, so that no part may be walked through each time that it occurs.
 */
const measured = new WeakMap<object, Measure>()
const keptBytesMin = 1024
const keptLevelsMin = 16

/** Levels of the container that `bytesOf` has been through last; 0 for any other value. */
let levels = 0

/** Roughly how many bytes a value takes as Ion binary; never far too low. Takes constant time for a value seen before. */
export function approximateBytes(value: Value): number {
  switch (value.type) {
    case 'string':
    case 'symbol':
      return 4 + value.value.length
    case 'int':
      return typeof value.value === 'number' ? 16 : integerBytes(value.value)
    case 'decimal':
      return integerBytes(value.coefficient)
    case 'blob':
    case 'clob':
      return 4 + value.bytes.length
    case 'list':
    case 'sexp':
    case 'bag':
    case 'map':
    case 'struct':
      return isLazy(value) ? value.byteLength : containerBytes(value)
    default:
      return 16
  }
}

/** How many levels of containers a value has; those of one that is not decoded yet count as one. */
export function levelsOf(value: Value): number {
  levels = 0
  approximateBytes(value)
  return levels
}

type Container = Extract<Value, { type: 'list' | 'sexp' | 'bag' | 'map' | 'struct' }>

function containerBytes(value: Container): number {
  const known = measured.get(value)
  if (known !== undefined) {
    levels = known.levels
    return known.bytes
  }
  let bytes = 16
  let deepest = 0
  if (value.type === 'struct') for (const name of value.names) bytes += 4 + name.length
  const parts = value.type === 'struct' ? value.values : value.items
  for (let at = 0; at < parts.length; at += 1) {
    passLoop()
    levels = 0
    bytes += approximateBytes(parts[at] as Value)
    if (levels > deepest) deepest = levels
  }
  levels = deepest + 1
  if (bytes >= keptBytesMin || levels >= keptLevelsMin) measured.set(value, { bytes, levels })
  return bytes
}

/** Most integers fit into 64 bits. */
function integerBytes(value: bigint): number {
  return BigInt.asIntN(64, value) === value ? 16 : 16 + value.toString(16).length / 2
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
      return typeof value.value === 'number' || isBounded(value.value, magnitudeEnd)
    case 'decimal':
      return isBounded(value.coefficient, coefficientEnd)
    case 'list':
    case 'sexp':
    case 'bag':
    case 'map':
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

/** The names used last: rows of one result share theirs, and a list of names is never changed. */
let knownNames: readonly string[] | undefined

function areWhole(texts: readonly string[]): boolean {
  if (texts === knownNames) return true
  for (let at = 0; at < texts.length; at += 1) if (hasLoneSurrogate(texts[at] as string)) return false
  knownNames = texts
  return true
}

const magnitudeEnd = 1n << BigInt(8 * integerBytesMax)
/** A coefficient has a bit for its sign. */
const coefficientEnd = magnitudeEnd / 2n

function isBounded(integer: bigint, end: bigint): boolean {
  return integer < end && integer > -end
}
