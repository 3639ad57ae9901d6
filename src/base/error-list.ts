import { joinErrors, type LedgerError } from './errors.ts'
import { statementErrorsMax } from './limits.ts'

/** What is wrong with one statement, each place once, in the order in which it was found. */
export class ErrorList {
  readonly #errors: LedgerError[] = []
  readonly #places = new Set<string>()

  get isEmpty(): boolean {
    return this.#errors.length === 0
  }

  /** Keeps an error: the search continues. Throws it when enough have been found (statementErrorsMax). */
  add(error: LedgerError): void {
    const place = `${error.code} ${error.span?.start} ${error.span?.end}`
    if (this.#places.has(place)) return
    if (this.#errors.length + 1 >= statementErrorsMax) throw error
    this.#places.add(place)
    this.#errors.push(error)
  }

  /** The first error with all others attached, then those given; undefined when there is none at all. */
  join(...later: readonly LedgerError[]): LedgerError | undefined {
    const [first, ...rest] = [...this.#errors, ...later]
    return first && joinErrors([first, ...rest])
  }

  /** The errors so far. */
  get errors(): readonly LedgerError[] {
    return this.#errors
  }
}
