import { utf8Text } from '../base/byte-text.ts'
import { inputRowBytesMax, rowFieldsScannedMax } from '../base/limits.ts'
import { span } from '../base/span.ts'
import { int, decimal, nullValue, string, struct, type Value } from '../values/value.ts'
import { DelimitedRowScanner } from './delimited-row-scanner.ts'
import { InputError, passOver, type RowWatch } from './input-error.ts'
import { type TextLines, tooLarge } from './text-lines.ts'

/**
 * CSV (RFC 4180) and its kin with another separator. The first record names the fields; a name that comes again gets `_2`,
 * `_3` and so on. A field in quotes is a string; another one is a number where JSON would write it so (`12`, `4.50`, `1e3`, not
 * `007`), exactly; NULL when it is empty; else a string as it stands. A quote inside an unquoted field is an error (RFC 4180,
 * 2.5). A record may have fewer fields than the first, never more. Lines end with LF, CRLF or CR, as the first one does.
 */
export function* readDelimited(lines: TextLines, separator: string, watch: RowWatch = {}): Generator<Value, undefined> {
  const records = new RecordReader(lines, separator)
  try {
    const names = records.begin() ? fieldNames(records.header(), watch) : []
    const scanner = watch.isPassing === true ? scannerOf(names, separator) : undefined
    while (records.advance()) {
      if (scanner?.scan(lines.bytes, lines.start, lines.end) === true) {
        yield scanner.row
        continue
      }
      records.take()
      const { line } = records
      let fields: readonly Field[]
      try {
        fields = records.read(names.length)
      } catch (error) {
        passOver(error, watch)
        continue
      }
      watch.onLine?.(line)
      const values = fields.map(fieldValue)
      yield struct(fields.length === names.length ? names : names.slice(0, fields.length), values)
    }
  } finally {
    lines.close()
  }
}

function scannerOf(names: readonly string[], separator: string): DelimitedRowScanner | undefined {
  if (names.length > rowFieldsScannedMax) return undefined
  return new DelimitedRowScanner(names, separator, (bytes, start, end) =>
    fieldValue({ text: utf8Text(bytes, start, end), isQuoted: false }),
  )
}

function fieldNames(fields: readonly Field[], watch: RowWatch): string[] {
  const used = new Set(fields.map(({ text }) => text))
  const names = new Set<string>()
  for (const [index, { text }] of fields.entries()) {
    let name = text === '' ? `_${index + 1}` : text
    for (let count = 2; names.has(name); count += 1) {
      const next = `${text}_${count}`
      if (!used.has(next)) name = next
    }
    if (text !== '' && name !== text) watch.onRenamed?.(text, name)
    names.add(name)
  }
  return Array.from(names)
}

/** What separates fields, and the format that reads them. */
const separators: ReadonlyMap<string, { readonly name: string; readonly format: string }> = new Map([
  [',', { name: 'comma', format: 'csv' }],
  ['\t', { name: 'tab', format: 'tsv' }],
  [';', { name: 'semicolon', format: 'ssv' }],
  ['|', { name: 'bar', format: 'psv' }],
])

interface Field {
  readonly text: string
  readonly isQuoted: boolean
}

const quoteUnit = 34
const carriageReturn = 13

/** The records of a file one by one, each field by field. */
class RecordReader {
  readonly #lines: TextLines
  readonly #separator: string
  /** The file's line that is being read, without its end. */
  #text = ''
  #at = 0

  constructor(lines: TextLines, separator: string) {
    this.#lines = lines
    this.#separator = separator
  }

  /** The line in which the last record that begin() found, or the part of it that was read, lies. */
  get line(): number {
    return this.#lines.line
  }

  /** To the next record; false at the end of the file. */
  begin(): boolean {
    const isFound = this.advance()
    if (isFound) this.take()
    return isFound
  }

  /** To the next line that is not empty; false at the end of the file. */
  advance(): boolean {
    const lines = this.#lines
    while (lines.advance()) {
      const length = lines.end - lines.start
      if (length > 1 || (length === 1 && lines.bytes[lines.start] !== carriageReturn)) return true
    }
    return false
  }

  /** The record begins with the line that was advanced to. */
  take(): void {
    this.#at = 0
    this.#text = this.#lines.text()
  }

  /** The fields of the first record. Throws InputError where it is one field that holds another separator. */
  header(): Field[] {
    const [text, { line }] = [this.#text, this]
    const fields = this.read()
    const [only] = fields
    if (fields.length > 1 || only === undefined || only.isQuoted) return fields
    const found = [...separators.keys()].find((one) => one !== this.#separator && only.text.includes(one))
    if (found === undefined) return fields
    const at = text.indexOf(found)
    const [here, there] = [separators.get(this.#separator), separators.get(found)]
    const message = `the first line holds a ${there?.name}, but no ${here?.name} to separate fields`
    throw new InputError(message, { path: this.#lines.path, text, line, column: 1 }, span(at, at + 1), {
      help: `fields between ${there?.name}s are read as '${there?.format}'; the name of a single column takes double quotes`,
    })
  }

  /** The fields of the record that begins here, at most `count` of them. Throws InputError. */
  read(count = Number.POSITIVE_INFINITY): Field[] {
    const fields: Field[] = []
    for (;;) {
      if (fields.length === count) this.#failTooMany(count)
      fields.push(this.#text.charCodeAt(this.#at) === quoteUnit ? this.#quoted() : this.#unquoted())
      if (this.#at >= this.#end()) return fields
      this.#at += 1
    }
  }

  /** Where the line ends, CRLF's CR left out. */
  #end(): number {
    return this.#text.endsWith('\r') ? this.#text.length - 1 : this.#text.length
  }

  #unquoted(): Field {
    const start = this.#at
    const found = this.#text.indexOf(this.#separator, start)
    const end = found === -1 ? this.#end() : found
    const text = this.#text.slice(start, end)
    const quote = text.indexOf('"')
    if (quote !== -1) this.#failStrayQuote(start, quote)
    if (this.#lines.isEndedByCr && text.includes('\n')) this.#failStrayLineFeed(start + text.indexOf('\n'))
    this.#at = end
    return { text, isQuoted: false }
  }

  /** A field in quotes may continue in further lines. */
  #quoted(): Field {
    const start = { text: this.#text, line: this.#lines.line, at: this.#at }
    const parts: string[] = []
    let length = 0
    let from = this.#at + 1
    for (;;) {
      const quote = this.#text.indexOf('"', from)
      const part = quote === -1 ? `${this.#text.slice(from)}${this.#lines.lineEnd}` : this.#text.slice(from, quote)
      length += part.length
      if (length > inputRowBytesMax) throw tooLarge(this.#lines.path, start.line)
      parts.push(part)
      if (quote === -1) {
        this.#continue(start)
        from = 0
      } else if (this.#text.charCodeAt(quote + 1) === quoteUnit) {
        parts.push('"')
        from = quote + 2
      } else {
        this.#at = quote + 1
        if (this.#at < this.#end() && this.#text[this.#at] !== this.#separator) this.#failAfterQuoted()
        return { text: parts.length === 1 ? (parts[0] as string) : parts.join(''), isQuoted: true }
      }
    }
  }

  #continue(start: { readonly text: string; readonly line: number; readonly at: number }): void {
    const more = this.#lines.next()
    if (more === undefined) {
      const excerpt = { path: this.#lines.path, text: start.text, line: start.line, column: 1 }
      throw new InputError('unterminated quoted field', excerpt, span(start.at, start.at + 1), {
        help: 'add a closing "; inside a quoted field a quote is written twice: ""',
      })
    }
    this.#text = more
  }

  #failAfterQuoted(): never {
    return this.#fail('expected the separator or the end of the line after a quoted field', this.#at, {
      help: 'inside a quoted field a quote is written twice: ""',
    })
  }

  #failStrayQuote(start: number, quote: number): never {
    const isOuterBlank = this.#text.slice(start, start + quote).trim() === ''
    const what = isOuterBlank ? 'blanks before a quoted field' : 'a quote inside a field that is not quoted'
    return this.#fail(what, start + quote, {
      help: isOuterBlank
        ? 'remove the blanks, or put them inside the quotes'
        : 'put the whole field in quotes and write each quote in it twice: "5"""',
    })
  }

  #failStrayLineFeed(at: number): never {
    return this.#fail('found LF in a file whose first line ends with CR', at, {
      help: 'use one line end in the whole file',
    })
  }

  #failTooMany(count: number): never {
    const [text, line, at] = [this.#text, this.line, this.#at]
    const found = count + this.read().length
    const message = `the record has ${found} fields, the first line names ${count}`
    throw new InputError(message, { path: this.#lines.path, text, line, column: 1 }, span(at, at + 1))
  }

  #fail(message: string, at: number, details: { help?: string } = {}): never {
    const excerpt = { path: this.#lines.path, text: this.#text, line: this.#lines.line, column: 1 }
    throw new InputError(message, excerpt, span(at, at + 1), details)
  }
}

const plainInteger = /^-?(?:0|[1-9][0-9]*)$/
const plainDecimal = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/
/** A field of more characters is text, whatever it holds. */
const numberCharactersMax = 100
const exponentMax = 1_000_000

function fieldValue({ text, isQuoted }: Field): Value {
  if (isQuoted) return string(text)
  if (text === '') return nullValue
  const first = text.charCodeAt(0)
  const mayBeNumber = (first === 45 || (first >= 48 && first <= 57)) && text.length <= numberCharactersMax
  if (!mayBeNumber) return string(text)
  if (plainInteger.test(text)) return int(text.length < 16 ? Number(text) : BigInt(text))
  const match = plainDecimal.exec(text)
  if (match === null) return string(text)
  const [, sign, whole, fraction = '', power = '0'] = match
  const exponent = Number(power)
  if (Math.abs(exponent) > exponentMax) return string(text)
  const magnitude = BigInt(`${whole}${fraction}`)
  return decimal(sign === '' ? magnitude : -magnitude, exponent - fraction.length, sign !== '')
}
