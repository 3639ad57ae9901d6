import type { Value } from '../../values/value.ts'
import type { ResultFormat } from './result-format.ts'
import { layoutRecords, lineText } from './table-layout.ts'

/** Each row as a block of `name │ value` lines, nothing cut: for documents with many fields or long values. */
export class VerticalFormat implements ResultFormat {
  #rows = 0

  start(): string {
    this.#rows = 0
    return ''
  }

  values(values: readonly Value[]): string {
    let text = ''
    for (const line of layoutRecords(values, this.#rows + 1)) text += lineText(line) + '\n'
    this.#rows += values.length
    return text
  }

  end(): string {
    return ''
  }
}
