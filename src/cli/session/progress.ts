import type { ScriptStatement } from '../../syntax/split.ts'
import type { Output } from './output.ts'

/** A script is quiet for so long before it says how far it is, and between two such lines. */
const quietMs = 1_000
const betweenMs = 200

/** How far a script is, on one line of the terminal that is written over: `line 1204, 1,200 statements, 3 s`. */
export class Progress {
  readonly #output: Output
  readonly #nowMs: () => number
  readonly #startedMs: number
  #shownMs: number
  #shownWidth = 0
  #statements = 0

  constructor(output: Output, nowMs: () => number) {
    this.#output = output
    this.#nowMs = nowMs
    this.#startedMs = nowMs()
    this.#shownMs = this.#startedMs + quietMs - betweenMs
  }

  readonly onStatement = (statement: ScriptStatement): void => {
    this.#statements += 1
    const nowMs = this.#nowMs()
    if (nowMs - this.#shownMs < betweenMs) return
    this.#shownMs = nowMs
    const seconds = Math.round((nowMs - this.#startedMs) / 1000)
    const text = `line ${statement.line}, ${this.#statements.toLocaleString('en-US')} statements, ${seconds} s`
    void this.#output.write(`\r${text.padEnd(this.#shownWidth)}`)
    this.#shownWidth = text.length
  }

  /** Takes the line away, before other output and at the end. */
  readonly clear = (): void => {
    if (this.#shownWidth === 0) return
    void this.#output.write(`\r${' '.repeat(this.#shownWidth)}\r`)
    this.#shownWidth = 0
  }
}
