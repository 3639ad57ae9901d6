import type { Value } from '../../values/value.ts'
import type { ResultFormat } from './result-format.ts'
import { layoutTable, lineText, type TableState } from './table-layout.ts'

/** The table of table-layout.ts as plain lines. Each call lays out its values at once: memory is bounded by the page. */
export class TableFormat implements ResultFormat {
  readonly #width: number | undefined
  #state: TableState | undefined

  constructor(width: number | undefined) {
    this.#width = width
  }

  start(): string {
    this.#state = undefined
    return ''
  }

  values(values: readonly Value[]): string {
    if (values.length === 0) return ''
    const { lines, state } = layoutTable(values, this.#width, this.#state)
    this.#state = state
    let text = ''
    for (const line of lines) text += lineText(line) + '\n'
    return text
  }

  end(): string {
    return ''
  }
}
