import type { EventSink } from './events.ts'

/** Names kept for completion; a result with more fields than this teaches no more. */
const namesMax = 2_000

/** The names of the fields that results have had so far, for completion: learned from what is shown, nothing is asked. */
export class FieldNames {
  readonly #names = new Set<string>()

  get known(): readonly string[] {
    return [...this.#names]
  }

  /** For another ledger. */
  forget(): void {
    this.#names.clear()
  }

  /** The sink, its rows looked at on their way: the first of each batch. */
  before(sink: EventSink): EventSink {
    return (event) => {
      const first = event.type === 'rows' ? event.values[0] : undefined
      if (first?.type === 'struct') {
        for (const name of first.names.slice(0, namesMax)) if (this.#isUseful(name)) this.#names.add(name)
      }
      return sink(event)
    }
  }

  /** Names that a statement can have as they are. */
  #isUseful(name: string): boolean {
    return this.#names.size < namesMax && /^[A-Za-z]\w*$/.test(name)
  }
}
