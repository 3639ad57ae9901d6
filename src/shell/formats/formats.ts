import { CsvFormat } from './format-csv.ts'
import { IonFormat } from './format-ion.ts'
import { JsonFormat, JsonLinesFormat } from './format-json.ts'
import { asksForPlan, PlanFormat } from './format-plan.ts'
import { TableFormat } from './format-table.ts'
import { VerticalFormat } from './format-vertical.ts'
import type { ResultFormat } from './result-format.ts'

export interface FormatOptions {
  /** Columns of the terminal; undefined when there is none: nothing is cut then. */
  readonly width: number | undefined
  /** Whose result it is: the plan that EXPLAIN gives is no table. */
  readonly statement?: string
}

interface FormatDefinition {
  readonly help: string
  readonly make: (options: FormatOptions) => ResultFormat
}

function tableOf({ width, statement = '' }: FormatOptions): ResultFormat {
  return asksForPlan(statement) ? new PlanFormat() : new TableFormat(width)
}

/** The formats of `--format` and `set format`, in the order of the help text. */
const formats = {
  table: { help: 'columns, fitted to the terminal', make: tableOf },
  vertical: { help: 'a block of lines for each row, nothing cut', make: () => new VerticalFormat() },
  ion: { help: 'Ion text, one value a line', make: () => new IonFormat(false) },
  'ion-pretty': { help: 'Ion text, indented', make: () => new IonFormat(true) },
  json: { help: 'one JSON array for each result', make: () => new JsonFormat() },
  jsonl: { help: 'JSON Lines, one value a line', make: () => new JsonLinesFormat() },
  csv: {
    help: 'comma-separated values under a line of field names',
    make: (options) => new CsvFormat(options.width !== undefined),
  },
} as const satisfies Record<string, FormatDefinition>

export type FormatName = keyof typeof formats

export const formatNames = Object.keys(formats) as readonly FormatName[]

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(formats, name)
}

export function formatHelp(name: FormatName): string {
  return formats[name].help
}

/** A fresh formatter for one result. */
export function resultFormat(name: FormatName, options: FormatOptions): ResultFormat {
  return formats[name].make(options)
}
