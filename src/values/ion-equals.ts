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
      return sameMultiset(a.items, (b as typeof a).items, ionEquals)
    case 'struct':
      return sameMultiset(fieldsOf(a), fieldsOf(b as StructValue), sameField)
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

type Field = readonly [name: string, value: Value]

function fieldsOf(value: StructValue): Field[] {
  return value.names.map((name, index): Field => [name, value.values[index] as Value])
}

function sameField(a: Field, b: Field): boolean {
  return a[0] === b[0] && ionEquals(a[1], b[1])
}

/** Pairs off from both ends of the usual case: the same order, so that the inner search hits at once. */
function sameMultiset<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean {
  if (a.length !== b.length) return false
  const left = [...b]
  for (const item of a) {
    const index = left.findIndex((other) => same(item, other))
    if (index === -1) return false
    left.splice(index, 1)
  }
  return true
}
