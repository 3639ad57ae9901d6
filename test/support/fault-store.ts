import { LedgerError } from '../../src/base/errors.ts'
import type { Snapshot, Store, WriteTransaction } from '../../src/store/store.ts'

/** What a killed store throws at whoever still uses it: not an error that a program may handle. */
export class KilledError extends Error {
  override readonly name = 'KilledError'
}

/**
 * A store that goes wrong at the Nth step. Steps are each put and remove, then the moment before and the moment after
 * each commit. `fail`: that one step is refused with 'store/full' and all works again; a step after a commit can't
 * fail. `kill`: the process dies there, so that nothing of this store works any more; open the inner store again to
 * see what survived. What is written but not yet committed is lost, as the contract of Store says.
 *
 * Run a scenario for N = 1, 2, 3 … until `isReached` stays false: then every step of it has gone wrong once.
 */
export class FaultStore implements Store {
  readonly #inner: Store
  readonly #stepAt: number
  readonly #how: 'fail' | 'kill'
  #steps = 0
  #isKilled = false

  constructor(inner: Store, stepAt: number, how: 'fail' | 'kill') {
    this.#inner = inner
    this.#stepAt = stepAt
    this.#how = how
  }

  get isReached(): boolean {
    return this.#steps >= this.#stepAt
  }

  get isKilled(): boolean {
    return this.#isKilled
  }

  snapshot(): Snapshot {
    this.#checkAlive()
    return this.#inner.snapshot()
  }

  async write<T>(work: (transaction: WriteTransaction) => T): Promise<T> {
    this.#checkAlive()
    const result = await this.#inner.write((transaction) => {
      const outcome = work(this.#wrap(transaction))
      this.#step('a commit')
      return outcome
    })
    if (this.#how === 'kill') this.#step('after a commit')
    return result
  }

  async close(): Promise<void> {
    if (!this.#isKilled) await this.#inner.close()
  }

  #wrap(transaction: WriteTransaction): WriteTransaction {
    return {
      get: (key) => transaction.get(key),
      range: (range) => transaction.range(range),
      put: (key, value) => {
        this.#step('a put')
        transaction.put(key, value)
      },
      remove: (key) => {
        this.#step('a remove')
        transaction.remove(key)
      },
    }
  }

  #step(what: string): void {
    this.#checkAlive()
    this.#steps += 1
    if (this.#steps !== this.#stepAt) return
    if (this.#how === 'fail') throw new LedgerError('store/full', `no room to write: step ${this.#steps}, ${what}`)
    this.#isKilled = true
    throw new KilledError(`killed at step ${this.#steps}, ${what}`)
  }

  #checkAlive(): void {
    if (this.#isKilled) throw new KilledError('the store was killed')
  }
}
