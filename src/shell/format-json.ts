import type { Value } from '../values/value.ts'
import type { ResultFormat } from './formats.ts'
import { jsonText } from './json-text.ts'

/** JSON Lines: one value a line. */
export class JsonLinesFormat implements ResultFormat {
  start(): string {
    return ''
  }

  values(values: readonly Value[]): string {
    let text = ''
    for (const value of values) text += jsonText(value) + '\n'
    return text
  }

  end(): string {
    return ''
  }
}

/** One array for each result, streamed with one value a line. A result that broke off leaves its array open. */
export class JsonFormat implements ResultFormat {
  #empty = true

  start(): string {
    this.#empty = true
    return '['
  }

  values(values: readonly Value[]): string {
    let text = ''
    for (const value of values) {
      text += `${this.#empty ? '\n' : ',\n'}  ${jsonText(value)}`
      this.#empty = false
    }
    return text
  }

  end(complete: boolean): string {
    if (!complete) return '\n'
    return this.#empty ? ']\n' : '\n]\n'
  }
}
