import { isUtf8 } from 'node:buffer'
import { asciiText, utf8Text } from '../base/byte-text.ts'
import { inputShapesMax, rowFieldsScannedMax } from '../base/limits.ts'
import { FileRow } from '../values/file-row.ts'
import { fieldForm } from '../values/packed-fields.ts'
import type { Value } from '../values/value.ts'
import { JsonBytes } from './json-bytes.ts'
import { JsonReader } from './json-reader.ts'
import { namesOf, type NameShape, newShape } from './name-shape.ts'

/** Lines in a row that were left to the reader before most of the following ones are left to it at once. */
const missesMax = 16
/** One line in so many is looked at then. A power of two. */
const retryEvery = 64

/**
 * Finds the fields of the one object that a line of JSON holds, without decoding them. It says only that a line is well
 * formed; any other line, and rare forms, are left to JsonReader, which names what is wrong.
 */
export class JsonRowScanner {
  readonly row: FileRow
  readonly #json = new JsonBytes()
  readonly #root: NameShape<Buffer> = newShape(undefined, '', Buffer.alloc(0))
  #shapes = 0
  #misses = 0

  constructor() {
    const reader = new JsonReader()
    this.row = new FileRow(rowFieldsScannedMax, (bytes, start, end) => reader.read(utf8Text(bytes, start, end)))
  }

  /** Whether the line is in the row now. The row reads the bytes for as long as it is looked at. */
  scan(bytes: Buffer, start: number, end: number): boolean {
    if (this.#misses >= missesMax && (this.#misses & (retryEvery - 1)) !== 0) {
      this.#misses += 1
      return false
    }
    const isFound = this.#scan(bytes, start, end)
    this.#misses = isFound ? 0 : this.#misses + 1
    return isFound
  }

  #scan(bytes: Buffer, start: number, end: number): boolean {
    const json = this.#json
    json.start(bytes, end)
    let at = json.skip(start)
    if (bytes[at] !== 123 || at >= end) return false
    let shape = this.#root
    let count = 0
    at = json.skip(at + 1)
    while (at < end && bytes[at] === 34) {
      const next = this.#field(shape, at)
      if (next === undefined || count === rowFieldsScannedMax) return false
      shape = next
      at = json.skip(at + shape.quoted.length)
      if (at >= end || bytes[at] !== 58) return false
      at = this.#value(count, json.skip(at + 1))
      if (at === -1) return false
      count += 1
      at = json.skip(at)
      if (at >= end || bytes[at] !== 44) break
      at = json.skip(at + 1)
      // A comma before the closing brace.
      if (bytes[at] !== 34) return false
    }
    if (at >= end || bytes[at] !== 125 || json.skip(at + 1) !== end) return false
    if (json.isWide && !isUtf8(bytes.subarray(start, end))) return false
    this.row.bytes = bytes
    this.row.names = namesOf(shape)
    return true
  }

  /** Past a value, which is the row's field of that number; -1 where it may not be well formed. */
  #value(field: number, at: number): number {
    const json = this.#json
    const end = json.skipValue(at, 0)
    if (end === -1) return -1
    const { row } = this
    const { form } = json
    const quotes = form === fieldForm.plainText || form === fieldForm.text ? 1 : 0
    row.starts[field] = at + quotes
    row.ends[field] = end - quotes
    row.forms[field] = form
    return end
  }

  /** The shape with the field's name, which begins here, at its end. Nearly always it is the one that came here last. */
  #field(shape: NameShape<Buffer>, at: number): NameShape<Buffer> | undefined {
    const guess = shape.last
    if (guess !== undefined && this.#json.startsWith(guess.quoted, at)) return guess
    const end = this.#json.skipValue(at, 0)
    if (end === -1) return undefined
    const key = asciiText(this.#json.bytes, at, end)
    const next = shape.next?.get(key) ?? this.#newField(shape, key)
    if (next !== undefined) shape.last = next
    return next
  }

  #newField(shape: NameShape<Buffer>, key: string): NameShape<Buffer> | undefined {
    const quoted = Buffer.from(key, 'latin1')
    const name = nameOf(quoted)
    if (name === undefined || this.#shapes === inputShapesMax) return undefined
    const made = newShape(shape, name, quoted)
    this.#shapes += 1
    shape.next ??= new Map()
    shape.next.set(key, made)
    return made
  }
}

/** The text of a string of JSON; undefined where it is not well formed. */
function nameOf(quoted: Buffer): string | undefined {
  if (!isUtf8(quoted)) return undefined
  const value: Value = new JsonReader().read(quoted.toString())
  return value.type === 'string' ? value.value : undefined
}
