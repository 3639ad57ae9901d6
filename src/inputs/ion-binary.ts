import { LedgerError } from '../base/errors.ts'
import { inputRowBytesMax } from '../base/limits.ts'
import { isIonBinary } from '../values/binary-reader.ts'
import { BinaryValueReader } from '../values/binary-value-reader.ts'
import { fromPartiqlIon } from '../values/partiql-ion.ts'
import { declareSymbols, isMarkerLookalike, LocalSymbolTable, symbolTableText } from '../values/symbols.ts'
import type { StructValue, Value } from '../values/value.ts'
import type { ByteSource } from './byte-source.ts'
import { damaged } from './input-error.ts'

/** A value's descriptor and length take up so many bytes at most. */
const headerBytesMax = 10
/** Annotations of PartiQL's own values: only with one of them in the symbol table must a value be looked through. */
const ownAnnotations: ReadonlySet<string> = new Set(['$bag', '$missing', '$date', '$time', '$interval'])

/** The values of Ion binary one by one; their fields are decoded when asked for. */
export class IonBinary {
  readonly #source: ByteSource
  readonly #path: string
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  /** Bytes of the file before `#bytes`. */
  #before = 0
  #symbols = new LocalSymbolTable()
  #hasOwn = false

  constructor(source: ByteSource, path: string) {
    this.#source = source
    this.#path = path
  }

  close(): void {
    this.#source.close()
  }

  next(): Value | undefined {
    for (;;) {
      if (!this.#need(1)) return undefined
      if (this.#bytes[this.#at] === 0xe0) {
        if (!this.#need(4) || !isIonBinary(this.#bytes.subarray(this.#at, this.#at + 4)))
          throw this.#damage(`expected the version marker of Ion 1.0, found ${this.#marker()}`)
        this.#at += 4
        this.#symbols = new LocalSymbolTable()
        this.#hasOwn = false
        continue
      }
      const start = this.#before + this.#at
      const value = this.#value()
      if (value === undefined || isMarkerLookalike(value)) continue
      if (value.type !== 'struct' || value.annotations?.[0] !== symbolTableText)
        return this.#hasOwn ? fromPartiqlIon(value) : value
      this.#symbols = this.#declared(value, start)
      this.#hasOwn = this.#symbols.texts.some((text) => ownAnnotations.has(text))
    }
  }

  #declared(table: StructValue, start: number): LocalSymbolTable {
    try {
      return declareSymbols(table, this.#symbols)
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code === 'file/malformed') throw error
      throw damaged(this.#path, `the symbol table at byte ${start}: ${error.message}`, error)
    }
  }

  /** The value that stands here, undefined for padding. Its bytes are copied: one that is kept keeps no others. */
  #value(): Value | undefined {
    try {
      const length = this.#length()
      if (length > inputRowBytesMax || !this.#need(length))
        throw this.#damage('a value goes beyond the end of the file')
      const bytes = Buffer.from(this.#bytes.subarray(this.#at, this.#at + length))
      const reader = new BinaryValueReader(bytes, this.#symbols, true)
      // The content of containers is decoded when asked for, after this value was given.
      reader.origin = { path: this.#path, offset: this.#before + this.#at }
      const value = reader.readValue(length, 0)
      this.#at += length
      return value
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code === 'file/malformed') throw error
      throw this.#damage(error.message, error)
    }
  }

  #marker(): string {
    const [, major, minor, end] = this.#bytes.subarray(this.#at, this.#at + 4)
    if (end === 0xea) return `that of Ion ${major}.${minor}`
    return `bytes ${this.#bytes.subarray(this.#at, this.#at + 4).toString('hex')}`
  }

  /** Descriptor, length and content together. */
  #length(): number {
    this.#need(headerBytesMax)
    const header = this.#bytes.subarray(this.#at, this.#at + headerBytesMax)
    const descriptor = header[0] as number
    const low = descriptor & 15
    if (low === 15 || descriptor >> 4 === 1) return 1
    if (low !== 14 && descriptor !== 0xd1) return 1 + low
    const reader = new BinaryValueReader(header, this.#symbols, true, 1)
    reader.origin = { path: this.#path, offset: this.#before + this.#at }
    const content = reader.readVarUInt(header.length)
    return reader.at + content
  }

  /** Whether so many bytes stand here, having read on if need be. */
  #need(count: number): boolean {
    if (this.#bytes.length - this.#at >= count) return true
    const parts: Buffer[] = [Buffer.from(this.#bytes.subarray(this.#at))]
    let length = this.#bytes.length - this.#at
    while (length < count) {
      const chunk = this.#source.read()
      if (chunk === undefined) break
      parts.push(Buffer.from(chunk))
      length += chunk.length
    }
    this.#before += this.#at
    this.#bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
    this.#at = 0
    return length >= count
  }

  #damage(problem: string, cause?: unknown): LedgerError {
    return damaged(this.#path, `the value at byte ${this.#before + this.#at}: ${problem}`, cause)
  }
}
