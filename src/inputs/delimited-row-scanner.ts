import { isUtf8 } from 'node:buffer'
import { digitsEnd } from '../base/byte-text.ts'
import { FileRow, type DecodeField } from '../values/file-row.ts'
import { fieldForm, plainDigitsMax, plainFractionDigitsMax } from '../values/packed-fields.ts'

const quote = 34
const minus = 45
const point = 46

/**
 * Finds the fields of a record that lies in one line, without decoding them. It says only that a record is well formed; any
 * other one, and quotes within quotes, are left to the reader of records, which names what is wrong.
 */
export class DelimitedRowScanner {
  readonly row: FileRow
  readonly #separator: number
  /** The names of the first so many fields. */
  readonly #names: readonly (readonly string[])[]
  #isWide = false

  /** `decode` makes the values of fields that begin as a number does and are none of the usual form. */
  constructor(names: readonly string[], separator: string, decode: DecodeField) {
    this.row = new FileRow(names.length, decode)
    this.#separator = separator.charCodeAt(0)
    this.#names = [...names.map((_, count) => names.slice(0, count)), names]
  }

  /** Whether the line is in the row now. The row reads the bytes for as long as it is looked at. */
  scan(bytes: Buffer, start: number, lineEnd: number): boolean {
    const end = lineEnd > start && bytes[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd
    const { row } = this
    const most = this.#names.length - 1
    this.#isWide = false
    let at = start
    let count = 0
    for (;;) {
      if (count === most) return false
      at =
        at < end && bytes[at] === quote ? this.#quoted(bytes, count, at + 1, end) : this.#plain(bytes, count, at, end)
      if (at === -1) return false
      count += 1
      if (at >= end) break
      at += 1
    }
    if (this.#isWide && !isUtf8(bytes.subarray(start, lineEnd))) return false
    row.bytes = bytes
    row.names = this.#names[count] as readonly string[]
    return true
  }

  /** Past a field in quotes, which holds none. */
  #quoted(bytes: Buffer, field: number, start: number, end: number): number {
    const close = this.#text(bytes, field, start, end, quote)
    if (close === -1 || close === end) return -1
    return close + 1 === end || bytes[close + 1] === this.#separator ? close + 1 : -1
  }

  #plain(bytes: Buffer, field: number, start: number, end: number): number {
    const first = start < end ? (bytes[start] as number) : 0
    const stop = this.#text(bytes, field, start, end, this.#separator)
    if (stop === start) this.row.forms[field] = fieldForm.null
    else if (first === minus || (first >= 48 && first <= 57)) this.row.forms[field] = numberForm(bytes, start, stop)
    return stop
  }

  /** The field is a text up to `stop` or the end; where that is. -1 where a quote or a line feed is in it. */
  #text(bytes: Buffer, field: number, start: number, end: number, stop: number): number {
    const { row } = this
    let form: number = fieldForm.plainText
    let at = start
    for (; at < end; at += 1) {
      const byte = bytes[at] as number
      if (byte === stop) break
      if (byte === quote || byte === 10) return -1
      if (byte < 32 || byte >= 127 || byte === 92) {
        form = fieldForm.text
        if (byte > 127) this.#isWide = true
      }
    }
    row.starts[field] = start
    row.ends[field] = at
    row.forms[field] = form
    return at
  }
}

/** The form of what begins with a digit or a minus sign. */
function numberForm(bytes: Buffer, start: number, end: number): number {
  const from = bytes[start] === minus ? start + 1 : start
  const whole = digitsEnd(bytes, from, end)
  const digits = whole - from
  if (digits === 0 || digits > plainDigitsMax || (bytes[from] === 48 && digits > 1)) return fieldForm.other
  if (whole === end) return from > start && bytes[from] === 48 ? fieldForm.other : fieldForm.integer
  const fraction = end - whole - 1
  const isDecimal =
    bytes[whole] === point &&
    fraction > 0 &&
    fraction <= plainFractionDigitsMax &&
    digitsEnd(bytes, whole + 1, end) === end
  return isDecimal ? fieldForm.decimal : fieldForm.other
}
