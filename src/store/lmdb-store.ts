import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ABORT, open, type RootDatabaseOptions } from 'lmdb'
import { LedgerError } from '../base/errors.ts'
import { storeGroupWritesMax, storeSnapshotsMax } from '../base/limits.ts'
import { storeKeys } from './lmdb-cursor.ts'
import { type ByteDatabase, checkFormat } from './lmdb-database.ts'
import {
  checkDirectory,
  checkDiskRoom,
  checkRoom,
  damaged,
  dataFileName,
  lockFileName,
  makeDirectory,
  removeEmpty,
  mapBytes,
  storeError,
} from './lmdb-files.ts'
import { LmdbGate, reserveLockFile } from './lmdb-gate.ts'
import { extendDataFile, findDamage } from './lmdb-pages.ts'
import { LmdbSnapshot } from './lmdb-snapshot.ts'
import { LmdbTransaction } from './lmdb-transaction.ts'
import type { Snapshot, Store, WriteTransaction } from './store.ts'

/**
 * A store in a directory of its own, held by LMDB (`data.mdb`, `lock.mdb`) behind a gate (`gate.mdb`, see LmdbGate); makes
 * the directory when it is absent.
 *
 * Durability: LMDB's plain mode, two flushes a commit (fdatasync of the pages, then one page written through that
 * makes them the newest state). Its faster modes were set aside: `noMetaSync` can lose the last commit with the
 * machine's power, `overlappingSync` shows a commit to other processes before it is on disk and is no faster here.
 * Writes asked for in one turn of the event loop share a commit.
 *
 * Throws LedgerError 'store/unavailable', 'store/corrupt', 'ledger/foreign' or 'ledger/format-too-new', naming the path.
 */
export function openLmdbStore(directory: string): Store {
  return openStore(directory, true)
}

/** The same for a store that nobody needs once this process has ended: nothing is flushed to disk. */
export function openScratchStore(directory: string): Store {
  return openStore(directory, false)
}

function openStore(directory: string, isDurable: boolean): Store {
  const isNew = checkDirectory(directory)
  let gate: LmdbGate | undefined
  let madeFrom: string | undefined
  try {
    madeFrom = isNew ? makeDirectory(directory) : undefined
    const mapSize = mapBytes(directory)
    checkRoom(directory, mapSize)
    const opened = new LmdbGate(directory)
    const topmost = madeFrom ?? directory
    gate = opened
    return opened.run(() => {
      const database = openDatabase(directory, mapSize, isDurable)
      try {
        if (isNew) flushNewDirectories(directory, topmost)
        checkFormat(database, directory)
        extendWhole(database, directory)
        opened.noteFiles()
        return new LmdbStore(database, opened, directory)
      } catch (error) {
        database.close()
        throw error
      }
    })
  } catch (error) {
    gate?.close()
    if (madeFrom !== undefined) removeEmpty(directory, madeFrom)
    throw storeError(error, directory)
  }
}

function openDatabase(directory: string, mapSize: number, isDurable: boolean): ByteDatabase {
  reserveLockFile(join(directory, lockFileName), storeSnapshotsMax)
  return open<Uint8Array, Uint8Array>(directory, { ...lmdbOptions, mapSize, noSync: !isDurable })
}

/** `permissionsMode` is missing in the library's types. */
const lmdbOptions: RootDatabaseOptions & { readonly permissionsMode: number } = {
  noSubdir: false,
  encoding: 'binary',
  keyEncoder: storeKeys,
  overlappingSync: false,
  maxReaders: storeSnapshotsMax,
  permissionsMode: 0o600,
}

/** Under the write lock, so that no other process makes the file longer meanwhile. It only saves time later. */
function extendWhole(database: ByteDatabase, directory: string): void {
  try {
    database.transactionSync(() => extendDataFile(join(directory, dataFileName)))
  } catch {
    // A file that may not grow is looked through when it is opened next.
  }
}

/** New names must be on disk too, in every directory made here, else a power failure takes the files away whole. */
function flushNewDirectories(last: string, first: string): void {
  const end = dirname(dirname(resolve(first)))
  for (let path = resolve(last); path !== end && path !== dirname(path); path = dirname(path)) {
    const handle = openSync(path, 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  }
}

interface PendingWrite {
  readonly work: (transaction: WriteTransaction) => unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

class LmdbStore implements Store {
  readonly #database: ByteDatabase
  readonly #gate: LmdbGate
  readonly #directory: string
  #pending: PendingWrite[] = []
  #isFlushPlanned = false
  #whenIdle: (() => void)[] = []
  #closing: Promise<void> | undefined
  readonly #snapshots = new Set<LmdbSnapshot>()
  readonly #turn = { isWriting: false }

  constructor(database: ByteDatabase, gate: LmdbGate, directory: string) {
    this.#database = database
    this.#gate = gate
    this.#directory = directory
  }

  snapshot(): Snapshot {
    this.#checkOpen()
    try {
      // Without this, a snapshot taken earlier in the same turn would be handed out again.
      this.#database.resetReadTxn()
      // biome-ignore lint/correctness/useHookAtTopLevel: a function of LMDB, not of React
      const transaction = this.#database.useReadTransaction()
      return new LmdbSnapshot(this.#database, transaction, this.#directory, this.#turn, this.#snapshots)
    } catch (error) {
      throw storeError(error, this.#directory)
    }
  }

  check(): void {
    const snapshot = this.snapshot()
    try {
      const path = join(this.#directory, dataFileName)
      const fault = findDamage(path)
      if (fault !== undefined) throw damaged(path, fault.page, fault.what)
    } catch (error) {
      throw storeError(error, this.#directory)
    } finally {
      snapshot.release()
    }
  }

  write<T>(work: (transaction: WriteTransaction) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#checkOpen()
      this.#pending.push({ work, resolve: resolve as (result: unknown) => void, reject })
      this.#planFlush()
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    while (this.#pending.length > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
    for (const snapshot of [...this.#snapshots]) snapshot.release()
    this.#gate.run(() => extendWhole(this.#database, this.#directory))
    await this.#database.close()
    await this.#gate.close()
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) {
      throw new LedgerError('store/unavailable', `the store in '${this.#directory}' is closed`)
    }
  }

  #planFlush(): void {
    if (this.#isFlushPlanned) return
    this.#isFlushPlanned = true
    setImmediate(() => {
      this.#isFlushPlanned = false
      const group = this.#pending.splice(0, storeGroupWritesMax)
      this.#commit(group)
      if (this.#pending.length > 0) this.#planFlush()
      else for (const resolve of this.#whenIdle.splice(0)) resolve()
    })
  }

  /**
   * Runs a group in one LMDB transaction and flushes it. An error thrown by one work undoes that work alone; when LMDB
   * itself fails, nothing of the group is kept.
   */
  #commit(group: readonly PendingWrite[]): void {
    const settle: (() => void)[] = []
    this.#turn.isWriting = true
    try {
      this.#gate.run(() => {
        this.#gate.checkFiles()
        this.#database.transactionSync(() => this.#runGroup(group, settle))
      })
    } catch (error) {
      const failure = storeError(error, this.#directory)
      for (const { reject } of group) reject(failure)
      return
    } finally {
      this.#turn.isWriting = false
    }
    for (const tell of settle) tell()
  }

  #runGroup(group: readonly PendingWrite[], settle: (() => void)[]): typeof ABORT | undefined {
    let bytes = 0
    for (const pending of group) {
      const transaction = new LmdbTransaction(this.#database, this.#directory, group.length > 1)
      const isKept = runWork(pending, transaction, settle)
      if (transaction.failure !== undefined) throw transaction.failure
      if (!isKept) return ABORT
      bytes += transaction.diskBytes
    }
    if (bytes > 0) checkDiskRoom(this.#directory, bytes)
    return undefined
  }
}

/** Returns false when the work threw and its LMDB transaction, which no other work shares, must be aborted. */
function runWork({ work, resolve, reject }: PendingWrite, own: LmdbTransaction, settle: (() => void)[]): boolean {
  try {
    const result = work(own)
    settle.push(() => resolve(result))
    return true
  } catch (error) {
    settle.push(() => reject(error))
    return own.undo()
  } finally {
    own.isOver = true
  }
}
