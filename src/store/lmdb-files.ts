import {
  closeSync,
  existsSync,
  mkdirSync,
  rmdirSync,
  openSync,
  readdirSync,
  readFileSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { LedgerError } from '../base/errors.ts'
import { storeBytesMax, storeGrowthMax, storeMapBytesMin } from '../base/limits.ts'
import { type DataFileState, inspectDataFile } from './lmdb-pages.ts'

/** What LMDB keeps in a store's directory. */
export const dataFileName = 'data.mdb'
export const lockFileName = 'lock.mdb'
export const gateFileName = 'gate.mdb'
export const gateLockFileName = 'gate.mdb-lock'

/**
 * Looks at a directory before LMDB maps its file, since a bad file could end the process then. Returns whether a store
 * has still to be made there. Throws LedgerError 'store/unavailable', 'ledger/foreign' or 'store/corrupt'.
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
  checkDataFile(dataFile, directory)
  return false
}

/**
 * Virtual memory for the data file. One map as long as it is open: a map that grows is mapped again, and readers of large
 * values then see two of them.
 */
export function mapBytes(directory: string): number {
  const size = statSync(join(directory, dataFileName), { throwIfNoEntry: false })?.size ?? 0
  const wished = storeMapBytesMin * Math.ceil((size * storeGrowthMax) / storeMapBytesMin)
  return Math.min(storeBytesMax, Math.max(storeMapBytesMin, wished))
}

/** Files that LMDB opens for a store, and some more that opening it needs. */
const handlesNeeded = 12

/**
 * Whether the process may open as many files and map as many bytes as a store needs: where LMDB's library gets no room
 * for them, it ends the process. Throws LedgerError 'store/unavailable'.
 */
export function checkRoom(directory: string, bytesToMap: number): void {
  const handles: number[] = []
  try {
    for (let count = 0; count < handlesNeeded; count += 1) handles.push(openSync(dirname(directory), 'r'))
  } catch (error) {
    if (['EMFILE', 'ENFILE'].includes(String((error as NodeJS.ErrnoException).code))) throw storeError(error, directory)
  } finally {
    for (const handle of handles) closeSync(handle)
  }
  const room = addressSpaceLeft()
  if (room >= bytesToMap) return
  throw new LedgerError(
    'store/unavailable',
    `can't use '${directory}' as a ledger: it needs ${bytesToMap} bytes of address space, ${Math.max(0, room)} are left`,
    { help: "the process has a limit: 'ulimit -v unlimited' takes it off" },
  )
}

/** In bytes; without a limit, or where the system does not tell, it never runs out here. */
function addressSpaceLeft(): number {
  const limit = limitOf('Max address space')
  if (limit === Number.POSITIVE_INFINITY) return limit
  try {
    const usedKiB = /^VmSize:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
    return limit - Number(usedKiB ?? 0) * 1024
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** Whether a store was made in this directory; says nothing about its state. */
export function isStoreDirectory(directory: string): boolean {
  return existsSync(join(directory, dataFileName))
}

/**
 * Makes a directory and those above it, for the owner alone; returns the topmost one that was made. Not node's own
 * recursive form: on /proc, where a directory never comes to be, that one tries for ever. Errors are the file system's.
 */
export function makeDirectory(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return undefined
  const above = dirname(path)
  const first = above === path ? undefined : makeDirectory(above)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process was first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return first ?? path
}

/** Takes the directories that makeDirectory made away again, as far as nothing is in them. */
export function removeEmpty(path: string, topmost: string): void {
  try {
    for (let at = path; ; at = dirname(at)) {
      rmdirSync(at)
      if (at === topmost || dirname(at) === at) return
    }
  } catch {
    // Another process has put something there.
  }
}

/** What may stand in a directory before a store is made there. */
const madeBeforeData = new Set([lockFileName, gateFileName, gateLockFileName, 'lost+found'])

function checkNothingElse(directory: string): void {
  const others = readdirSync(directory).filter((name) => !name.startsWith('.') && !madeBeforeData.has(name))
  if (others.length === 0) return
  throw new LedgerError(
    'ledger/foreign',
    `'${directory}' is not a ledger: found '${others[0]}', expected '${dataFileName}' or an empty directory`,
  )
}

function checkDataFile(path: string, directory: string): void {
  const state = inspectOrThrow(path, directory)
  switch (state.kind) {
    case 'whole':
      return
    case 'foreign': {
      const found = JSON.stringify(Buffer.from(state.start).toString('latin1'))
      throw new LedgerError('ledger/foreign', `'${path}' begins with ${found}, expected a ledger's data file`)
    }
    case 'other-version':
      throw new LedgerError(
        'ledger/foreign',
        `'${path}' has LMDB data format ${state.found}, expected ${state.expected}`,
      )
    case 'cut':
      throw new LedgerError(
        'store/corrupt',
        `'${path}' was cut short: found ${state.foundBytes} bytes, expected ${state.expectedBytes}`,
      )
    case 'damaged':
      throw damaged(path, state.page, state.what)
    default:
      state satisfies never
  }
}

const restoreHelp = 'restore it from a copy, or import an export of it'

export function damaged(path: string, page: number, what: string, help = restoreHelp): LedgerError {
  return new LedgerError('store/corrupt', `'${path}' is damaged: page ${page}: ${what}`, { help })
}

function inspectOrThrow(path: string, directory: string): DataFileState {
  try {
    return inspectDataFile(path)
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

/**
 * Finds out before a commit that the disk, or the process's limit on file sizes, leaves no room for it: on a failing write
 * LMDB's library writes to standard error itself, and may end the process. Throws LedgerError 'store/full'.
 */
export function checkDiskRoom(directory: string, bytes: number): void {
  const free = freeBytes(directory)
  if (free < bytes) {
    const text = `no room to write to '${directory}': ${free} bytes are free, the commit may need ${bytes}`
    throw new LedgerError('store/full', text, { help: 'make room on the disk and try again' })
  }
  fileBytesMax ??= limitOf('Max file size')
  if (fileBytesMax === Number.POSITIVE_INFINITY) return
  const size = statSync(join(directory, dataFileName), { throwIfNoEntry: false })?.size ?? 0
  if (size + bytes <= fileBytesMax) return
  const text = `its file has ${size} bytes, the commit may need ${bytes} more, a file may have ${fileBytesMax}`
  throw new LedgerError('store/full', `no room to write to '${directory}': ${text}`, {
    help: "'ulimit -f unlimited' takes the limit off",
  })
}

/** As it was at the first commit. */
let fileBytesMax: number | undefined

/** A limit of this process, as /proc names it; infinite without one, or where the system does not tell. */
function limitOf(name: string): number {
  try {
    const limit = new RegExp(`^${name} +(\\d+)`, 'm').exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** On the file system of `path`; unlimited where the system does not say. */
export function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

const mapFullCode = -30792
const fullCodes = new Set<unknown>([28, 122, 27, 'ENOSPC', 'EDQUOT', 'EFBIG'])
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
  ['ENOENT', 'no directory can be made there'],
  ['EMFILE', 'the process has too many files open'],
  ['ENFILE', 'the system has too many files open'],
  [-30790, 'too many snapshots are held on it'],
  [-30795, 'an earlier write failed in its middle; open it again'],
])

/** An error of LMDB or the file system as ours, naming the store's directory; errors that are ours pass unchanged. */
export function storeError(error: unknown, directory: string): unknown {
  if (!(error instanceof Error) || error instanceof LedgerError || error.name === 'BugError') return error
  const code = (error as { code?: unknown }).code
  const details = { cause: error }
  if (code === mapFullCode) {
    const text = `the data file of '${directory}' has reached the size that was set aside when it was opened`
    return new LedgerError('store/full', text, { ...details, help: 'open the ledger again: more is set aside then' })
  }
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

/** The library's text on one line, without its trailing code and without figures of its inside. */
function plain(error: Error): string {
  return (error.message.split('\n')[0] as string).replace(/: Attempting to write page at .*/, '').replace(/\.$/, '')
}
