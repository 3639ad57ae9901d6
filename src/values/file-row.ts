import type { TextPlace } from './binary-value-reader.ts'
import { utf8Text } from '../base/byte-text.ts'
import { ShortTexts } from './short-texts.ts'
import type { FieldPath } from './symbols.ts'
import { int, string, type IntValue, type StructValue, type Value } from './value.ts'

/** How a field of a row stands in its file. */
export const fieldForm = {
  /** An integer of at most 15 digits, written as JSON writes it: no `+`, no leading zeros, not `-0`. */
  integer: 0,
  /** Text as it is: printable ASCII without `"` and `\`. */
  plainText: 1,
  /** Text as it is, well-formed UTF-8. */
  text: 2,
  /** Anything else: whoever found the fields decodes it. */
  other: 3,
} as const

/** Decodes a field of the form `other`. */
export type DecodeField = (bytes: Buffer, start: number, end: number) => Value

/**
 * A row of a file whose fields are decoded when asked for; equal in every property to the struct of them. One object stands
 * for all rows of a file in turn: the caller is done with each row before asking for the next. What its fields gave may be
 * kept.
 */
export class FileRow implements StructValue {
  readonly type = 'struct'
  readonly annotations = undefined
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly forms: Uint8Array
  /** Of this row's fields; the same array for rows with the same names in the same order. */
  names: readonly string[] = []
  bytes: Buffer = Buffer.alloc(0)
  readonly #decode: DecodeField
  readonly #texts = new ShortTexts()

  constructor(fieldsMax: number, decode: DecodeField) {
    this.starts = new Int32Array(fieldsMax)
    this.ends = new Int32Array(fieldsMax)
    this.forms = new Uint8Array(fieldsMax)
    this.#decode = decode
  }

  get values(): readonly Value[] {
    return this.names.map((_, at) => this.valueAt(at))
  }

  get(name: string): Value | undefined {
    const at = this.names.indexOf(name)
    return at === -1 ? undefined : this.valueAt(at)
  }

  /** The place of the field to which a path of one step leads; -1 for any other path. */
  find(path: FieldPath): number {
    if (path.rowNames === this.names) return path.rowPlace
    path.rowNames = this.names
    path.rowPlace = path.names.length === 1 ? this.names.indexOf(path.names[0] as string) : -1
    return path.rowPlace
  }

  /** As `get`, for a path of one step; undefined for any other. */
  getPath(path: FieldPath): Value | undefined {
    const at = this.find(path)
    return at === -1 ? undefined : this.valueAt(at)
  }

  /** Whether `getPath` would give this text (`bytes` are it as UTF-8); undefined where it may give no text. */
  hasTextAt(path: FieldPath, bytes: Uint8Array): boolean | undefined {
    const at = this.find(path)
    if (at === -1 || !this.#isText(at)) return undefined
    const start = this.starts[at] as number
    if ((this.ends[at] as number) - start !== bytes.length) return false
    for (let index = 0; index < bytes.length; index += 1) if (this.bytes[start + index] !== bytes[index]) return false
    return true
  }

  /** Whether `getPath` would give a text that stands in the file as it is; where its bytes lie. */
  findText(path: FieldPath, place: TextPlace): boolean {
    const at = this.find(path)
    if (at === -1 || !this.#isText(at)) return false
    place.bytes = this.bytes
    place.start = this.starts[at] as number
    place.end = this.ends[at] as number
    return true
  }

  #isText(at: number): boolean {
    const form = this.forms[at]
    return form === fieldForm.plainText || form === fieldForm.text
  }

  valueAt(at: number): Value {
    const start = this.starts[at] as number
    const end = this.ends[at] as number
    switch (this.forms[at]) {
      case fieldForm.integer:
        return integerIn(this.bytes, start, end)
      case fieldForm.plainText:
        return this.#texts.valueOf(this.bytes, start, end)
      case fieldForm.text:
        return string(utf8Text(this.bytes, start, end))
      default:
        return this.#decode(this.bytes, start, end)
    }
  }
}

const smallIntegers: readonly IntValue[] = Array.from({ length: 1_024 }, (_, value) => int(value))

/** The integer that at most 15 digits stand for, with or without a minus sign. */
export function integerIn(bytes: Uint8Array, start: number, end: number): IntValue {
  const isNegative = bytes[start] === 45
  let value = 0
  for (let at = isNegative ? start + 1 : start; at < end; at += 1) value = value * 10 + (bytes[at] as number) - 48
  if (isNegative) return int(-value)
  return value < 1_024 ? (smallIntegers[value] as IntValue) : int(value)
}
