import { printIon } from '../../values/text-writer.ts'
import type { Value } from '../../values/value.ts'
import type { ResultFormat } from './result-format.ts'
import { escapeInQuotes } from '../visible-text.ts'

/** A value as Ion text that is safe on a terminal and reads back as the same value. */
export function ionText(value: Value, pretty = false): string {
  return escapeInQuotes(printIon(value, { pretty }))
}

/** Ion text: one value a line; or indented, each value beginning a line. Either is one Ion stream. */
export class IonFormat implements ResultFormat {
  readonly #pretty: boolean

  constructor(pretty: boolean) {
    this.#pretty = pretty
  }

  start(): string {
    return ''
  }

  values(values: readonly Value[]): string {
    let text = ''
    for (const value of values) text += ionText(value, this.#pretty) + '\n'
    return text
  }

  end(): string {
    return ''
  }
}
