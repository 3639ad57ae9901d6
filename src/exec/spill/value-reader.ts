import { unreachable } from '../../base/assert.ts'
import { lazyOver } from '../../values/binary-reader.ts'
import {
  type Annotations,
  bag,
  blob,
  bool,
  clob,
  date,
  decimal,
  falseValue,
  float,
  int,
  interval,
  type ListValue,
  list,
  map,
  missing,
  nullOf,
  nullValue,
  sexp,
  string,
  struct,
  symbol,
  time,
  timestamp,
  trueValue,
  type Value,
} from '../../values/value.ts'
import { HeldFields } from '../held-fields.ts'
import type { SharedParts } from './shared-parts.ts'
import { nullTypes, precisions, tags } from './value-tags.ts'

const loopBytesMax = 16

/** Reads what ValueWriter has written; keeps no reference to the bytes, so the caller may reuse them. */
export class ValueReader {
  bytes: Buffer<ArrayBufferLike> = Buffer.alloc(0)
  at = 0
  readonly #shared: SharedParts

  constructor(shared: SharedParts) {
    this.#shared = shared
  }

  read(annotations?: Annotations): Value {
    const tag = this.#byte()
    switch (tag) {
      case tags.positiveInt:
        return int(this.unsigned(), annotations)
      case tags.negativeInt:
        return int(-this.unsigned(), annotations)
      case tags.latin1String:
      case tags.wideString:
        return string(this.#text(tag), annotations)
      case tags.latin1Symbol:
      case tags.wideSymbol:
        return symbol(this.#text(tag === tags.latin1Symbol ? tags.latin1String : tags.wideString), annotations)
      case tags.missing:
        return missing
      case tags.null: {
        const type = nullTypes[this.#byte()] ?? 'null'
        return type === 'null' && annotations === undefined ? nullValue : nullOf(type, annotations)
      }
      case tags.true:
      case tags.false:
        if (annotations === undefined) return tag === tags.true ? trueValue : falseValue
        return bool(tag === tags.true, annotations)
      case tags.bigInt:
        return int(this.#bigInt(), annotations)
      case tags.float:
        this.at += 8
        return float(this.bytes.readDoubleLE(this.at - 8), annotations)
      case tags.decimal: {
        const negativeZero = this.#byte() === 1
        const exponent = this.#signed()
        return decimal(this.#bigInt(), exponent, negativeZero, annotations)
      }
      case tags.annotated:
        return this.read(this.#names())
      case tags.timestamp:
      case tags.date:
      case tags.time:
      case tags.interval:
        return this.#moment(tag, annotations)
      default:
        return this.#container(tag, annotations)
    }
  }

  unsigned(): number {
    const { bytes } = this
    let byte = bytes[this.at] as number
    this.at += 1
    if (byte < 128) return byte
    let number = byte - 128
    let factor = 128
    for (;;) {
      byte = bytes[this.at] as number
      this.at += 1
      if (byte < 128) return number + byte * factor
      number += (byte - 128) * factor
      factor *= 128
    }
  }

  #byte(): number {
    const byte = this.bytes[this.at] as number
    this.at += 1
    return byte
  }

  #signed(): number {
    const isNegative = this.#byte() === 1
    const magnitude = this.unsigned()
    return isNegative ? -magnitude : magnitude
  }

  #bytes(): Buffer {
    const size = this.unsigned()
    const start = this.at
    this.at += size
    return Buffer.from(this.bytes.subarray(start, this.at))
  }

  #bigInt(): bigint {
    const form = this.#byte()
    const magnitude = form < 2 ? BigInt(this.unsigned()) : BigInt(`0x${this.#bytes().toString('hex')}`)
    return form % 2 === 1 ? -magnitude : magnitude
  }

  /** After its tag. */
  #text(tag: number): string {
    const length = this.unsigned()
    const start = this.at
    if (tag === tags.wideString) {
      this.at += 2 * length
      return this.bytes.toString('utf16le', start, this.at)
    }
    this.at += length
    if (length > loopBytesMax) return this.bytes.toString('latin1', start, this.at)
    let text = ''
    for (let at = start; at < this.at; at += 1) text += String.fromCharCode(this.bytes[at] as number)
    return text
  }

  #names(): string[] {
    const names = new Array<string>(this.unsigned())
    for (let at = 0; at < names.length; at += 1) names[at] = this.#text(this.#byte())
    return names
  }

  #values(count: number): Value[] {
    const values = new Array<Value>(count)
    for (let at = 0; at < count; at += 1) values[at] = this.read()
    return values
  }

  #container(tag: number, annotations: Annotations): Value {
    switch (tag) {
      case tags.list:
        return list(this.#values(this.unsigned()), annotations)
      case tags.sexp:
        return sexp(this.#values(this.unsigned()), annotations)
      case tags.bag:
        return bag(this.#values(this.unsigned()))
      case tags.map:
        return this.#map()
      case tags.struct: {
        const names = this.#shared.names[this.unsigned()] as readonly string[]
        return struct(names, this.#values(names.length), annotations)
      }
      case tags.wideStruct: {
        const names = this.#names()
        return struct(names, this.#values(names.length), annotations)
      }
      case tags.heldFields:
        return new HeldFields(this.#values(this.unsigned()))
      case tags.blob:
        return blob(this.#bytes(), annotations)
      case tags.clob:
        return clob(this.#bytes(), annotations)
      case tags.lazyStruct:
        return this.#lazy('struct', annotations)
      case tags.lazyList:
        return this.#lazy('list', annotations)
      case tags.lazySexp:
        return this.#lazy('sexp', annotations)
      default:
        return unreachable(tag as never)
    }
  }

  #map(): Value {
    const [keyType, valueType] = this.#names() as [string, string]
    const entries = new Array<ListValue>(this.unsigned())
    for (let at = 0; at < entries.length; at += 1) entries[at] = list([this.read(), this.read()])
    return map(keyType, valueType, entries)
  }

  #lazy(type: 'struct' | 'list' | 'sexp', annotations: Annotations): Value {
    const symbols = this.#shared.symbols[this.unsigned()] as SharedParts['symbols'][number]
    const depth = this.unsigned()
    return lazyOver(type, this.#bytes(), symbols, depth, annotations)
  }

  #moment(tag: number, annotations: Annotations): Value {
    if (tag === tags.interval) {
      const family = this.#byte() === 0 ? 'year-month' : 'day-time'
      const months = this.#bigInt()
      const nanoseconds = this.#bigInt()
      return interval(family, months, nanoseconds, this.#text(this.#byte()))
    }
    const precision = precisions[tag === tags.timestamp ? this.#byte() : 0] ?? 'second'
    const [year, month, day] = tag === tags.time ? [0, 1, 1] : [this.#signed(), this.#byte(), this.#byte()]
    if (tag === tags.date) return date(year, month, day)
    const [hour, minute, second] = [this.#byte(), this.#byte(), this.#byte()]
    const fractionDigits = this.unsigned()
    const fraction = this.#bigInt()
    const offset = this.#byte() === 0 ? undefined : this.#signed()
    if (tag === tags.time) return time(hour, minute, second, fraction, fractionDigits, offset)
    const fields = { year, month, day, hour, minute, second, fraction, fractionDigits, offset }
    return timestamp(precision, fields, annotations)
  }
}
