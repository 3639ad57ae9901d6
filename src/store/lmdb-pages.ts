import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'

/**
 * The layout of LMDB's data file, as much as is needed to tell a file that was cut short from a whole one before LMDB
 * maps it: a mapped page beyond the file's end would end the process with a bus error. Data format 2 of the LMDB that
 * the `lmdb` package bundles, little-endian.
 */
const meta = {
  magicAt: 24,
  versionAt: 28,
  freeRootAt: 88,
  mainRootAt: 136,
  lastPageAt: 144,
  transactionAt: 152,
  bytes: 168,
}
const pageBytesAt = 48
const lmdbMagic = 0xbeefc0de
const lmdbVersion = 2
const page = { flagsAt: 18, lowerAt: 20, headerBytes: 24 }
const branchFlag = 1
const leafFlag = 2
const bigDataFlag = 1
const noPage = 0xffff_ffff_ffff_ffffn

export type DataFileState =
  | { readonly kind: 'whole' }
  /** No file of LMDB; `start` is how it begins. */
  | { readonly kind: 'foreign'; readonly start: Uint8Array }
  | { readonly kind: 'other-version'; readonly found: number; readonly expected: number }
  | { readonly kind: 'cut'; readonly foundBytes: number; readonly expectedBytes: number }

interface Meta {
  readonly transaction: bigint
  readonly pageBytes: number
  readonly roots: readonly bigint[]
  readonly bytesNeeded: number
}

/** Looks at the data file at `path`. Errors are the file system's. */
export function inspectDataFile(path: string): DataFileState {
  return withFile(path, 'r', inspect)
}

/**
 * Lets a file that ends before the last page LMDB counts (never written, since they were freed in the transaction that
 * took them) reach its full length, so that it need not be looked through again. To be called while nobody writes.
 */
export function extendDataFile(path: string): void {
  withFile(path, 'r+', (handle) => {
    const first = readAt(handle, 0, meta.bytes)
    const { bytesNeeded } = newestMeta(handle, first) ?? { bytesNeeded: 0 }
    if (fstatSync(handle).size < bytesNeeded) ftruncateSync(handle, bytesNeeded)
  })
}

function inspect(handle: number): DataFileState {
  const first = readAt(handle, 0, meta.bytes)
  if (first.length < meta.bytes || first.readUInt32LE(meta.magicAt) !== lmdbMagic) {
    return { kind: 'foreign', start: first.subarray(0, 16) }
  }
  const version = first.readUInt32LE(meta.versionAt) & 0xffff
  if (version !== lmdbVersion) return { kind: 'other-version', found: version, expected: lmdbVersion }
  for (;;) {
    const newest = newestMeta(handle, readAt(handle, 0, meta.bytes))
    const foundBytes = fstatSync(handle).size
    if (newest === undefined) {
      return { kind: 'cut', foundBytes, expectedBytes: 2 * first.readUInt32LE(pageBytesAt) }
    }
    if (foundBytes >= newest.bytesNeeded) return { kind: 'whole' }
    if (newest.roots.every((root) => isTreeWithin(handle, root, newest.pageBytes, foundBytes))) return { kind: 'whole' }
    // Another process may have written over the pages that were read; those of the newest state it never touches.
    const isStill = newestMeta(handle, readAt(handle, 0, meta.bytes))?.transaction === newest.transaction
    if (isStill) return { kind: 'cut', foundBytes, expectedBytes: newest.bytesNeeded }
  }
}

/** Both of the first two pages hold a state; the one of the later transaction counts. Undefined when one is missing. */
function newestMeta(handle: number, first: Buffer): Meta | undefined {
  if (first.length < meta.bytes) return undefined
  const pageBytes = first.readUInt32LE(pageBytesAt)
  const second = readAt(handle, pageBytes, meta.bytes)
  if (second.length < meta.bytes) return undefined
  const isSecondNewer = second.readBigUInt64LE(meta.transactionAt) > first.readBigUInt64LE(meta.transactionAt)
  const newest = isSecondNewer ? second : first
  return {
    transaction: newest.readBigUInt64LE(meta.transactionAt),
    pageBytes,
    roots: [newest.readBigUInt64LE(meta.freeRootAt), newest.readBigUInt64LE(meta.mainRootAt)],
    bytesNeeded: (Number(newest.readBigUInt64LE(meta.lastPageAt)) + 1) * pageBytes,
  }
}

/** Whether all pages of a B+ tree lie within the file and are such as they should be. */
function isTreeWithin(handle: number, root: bigint, pageBytes: number, fileBytes: number): boolean {
  if (root === noPage) return true
  const waiting = [Number(root)]
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    const bytes = readAt(handle, number * pageBytes, pageBytes)
    if (bytes.length < pageBytes || Number(bytes.readBigUInt64LE(0)) !== number) return false
    const flags = bytes.readUInt16LE(page.flagsAt)
    const nodes = bytes.readUInt16LE(page.lowerAt) >> 1
    if ((flags & (branchFlag | leafFlag)) === 0 || page.headerBytes + 2 * nodes > pageBytes) return false
    for (let index = 0; index < nodes; index += 1) {
      const nodeAt = page.headerBytes + bytes.readUInt16LE(page.headerBytes + 2 * index)
      if (nodeAt + 8 > pageBytes) return false
      if ((flags & branchFlag) !== 0) waiting.push(bytes.readUIntLE(nodeAt, 6))
      else if (!isBigValueWithin(bytes, nodeAt, pageBytes, fileBytes)) return false
    }
  }
  return true
}

/** A large value has pages of its own, which the leaf names: first page, transaction, number of pages. */
function isBigValueWithin(bytes: Buffer, nodeAt: number, pageBytes: number, fileBytes: number): boolean {
  if ((bytes.readUInt16LE(nodeAt + 4) & bigDataFlag) === 0) return true
  const at = nodeAt + 8 + bytes.readUInt16LE(nodeAt + 6)
  if (at + 24 > pageBytes) return false
  const end = Number(bytes.readBigUInt64LE(at)) + Number(bytes.readBigUInt64LE(at + 16))
  return end * pageBytes <= fileBytes
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
