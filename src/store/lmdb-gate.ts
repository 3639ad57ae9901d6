import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ABORT, open, type RootDatabase } from 'lmdb'
import { LedgerError } from '../base/errors.ts'
import { damaged, dataFileName, freeBytes, gateFileName, gateLockFileName, lockFileName } from './lmdb-files.ts'
import { isEmptyDataFile } from './lmdb-pages.ts'

/**
 * Lets one process at a time open a store or write to it.
 *
 * LMDB's open writes the number of the last transaction into the shared lock table without holding the writer's lock
 * (OpenLDAP ITS#9496, present in the lmdb package 3.5.6). A commit by another process between the read and the write of that
 * number is overwritten by the next commit: an acknowledged commit is lost. So every open and every write holds the write
 * lock of a second, empty environment (`gate.mdb`), whose own transaction is always aborted. The lock is a robust mutex: when
 * its holder dies, the next one gets it.
 */
export class LmdbGate {
  readonly #environment: RootDatabase<Uint8Array, Uint8Array>
  readonly #directory: string
  #files: readonly KnownFile[] = []

  /** The directory must exist. Throws LedgerError 'store/corrupt' or 'store/full', or an error of LMDB. */
  constructor(directory: string) {
    this.#directory = directory
    const path = join(directory, gateFileName)
    checkGateFile(path)
    reserveLockFile(join(directory, gateLockFileName), gateReaders)
    this.#environment = open<Uint8Array, Uint8Array>(path, { ...gateOptions })
  }

  /** Runs `work` while no other process opens the store or writes to it. Must not be nested. */
  run<T>(work: () => T): T {
    let result: T | undefined
    this.#environment.transactionSync(() => {
      result = work()
      return ABORT
    })
    return result as T
  }

  /** Remembers which files are open, for checkFiles. */
  noteFiles(): void {
    this.#files = [dataFileName, lockFileName, gateFileName, gateLockFileName].map((name) => {
      const path = join(this.#directory, name)
      const { dev, ino } = statSync(path, { bigint: true })
      return { path, dev, ino }
    })
  }

  /**
   * A process that opens the ledger after one of its files was removed or replaced shares no lock with this one. Throws
   * LedgerError 'store/unavailable' if that has happened since noteFiles.
   */
  checkFiles(): void {
    for (const { path, dev, ino } of this.#files) {
      const found = statOrUnknown(path)
      if (found === 'unknown' || (found !== undefined && found.dev === dev && found.ino === ino)) continue
      const what = found === undefined ? 'removed' : 'replaced'
      throw new LedgerError(
        'store/unavailable',
        `'${path}' was ${what} while the ledger was open; nothing was written`,
        {
          help: 'stop every process that uses this ledger, restore the file if it is missing, then open the ledger again',
        },
      )
    }
  }

  close(): Promise<void> {
    return this.#environment.close()
  }
}

interface KnownFile {
  readonly path: string
  readonly dev: bigint
  readonly ino: bigint
}

/** Nobody reads the gate; LMDB wants a table of readers all the same. */
const gateReaders = 16
const gateOptions = {
  noSubdir: true,
  encoding: 'binary',
  overlappingSync: false,
  maxDbs: 1,
  maxReaders: gateReaders,
  mapSize: 1024 * 1024,
  permissionsMode: 0o600,
} as const

/** A directory that may no longer be searched hides its files; the open ones stay usable. */
function statOrUnknown(path: string): { readonly dev: bigint; readonly ino: bigint } | undefined | 'unknown' {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    return 'unknown'
  }
}

/** A damaged gate could end the process when LMDB maps it. */
function checkGateFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || found.size === 0) return
  if (found.isFile() && isEmptyDataFile(path)) return
  throw damaged(path, 0, 'it is not an empty LMDB file', `remove '${path}' while no process uses the ledger`)
}

/**
 * Makes a lock file with all its bytes on disk, if there is none: LMDB makes a sparse one and then writes to it through a
 * map, which ends the process by SIGBUS when the disk is full. Throws LedgerError 'store/full', 'store/unavailable' for one
 * that was cut while it is in use, or an error of the file system.
 */
export function reserveLockFile(path: string, readers: number): void {
  const bytesNeeded = lockHeaderBytes + readers * readerBytes
  const found = statSync(path, { throwIfNoEntry: false })
  if (found !== undefined) {
    if (found.size < lockFileBytesMin && isLocked(found.ino)) throw cutInUse(path)
    const missing = Math.max(found.size, bytesNeeded) - found.blocks * blockBytes
    if (missing <= 0 || freeBytes(path) > missing) return
    throw new LedgerError('store/full', `no room to write to '${path}': the disk is full`)
  }
  const folder = mkdtempSync(join(dirname(path), '.lock-'))
  const own = join(folder, basename(path))
  try {
    writeFileSync(own, new Uint8Array(bytesNeeded), { flag: 'wx', mode: 0o600 })
    // Another process may have made the file meanwhile and be using it.
    linkSync(own, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * By the system's list of locks, which Linux has; elsewhere nobody can tell. The file itself must not be read: closing it
 * would release the locks that LMDB has on it in this process.
 */
function isLocked(inode: number): boolean {
  try {
    return readFileSync('/proc/locks', 'latin1').includes(`:${inode} `)
  } catch {
    return false
  }
}

/** LMDB would crash the process that opens it. When nobody uses the file, LMDB creates a new one. */
function cutInUse(path: string): LedgerError {
  return new LedgerError('store/unavailable', `'${path}' was cut short while another process uses it`, {
    help: 'stop every process that uses this ledger, then open it again',
  })
}

/** No table of readers begins before it. */
const lockFileBytesMin = 192

/** The unit of `blocks` in file statistics. */
const blockBytes = 512
/** LMDB's lock file, at the most, on any system: a header and one slot a reader. A longer file only holds more readers. */
const lockHeaderBytes = 4096
const readerBytes = 64
