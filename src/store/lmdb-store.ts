import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ABORT, open, type RootDatabase, type RootDatabaseOptions, type Transaction } from 'lmdb'
import { assert } from '../base/assert.ts'
import { copyBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { storeChangeDiskBytes, storeGroupWritesMax, storeSnapshotsMax } from '../base/limits.ts'
import { formatKey, LmdbCursor, type RangeRead, storeKeys } from './lmdb-cursor.ts'
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
import { isEmptyRange, rangeBeyond } from './memory-store.ts'
import {
  type KeyRange,
  type RangeCursor,
  type Snapshot,
  type Store,
  storeKeyBytesMax,
  type WriteTransaction,
} from './store.ts'

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

type ByteDatabase = RootDatabase<Uint8Array, Uint8Array>

/** `permissionsMode` is missing in the library's types. */
const lmdbOptions: RootDatabaseOptions & { readonly permissionsMode: number } = {
  noSubdir: false,
  encoding: 'binary',
  keyEncoder: storeKeys,
  overlappingSync: false,
  maxReaders: storeSnapshotsMax,
  permissionsMode: 0o600,
}

const formatText = 'qldb-shell store '
const formatVersion = 1

/** Reads the record that says whose file this is, and writes it into an empty one. */
function checkFormat(database: ByteDatabase, directory: string): void {
  const expected = formatText + formatVersion
  const found = database.get(formatKey)
  if (found === undefined) {
    const wasEmpty = database.transactionSync(() => {
      if (database.get(formatKey) !== undefined) return true
      if ((database.getStats() as { entryCount: number }).entryCount > 0) return false
      database.put(formatKey, Buffer.from(expected))
      return true
    })
    if (wasEmpty) return
    throw new LedgerError(
      'ledger/foreign',
      `'${directory}' holds another program's LMDB file, expected a ledger's ('${expected}')`,
    )
  }
  const text = Buffer.from(found).toString('latin1')
  if (text === expected) return
  const version = text.startsWith(formatText) ? Number(text.slice(formatText.length)) : Number.NaN
  if (version > formatVersion) {
    throw new LedgerError(
      'ledger/format-too-new',
      `'${directory}' has store format ${version}, this program knows formats up to ${formatVersion}`,
    )
  }
  throw new LedgerError('ledger/foreign', `'${directory}' is marked '${text.slice(0, 40)}', expected '${expected}'`)
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

function readRange(
  database: ByteDatabase,
  { start, end, reverse }: KeyRange,
  transaction: Transaction | undefined,
): RangeRead {
  const bounds =
    reverse === true
      ? { start: end, end: start, reverse: true, exclusiveStart: true, inclusiveEnd: true }
      : { start, end }
  const options = transaction === undefined ? bounds : { ...bounds, transaction }
  return database.getRange(options)[Symbol.iterator]() as RangeRead
}

class LmdbSnapshot implements Snapshot {
  readonly #database: ByteDatabase
  readonly #directory: string
  readonly #getOptions: { readonly transaction: Transaction }
  readonly #turn: { readonly isWriting: boolean }
  readonly #held: Set<LmdbSnapshot>
  readonly #reading = new Set<RangeRead>()
  #isReleased = false

  constructor(
    database: ByteDatabase,
    transaction: Transaction,
    directory: string,
    turn: { readonly isWriting: boolean },
    held: Set<LmdbSnapshot>,
  ) {
    this.#database = database
    this.#directory = directory
    this.#getOptions = { transaction }
    this.#turn = turn
    this.#held = held
    held.add(this)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkUsable()
    try {
      // While a write runs, the library's get() would read that write's state; its ranges keep to their transaction.
      if (this.#turn.isWriting) return this.#getByRange(key)
      return this.#database.get(key, this.#getOptions)
    } catch (error) {
      throw storeError(error, this.#directory)
    }
  }

  #getByRange(key: Uint8Array): Uint8Array | undefined {
    for (const [, value] of this.range({ start: key, end: Buffer.concat([key, Buffer.of(0)]) })) return value
    return undefined
  }

  *range(range: KeyRange): Iterable<readonly [Uint8Array, Uint8Array]> {
    this.#checkUsable()
    if (isEmptyRange(range)) return
    const rows = readRange(this.#database, range, this.#getOptions.transaction)
    this.#reading.add(rows)
    try {
      for (let next = rows.next(); next.done !== true; next = rows.next()) {
        yield [next.value.key, next.value.value]
        if (this.#isReleased) return
      }
    } catch (error) {
      throw storeError(error, this.#directory)
    } finally {
      this.#finish(rows)
    }
  }

  cursor(range: KeyRange): RangeCursor {
    this.#checkUsable()
    if (isEmptyRange(range)) return noEntries
    try {
      const rows = readRange(this.#database, range, this.#getOptions.transaction)
      this.#reading.add(rows)
      return new LmdbCursor(this.#database, rows, this.#finish, (error) => storeError(error, this.#directory))
    } catch (error) {
      throw storeError(error, this.#directory)
    }
  }

  /** Once: the release ends what is still being read. */
  readonly #finish = (rows: RangeRead): void => {
    if (this.#reading.delete(rows)) rows.return?.()
  }

  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    for (const rows of this.#reading) rows.return?.()
    this.#reading.clear()
    this.#getOptions.transaction.done()
    this.#held.delete(this)
  }

  #checkUsable(): void {
    assert(!this.#isReleased, 'a snapshot is not read after its release')
  }
}

const noEntries: RangeCursor = {
  next: () => false,
  bytes: formatKey,
  start: 0,
  end: 0,
  key: () => formatKey,
  drop: () => undefined,
  close: () => undefined,
}

class LmdbTransaction implements WriteTransaction {
  readonly #database: ByteDatabase
  readonly #directory: string
  /** What stood before each change, oldest first; kept only when others share the LMDB transaction. */
  readonly #before: [key: Uint8Array, value: Uint8Array | undefined][] | undefined
  #changes = 0
  #bytes = 0
  #removals = 0
  isOver = false
  /** Set when LMDB itself failed: its transaction can't be kept then. */
  failure: unknown

  constructor(database: ByteDatabase, directory: string, isShared: boolean) {
    this.#database = database
    this.#directory = directory
    this.#before = isShared ? [] : undefined
  }

  /** What the changes may take on disk, roughly; nothing for a removal, for which a data file has pages to spare. */
  get diskBytes(): number {
    return Math.max(0, this.#bytes + (this.#changes - 2 * this.#removals) * storeChangeDiskBytes)
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#checkUsable()
    return this.#guard(() => this.#database.get(key))
  }

  *range(range: KeyRange): Iterable<readonly [Uint8Array, Uint8Array]> {
    this.#checkUsable()
    let rest = range
    while (!isEmptyRange(rest)) {
      const rows = readRange(this.#database, rest, undefined)
      const changes = this.#changes
      let last: Uint8Array | undefined
      try {
        // A cursor does not follow changes: after one, reading starts again beyond the last key.
        while (changes === this.#changes) {
          const next = this.#guard(() => rows.next())
          if (next.done === true) return
          last = next.value.key
          yield [next.value.key, next.value.value]
          this.#checkUsable()
        }
      } finally {
        rows.return?.()
      }
      rest = rangeBeyond(range, last as Uint8Array)
    }
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#checkUsable()
    assert(key.length <= storeKeyBytesMax, `a store key has at most ${storeKeyBytesMax} bytes`)
    this.#guard(() => {
      this.#before?.push([copyBytes(key), this.#database.get(key)])
      this.#changes += 1
      this.#bytes += value.length
      this.#database.put(key, value)
    })
  }

  remove(key: Uint8Array): void {
    this.#checkUsable()
    this.#guard(() => {
      this.#before?.push([copyBytes(key), this.#database.get(key)])
      this.#changes += 1
      this.#removals += 1
      this.#database.remove(key)
    })
  }

  /** Takes back all changes; returns false when it can't because they were not written down. */
  undo(): boolean {
    if (this.#before === undefined) return false
    if (this.failure !== undefined) return true
    for (const [key, value] of this.#before.reverse()) {
      this.#guard(() => (value === undefined ? this.#database.remove(key) : this.#database.put(key, value)))
    }
    return true
  }

  #guard<T>(operation: () => T): T {
    try {
      return operation()
    } catch (error) {
      this.failure = storeError(error, this.#directory)
      throw this.failure
    }
  }

  #checkUsable(): void {
    assert(!this.isOver, 'a write transaction is not used after its work')
  }
}
