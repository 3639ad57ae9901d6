import { asciiText } from '../base/byte-text.ts'
import { copyShort } from '../base/bytes.ts'
import { fieldForm, fieldIn } from './packed-fields.ts'
import { string, type StructValue, type Value } from './value.ts'

/**
 * Fields side by side in bytes: each has two bytes with its form and its length, four more for a long one, and then its
 * bytes as they stood in their file.
 */
export const packedHeaderBytes = 2
const longHeaderBytes = 6
const longLength = 0xfff

export function packedSize(length: number): number {
  return length + (length < longLength ? packedHeaderBytes : longHeaderBytes)
}

/** Writes a field's header, and gives the place behind it. */
export function packHeader(target: Buffer, at: number, form: number, length: number): number {
  const isLong = length >= longLength
  const header = (form << 12) | (isLong ? longLength : length)
  target[at] = header >>> 8
  target[at + 1] = header & 0xff
  return isLong ? target.writeUInt32LE(length, at + packedHeaderBytes) : at + packedHeaderBytes
}

/** Where a field's content lies, and its form. */
export interface PackedPlace {
  form: number
  start: number
  end: number
}

export function packedAt(bytes: Buffer, at: number, place: PackedPlace): void {
  const first = bytes[at] as number
  const length = ((first & 0xf) << 8) | (bytes[at + 1] as number)
  place.form = first >>> 4
  place.start = at + (length === longLength ? longHeaderBytes : packedHeaderBytes)
  place.end = place.start + (length === longLength ? bytes.readUInt32LE(at + packedHeaderBytes) : length)
}

export function packedValue(bytes: Buffer, { form, start, end }: PackedPlace): Value {
  if (form === fieldForm.plainText) return string(asciiText(bytes, start, end))
  return fieldIn(form, bytes, start, end)
}

/** What packed rows have in common. */
export class PackedColumns {
  readonly names: readonly string[]
  /** What JSON has in front of each value; undefined where a name has more than printable ASCII. */
  readonly jsonBefore: readonly Buffer[] | undefined

  constructor(names: readonly string[]) {
    this.names = names
    this.jsonBefore = names.every((name) => plainName.test(name))
      ? names.map((name, at) => Buffer.from(`${at === 0 ? '{' : ','}"${name}":`))
      : undefined
  }
}

const plainName = /^[ !#-[\]-~]*$/

const place: PackedPlace = { form: 0, start: 0, end: 0 }

/** A row of a result over its fields' bytes, none of which has the form `other`. */
export class PackedRow implements StructValue {
  readonly type = 'struct'
  readonly annotations = undefined
  readonly #columns: PackedColumns
  readonly #bytes: Buffer
  readonly #at: number
  #values: readonly Value[] | undefined

  constructor(columns: PackedColumns, bytes: Buffer, at: number) {
    this.#columns = columns
    this.#bytes = bytes
    this.#at = at
  }

  get names(): readonly string[] {
    return this.#columns.names
  }

  get values(): readonly Value[] {
    if (this.#values === undefined) {
      let at = this.#at
      this.#values = this.names.map(() => {
        packedAt(this.#bytes, at, place)
        at = place.end
        return packedValue(this.#bytes, place)
      })
    }
    return this.#values
  }

  get(name: string): Value | undefined {
    const at = this.names.indexOf(name)
    return at === -1 ? undefined : this.values[at]
  }

  /** The same row over a copy of its bytes, which lie among those of many others. */
  detached(): PackedRow {
    let end = this.#at
    for (let count = this.names.length; count > 0; count -= 1) {
      packedAt(this.#bytes, end, place)
      end = place.end
    }
    return new PackedRow(this.#columns, Buffer.from(this.#bytes.subarray(this.#at, end)), 0)
  }

  /**
   * Writes the row as results in JSON have it, and gives the place behind it; -1 where there is no room, or a value needs
   * more than its bytes.
   */
  writeJson(target: Buffer, from: number): number {
    const before = this.#columns.jsonBefore
    if (before === undefined || before.length === 0) return -1
    const bytes = this.#bytes
    let source = this.#at
    let at = from
    for (let column = 0; column < before.length; column += 1) {
      packedAt(bytes, source, place)
      const { form, start, end } = place
      source = end
      const name = before[column] as Buffer
      if (form === fieldForm.text || at + name.length + end - start + 8 > target.length) return -1
      at = copyShort(name, 0, name.length, target, at)
      if (form === fieldForm.plainText) {
        target[at] = 34
        at = copyShort(bytes, start, end, target, at + 1)
        target[at] = 34
        at += 1
      } else if (form === fieldForm.integer || form === fieldForm.decimal) at = copyShort(bytes, start, end, target, at)
      else {
        const word = words[form - fieldForm.true] as Buffer
        at = copyShort(word, 0, word.length, target, at)
      }
    }
    target[at] = 125
    return at + 1
  }
}

const words = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')]
