import { tableColumnsMax, tablePaddingColumnsMax } from '../../base/limits.ts'
import type { StructValue, Value } from '../../values/value.ts'
import { type Cell, cellOf } from './cell-text.ts'
import { takeStart, padText, textWidth, textWidthUpTo } from './text-width.ts'
import { visibleText } from '../visible-text.ts'

/** A line of a laid-out result: pieces that follow one another without a gap. Safe to print. */
export type TableLine = readonly Cell[]

interface Column {
  /** A field's name and which of the struct's fields of that name it is (a struct may repeat one); undefined: bare values. */
  readonly key: string | undefined
  readonly title: string
  readonly width: number
  readonly align: 'left' | 'right'
}

interface ColumnSoFar {
  readonly title: string
  width: number
  numbers: boolean
  others: boolean
}

/** What a later batch of the same result must know of the batches before it. */
export interface TableState {
  readonly columns: readonly Column[]
  readonly rows: number
  readonly vertical: boolean
}

export interface TableLayout {
  readonly lines: readonly TableLine[]
  readonly state: TableState
}

type Row = ReadonlyMap<string | undefined, Cell>

/**
 * Lays out rows as a table: one column for each field in order of first appearance, a column VALUE for rows that are not
 * plain structs (bare values, empty or annotated structs). Numbers stand right. With a `width` (a terminal's columns) no
 * line is longer: the widest columns are cut, a `…` at the cut. Where even that leaves too little, or there are more than
 * tableColumnsMax columns, each row becomes a block of `name │ value` lines. Without a width nothing is cut; a cell of more
 * than tablePaddingColumnsMax columns then stands out of its column, so that it does not widen every row.
 *
 * A later batch of one result passes the state of the batch before: it continues under the same header, unless it brings new
 * columns or needs wider ones; then a new header stands over it.
 */
export function layoutTable(values: readonly Value[], width: number | undefined, before?: TableState): TableLayout {
  const rows = values.map(rowOf)
  const columns = columnsOf(rows, before?.columns ?? [], width)
  const fitted = before?.vertical || columns.length > tableColumnsMax ? undefined : fitColumns(columns, width)
  const firstRow = before?.rows ?? 0
  if (fitted === undefined) {
    const lines = rows.flatMap((row, index) => recordLines(row, firstRow + index + 1, width))
    return { lines, state: { columns, rows: firstRow + rows.length, vertical: true } }
  }
  const lines = rows.map((row) => rowLine(row, fitted, width !== undefined))
  const header = before !== undefined && sameColumns(fitted, before.columns) ? [] : headerLines(fitted)
  return { lines: [...header, ...lines], state: { columns: fitted, rows: firstRow + rows.length, vertical: false } }
}

/** Each row as a block of lines, nothing cut; `first` is the first row's number. */
export function layoutRecords(values: readonly Value[], first: number): TableLine[] {
  return values.flatMap((value, index) => recordLines(rowOf(value), first + index, undefined))
}

/** The line as plain text, blanks at its end removed. */
export function lineText(line: TableLine): string {
  let text = ''
  for (const cell of line) text += cell.text
  return text.trimEnd()
}

const bareKey = undefined
const gap: Cell = { text: ' │ ', role: 'rule' }
/** A column is never cut below this, unless it is narrower by nature. */
const columnWidthMin = 6

function rowOf(value: Value): Row {
  if (value.type !== 'struct' || value.names.length === 0 || value.annotations !== undefined) {
    return new Map([[bareKey, cellOf(value)]])
  }
  return fieldCells(value)
}

/** Keys are names; the second field of one name has the key `name` + NUL + `2`, and so on. */
function fieldCells(value: StructValue): Row {
  const row = new Map<string, Cell>()
  for (let index = 0; index < value.names.length; index += 1) {
    const name = value.names[index] as string
    let key = name
    for (let repeat = 2; row.has(key); repeat += 1) key = `${name}\0${repeat}`
    row.set(key, cellOf(value.values[index] as Value))
  }
  return row
}

function columnsOf(rows: readonly Row[], before: readonly Column[], limit: number | undefined): Column[] {
  const most = limit ?? tablePaddingColumnsMax
  const found = new Map<string | undefined, ColumnSoFar>()
  for (const { key, title, width, align } of before) {
    found.set(key, { title, width, numbers: align === 'right', others: false })
  }
  for (const row of rows) {
    for (const [key, cell] of row) {
      const column = found.get(key) ?? newColumn(key)
      if (!found.has(key)) found.set(key, column)
      const width = Math.min(textWidthUpTo(cell.text, most), most)
      if (width > column.width) column.width = width
      if (cell.role === 'number') column.numbers = true
      else if (cell.role !== 'missing' && cell.role !== 'null') column.others = true
    }
  }
  return [...found].map(([key, { title, width, numbers, others }]) => ({
    key,
    title,
    width,
    align: numbers && !others ? 'right' : 'left',
  }))
}

function newColumn(key: string | undefined): ColumnSoFar {
  const title = key === bareKey ? 'VALUE' : titleOf(key)
  return { title, width: textWidth(title), numbers: false, others: false }
}

function titleOf(key: string): string {
  const name = key.replace(/\0\d+$/, '')
  return name === '' ? "''" : visibleText(name)
}

/** The columns cut to the width, or undefined when they do not fit even so. */
function fitColumns(columns: readonly Column[], width: number | undefined): readonly Column[] | undefined {
  if (width === undefined) return columns
  const available = width - gap.text.length * (columns.length - 1)
  const total = columns.reduce((sum, column) => sum + column.width, 0)
  if (total <= available) return columns
  const cap = widestCap(columns, available)
  if (cap < columnWidthMin && columns.length > 1) return undefined
  let spare = available - columns.reduce((sum, column) => sum + Math.min(column.width, cap), 0)
  return columns.map((column) => {
    if (column.width <= cap) return column
    const extra = spare > 0 ? 1 : 0
    spare -= extra
    return { ...column, width: cap + extra }
  })
}

/** The largest width at which columns may be cut so that they fit together. */
function widestCap(columns: readonly Column[], available: number): number {
  const widths = columns.map((column) => column.width).sort((left, right) => left - right)
  let rest = available
  for (const [index, width] of widths.entries()) {
    const share = Math.floor(rest / (widths.length - index))
    if (width > share) return share
    rest -= width
  }
  return widths.at(-1) ?? 0
}

function sameColumns(columns: readonly Column[], before: readonly Column[]): boolean {
  return (
    columns.length === before.length &&
    columns.every((column, index) => column.width === (before[index] as Column).width)
  )
}

function headerLines(columns: readonly Column[]): TableLine[] {
  const titles = columns.map(
    ({ title, width, align }): Cell => ({ text: padText(takeStart(title, width), width, align), role: 'header' }),
  )
  const rules = columns.map((column): string => '─'.repeat(column.width))
  return [withGaps(titles), [{ text: rules.join('─┼─'), role: 'rule' }]]
}

function rowLine(row: Row, columns: readonly Column[], isCut: boolean): TableLine {
  return withGaps(
    columns.map(({ key, width }) => {
      const cell = row.get(key)
      if (cell === undefined) return { text: ' '.repeat(width), role: 'missing' }
      const text = isCut ? takeStart(cell.text, width) : cell.text
      return { text: padText(text, width, cell.role === 'number' ? 'right' : 'left'), role: cell.role }
    }),
  )
}

function withGaps(cells: readonly Cell[]): TableLine {
  return cells.flatMap((cell, index) => (index === 0 ? [cell] : [gap, cell]))
}

/** One row as a block: a rule with its number, then its fields, each on a line. */
function recordLines(row: Row, number: number, width: number | undefined): TableLine[] {
  const titles = [...row.keys()].map((key) => (key === bareKey ? 'VALUE' : titleOf(key)))
  const longest = titles.reduce((most, title) => Math.max(most, textWidth(title)), 0)
  const titleWidth = width === undefined ? longest : Math.min(longest, Math.max(1, Math.floor(width / 2) - 3))
  const heading = `─[ ${number} ]`
  const rule = heading.padEnd(Math.min(width ?? 60, 60), '─').slice(0, width)
  const lines: TableLine[] = [[{ text: rule, role: 'rule' }]]
  let index = 0
  for (const cell of row.values()) {
    const title = padText(takeStart(titles[index] as string, titleWidth), titleWidth, 'left')
    index += 1
    const text =
      width === undefined ? cell.text : takeStart(cell.text, Math.max(1, width - titleWidth - gap.text.length))
    lines.push([{ text: title, role: 'header' }, gap, { text, role: cell.role }])
  }
  return lines
}
