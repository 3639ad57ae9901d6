import { string, structOf } from '../values/value.ts'
import type { CommandText } from './command-rows.ts'
import type { Fact } from './connection.ts'
import { textWidth } from './formats/text-width.ts'
import { visibleText } from './visible-text.ts'

export interface StatusSource {
  readonly ledger: string
  readonly description: string
  readonly transaction: { readonly id: string; readonly startedMs: number; readonly ageMsMax: number } | undefined
}

/** `status`. */
export function statusText(source: StatusSource, facts: readonly Fact[], version: string, nowMs: number): CommandText {
  const { transaction } = source
  const rows: [string, string][] = [
    ['ledger', source.ledger],
    ['where', source.description],
  ]
  for (const { name, value } of facts) {
    if ((name === 'region' || name === 'profile') && value !== '') rows.push([name, value])
  }
  rows.push(['transaction', transaction === undefined ? 'none' : transactionText(transaction, nowMs)])
  rows.push(['version', version])
  const row = structOf(Object.fromEntries(rows.map(([name, value]) => [name, string(value)])))
  return { text: alignedColumns(rows), rows: [row] }
}

/** `env`: every setting and fact, its value and where it came from. */
export function settingsText(facts: readonly Fact[]): CommandText {
  return {
    text: alignedColumns(facts.map(({ name, value, from }) => [name, value === '' ? '-' : value, `(${from})`])),
    rows: facts.map(({ name, value, from }) => {
      return structOf({ name: string(name), value: string(value), from: string(from) })
    }),
  }
}

function transactionText({ id, startedMs, ageMsMax }: NonNullable<StatusSource['transaction']>, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - startedMs) / 1000))
  return `${id}, open for ${seconds} s of at most ${ageMsMax / 1000} s`
}

/** Rows of cells in columns, two blanks between them; the last column is as wide as it likes. Safe to print. */
export function alignedColumns(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(visibleText))
  const width = (column: number) => shown.reduce((most, row) => Math.max(most, textWidth(row[column] ?? '')), 0)
  const widths = (shown[0] ?? []).map((_, column) => width(column))
  return shown
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - textWidth(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
