import { isLazy } from '../../values/lazy-values.ts'
import type { IntervalValue, StructValue, TimestampValue, TimeValue, Value } from '../../values/value.ts'
import { HeldFields } from '../held-fields.ts'
import type { SharedParts } from './shared-parts.ts'
import { nullTypes, precisions, tags } from './value-tags.ts'

/** Texts up to this length are written a character at a time: calling into the runtime costs more. */
const loopCharactersMax = 32
const latin1 = /^[\0-\xff]*$/

/** Writes values into a buffer that grows (value-tags.ts). */
export class ValueWriter {
  bytes = Buffer.allocUnsafe(4096)
  size = 0
  readonly #shared: SharedParts

  constructor(shared: SharedParts) {
    this.#shared = shared
  }

  write(value: Value): void {
    if (value.annotations !== undefined && !isLazy(value)) this.#writeAnnotations(value.annotations)
    switch (value.type) {
      case 'missing':
        this.#byte(tags.missing)
        break
      case 'null':
        this.#byte(tags.null)
        this.#byte(nullTypes.indexOf(value.nullType))
        break
      case 'bool':
        this.#byte(value.value ? tags.true : tags.false)
        break
      case 'int':
        this.#int(value.value)
        break
      case 'float':
        this.#byte(tags.float)
        this.#double(value.value)
        break
      case 'decimal':
        this.#byte(tags.decimal)
        this.#byte(value.negativeZero ? 1 : 0)
        this.#signed(value.exponent)
        this.#bigInt(value.coefficient)
        break
      case 'string':
        this.#text(value.value, tags.latin1String, tags.wideString)
        break
      case 'symbol':
        this.#text(value.value, tags.latin1Symbol, tags.wideSymbol)
        break
      case 'blob':
      case 'clob':
        this.#byte(tags[value.type])
        this.#bytes(value.bytes, 0, value.bytes.length)
        break
      case 'list':
      case 'sexp':
        if (!this.#lazy(value)) this.#items(tags[value.type], value.items)
        break
      case 'bag':
        this.#items(tags.bag, value.items)
        break
      case 'map':
        this.#byte(tags.map)
        this.#names([value.keyType, value.valueType])
        this.unsigned(value.items.length)
        for (const { items } of value.items) for (const part of items) this.write(part)
        break
      case 'struct':
        if (!this.#lazy(value)) this.#struct(value)
        break
      default:
        this.#moment(value)
    }
  }

  /** A whole number from 0 on, seven bits a byte. */
  unsigned(number: number): void {
    this.reserve(8)
    let rest = number
    while (rest > 0x7f) {
      this.bytes[this.size] = (rest % 128) + 128
      this.size += 1
      rest = rest < 0x7fffffff ? rest >>> 7 : Math.floor(rest / 128)
    }
    this.bytes[this.size] = rest
    this.size += 1
  }

  /** Makes room for this many more bytes. */
  reserve(count: number): void {
    if (this.size + count <= this.bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, this.size + count))
    this.bytes.copy(grown, 0, 0, this.size)
    this.bytes = grown
  }

  #byte(byte: number): void {
    this.reserve(1)
    this.bytes[this.size] = byte
    this.size += 1
  }

  #int(number: number | bigint): void {
    if (typeof number === 'bigint') {
      this.#byte(tags.bigInt)
      this.#bigInt(number)
      return
    }
    this.#byte(number < 0 ? tags.negativeInt : tags.positiveInt)
    this.unsigned(Math.abs(number))
  }

  #signed(number: number): void {
    this.#byte(number < 0 ? 1 : 0)
    this.unsigned(Math.abs(number))
  }

  #double(number: number): void {
    this.reserve(8)
    this.size = this.bytes.writeDoubleLE(number, this.size)
  }

  #bytes(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start
    this.unsigned(size)
    this.reserve(size)
    this.bytes.set(bytes.subarray(start, end), this.size)
    this.size += size
  }

  /** 0 or 1 for the sign; then the number where it is a safe integer, else 2 or 3 and its hexadecimal digits. */
  #bigInt(number: bigint): void {
    const isNegative = number < 0n
    const magnitude = isNegative ? -number : number
    if (magnitude <= 0x1fffffffffffffn) {
      this.#byte(isNegative ? 1 : 0)
      this.unsigned(Number(magnitude))
      return
    }
    this.#byte(isNegative ? 3 : 2)
    const digits = magnitude.toString(16)
    const hex = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
    this.#bytes(hex, 0, hex.length)
  }

  #text(text: string, narrowTag: number, wideTag: number): void {
    const { length } = text
    if (length <= loopCharactersMax ? this.#shortText(text, narrowTag) : this.#longText(text, narrowTag)) return
    this.#byte(wideTag)
    this.unsigned(length)
    this.reserve(2 * length)
    this.size += this.bytes.write(text, this.size, 2 * length, 'utf16le')
  }

  /** False, with nothing written, for a text beyond Latin-1. */
  #shortText(text: string, tag: number): boolean {
    const { length } = text
    this.reserve(2 + length)
    const { bytes, size } = this
    bytes[size] = tag
    bytes[size + 1] = length
    for (let at = 0; at < length; at += 1) {
      const code = text.charCodeAt(at)
      if (code > 0xff) return false
      bytes[size + 2 + at] = code
    }
    this.size = size + 2 + length
    return true
  }

  #longText(text: string, tag: number): boolean {
    if (!latin1.test(text)) return false
    this.#byte(tag)
    this.unsigned(text.length)
    this.reserve(text.length)
    this.size += this.bytes.write(text, this.size, text.length, 'latin1')
    return true
  }

  #writeAnnotations(annotations: readonly string[]): void {
    this.#byte(tags.annotated)
    this.#names(annotations)
  }

  #names(names: readonly string[]): void {
    this.unsigned(names.length)
    for (const name of names) this.#text(name, tags.latin1String, tags.wideString)
  }

  #items(tag: number, items: readonly Value[]): void {
    this.#byte(tag)
    this.unsigned(items.length)
    for (const item of items) this.write(item)
  }

  #struct(value: StructValue): void {
    if (value instanceof HeldFields) {
      this.#items(tags.heldFields, value.fields)
      return
    }
    const { names, values } = value
    const number = this.#shared.numberOfNames(names)
    this.#byte(number === -1 ? tags.wideStruct : tags.struct)
    if (number === -1) this.#names(names)
    else this.unsigned(number)
    for (let at = 0; at < values.length; at += 1) this.write(values[at] as Value)
  }

  /** Whether the value lies somewhere as Ion binary, which is copied as it is. */
  #lazy(value: Value): boolean {
    if (!isLazy(value)) return false
    const { bytes, start, end, symbols, depth } = value.source
    const number = this.#shared.numberOfSymbols(symbols)
    if (value.annotations !== undefined) this.#writeAnnotations(value.annotations)
    if (number === -1) return false
    this.#byte(value.type === 'struct' ? tags.lazyStruct : value.type === 'list' ? tags.lazyList : tags.lazySexp)
    this.unsigned(number)
    this.unsigned(depth)
    this.#bytes(bytes, start, end)
    return true
  }

  #moment(value: TimestampValue | TimeValue | IntervalValue | Extract<Value, { type: 'date' }>): void {
    if (value.type === 'interval') {
      this.#interval(value)
      return
    }
    this.#byte(tags[value.type])
    if (value.type === 'timestamp') this.#byte(precisions.indexOf(value.precision))
    if (value.type !== 'time') {
      this.#signed(value.year)
      this.#byte(value.month)
      this.#byte(value.day)
    }
    if (value.type === 'date') return
    this.#byte(value.hour)
    this.#byte(value.minute)
    this.#byte(value.second)
    this.unsigned(value.fractionDigits)
    this.#bigInt(value.fraction)
    this.#byte(value.offset === undefined ? 0 : 1)
    if (value.offset !== undefined) this.#signed(value.offset)
  }

  #interval({ family, months, nanoseconds, qualifier }: IntervalValue): void {
    this.#byte(tags.interval)
    this.#byte(family === 'year-month' ? 0 : 1)
    this.#bigInt(months)
    this.#bigInt(nanoseconds)
    this.#text(qualifier, tags.latin1String, tags.wideString)
  }
}
