import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { storeBytesMax, storePagesCheckedMax } from '../base/limits.ts'
import { beyondTheEnd, type FileState, type PageFault, type PageTree, walkPages } from './lmdb-walk.ts'

/**
 * The layout of LMDB's data file, as much as is needed to tell a file that was cut short or damaged from a sound one
 * before LMDB maps it: what it would follow beyond the file's end would end the process with a bus error. Data format 2
 * of the LMDB that the `lmdb` package bundles, little-endian.
 */
const meta = {
  flagsAt: 18,
  magicAt: 24,
  versionAt: 28,
  freeTreeAt: 48,
  mainTreeAt: 96,
  lastPageAt: 144,
  transactionAt: 152,
  bytes: 168,
}
/** Within a tree's record. */
const tree = {
  flagsAt: 4,
  depthAt: 6,
  branchPagesAt: 8,
  leafPagesAt: 16,
  overflowPagesAt: 24,
  entriesAt: 32,
  rootAt: 40,
}
/** LMDB keeps the size of a page in the place of a field that the tree of free pages does not use. */
const pageBytesAt = 48
const lmdbMagic = 0xbeefc0de
const lmdbVersion = 2
const metaFlag = 8
const integerKeyFlag = 8
const otherModeFlag = 0x1000
const noPage = 0xffff_ffff_ffff_ffffn
/** LMDB's own bound (CURSOR_STACK). */
const treeDepthMax = 32

export type DataFileState =
  | { readonly kind: 'whole' }
  /** No file of LMDB; `start` is how it begins. */
  | { readonly kind: 'foreign'; readonly start: Uint8Array }
  | { readonly kind: 'other-version'; readonly found: number; readonly expected: number }
  | { readonly kind: 'cut'; readonly foundBytes: number; readonly expectedBytes: number }
  | { readonly kind: 'damaged'; readonly page: number; readonly what: string }

/**
 * Looks at the data file at `path`: both states, and the first pages below the newer one, which is all of a small file.
 * Errors are the file system's.
 */
export function inspectDataFile(path: string): DataFileState {
  return withFile(path, 'r', inspect)
}

/** Whether an LMDB file that should never hold anything (see LmdbGate) is whole and empty. Errors are the file system's. */
export function isEmptyDataFile(path: string): boolean {
  return withFile(path, 'r', (handle) => {
    const first = readAt(handle, 0, meta.bytes)
    if (first.length < meta.bytes) return false
    const pageBytes = pageBytesOf(first)
    const metas = [first, readAt(handle, pageBytes, meta.bytes)]
    return fstatSync(handle).size === 2 * pageBytes && metas.every(isEmptyMeta)
  })
}

function isEmptyMeta(bytes: Buffer, page: number): boolean {
  if (bytes.length < meta.bytes || bytes.readUInt32LE(meta.magicAt) !== lmdbMagic) return false
  const isFormat = (bytes.readUInt32LE(meta.versionAt) & 0xffff) === lmdbVersion
  const trees = [treeAt(bytes, meta.freeTreeAt), treeAt(bytes, meta.mainTreeAt)]
  return isFormat && Number(bytes.readBigUInt64LE(0)) === page && trees.every(({ root }) => root === -1)
}

/**
 * Every page in use, and the list of free ones; undefined when nothing is wrong. To be called while a snapshot is held,
 * so that no page of the newest state is written over.
 */
export function findDamage(path: string): PageFault | undefined {
  return withFile(path, 'r', (handle) => {
    const state = newestState(handle)
    return 'what' in state ? state : walkPages(handle, state)
  })
}

/**
 * Lets a file that ends before the last page LMDB counts (never written, since they were freed in the transaction that
 * took them) reach its full length, so that it need not be looked through again. To be called while nobody writes.
 */
export function extendDataFile(path: string): void {
  withFile(path, 'r+', (handle) => {
    const state = newestState(handle)
    if ('what' in state) return
    const bytesNeeded = (state.lastPage + 1) * state.pageBytes
    if (state.fileBytes < bytesNeeded) ftruncateSync(handle, bytesNeeded)
  })
}

function inspect(handle: number): DataFileState {
  const first = readAt(handle, 0, meta.bytes)
  if (first.length < meta.bytes || first.readUInt32LE(meta.magicAt) !== lmdbMagic) {
    return { kind: 'foreign', start: first.subarray(0, 16) }
  }
  const version = first.readUInt32LE(meta.versionAt) & 0xffff
  if (version !== lmdbVersion) return { kind: 'other-version', found: version, expected: lmdbVersion }
  const metas = [first, readAt(handle, pageBytesOf(first), meta.bytes)] as const
  const foundBytes = fstatSync(handle).size
  if (metas[1].length < meta.bytes) return { kind: 'cut', foundBytes, expectedBytes: 2 * pageBytesOf(first) }
  for (;;) {
    const state = newestState(handle)
    if ('what' in state) return { kind: 'damaged', ...state }
    const expectedBytes = (state.lastPage + 1) * state.pageBytes
    // Nothing wrong with a short file when all that is in use is there; then it has to be looked through whole.
    const isShort = state.fileBytes < expectedBytes
    const fault = walkPages(handle, state, isShort ? undefined : storePagesCheckedMax)
    if (fault === undefined) return { kind: 'whole' }
    // Another process may have written over the pages that were read; those of the newest state it never touches.
    const now = newestState(handle)
    const isStill = 'what' in now || now.transaction === state.transaction
    if (!isStill) continue
    if (isShort || fault.what === beyondTheEnd) return { kind: 'cut', foundBytes: state.fileBytes, expectedBytes }
    return { kind: 'damaged', ...fault }
  }
}

/** Both of the first two pages hold a state; the one of the later transaction counts. */
function newestState(handle: number): FileState | PageFault {
  const first = readAt(handle, 0, meta.bytes)
  const pageBytes = first.length < meta.bytes ? 0 : pageBytesOf(first)
  if (pageBytes < 512 || pageBytes > 65_536) return { page: 0, what: `it says that pages have ${pageBytes} bytes` }
  const second = readAt(handle, pageBytes, meta.bytes)
  if (second.length < meta.bytes) return { page: 1, what: beyondTheEnd }
  const transactions = [first, second].map((bytes) => Number(bytes.readBigUInt64LE(meta.transactionAt)))
  const [even, odd] = transactions as [number, number]
  // Transactions take turns with the two pages, so theirs are neighbours; before the first, both are 0.
  if (even + odd > 0 && (even % 2 !== 0 || odd % 2 !== 1 || Math.abs(even - odd) !== 1)) {
    return { page: even > odd ? 0 : 1, what: `the two states are of the transactions ${even} and ${odd}` }
  }
  const page = odd > even ? 1 : 0
  return stateOf(page === 1 ? second : first, page, pageBytes, fstatSync(handle).size)
}

function stateOf(bytes: Buffer, page: number, pageBytes: number, fileBytes: number): FileState | PageFault {
  const number = Number(bytes.readBigUInt64LE(0))
  const lastPage = Number(bytes.readBigUInt64LE(meta.lastPageAt))
  const kinds = [
    bytes.readUInt16LE(meta.flagsAt),
    bytes.readUInt32LE(meta.magicAt) === lmdbMagic,
    // Other programs' files may say here that they were written in another mode; they are distinguished later.
    bytes.readUInt16LE(meta.freeTreeAt + tree.flagsAt) & ~otherModeFlag,
    bytes.readUInt16LE(meta.mainTreeAt + tree.flagsAt),
  ].join()
  if (number !== page || kinds !== [metaFlag, true, integerKeyFlag, 0].join()) {
    return { page, what: `it is no state of a ledger's file: number ${number}, kinds ${kinds}` }
  }
  const [free, main] = [treeAt(bytes, meta.freeTreeAt), treeAt(bytes, meta.mainTreeAt)] as const
  if (lastPage < 1 || (lastPage + 1) * pageBytes > storeBytesMax) {
    return { page, what: `it says that the last page is ${lastPage}` }
  }
  for (const { root, depth } of [free, main]) {
    if (depth > treeDepthMax || (root === -1) !== (depth === 0)) {
      return { page, what: `a tree has its root at page ${root} and ${depth} levels` }
    }
  }
  const transaction = Number(bytes.readBigUInt64LE(meta.transactionAt))
  return { transaction, pageBytes, lastPage, fileBytes, free, main }
}

function treeAt(bytes: Buffer, at: number): PageTree {
  const root = bytes.readBigUInt64LE(at + tree.rootAt)
  const numberAt = (offset: number) => Number(bytes.readBigUInt64LE(at + offset))
  return {
    depth: bytes.readUInt16LE(at + tree.depthAt),
    branchPages: numberAt(tree.branchPagesAt),
    leafPages: numberAt(tree.leafPagesAt),
    overflowPages: numberAt(tree.overflowPagesAt),
    entries: numberAt(tree.entriesAt),
    root: root === noPage ? -1 : Number(root),
  }
}

function pageBytesOf(first: Buffer): number {
  return first.readUInt32LE(pageBytesAt)
}

function withFile<T>(path: string, flags: string, use: (handle: number) => T): T {
  const handle = openSync(path, flags)
  try {
    return use(handle)
  } finally {
    closeSync(handle)
  }
}

/** Fewer bytes at the file's end. */
function readAt(handle: number, position: number, count: number): Buffer {
  const bytes = Buffer.alloc(count)
  return bytes.subarray(0, readSync(handle, bytes, 0, count, position))
}
