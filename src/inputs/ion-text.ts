import { LedgerError } from '../base/errors.ts'
import { inputRowBytesMax } from '../base/limits.ts'
import { placeAt } from '../base/span.ts'
import { fromPartiqlIon } from '../values/partiql-ion.ts'
import { isMarkerLookalike, LocalSymbolTable } from '../values/symbols.ts'
import { TextReader } from '../values/text-reader.ts'
import type { Value } from '../values/value.ts'
import type { ByteSource } from './byte-source.ts'
import { inFile } from './input-error.ts'
import { tooLarge } from './text-lines.ts'

/** Units that have to follow a value, so that it can't continue: `::`, or another `'''` of a long string. */
const lookAhead = 8

/**
 * The values of Ion text one by one. The reader wants whole texts: it is given what has been read so far, and what it
 * makes of the end of that counts only at the end of the file. A value longer than the text is tried again with twice as
 * much.
 */
export class IonText {
  readonly #source: ByteSource
  readonly #path: string
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
  #text = ''
  #isLast = false
  #reader = new TextReader('')
  /** The end of the last value that was given, in the text. */
  #done = 0
  #symbols = new LocalSymbolTable()
  #symbolCount = 0
  /** The place in the file where the text begins. */
  #line = 1
  #column = 1

  constructor(source: ByteSource, path: string) {
    this.#source = source
    this.#path = path
  }

  close(): void {
    this.#source.close()
  }

  next(): Value | undefined {
    for (;;) {
      const value = this.#tryNext()
      if (value === 'more') this.#grow()
      else if (value === undefined || !isMarkerLookalike(value)) return value && fromPartiqlIon(value)
    }
  }

  #tryNext(): Value | undefined | 'more' {
    let value: Value | undefined
    try {
      value = this.#reader.next()
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      const end = error.span?.end ?? this.#text.length
      if (!this.#isLast && end > this.#text.length - lookAhead) return 'more'
      throw this.#failure(error)
    }
    const { at } = this.#reader
    if (!this.#isLast && (value === undefined || !this.#isFollowed(at))) return 'more'
    this.#done = at
    this.#symbols = this.#reader.symbols
    this.#symbolCount = this.#symbols.texts.length
    return value
  }

  /** Whether something other than white space and comments follows, so that the value ends where it seems to. */
  #isFollowed(at: number): boolean {
    const text = this.#text
    for (let index = at; index < text.length - lookAhead; index += 1) {
      const unit = text.charCodeAt(index)
      if (unit === 47) return false
      if (unit > 32) return true
    }
    return false
  }

  /** Drops what was given and reads on: at least as much as is left, so that a long value costs linear time. */
  #grow(): void {
    const { line, column } = placeAt(this.#text.slice(0, this.#done), this.#done)
    if (line > 1) this.#column = column
    else this.#column += column - 1
    this.#line += line - 1
    const rest = this.#text.slice(this.#done)
    if (rest.length > inputRowBytesMax) throw tooLarge(this.#path, this.#line)
    const parts = [rest]
    let length = 0
    while (length <= rest.length && !this.#isLast) {
      const part = this.#readText()
      length += part.length
      parts.push(part)
    }
    this.#text = parts.join('')
    this.#done = 0
    // What a symbol table beyond the last value appended comes again.
    this.#symbols.texts.length = this.#symbolCount
    this.#reader = new TextReader(this.#text, this.#symbols)
  }

  #readText(): string {
    const chunk = this.#source.read()
    this.#isLast = chunk === undefined
    try {
      return chunk === undefined ? this.#decoder.decode() : this.#decoder.decode(chunk, { stream: true })
    } catch (error) {
      throw new LedgerError('file/not-text', `'${this.#path}' is not UTF-8 text, seen behind line ${this.#line}`, {
        cause: error,
      })
    }
  }

  /** The error with the text from the last value on. */
  #failure(error: LedgerError): unknown {
    const { line, column } = placeAt(this.#text, this.#done)
    const text = this.#text.slice(this.#done)
    const { start, end } = error.span ?? { start: this.#done, end: this.#done }
    const moved = new LedgerError(error.code, error.message, {
      span: { start: start - this.#done, end: end - this.#done },
      ...(error.help === undefined ? {} : { help: error.help }),
    })
    return inFile(moved, {
      path: this.#path,
      text,
      line: this.#line + line - 1,
      column: line === 1 ? this.#column + column - 1 : column,
    })
  }
}
