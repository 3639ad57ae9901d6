import { passLoop } from '../base/interruption.ts'
import type { Annotations, StructValue, Value } from './value.ts'

/**
 * Identity in the Ion data model (Ion 1.0 specification, "Equivalence"): the type, a null's type, a decimal's
 * precision, a float's sign of zero, a timestamp's precision and offset, annotations in their order, and symbols apart
 * from strings all count. Struct fields have no order. nan is identical to nan. Bags count as lists without order.
 */
export function ionEquals(a: Value, b: Value): boolean {
  if (a === b) return true
  if (a.type !== b.type || !sameAnnotations(a.annotations, b.annotations)) return false
  switch (a.type) {
    case 'missing':
      return true
    case 'null':
      return a.nullType === (b as typeof a).nullType
    case 'float':
      return Object.is(a.value, (b as typeof a).value)
    case 'bool':
    case 'int':
    case 'string':
    case 'symbol':
      return a.value === (b as typeof a).value
    case 'blob':
    case 'clob': {
      const other = (b as typeof a).bytes
      return a.bytes.length === other.length && a.bytes.every((byte, index) => byte === other[index])
    }
    case 'list':
    case 'sexp': {
      const other = (b as typeof a).items
      return a.items.length === other.length && a.items.every((item, index) => ionEquals(item, other[index] as Value))
    }
    case 'bag':
    case 'map':
      return a.items.length === (b as typeof a).items.length && identityKey(a) === identityKey(b)
    case 'struct':
      return sameStructs(a, b as StructValue)
    default:
      return sameFlatFields(a, b as typeof a)
  }
}

function sameAnnotations(a: Annotations, b: Annotations): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.length === b.length && a.every((annotation, index) => annotation === b[index])
}

/** Decimals, timestamps, dates, times and intervals: all their own fields are plain and all count. */
function sameFlatFields<T extends Value>(a: T, b: T): boolean {
  for (const key of Object.keys(a) as (keyof T)[]) {
    if (key !== 'annotations' && a[key] !== b[key]) return false
  }
  return true
}

function sameStructs(a: StructValue, b: StructValue): boolean {
  if (a.names.length !== b.names.length) return false
  if (new Set(a.names).size !== a.names.length) return identityKey(a) === identityKey(b)
  const places = new Map(b.names.map((name, index) => [name, index]))
  return a.names.every((name, index) => {
    const place = places.get(name)
    return place !== undefined && ionEquals(a.values[index] as Value, b.values[place] as Value)
  })
}

/** A text that two values share exactly when they are identical; what has no order is sorted in it. */
function identityKey(value: Value): string {
  passLoop()
  return joined([value.type, `${value.annotations?.length ?? '-'}`, ...(value.annotations ?? []), ...partsOf(value)])
}

function partsOf(value: Value): string[] {
  switch (value.type) {
    case 'list':
    case 'sexp':
      return value.items.map(identityKey)
    case 'bag':
      return value.items.map(identityKey).sort()
    case 'map':
      return [value.keyType, value.valueType, ...value.items.map(identityKey).sort()]
    case 'struct':
      return value.names.map((name, index) => joined([name, identityKey(value.values[index] as Value)])).sort()
    case 'float':
      return [Object.is(value.value, -0) ? '-0' : `${value.value}`]
    case 'blob':
    case 'clob':
      return [Buffer.from(value.bytes).toString('latin1')]
    default:
      return flatParts(value)
  }
}

function flatParts<T extends Value>(value: T): string[] {
  const keys = (Object.keys(value) as (keyof T & string)[]).sort()
  return keys.filter((key) => key !== 'type' && key !== 'annotations').map((key) => `${value[key]}`)
}

/** Each with its length before it, so that no content can look like a boundary. */
function joined(parts: readonly string[]): string {
  let text = ''
  for (const part of parts) text += `${part.length}:${part}`
  return text
}
