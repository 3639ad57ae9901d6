import { LedgerError } from '../../base/errors.ts'
import type { Value } from '../../values/value.ts'
import type { ResultFormat } from './result-format.ts'
import { jsonText } from './json-text.ts'
import { visibleText } from '../visible-text.ts'

/** The column of rows that are not plain structs. */
const bareTitle = 'VALUE'

/**
 * Comma-separated values (RFC 4180, line feeds as line ends) under a line of field names: the fields of the first rows in
 * order of appearance. All rows of a result that is kept in memory count as first; of a larger one its first thousand.
 * - a string or symbol: its text, in quotes where commas, quotes, line breaks or outer blanks ask for it, and where it
 *   would read back as a number; empty: `""`
 * - NULL, MISSING and a field that a row lacks: nothing at all
 * - nan, +inf and -inf: those words, as in Ion
 * - everything else as in JSON (json-text.ts): numbers with all digits, timestamps in Ion's form, lists and structs as JSON
 *
 * A later row with a field that has no column throws LedgerError 'format/no-column': nothing is left out without a word.
 * On a terminal control characters are made visible, elsewhere they are written as they are.
 */
export class CsvFormat implements ResultFormat {
  readonly #isTerminal: boolean
  #columns: Map<string, number> | undefined
  #rows = 0

  constructor(isTerminal: boolean) {
    this.#isTerminal = isTerminal
  }

  start(): string {
    this.#columns = undefined
    this.#rows = 0
    return ''
  }

  values(values: readonly Value[]): string {
    if (values.length === 0) return ''
    const rows = values.map(fieldsOf)
    let text = ''
    if (this.#columns === undefined) {
      this.#columns = columnsOf(rows)
      text += this.#line(Array.from(this.#columns.keys(), (key) => key.replace(/\0\d+$/, '')).map(quoted))
    }
    for (const row of rows) text += this.#row(row, this.#columns)
    return text
  }

  end(): string {
    return ''
  }

  #row(row: ReadonlyMap<string, Value>, columns: ReadonlyMap<string, number>): string {
    this.#rows += 1
    const cells = new Array<string>(columns.size).fill('')
    for (const [key, value] of row) {
      const index = columns.get(key)
      if (index === undefined) {
        const name = key.replace(/\0\d+$/, '')
        throw new LedgerError('format/no-column', `row ${this.#rows} has a field '${name}' that the first rows lack`, {
          help: "name the fields in SELECT, or take 'jsonl'",
        })
      }
      cells[index] = csvCell(value)
    }
    // A struct without fields lacks every column, and is a value where values are.
    const bare = row.size === 0 ? columns.get(bareTitle) : undefined
    if (bare !== undefined) cells[bare] = '{}'
    return this.#line(cells)
  }

  #line(cells: readonly string[]): string {
    // A line of one empty cell would be read as no line.
    const text = cells.length === 1 && cells[0] === '' ? '""' : cells.join(',')
    return `${this.#isTerminal ? visibleText(text) : text}\n`
  }
}

/** Keys are names; the second field of one name has the key `name` + NUL + `2`, and so on. */
function fieldsOf(value: Value): ReadonlyMap<string, Value> {
  if (value.type !== 'struct' || value.annotations !== undefined) return new Map([[bareTitle, value]])
  const row = new Map<string, Value>()
  for (let index = 0; index < value.names.length; index += 1) {
    const name = value.names[index] as string
    let key = name
    for (let repeat = 2; row.has(key); repeat += 1) key = `${name}\0${repeat}`
    row.set(key, value.values[index] as Value)
  }
  return row
}

function columnsOf(rows: readonly ReadonlyMap<string, Value>[]): Map<string, number> {
  const columns = new Map<string, number>()
  for (const row of rows) for (const key of row.keys()) if (!columns.has(key)) columns.set(key, columns.size)
  return columns.size === 0 ? new Map([[bareTitle, 0]]) : columns
}

function csvCell(value: Value): string {
  switch (value.type) {
    case 'null':
    case 'missing':
      return ''
    case 'string':
      return textCell(value.value)
    case 'float':
      if (Number.isNaN(value.value)) return 'nan'
      if (!Number.isFinite(value.value)) return value.value > 0 ? '+inf' : '-inf'
      return jsonText(value)
    case 'list':
    case 'sexp':
    case 'bag':
    case 'map':
    case 'struct':
      return quoted(jsonText(value))
    default: {
      const json = jsonText(value)
      return json.startsWith('"') ? textCell(JSON.parse(json) as string) : json
    }
  }
}

const numberLike = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/

/** In quotes where a reader would take the text for a number. */
function textCell(text: string): string {
  return numberLike.test(text) ? `"${text}"` : quoted(text)
}

function quoted(text: string): string {
  return /^\s|\s$|[",\r\n]|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
