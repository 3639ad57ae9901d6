import { BlockWriter } from '../../src/ledger/apply-block.ts'
import { Overlay } from '../../src/ledger/overlay.ts'
import { ReadSet } from '../../src/ledger/read-set.ts'
import type { Store, WriteTransaction } from '../../src/store/store.ts'
import type { SimulationOptions } from './simulation.ts'

/**
 * Bugs that a simulation has to find, else it looks at nothing. Each is put into the running program from outside, by
 * taking the place of a method or of the store: the program itself has no switch for them.
 */
export interface PlantedBug {
  readonly name: string
  readonly options?: Partial<SimulationOptions>
  /** Returns what takes it out again. */
  plant?(): () => void
}

export const plantedBugs: readonly PlantedBug[] = [
  { name: 'look-ups in an index are not in the read set', plant: () => without(ReadSet.prototype, 'addProbe') },
  { name: 'scans are not in the read set', plant: () => without(ReadSet.prototype, 'addScan') },
  { name: 'documents read by id are not in the read set', plant: () => without(ReadSet.prototype, 'addDocument') },
  { name: 'names of tables are not in the read set', plant: () => without(ReadSet.prototype, 'addName') },
  { name: 'a failed statement leaves its writes', plant: () => without(Overlay.prototype, 'undoStatement') },
  { name: 'new index entries are now and then forgotten', plant: forgetIndexEntries },
  { name: 'transactions live too long', options: { transactionAgeMsMax: 40_000 } },
  { name: 'a write that died is kept in part', options: { wrapStore: (store) => new TornStore(store) } },
  { name: 'an acknowledged write is lost', options: { wrapStore: (store) => new ForgetfulStore(store) } },
]

function without<T extends object>(prototype: T, method: keyof T): () => void {
  const original = prototype[method]
  prototype[method] = (() => undefined) as T[keyof T]
  return () => {
    prototype[method] = original
  }
}

function forgetIndexEntries(): () => void {
  const original = BlockWriter.prototype.putIndexEntry
  let calls = 0
  BlockWriter.prototype.putIndexEntry = function (this: BlockWriter, ...entry) {
    calls += 1
    if (calls % 7 !== 0) original.apply(this, entry)
  }
  return () => {
    BlockWriter.prototype.putIndexEntry = original
  }
}

/** Keeps the first half of what a failed work has put. */
class TornStore implements Store {
  readonly #inner: Store

  constructor(inner: Store) {
    this.#inner = inner
  }

  snapshot() {
    return this.#inner.snapshot()
  }

  async write<T>(work: (transaction: WriteTransaction) => T): Promise<T> {
    const puts: [Uint8Array, Uint8Array][] = []
    try {
      return await this.#inner.write((transaction) =>
        work({
          get: (key) => transaction.get(key),
          range: (range) => transaction.range(range),
          remove: (key) => transaction.remove(key),
          put: (key, value) => {
            puts.push([key, value])
            transaction.put(key, value)
          },
        }),
      )
    } catch (error) {
      await this.#inner.write((transaction) => {
        for (const [key, value] of puts.slice(0, puts.length >> 1)) transaction.put(key, value)
      })
      throw error
    }
  }

  close() {
    return this.#inner.close()
  }
}

/** Acknowledges every 20th work without keeping it. */
class ForgetfulStore implements Store {
  readonly #inner: Store
  #works = 0

  constructor(inner: Store) {
    this.#inner = inner
  }

  snapshot() {
    return this.#inner.snapshot()
  }

  async write<T>(work: (transaction: WriteTransaction) => T): Promise<T> {
    this.#works += 1
    if (this.#works % 20 !== 0) return this.#inner.write(work)
    const forgotten = new Error('forgotten')
    let result: T | undefined
    try {
      await this.#inner.write((transaction) => {
        result = work(transaction)
        throw forgotten
      })
    } catch (error) {
      if (error !== forgotten) throw error
    }
    return result as T
  }

  close() {
    return this.#inner.close()
  }
}
