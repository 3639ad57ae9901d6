import type { TextPlace } from './lazy-values.ts'
import { ShortTexts } from './short-texts.ts'
import { fieldForm, fieldIn } from './packed-fields.ts'
import type { FieldPath } from './symbols.ts'
import type { StructValue, Value } from './value.ts'

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

  /** The form of what `getPath` would give, and where its bytes lie; -1 where it may give nothing or has the form `other`. */
  findField(path: FieldPath, place: TextPlace): number {
    const at = this.find(path)
    const form = at === -1 ? fieldForm.other : (this.forms[at] as number)
    if (form === fieldForm.other) return -1
    place.bytes = this.bytes
    place.start = this.starts[at] as number
    place.end = this.ends[at] as number
    return form
  }

  valueAt(at: number): Value {
    const start = this.starts[at] as number
    const end = this.ends[at] as number
    const form = this.forms[at] as number
    if (form === fieldForm.other) return this.#decode(this.bytes, start, end)
    return form === fieldForm.plainText
      ? this.#texts.valueOf(this.bytes, start, end)
      : fieldIn(form, this.bytes, start, end)
  }
}
