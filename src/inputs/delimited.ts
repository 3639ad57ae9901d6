import { int, decimal, nullValue, string, struct, type Value } from '../values/value.ts'
import { InputError, passOver, type RowWatch } from './input-error.ts'
import type { TextLines } from './text-lines.ts'

/**
 * CSV (RFC 4180) and its kin with another separator. The first record names the fields. A field in quotes is a string;
 * another one is a number where JSON would write it so (`12`, `4.50`, not `007`), exactly; NULL when it is empty; else a
 * string as it stands. A record may have fewer fields than the first, never more.
 */
export function* readDelimited(lines: TextLines, separator: string, watch: RowWatch = {}): Generator<Value, undefined> {
  try {
    const header = nextRecord(lines)
    if (header === undefined) return
    const names = splitRecord(header, separator, lines.path).map((field, position) =>
      field.text === '' ? `_${position + 1}` : field.text,
    )
    for (;;) {
      const record = nextRecord(lines)
      if (record === undefined) return
      let fields: readonly Field[]
      try {
        fields = splitRecord(record, separator, lines.path)
        if (fields.length > names.length) throw tooManyFields(record, fields, names.length, lines.path)
      } catch (error) {
        passOver(error, watch)
        continue
      }
      watch.onLine?.(record.line)
      const values = fields.map(fieldValue)
      yield struct(fields.length === names.length ? names : names.slice(0, fields.length), values)
    }
  } finally {
    lines.close()
  }
}

interface Field {
  readonly text: string
  readonly isQuoted: boolean
  /** Where it begins in the record's text. */
  readonly start: number
}

interface DelimitedRecord {
  readonly text: string
  readonly line: number
}

/** The next record that is not an empty line. A quoted field may hold line ends: then the record has several lines. */
function nextRecord(lines: TextLines): DelimitedRecord | undefined {
  for (;;) {
    let text = lines.next()
    if (text === undefined) return undefined
    const { line } = lines
    if (text === '' || text === '\r') continue
    while (opensQuote(text)) {
      const more = lines.next()
      if (more === undefined)
        throw new InputError('the quoted field is not closed', excerpt(text, line, lines.path), lastQuote(text))
      text += `\n${more}`
    }
    if (text.endsWith('\r')) text = text.slice(0, -1)
    return { text, line }
  }
}

/** Whether a quote is open at the end: their number is odd. */
function opensQuote(text: string): boolean {
  let isOpen = false
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) isOpen = !isOpen
  return isOpen
}

function splitRecord({ text, line }: DelimitedRecord, separator: string, path: string): Field[] {
  const fields: Field[] = []
  let at = 0
  for (;;) {
    const start = at
    if (text[at] === '"') {
      const end = closingQuote(text, at)
      const next = text[end + 1]
      if (next !== undefined && next !== separator) {
        const place = { start: end + 1, end: end + 2 }
        throw new InputError(
          'expected the separator or the end of the line after a quoted field',
          excerpt(text, line, path),
          place,
        )
      }
      fields.push({ text: text.slice(at + 1, end).replaceAll('""', '"'), isQuoted: true, start })
      at = end + 1
    } else {
      const found = text.indexOf(separator, at)
      const end = found === -1 ? text.length : found
      fields.push({ text: text.slice(at, end), isQuoted: false, start })
      at = end
    }
    if (at >= text.length) return fields
    at += 1
  }
}

/** The quote that closes the field whose opening quote stands at a place; quotes are even, so there is one or the end. */
function closingQuote(text: string, start: number): number {
  for (let at = start + 1; ; at += 2) {
    at = text.indexOf('"', at)
    if (at === -1) return text.length
    if (text[at + 1] !== '"') return at
  }
}

const plainInteger = /^-?(?:0|[1-9][0-9]*)$/
const plainDecimal = /^(-?)(0|[1-9][0-9]*)\.([0-9]+)$/
/** A field of more characters is text, whatever it holds. */
const numberCharactersMax = 100

function fieldValue({ text, isQuoted }: Field): Value {
  if (isQuoted) return string(text)
  if (text === '') return nullValue
  const first = text.charCodeAt(0)
  const mayBeNumber = (first === 45 || (first >= 48 && first <= 57)) && text.length <= numberCharactersMax
  if (!mayBeNumber) return string(text)
  if (plainInteger.test(text)) return int(text.length < 16 ? Number(text) : BigInt(text))
  const match = plainDecimal.exec(text)
  if (match === null) return string(text)
  const [, sign, whole, fraction] = match as unknown as [string, string, string, string]
  const magnitude = BigInt(whole + fraction)
  return decimal(sign === '' ? magnitude : -magnitude, -fraction.length, sign !== '')
}

function tooManyFields(
  { text, line }: DelimitedRecord,
  fields: readonly Field[],
  expected: number,
  path: string,
): InputError {
  const start = (fields[expected] as Field).start
  const message = `the record has ${fields.length} fields, the first line names ${expected}`
  return new InputError(message, excerpt(text, line, path), { start, end: start + 1 })
}

function excerpt(text: string, line: number, path: string) {
  return { path, text, line, column: 1 }
}

function lastQuote(text: string) {
  const start = text.lastIndexOf('"')
  return { start, end: start + 1 }
}
