import { LedgerError } from '../base/errors.ts'
import { span } from '../base/span.ts'
import { declareSymbols, isMarkerLookalike, LocalSymbolTable, symbolTableText } from './symbols.ts'
import { atInfinity, readNumber } from './text-number.ts'
import { atLongQuote, readLob, readLong, readShort } from './text-quoted.ts'
import { isDigit, isIdentifierPart, isIdentifierStart, isOperator, TextScanner } from './text-scanner.ts'
import {
  type Annotations,
  blob,
  bool,
  clob,
  float,
  list,
  type NullType,
  nullOf,
  sexp,
  string,
  struct,
  symbol,
  unknownSymbolText,
  type Value,
} from './value.ts'
import type { ValueBudget } from './value-budget.ts'

/**
 * Reads Ion 1.0 text (Ion 1.0 specification, "Ion Text Encoding"), with local symbol tables and version markers.
 * Every function throws LedgerError 'ion/malformed' or 'ion/nesting-too-deep', with the place in the text.
 */

/** The one value that a text holds. */
export function parseIon(text: string): Value {
  return parseOnly(text)
}

/** The same, of at most so many values. Throws LedgerError 'evaluator/limit' as well. */
export function parseIonWithin(text: string, budget: ValueBudget): Value {
  return parseOnly(text, budget)
}

function parseOnly(text: string, budget?: ValueBudget): Value {
  const reader = new TextReader(text, new LocalSymbolTable(), budget)
  const value = reader.next()
  if (value === undefined) throw malformed('expected an Ion value, found none', 0, text.length)
  const start = reader.at
  if (reader.next() !== undefined) throw malformed('expected one Ion value, found a second', start, text.length)
  return value
}

/**
 * All values of a text, in order. `budget`: how many there may be, at every depth. `values` has those before a fault also
 * where this throws.
 */
export function parseAllIon(text: string, budget?: ValueBudget, values: Value[] = []): Value[] {
  return readValues(new TextReader(text, new LocalSymbolTable(), budget), values)
}

/** All values that a reader has left. */
export function readValues(reader: TextReader, values: Value[] = []): Value[] {
  for (let value = reader.next(); value !== undefined; value = reader.next())
    if (!isMarkerLookalike(value)) values.push(value)
  return values
}

function malformed(message: string, start: number, end: number): LedgerError {
  return new LedgerError('ion/malformed', message, { span: span(start, end) })
}

const nullTypes: ReadonlySet<string> = new Set<NullType>([
  'null',
  'bool',
  'int',
  'float',
  'decimal',
  'timestamp',
  'string',
  'symbol',
  'blob',
  'clob',
  'list',
  'sexp',
  'struct',
])
const versionMarker = /\$ion_([0-9]+)_([0-9]+)(?![A-Za-z0-9_$])/y

/** A symbol as written: an unquoted one may turn out to be a keyword. */
interface SymbolToken {
  readonly text: string
  readonly isQuoted: boolean
  readonly start: number
}

/** The values of a text one by one. `symbols` is the table that holds where the text begins. */
export class TextReader {
  readonly #scanner: TextScanner
  #symbols: LocalSymbolTable
  readonly #budget: ValueBudget | undefined

  constructor(text: string, symbols = new LocalSymbolTable(), budget?: ValueBudget) {
    this.#budget = budget
    this.#scanner = new TextScanner(text)
    this.#symbols = symbols
  }

  /** Just behind the last value read, in UTF-16 units. */
  get at(): number {
    return this.#scanner.at
  }

  /** The symbol table that holds here. */
  get symbols(): LocalSymbolTable {
    return this.#symbols
  }

  /** The next value at the top level, undefined at the end. Symbol tables and version markers are taken in silently. */
  next(): Value | undefined {
    for (;;) {
      this.#scanner.skipSpace()
      if (this.#scanner.peek() === -1) return undefined
      if (this.#skipVersionMarker()) continue
      const start = this.#scanner.at
      const value = this.#readValue(false)
      if (value.type !== 'struct' || value.annotations?.[0] !== symbolTableText) return value
      try {
        this.#symbols = declareSymbols(value, this.#symbols)
      } catch (error) {
        throw error instanceof LedgerError ? error.at(span(start, this.#scanner.at)) : error
      }
    }
  }

  #skipVersionMarker(): boolean {
    const scanner = this.#scanner
    if (scanner.peek() !== 36) return false
    versionMarker.lastIndex = scanner.at
    const match = versionMarker.exec(scanner.text)
    if (match === null) return false
    const start = scanner.at
    scanner.at += match[0].length
    const end = scanner.at
    scanner.skipSpace()
    if (scanner.peek() === 58 && scanner.peek(1) === 58) {
      scanner.at = start
      return false
    }
    if (match[1] !== '1' || match[2] !== '0')
      scanner.fail(`expected Ion 1.0, found version ${match[1]}.${match[2]}`, start, end)
    this.#symbols = new LocalSymbolTable()
    return true
  }

  #readValue(inSexp: boolean): Value {
    this.#budget?.take()
    const scanner = this.#scanner
    let annotations: string[] | undefined
    for (;;) {
      const token = this.#readSymbolToken()
      if (token === undefined) return this.#readOther(annotations, inSexp)
      if (!token.isQuoted) {
        const keyword = this.#readKeyword(token, annotations)
        if (keyword !== undefined) return this.#checkNoAnnotation(token, keyword)
      }
      scanner.skipSpace()
      if (scanner.peek() !== 58 || scanner.peek(1) !== 58) {
        return symbol(this.#symbolText(token), annotations)
      }
      scanner.at += 2
      this.#budget?.take()
      annotations ??= []
      annotations.push(this.#symbolText(token))
      scanner.skipSpace()
    }
  }

  /** The symbol or keyword that stands here; undefined, having read nothing, when there is none. */
  #readSymbolToken(): SymbolToken | undefined {
    const scanner = this.#scanner
    const start = scanner.at
    const unit = scanner.peek()
    if (isIdentifierStart(unit)) {
      do scanner.at += 1
      while (isIdentifierPart(scanner.peek()))
      return { text: scanner.text.slice(start, scanner.at), isQuoted: false, start }
    }
    if (unit !== 39 || atLongQuote(scanner)) return undefined
    return { text: readShort(scanner, 'text'), isQuoted: true, start }
  }

  /** What a symbol stands for: `$12` is the twelfth of the symbol table. */
  #symbolText(token: SymbolToken): string {
    if (token.isQuoted || !/^\$[0-9]+$/.test(token.text)) return token.text
    const id = Number(token.text.slice(1))
    const text = id === 0 ? unknownSymbolText : this.#symbols.textOf(id)
    if (text !== undefined) return text
    const end = token.start + token.text.length
    return this.#scanner.fail(`there is no symbol '${token.text}' in the symbol table`, token.start, end)
  }

  #readKeyword(token: SymbolToken, annotations: Annotations): Value | undefined {
    switch (token.text) {
      case 'null':
        return nullOf(this.#readNullType(token), annotations)
      case 'true':
        return bool(true, annotations)
      case 'false':
        return bool(false, annotations)
      case 'nan':
        return float(Number.NaN, annotations)
      default:
        return undefined
    }
  }

  /** A keyword before `::` was meant as an annotation. */
  #checkNoAnnotation(token: SymbolToken, keyword: Value): Value {
    const scanner = this.#scanner
    const end = scanner.at
    if (scanner.peek() !== 58 || scanner.peek(1) !== 58) return keyword
    const name = scanner.text.slice(token.start, end)
    return scanner.fail(`the keyword '${name}' must be quoted as an annotation`, token.start, end)
  }

  #readNullType(token: SymbolToken): NullType {
    const scanner = this.#scanner
    if (scanner.peek() !== 46) return 'null'
    scanner.at += 1
    const start = scanner.at
    while (isIdentifierPart(scanner.peek())) scanner.at += 1
    const name = scanner.text.slice(start, scanner.at)
    if (name === '') scanner.failExpected("a type after 'null.', such as 'null.int'")
    if (!nullTypes.has(name)) scanner.fail(`expected a type after 'null.', found '${name}'`, token.start, scanner.at)
    return name as NullType
  }

  /** A value that does not begin with a symbol. */
  #readOther(annotations: Annotations, inSexp: boolean): Value {
    const scanner = this.#scanner
    const unit = scanner.peek()
    if (isDigit(unit)) return readNumber(scanner, annotations)
    switch (unit) {
      case 34:
        return string(readShort(scanner, 'text'), annotations)
      case 39:
        return string(
          readLong(scanner, 'text', () => scanner.skipSpace()),
          annotations,
        )
      case 91:
        return list(this.#readItems(93, "',' or ']'"), annotations)
      case 40:
        return sexp(this.#readItems(41, "')'"), annotations)
      case 123:
        return scanner.peek(1) === 123 ? this.#readLob(annotations) : this.#readStruct(annotations)
      case 43:
      case 45: {
        if (unit === 45 && isDigit(scanner.peek(1))) return readNumber(scanner, annotations)
        if (!atInfinity(scanner)) break
        scanner.at += 4
        return float(unit === 45 ? -Infinity : Infinity, annotations)
      }
    }
    if (inSexp && isOperator(unit)) return symbol(this.#readOperator(), annotations)
    return scanner.failExpected('an Ion value')
  }

  #readOperator(): string {
    const scanner = this.#scanner
    const start = scanner.at
    while (isOperator(scanner.peek()) && !this.#atComment()) scanner.at += 1
    return scanner.text.slice(start, scanner.at)
  }

  #atComment(): boolean {
    const next = this.#scanner.peek(1)
    return this.#scanner.peek() === 47 && (next === 47 || next === 42)
  }

  #readLob(annotations: Annotations): Value {
    const { type, bytes } = readLob(this.#scanner)
    return type === 'blob' ? blob(bytes, annotations) : clob(bytes, annotations)
  }

  /** The items of a list (`close` is `]`) or sexp (`)`). */
  #readItems(close: number, wanted: string): Value[] {
    const scanner = this.#scanner
    const items: Value[] = []
    this.#open()
    const inSexp = close === 41
    while (scanner.peek() !== close) {
      if (scanner.peek() === -1) scanner.failExpected(wanted)
      items.push(this.#readValue(inSexp))
      scanner.skipSpace()
      if (!inSexp && !this.#skipComma(close)) scanner.failExpected(wanted)
    }
    this.#close()
    return items
  }

  #readStruct(annotations: Annotations): Value {
    const scanner = this.#scanner
    const names: string[] = []
    const values: Value[] = []
    this.#open()
    while (scanner.peek() !== 125) {
      names.push(this.#readFieldName())
      scanner.skipSpace()
      if (scanner.peek() !== 58) scanner.failExpected("':'")
      if (scanner.peek(1) === 58)
        scanner.fail("a field name takes no annotation: expected ':', found '::'", scanner.at, scanner.at + 2)
      scanner.at += 1
      scanner.skipSpace()
      values.push(this.#readValue(false))
      scanner.skipSpace()
      if (!this.#skipComma(125)) scanner.failExpected("',' or '}'")
    }
    this.#close()
    return struct(names, values, annotations)
  }

  #readFieldName(): string {
    const scanner = this.#scanner
    const token = this.#readSymbolToken()
    if (token === undefined) {
      if (scanner.peek() === 34) return readShort(scanner, 'text')
      if (scanner.peek() === 39) return readLong(scanner, 'text', () => scanner.skipSpace())
      return scanner.failExpected("a field name or '}'")
    }
    if (!token.isQuoted && /^(?:null|true|false|nan)$/.test(token.text))
      scanner.fail(`the keyword '${token.text}' must be quoted as a field name`, token.start, scanner.at)
    return this.#symbolText(token)
  }

  #open(): void {
    this.#scanner.enter(this.#scanner.at)
    this.#scanner.at += 1
    this.#scanner.skipSpace()
  }

  #close(): void {
    this.#scanner.leave()
    this.#scanner.at += 1
  }

  /** Past a comma; true without one when the container ends here. */
  #skipComma(close: number): boolean {
    const unit = this.#scanner.peek()
    if (unit === close) return true
    if (unit !== 44) return false
    this.#scanner.at += 1
    this.#scanner.skipSpace()
    return true
  }
}
