import { LedgerError } from '../base/errors.ts'
import type { StructValue, TimestampValue, Value } from '../values/value.ts'

/**
 * Reading the fixed fields of journal structs. Every function throws LedgerError 'journal/malformed' that names the
 * field; `where` says in what it stands. Annotations are refused: AWS writes none, and no hash would cover them.
 */

export const hashBytes = 32

export function malformed(where: string, found: string, expected: string): LedgerError {
  return new LedgerError('journal/malformed', `${where} is ${found}, expected ${expected}`)
}

/** The struct itself, after a check that none of its `known` fields stands in it twice. */
export function checkStruct(value: Value | undefined, where: string, known: ReadonlySet<string>): StructValue {
  if (value?.type !== 'struct' || value.annotations !== undefined) throw malformed(where, described(value), 'a struct')
  const { names } = value
  for (let index = 1; index < names.length; index += 1) {
    const name = names[index] as string
    if (known.has(name) && names.indexOf(name) < index) throw malformed(`${where}.${name}`, 'there twice', 'one field')
  }
  return value
}

/** A field's value, or undefined where it is absent or null. */
export function optionalField(struct: StructValue, name: string): Value | undefined {
  const value = struct.get(name)
  return value === undefined || (value.type === 'null' && value.annotations === undefined) ? undefined : value
}

export function textField(struct: StructValue, name: string, where: string): string {
  const value = struct.get(name)
  if (value?.type === 'string' && value.annotations === undefined) return value.value
  throw malformed(`${where}.${name}`, described(value), 'a string')
}

/** An integer from 0 on. */
export function countField(struct: StructValue, name: string, where: string): number {
  return countOf(struct.get(name), `${where}.${name}`)
}

export function countOf(value: Value | undefined, where: string): number {
  const isCount = value?.type === 'int' && value.annotations === undefined
  if (isCount && typeof value.value === 'number' && value.value >= 0) return value.value
  throw malformed(where, described(value), 'an int from 0 on')
}

export function timestampField(struct: StructValue, name: string, where: string): TimestampValue {
  const value = struct.get(name)
  if (value?.type === 'timestamp' && value.annotations === undefined) return value
  throw malformed(`${where}.${name}`, described(value), 'a timestamp')
}

/** A hash of 32 bytes. An empty one is refused: joined to any other it gives that other, so it proves nothing. */
export function hashField(struct: StructValue, name: string, where: string): Uint8Array {
  return hashOf(struct.get(name), `${where}.${name}`)
}

export function hashOf(value: Value | undefined, where: string): Uint8Array {
  if (value?.type !== 'blob' || value.annotations !== undefined) throw malformed(where, described(value), 'a blob')
  const { bytes } = value
  if (bytes.length === hashBytes) return bytes
  throw malformed(where, `a blob of ${bytes.length} bytes`, `one of ${hashBytes}`)
}

/** The items of a list, or undefined where the field is absent or null. */
export function listField(struct: StructValue, name: string, where: string): readonly Value[] | undefined {
  const value = optionalField(struct, name)
  if (value === undefined) return undefined
  if (value.type === 'list' && value.annotations === undefined) return value.items
  throw malformed(`${where}.${name}`, described(value), 'a list')
}

function described(value: Value | undefined): string {
  if (value === undefined) return 'absent'
  if (value.annotations !== undefined) return `an annotated ${value.type}`
  if (value.type === 'int') return `the int ${value.value}`
  return `a ${value.type}`
}
