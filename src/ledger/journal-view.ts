import { assert } from '../base/assert.ts'
import { compareBytes, copyBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import type { LogBlock } from '../journal/log/block-log.ts'
import { EntryCursor } from '../store/entry-cursor.ts'
import type { KeyRange, RangeCursor, Snapshot, WriteTransaction } from '../store/store.ts'
import { blockHashOf } from './block-cache.ts'
import {
  blockKey,
  blocksInRange,
  doubtOfKey,
  identityKey,
  isBlockKey,
  isDoubtKey,
  sequenceOfJournalKey,
} from './keys.ts'
import { readState } from './records.ts'

/** Blocks of a log as far as somebody sees them. */
export interface JournalBlocks {
  readonly first: number
  readonly tip: number
  bytes(sequenceNo: number): Uint8Array
}

type Entry = readonly [key: Uint8Array, value: Uint8Array]

/** Reads blocks and identity where a ledger looks for them among its records, and all else from the cache. */
abstract class JournalReader {
  protected abstract readonly below: Pick<Snapshot, 'get' | 'range'>
  protected abstract readonly seen: JournalBlocks
  protected abstract readonly identity: Uint8Array | undefined

  get(key: Uint8Array): Uint8Array | undefined {
    if (isIdentity(key)) return this.identity && copyBytes(this.identity)
    if (!isBlockKey(key)) return this.below.get(key)
    const sequenceNo = sequenceOfJournalKey(key)
    const { first, tip } = this.seen
    return sequenceNo < first || sequenceNo > tip ? undefined : copyBytes(this.seen.bytes(sequenceNo))
  }

  range(range: KeyRange): Iterable<Entry> {
    return touchesJournal(range)
      ? merged(this.below.range(range), this.#entries(range), range.reverse === true)
      : this.below.range(range)
  }

  *#entries({ start, end, reverse = false }: KeyRange): Generator<Entry> {
    const { identity } = this
    const hasIdentity =
      identity !== undefined && compareBytes(start, identityKey) <= 0 && compareBytes(identityKey, end) < 0
    if (hasIdentity && !reverse) yield [copyBytes(identityKey), copyBytes(identity)]
    const [low, high] = blocksInRange({ start, end })
    const [from, to] = [Math.max(low, this.seen.first), Math.min(high, this.seen.tip)]
    for (let at = 0; at <= to - from; at += 1) {
      const sequenceNo = reverse ? to - at : from + at
      yield [blockKey(sequenceNo), copyBytes(this.seen.bytes(sequenceNo))]
    }
    if (hasIdentity && reverse) yield [copyBytes(identityKey), copyBytes(identity)]
  }
}

function isIdentity(key: Uint8Array): boolean {
  return key.length === 1 && key[0] === identityKey[0]
}

/** Whether blocks or the identity may lie in a range. */
function touchesJournal({ start, end }: KeyRange): boolean {
  return compareBytes(start, blockKey(maxSequenceNo)) <= 0 && compareBytes(identityKey, end) < 0
}

const maxSequenceNo = 2 ** 48 - 1

function* merged(left: Iterable<Entry>, right: Iterable<Entry>, isReverse: boolean): Generator<Entry> {
  const [one, other] = [left[Symbol.iterator](), right[Symbol.iterator]()]
  try {
    let [a, b] = [one.next(), other.next()]
    while (a.done !== true || b.done !== true) {
      const order =
        a.done === true ? 1 : b.done === true ? -1 : compareBytes(a.value[0], b.value[0]) * (isReverse ? -1 : 1)
      if (order < 0) {
        yield a.value as Entry
        a = one.next()
      } else {
        yield b.value as Entry
        b = other.next()
      }
    }
  } finally {
    one.return?.()
    other.return?.()
  }
}

export class JournalSnapshot extends JournalReader implements Snapshot {
  protected readonly below: Snapshot
  protected readonly seen: JournalBlocks
  protected readonly identity: Uint8Array | undefined

  constructor(below: Snapshot, seen: JournalBlocks, identity: Uint8Array | undefined) {
    super()
    this.below = below
    this.seen = seen
    this.identity = identity
  }

  cursor(range: KeyRange): RangeCursor {
    return touchesJournal(range) ? new EntryCursor(this.range(range)[Symbol.iterator]()) : this.below.cursor(range)
  }

  strays(max: number): readonly Uint8Array[] {
    return this.below.strays?.(max) ?? []
  }

  release(): void {
    this.below.release()
  }
}

/** A write: it keeps what is meant for the log by itself. */
export class JournalTransaction extends JournalReader implements WriteTransaction {
  protected readonly below: WriteTransaction
  readonly #before: JournalBlocks
  readonly #identityBefore: Uint8Array | undefined
  readonly #added: Uint8Array[] = []
  readonly #doubts = new Map<number, number[]>()
  newIdentity: Uint8Array | undefined

  constructor(below: WriteTransaction, before: JournalBlocks, identity: Uint8Array | undefined) {
    super()
    this.below = below
    this.#before = before
    this.#identityBefore = identity
  }

  protected get identity(): Uint8Array | undefined {
    return this.newIdentity ?? this.#identityBefore
  }

  protected get seen(): JournalBlocks {
    const { first, tip } = this.#before
    return {
      first,
      tip: tip + this.#added.length,
      bytes: (sequenceNo) => this.#added[sequenceNo - tip - 1] ?? this.#before.bytes(sequenceNo),
    }
  }

  put(key: Uint8Array, value: Uint8Array): void {
    if (isIdentity(key)) this.newIdentity = copyBytes(value)
    else if (isBlockKey(key)) this.#addBlock(sequenceOfJournalKey(key), copyBytes(value))
    else {
      if (isDoubtKey(key)) this.#doubt(key)
      this.below.put(key, value)
    }
  }

  #addBlock(sequenceNo: number, bytes: Uint8Array): void {
    const next = this.#before.tip + this.#added.length + 1
    if (sequenceNo < next) throw notReplaced(sequenceNo)
    assert(sequenceNo === next, `block ${sequenceNo} follows block ${next - 1}`)
    this.#added.push(bytes)
  }

  #doubt(key: Uint8Array): void {
    const { sequenceNo, position } = doubtOfKey(key)
    const positions = this.#doubts.get(sequenceNo)
    if (positions === undefined) this.#doubts.set(sequenceNo, [position])
    else positions.push(position)
  }

  remove(key: Uint8Array): void {
    if (isBlockKey(key)) throw notReplaced(sequenceOfJournalKey(key))
    assert(!isIdentity(key), 'a ledger keeps its identity')
    this.below.remove(key)
  }

  removeStrays(): void {
    this.below.removeStrays?.()
  }

  /** What goes into the log. */
  blocks(): LogBlock[] {
    return this.#added.map((bytes, at) => {
      const sequenceNo = this.#before.tip + 1 + at
      const doubtful = [...(this.#doubts.get(sequenceNo) ?? [])].sort((left, right) => left - right)
      return { sequenceNo, bytes, doubtful }
    })
  }

  /** blockHash of the last block that was added. */
  tipHash(): Uint8Array | undefined {
    const last = this.#added.at(-1)
    if (last === undefined) return undefined
    const state = readState(this.below)
    return state?.tip === this.seen.tip ? state.tipHash : blockHashOf(last)
  }
}

function notReplaced(sequenceNo: number): LedgerError {
  return new LedgerError('store/unavailable', `block ${sequenceNo} is in the log: to replace it is not built yet`)
}
