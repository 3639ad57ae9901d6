import { binaryText } from '../base/bytes.ts'
import { changingRange } from './key-range.ts'
import type { KeyRange, Snapshot, Store, WriteTransaction } from './store.ts'

type Entry = readonly [key: Uint8Array, value: Uint8Array]

/** Memory of an entry beside its bytes: an object for the value, its key as a text, and their place in the map. */
const entryBytes = 200
/** A range looks through all changes: it counts as so many bytes, so that many ranges make small batches. */
const rangeBytes = 16 * 1024

/**
 * Changes that are gathered in memory over a snapshot, which must not be released before, and then written in one
 * transaction, in the order of their keys. What is changed many times is written once, and pages of the store as well. Nobody
 * else may write meanwhile, or what is written must be checked.
 */
export class GatheredWrites implements WriteTransaction {
  readonly #below: Pick<Snapshot, 'get' | 'range'>
  /** Keys as texts, a character a byte; undefined for what was removed. */
  readonly #changes = new Map<string, Uint8Array | undefined>()
  #version = 0
  /** Memory that it takes, roughly. */
  bytes = 0

  constructor(below: Pick<Snapshot, 'get' | 'range'>) {
    this.#below = below
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const text = binaryText(key)
    const changed = this.#changes.get(text)
    if (changed !== undefined) return changed
    return this.#changes.has(text) ? undefined : this.#below.get(key)
  }

  range(range: KeyRange): Iterable<Entry> {
    return changingRange(
      range,
      () => this.#version,
      (rest) => this.#merged(rest),
    )
  }

  put(key: Uint8Array, value: Uint8Array): void {
    // From the pool, where it is short: all of a batch go together.
    this.#change(key, Buffer.from(value))
  }

  remove(key: Uint8Array): void {
    this.#change(key, undefined)
  }

  /** Puts all changes. */
  writeInto(transaction: WriteTransaction): void {
    for (const [text, value] of [...this.#changes].sort(byKey)) {
      if (value === undefined) transaction.remove(bytesOf(text))
      else transaction.put(bytesOf(text), value)
    }
  }

  #change(key: Uint8Array, value: Uint8Array | undefined): void {
    const text = binaryText(key)
    const before = this.#changes.get(text)
    if (before === undefined && !this.#changes.has(text)) this.bytes += entryBytes + key.length
    this.bytes += (value?.length ?? 0) - (before?.length ?? 0)
    this.#changes.set(text, value)
    this.#version += 1
  }

  *#merged(range: KeyRange): Generator<Entry> {
    this.bytes += rangeBytes
    const [start, end] = [binaryText(range.start), binaryText(range.end)]
    const changes = [...this.#changes].filter(([text]) => text >= start && text < end).sort(byKey)
    if (range.reverse === true) changes.reverse()
    const isBefore = (left: string, right: string) => (range.reverse === true ? left > right : left < right)
    let at = 0
    for (const entry of this.#below.range(range)) {
      const text = binaryText(entry[0])
      for (let change = changes[at]; change !== undefined && isBefore(change[0], text); change = changes[++at])
        if (change[1] !== undefined) yield [bytesOf(change[0]), change[1]]
      const change = changes[at]
      if (change?.[0] !== text) {
        yield entry
        continue
      }
      at += 1
      if (change[1] !== undefined) yield [entry[0], change[1]]
    }
    for (const [text, value] of changes.slice(at)) if (value !== undefined) yield [bytesOf(text), value]
  }
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

/** The least bytes that are gathered before they are written; every time twice as many, so that short work is soon safe. */
const firstBatchBytes = 1024 * 1024

/** Work on a store in batches that grow up to `bytesMax` bytes, each written in one transaction. */
export class BatchedWrites {
  readonly #store: Store
  readonly #bytesMax: number
  #batchBytes: number
  #snapshot: Snapshot | undefined
  #gathered: GatheredWrites | undefined

  constructor(store: Store, bytesMax: number) {
    this.#store = store
    this.#bytesMax = bytesMax
    this.#batchBytes = Math.min(firstBatchBytes, bytesMax)
  }

  /** Where changes are put and read. */
  get view(): WriteTransaction {
    if (this.#gathered !== undefined) return this.#gathered
    this.#snapshot = this.#store.snapshot()
    this.#gathered = new GatheredWrites(this.#snapshot)
    return this.#gathered
  }

  get isFull(): boolean {
    return (this.#gathered?.bytes ?? 0) >= this.#batchBytes
  }

  /**
   * Writes what was gathered, unless `check`, which looks at the store's newest state, throws or finds that it is not the
   * expected. Gives what `check` said.
   */
  async flush(check: (transaction: WriteTransaction) => boolean = () => true): Promise<boolean> {
    const gathered = this.#gathered
    this.drop()
    if (gathered === undefined) return true
    const isWritten = await this.#store.write((transaction) => {
      if (!check(transaction)) return false
      gathered.writeInto(transaction)
      return true
    })
    if (!isWritten) return false
    this.#batchBytes = Math.min(this.#batchBytes * 2, this.#bytesMax)
    return true
  }

  /** Forgets what was gathered. */
  drop(): void {
    this.#snapshot?.release()
    this.#snapshot = undefined
    this.#gathered = undefined
  }
}
