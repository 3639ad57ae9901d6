import { string, structOf, type Value } from '../values/value.ts'
import type { ShellEvent } from './events.ts'
import { type FormatName, resultFormat } from './formats/formats.ts'
import { visibleLines } from './visible-text.ts'

/** What a command shows: lines for people, and the same as rows for programs. */
export interface CommandText {
  readonly text: string
  readonly rows: readonly Value[]
}

/** Formats that programs read, where a command's lines would be a fault; Ion's readers get lines where there are no rows. */
const strict: ReadonlySet<string> = new Set(['json', 'jsonl', 'csv'])

/**
 * A command's output in a format that was asked for: its rows where programs read it; its lines for people; undefined where
 * programs would read lines, which then belong beside the data.
 */
export function commandText(
  { text, rows }: Extract<ShellEvent, { type: 'text' }>,
  name: FormatName,
): string | undefined {
  if (rows === 'text') return `${visibleLines(text)}\n`
  if (!strict.has(name) && (rows === undefined || !name.startsWith('ion'))) return `${visibleLines(text)}\n`
  if (rows === undefined) return undefined
  const format = resultFormat(name, { width: undefined })
  return format.start() + format.values(rows) + format.end(true)
}

/** Whether a command's lines would be a fault in this format. */
export function isForPrograms(format: string): boolean {
  return strict.has(format)
}

/** Rows of one column. */
export function column(name: string, items: readonly string[]): readonly Value[] {
  return items.map((item) => structOf({ [name]: string(item) }))
}
