import { assert } from '../base/assert.ts'
import { binaryText, copyBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { emptyTree, type Tree, treeGet, treePut, treeRemove } from './byte-tree.ts'
import { isRemoval, mergedCursor, newRemoval } from './merged-cursor.ts'
import { changingRange, isEmptyRange } from './key-range.ts'
import {
  type KeyRange,
  type RangeCursor,
  type Snapshot,
  type Store,
  storeKeyBytesMax,
  type WriteTransaction,
} from './store.ts'

/** What one work changed: key and value of each put, a removal for what it removed. */
interface Changes {
  readonly puts: Map<string, readonly [key: Uint8Array, value: Uint8Array]>
  bytes: number
}

/** Changes that only later ones see, until they are published or dropped. */
export interface Staged<T> {
  readonly result: T
  /** Everybody sees them from now on. Those staged before must have been. */
  publish(): void
  /** They, and all that were staged after them, never were. */
  drop(): void
}

/**
 * A store that keeps the newest changes in memory over another one, and writes them there when it is asked to. It is as
 * durable as the log that they follow from: what was not spilled is applied again (docs/log-design.md, "The cache"). One
 * process alone may write to the store below.
 */
export class OverlayStore implements Store {
  readonly #below: Store
  #published: Tree = emptyTree
  /** With what is staged. */
  #newest: Tree = emptyTree
  /** Of published works, the oldest first, that are not below yet. */
  readonly #unspilled: Changes[] = []
  readonly #staged: StagedChanges[] = []
  #isSpilling = false
  #isClosed = false

  constructor(below: Store) {
    this.#below = below
  }

  /** Bytes of keys and values that only memory holds, of what is published. */
  get unspilledBytes(): number {
    return this.#unspilled.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get unspilledWorks(): number {
    return this.#unspilled.length
  }

  snapshot(): Snapshot {
    this.#checkOpen()
    return new OverlaySnapshot(this.#below.snapshot(), this.#published)
  }

  /**
   * Runs `work` alone over the newest state, staged changes among it. When it throws nothing is staged. `work` must not await, and
   * must not keep the transaction.
   */
  stage<T>(work: (transaction: WriteTransaction) => T): Staged<T> {
    this.#checkOpen()
    const below = this.#below.snapshot()
    const transaction = new OverlayTransaction(below, this.#newest)
    try {
      const result = work(transaction)
      const staged = { before: this.#newest, after: transaction.tree, changes: transaction.changes }
      this.#newest = transaction.tree
      this.#staged.push(staged)
      return { result, publish: () => this.#publish(staged), drop: () => this.#drop(staged) }
    } finally {
      transaction.isOver = true
      below.release()
    }
  }

  #publish(staged: StagedChanges): void {
    assert(this.#staged[0] === staged, 'what was staged first is published first')
    this.#staged.shift()
    this.#published = staged.after
    this.#unspilled.push(staged.changes)
  }

  #drop(staged: StagedChanges): void {
    const at = this.#staged.indexOf(staged)
    if (at === -1) return
    this.#staged.length = at
    this.#newest = this.#staged.at(-1)?.after ?? this.#published
  }

  async write<T>(work: (transaction: WriteTransaction) => T): Promise<T> {
    const staged = this.stage(work)
    staged.publish()
    return staged.result
  }

  /**
   * Writes the oldest works into the store below, whole ones, in one transaction: at most so many. Rejects with the errors of that
   * store; nothing is lost then.
   */
  async spill(worksMax = Number.POSITIVE_INFINITY): Promise<void> {
    assert(!this.#isSpilling, 'an overlay is spilled once at a time')
    const works = this.#unspilled.slice(0, worksMax)
    if (works.length === 0) return
    const changes = new Map(works.flatMap(({ puts }) => [...puts]))
    this.#isSpilling = true
    try {
      await this.#below.write((transaction) => {
        for (const [key, value] of [...changes].sort(byText).map(([, entry]) => entry)) {
          if (isRemoval(value)) transaction.remove(key)
          else transaction.put(key, value)
        }
      })
    } finally {
      this.#isSpilling = false
    }
    this.#unspilled.splice(0, works.length)
    const entries = [...changes.values()]
    this.#published = without(this.#published, entries)
    for (const [at, staged] of this.#staged.entries())
      this.#staged[at] = Object.assign(staged, { after: without(staged.after, entries) })
    this.#newest = this.#staged.at(-1)?.after ?? this.#published
  }

  /** Spills all that is published, and closes the store below. What is staged is dropped. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    try {
      await this.spill()
    } finally {
      await this.#below.close()
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new LedgerError('store/unavailable', 'the store is closed')
  }
}

interface StagedChanges {
  after: Tree
  readonly changes: Changes
}

/** A tree without entries that are below now; not without those that later works put in their place. */
function without(tree: Tree, entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[]): Tree {
  let result = tree
  for (const [key, value] of entries) if (treeGet(result, key) === value) result = treeRemove(result, key)
  return result
}

function byText([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1
}

function lookUp(below: Snapshot, changes: Tree, key: Uint8Array): Uint8Array | undefined {
  const found = treeGet(changes, key)
  if (found === undefined) return below.get(key)
  return isRemoval(found) ? undefined : copyBytes(found)
}

class OverlaySnapshot implements Snapshot {
  readonly #below: Snapshot
  readonly #changes: Tree
  #isReleased = false

  constructor(below: Snapshot, changes: Tree) {
    this.#below = below
    this.#changes = changes
  }

  get(key: Uint8Array): Uint8Array | undefined {
    assert(!this.#isReleased, 'a snapshot is not read after its release')
    return lookUp(this.#below, this.#changes, key)
  }

  *range(range: KeyRange): Iterable<readonly [Uint8Array, Uint8Array]> {
    if (isEmptyRange(range)) return
    const cursor = this.cursor(range)
    try {
      while (!this.#isReleased && cursor.next())
        yield [cursor.key(), copyBytes(cursor.bytes.subarray(cursor.start, cursor.end))]
    } finally {
      cursor.close()
    }
  }

  cursor(range: KeyRange): RangeCursor {
    assert(!this.#isReleased, 'a snapshot is not read after its release')
    return mergedCursor(this.#below, this.#changes, range, () => this.#isReleased)
  }

  release(): void {
    this.#isReleased = true
    this.#below.release()
  }
}

class OverlayTransaction implements WriteTransaction {
  readonly #below: Snapshot
  readonly changes: Changes = { puts: new Map(), bytes: 0 }
  tree: Tree
  isOver = false

  constructor(below: Snapshot, tree: Tree) {
    this.#below = below
    this.tree = tree
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkUsable()
    return lookUp(this.#below, this.tree, key)
  }

  range(range: KeyRange): Iterable<readonly [Uint8Array, Uint8Array]> {
    const version = () => {
      this.#checkUsable()
      return this.tree
    }
    return changingRange(range, version, (rest) => new OverlaySnapshot(this.#below, this.tree).range(rest))
  }

  put(key: Uint8Array, value: Uint8Array): void {
    assert(key.length <= storeKeyBytesMax, `a store key has at most ${storeKeyBytesMax} bytes`)
    this.#change(copyBytes(key), copyBytes(value))
  }

  remove(key: Uint8Array): void {
    this.#change(copyBytes(key), newRemoval())
  }

  #change(key: Uint8Array, value: Uint8Array): void {
    this.#checkUsable()
    this.tree = treePut(this.tree, key, value)
    const text = binaryText(key)
    const before = this.changes.puts.get(text)
    this.changes.bytes += (before === undefined ? key.length : -before[1].length) + value.length
    this.changes.puts.set(text, [key, value])
  }

  #checkUsable(): void {
    assert(!this.isOver, 'a write transaction is not used after its work')
  }
}
