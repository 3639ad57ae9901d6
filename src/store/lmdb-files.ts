import { closeSync, existsSync, openSync, readdirSync, readSync, type Stats, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '../base/errors.ts'

/** What LMDB keeps in a store's directory. */
export const dataFileName = 'data.mdb'
const lockFileName = 'lock.mdb'

/**
 * Looks at a directory before LMDB maps its file, since a bad file could otherwise end the process (a mapped page
 * beyond the file's end is a bus error). Returns whether a store has still to be made there.
 * Throws LedgerError 'store/unavailable', 'ledger/foreign' or 'store/corrupt'.
 */
export function checkDirectory(directory: string): boolean {
  const info = statOrUndefined(directory, directory)
  if (info === undefined) return true
  if (!info.isDirectory()) {
    throw new LedgerError('store/unavailable', `'${directory}' is a file, expected a ledger's directory`)
  }
  const dataFile = join(directory, dataFileName)
  const data = statOrUndefined(dataFile, directory)
  if (data === undefined) {
    checkNothingElse(directory)
    return true
  }
  if (!data.isFile()) {
    throw new LedgerError('ledger/foreign', `'${dataFile}' is not a regular file, expected a ledger's data file`)
  }
  // Left by a process that died while it made the store: LMDB writes the first pages at once.
  if (data.size === 0) return true
  checkDataFile(dataFile, data.size, directory)
  return false
}

/** Whether a store was made in this directory; says nothing about its state. */
export function isStoreDirectory(directory: string): boolean {
  return existsSync(join(directory, dataFileName))
}

function checkNothingElse(directory: string): void {
  const others = readdirSync(directory).filter(
    (name) => !name.startsWith('.') && name !== lockFileName && name !== 'lost+found',
  )
  if (others.length === 0) return
  throw new LedgerError(
    'ledger/foreign',
    `'${directory}' is not a ledger: found '${others[0]}', expected '${dataFileName}' or an empty directory`,
  )
}

/**
 * Layout of LMDB's first two pages (data format 2 of the LMDB that the `lmdb` package bundles): both hold the state
 * after some commit, the one with the higher transaction number counts.
 */
const meta = { magicAt: 24, versionAt: 28, pageBytesAt: 48, lastPageAt: 144, transactionAt: 152, bytes: 168 }
const lmdbMagic = 0xbeefc0de
const lmdbVersion = 2

function checkDataFile(path: string, size: number, directory: string): void {
  const first = readAt(path, 0, meta.bytes, directory)
  if (first.length < meta.bytes || first.readUInt32LE(meta.magicAt) !== lmdbMagic) {
    const found = JSON.stringify(first.subarray(0, 16).toString('latin1'))
    throw new LedgerError('ledger/foreign', `'${path}' begins with ${found}, expected a ledger's data file`)
  }
  const version = first.readUInt32LE(meta.versionAt) & 0xffff
  if (version !== lmdbVersion) {
    throw new LedgerError('ledger/foreign', `'${path}' has LMDB data format ${version}, expected ${lmdbVersion}`)
  }
  const pageBytes = first.readUInt32LE(meta.pageBytesAt)
  const second = readAt(path, pageBytes, meta.bytes, directory)
  if (second.length < meta.bytes) throw truncated(path, size, 2 * pageBytes)
  const isSecondNewer = second.readBigUInt64LE(meta.transactionAt) > first.readBigUInt64LE(meta.transactionAt)
  const lastPage = Number((isSecondNewer ? second : first).readBigUInt64LE(meta.lastPageAt))
  const expected = (lastPage + 1) * pageBytes
  if (size < expected) throw truncated(path, size, expected)
}

function truncated(path: string, found: number, expected: number): LedgerError {
  return new LedgerError('store/corrupt', `'${path}' was cut short: found ${found} bytes, expected ${expected}`)
}

function readAt(path: string, position: number, count: number, directory: string): Buffer {
  try {
    const handle = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(count)
      return bytes.subarray(0, readSync(handle, bytes, 0, count, position))
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    throw storeError(error, directory)
  }
}

function statOrUndefined(path: string, directory: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw storeError(error, directory)
  }
}

/** LMDB calls a write of which only a part fitted an input/output error. */
const shortWriteCode = 5
const nearlyFullBytes = 64 * 1024 * 1024

function freeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

const fullCodes = new Set<unknown>([28, 122, 27, -30792, 'ENOSPC', 'EDQUOT', 'EFBIG'])
const corruptCodes = new Set<unknown>([-30796, -30797])
const foreignCodes = new Set<unknown>([-30793, -30794])
const reasons = new Map<unknown, string>([
  [shortWriteCode, 'the disk took only a part of a write, or none (input/output error)'],
  [13, 'permission denied'],
  [1, 'permission denied'],
  [30, 'the file system is read-only'],
  [20, 'a part of its path is a file'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
  ['ENOTDIR', 'a part of its path is a file'],
  [-30790, 'too many snapshots are held on it'],
  [-30795, 'an earlier write failed in its middle; open it again'],
])

/** An error of LMDB or the file system as ours, naming the store's directory; errors that are ours pass unchanged. */
export function storeError(error: unknown, directory: string): unknown {
  if (!(error instanceof Error) || error instanceof LedgerError || error.name === 'BugError') return error
  const code = (error as { code?: unknown }).code
  const details = { cause: error }
  if (fullCodes.has(code) || (code === shortWriteCode && freeBytes(directory) < nearlyFullBytes)) {
    return new LedgerError('store/full', `no room to write to '${directory}': ${plain(error)}`, details)
  }
  if (corruptCodes.has(code)) {
    return new LedgerError('store/corrupt', `'${directory}' is damaged: ${plain(error)}`, details)
  }
  if (foreignCodes.has(code)) {
    return new LedgerError('ledger/foreign', `'${directory}' holds no ledger: ${plain(error)}`, details)
  }
  if (code === undefined) return error
  const reason = reasons.get(code) ?? plain(error)
  return new LedgerError('store/unavailable', `can't use '${directory}' as a ledger: ${reason}`, details)
}

/** The library's text on one line, without its trailing code. */
function plain(error: Error): string {
  return (error.message.split('\n')[0] as string).replace(/\.$/, '')
}
