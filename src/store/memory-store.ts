import { assert } from '../base/assert.ts'
import { copyBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { emptyTree, type Tree, treeGet, treePut, treeRange, treeRemove } from './byte-tree.ts'
import { changingRange } from './key-range.ts'
import { EntryCursor } from './entry-cursor.ts'
import {
  type KeyRange,
  type RangeCursor,
  type Snapshot,
  type Store,
  storeKeyBytesMax,
  type WriteTransaction,
} from './store.ts'

/** A store that lives and dies with the process. Taking a snapshot costs nothing: the tree is never changed in place. */
export function createMemoryStore(): Store {
  return new MemoryStore()
}

class MemoryStore implements Store {
  #tree: Tree = emptyTree
  #lastWrite: Promise<unknown> = Promise.resolve()
  #isClosed = false

  snapshot(): Snapshot {
    this.#checkOpen()
    return new MemorySnapshot(this.#tree)
  }

  write<T>(work: (transaction: WriteTransaction) => T): Promise<T> {
    const outcome = this.#lastWrite.then(() => {
      this.#checkOpen()
      const transaction = new MemoryTransaction(this.#tree)
      try {
        const result = work(transaction)
        this.#tree = transaction.tree
        return result
      } finally {
        transaction.isOver = true
      }
    })
    this.#lastWrite = outcome.catch(() => undefined)
    return outcome
  }

  async close(): Promise<void> {
    await this.#lastWrite
    this.#isClosed = true
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new LedgerError('store/unavailable', 'the store in memory is closed')
  }
}

class MemorySnapshot implements Snapshot {
  readonly #tree: Tree
  #isReleased = false

  constructor(tree: Tree) {
    this.#tree = tree
  }

  get(key: Uint8Array): Uint8Array | undefined {
    assert(!this.#isReleased, 'a snapshot is not read after its release')
    return copyOf(treeGet(this.#tree, key))
  }

  *range(range: KeyRange): Iterable<readonly [Uint8Array, Uint8Array]> {
    assert(!this.#isReleased, 'a snapshot is not read after its release')
    for (const [key, value] of treeRange(this.#tree, range)) {
      yield [copyBytes(key), copyBytes(value)]
      if (this.#isReleased) return
    }
  }

  cursor(range: KeyRange): RangeCursor {
    assert(!this.#isReleased, 'a snapshot is not read after its release')
    return new EntryCursor(treeRange(this.#tree, range), () => this.#isReleased)
  }

  release(): void {
    this.#isReleased = true
  }
}

class MemoryTransaction implements WriteTransaction {
  tree: Tree
  isOver = false

  constructor(tree: Tree) {
    this.tree = tree
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkUsable()
    return copyOf(treeGet(this.tree, key))
  }

  *range(range: KeyRange): Iterable<readonly [Uint8Array, Uint8Array]> {
    const version = () => {
      this.#checkUsable()
      return this.tree
    }
    for (const [key, value] of changingRange(range, version, (rest) => treeRange(this.tree, rest)))
      yield [copyBytes(key), copyBytes(value)]
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#checkUsable()
    assert(key.length <= storeKeyBytesMax, `a store key has at most ${storeKeyBytesMax} bytes`)
    this.tree = treePut(this.tree, copyBytes(key), copyBytes(value))
  }

  remove(key: Uint8Array): void {
    this.#checkUsable()
    this.tree = treeRemove(this.tree, key)
  }

  #checkUsable(): void {
    assert(!this.isOver, 'a write transaction is not used after its work')
  }
}

function copyOf(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes === undefined ? undefined : copyBytes(bytes)
}
