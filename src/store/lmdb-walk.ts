import { readSync } from 'node:fs'

/**
 * A look at the pages of LMDB's data file by plain reading: whether what LMDB would follow blindly leads somewhere. LMDB
 * keeps no checksums: a changed page number or length inside a page would make it read beyond the map, which ends the
 * process. Layouts: struct MDB_page, MDB_node, MDB_db of the LMDB that the `lmdb` package bundles (data format 2).
 */

/** One of the two trees: LMDB's list of free pages, and the entries. */
export interface PageTree {
  readonly depth: number
  readonly branchPages: number
  readonly leafPages: number
  readonly overflowPages: number
  readonly entries: number
  /** -1 for a tree without entries. */
  readonly root: number
}

export interface PageFault {
  readonly page: number
  /** What is wrong with it, to be read after "page 12: ". */
  readonly what: string
}

export interface FileState {
  readonly transaction: number
  readonly pageBytes: number
  readonly lastPage: number
  /** How long the file is; it may end before the last page when nothing uses what is missing. */
  readonly fileBytes: number
  readonly free: PageTree
  readonly main: PageTree
}

/**
 * Walks both trees from their roots down, level by level, over at most `pagesMax` pages; undefined when nothing is
 * wrong. A walk without a bound also compares the counts that LMDB keeps, the order of the keys, and looks for pages
 * that are free and in use. Pages of the state must not be written over meanwhile: hold a snapshot, or look again.
 */
export function walkPages(
  handle: number,
  state: FileState,
  pagesMax = Number.POSITIVE_INFINITY,
): PageFault | undefined {
  const walk = new PageWalk(handle, state, pagesMax)
  try {
    for (const isMain of [false, true]) if (!walk.walk(isMain)) return undefined
    walk.checkFreePages()
    return undefined
  } catch (error) {
    if (error instanceof FaultFound) return error.fault
    throw error
  }
}

/** The fault of a page that is not in the file. */
export const beyondTheEnd = 'the file ends before it does'

const header = { transactionAt: 8, flagsAt: 18, lowerAt: 20, upperAt: 22, overflowPagesAt: 20, bytes: 24 }
const branchFlag = 1
const leafFlag = 2
const overflowFlag = 4
const nodeHeaderBytes = 8
const bigDataFlag = 1
/** What stands in a leaf for a large value: its first page, a transaction, its number of pages. */
const bigReferenceBytes = 24
/** The first two pages hold the states. */
const firstTreePage = 2

class FaultFound extends Error {
  readonly fault: PageFault
  constructor(page: number, what: string) {
    super(what)
    this.fault = { page, what }
  }
}

class PageWalk {
  readonly #handle: number
  readonly #state: FileState
  readonly #isWhole: boolean
  readonly #used = new Set<number>()
  readonly #free: number[] = []
  #pagesLeft: number
  readonly #pages: PageReader

  constructor(handle: number, state: FileState, pagesMax: number) {
    this.#handle = handle
    this.#state = state
    this.#pagesLeft = pagesMax
    this.#isWhole = pagesMax === Number.POSITIVE_INFINITY
    this.#pages = new PageReader(handle, state.pageBytes)
  }

  /** False when the bound was reached. */
  walk(isMain: boolean): boolean {
    const tree = isMain ? this.#state.main : this.#state.free
    if (tree.root === -1) return true
    const found = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 }
    let level = [tree.root]
    for (let depth = 1; depth <= tree.depth; depth += 1) {
      const isLeaf = depth === tree.depth
      const next: number[] = []
      for (const number of level) {
        this.#pagesLeft -= 1
        if (this.#pagesLeft < 0) return false
        const page = this.#page(number, isLeaf ? leafFlag : branchFlag)
        for (const node of this.#nodes(page, number)) {
          if (!isLeaf) next.push(page.readUIntLE(node, 6))
          else found.overflowPages += this.#leafNode(page, number, node, isMain)
        }
        if (isLeaf) found.entries += entriesOf(page)
        if (this.#isWhole && isMain) checkOrder(page, number, isLeaf)
      }
      found[isLeaf ? 'leafPages' : 'branchPages'] += level.length
      level = next
    }
    if (!this.#isWhole) return true
    for (const name of ['branchPages', 'leafPages', 'overflowPages', 'entries'] as const) {
      if (found[name] !== tree[name])
        throw new FaultFound(tree.root, `the tree below it has ${found[name]} ${words[name]}, expected ${tree[name]}`)
    }
    return true
  }

  /** No page may be listed as free that is in use: it would be written over. */
  checkFreePages(): void {
    if (!this.#isWhole) return
    for (const page of this.#free) {
      if (page < firstTreePage || page > this.#state.lastPage) {
        throw new FaultFound(page, `it is listed as free, but the last page is ${this.#state.lastPage}`)
      }
      if (this.#used.has(page)) throw new FaultFound(page, 'it is listed as free, but in use')
      this.#used.add(page)
    }
    const { lastPage } = this.#state
    const [found, expected] = [firstTreePage + this.#used.size, lastPage + 1]
    if (found === expected) return
    throw new FaultFound(
      lastPage,
      `it is the last page, so there are ${expected}, of which ${found} are in use or free`,
    )
  }

  #page(number: number, kind: number): Buffer {
    this.#claim(number, 1)
    const { transaction } = this.#state
    const page = this.#pages.read(number)
    if (page === undefined) throw new FaultFound(number, beyondTheEnd)
    const found = numberAt(page, 0)
    if (found !== number) throw new FaultFound(number, `it says that it is page ${found}`)
    const written = numberAt(page, header.transactionAt)
    if (written > transaction) {
      throw new FaultFound(number, `it is of transaction ${written}, the newest is ${transaction}`)
    }
    const flags = page.readUInt16LE(header.flagsAt)
    if (flags !== kind) throw new FaultFound(number, `its kind is ${flags}, expected ${kind}`)
    return page
  }

  /** Offsets of the page's nodes, each with its header within the page. */
  #nodes(page: Buffer, number: number): number[] {
    const lower = page.readUInt16LE(header.lowerAt)
    const upper = page.readUInt16LE(header.upperAt)
    if (lower === 0 || lower % 2 !== 0 || lower > upper || header.bytes + upper > page.length) {
      throw new FaultFound(number, `its free space is ${lower} to ${upper}`)
    }
    const nodes: number[] = []
    for (let at = header.bytes; at < header.bytes + lower; at += 2) {
      const offset = page.readUInt16LE(at)
      const node = header.bytes + offset
      if (offset < upper || node + nodeHeaderBytes + keyBytes(page, node) > page.length) {
        throw new FaultFound(number, `entry ${nodes.length} is at ${offset}`)
      }
      nodes.push(node)
    }
    return nodes
  }

  /** Checks a leaf's entry; returns how many overflow pages it has. */
  #leafNode(page: Buffer, number: number, node: number, isMain: boolean): number {
    const bytes = page.readUInt32LE(node)
    const flags = page.readUInt16LE(node + 4)
    const valueAt = node + nodeHeaderBytes + keyBytes(page, node)
    const isBig = flags === bigDataFlag
    if (flags !== 0 && !isBig) throw new FaultFound(number, `an entry has the flags ${flags}`)
    if (valueAt + (isBig ? bigReferenceBytes : bytes) > page.length) {
      throw new FaultFound(number, `an entry of ${bytes} bytes goes beyond the page`)
    }
    if (isBig) return this.#overflow(page, number, valueAt, bytes, isMain)
    if (!isMain && this.#isWhole) this.#noteFree(page.subarray(valueAt, valueAt + bytes), number)
    return 0
  }

  #overflow(page: Buffer, number: number, valueAt: number, bytes: number, isMain: boolean): number {
    const first = Number(page.readBigUInt64LE(valueAt))
    const count = Number(page.readBigUInt64LE(valueAt + 16))
    const { pageBytes } = this.#state
    if (count < 1 || header.bytes + bytes > count * pageBytes) {
      throw new FaultFound(number, `an entry of ${bytes} bytes has ${count} pages of its own`)
    }
    this.#claim(first, count)
    const start = this.#read(first, header.bytes)
    const found = {
      number: Number(start.readBigUInt64LE(0)),
      flags: start.readUInt16LE(header.flagsAt),
      count: start.readUInt32LE(header.overflowPagesAt),
    }
    if (found.number !== first) throw new FaultFound(first, `it says that it is page ${found.number}`)
    if (found.flags !== overflowFlag || found.count !== count) {
      throw new FaultFound(first, `it has the flags ${found.flags} and ${found.count} pages, expected 4 and ${count}`)
    }
    if (!isMain && this.#isWhole) {
      const list = this.#read(first, header.bytes + bytes)
      this.#noteFree(list.subarray(header.bytes), first)
    }
    return count
  }

  /** A list of free pages: how many words follow; a page, or minus a count and the first page of that many; 0 is a gap. */
  #noteFree(list: Buffer, number: number): void {
    const words = list.length >> 3
    const count = words === 0 ? -1 : Number(list.readBigInt64LE(0))
    if (count < 0 || count >= words) throw new FaultFound(number, `a list of free pages has ${count} entries`)
    for (let at = 1; at <= count; at += 1) {
      const entry = Number(list.readBigInt64LE(at * 8))
      if (entry > 0) this.#free.push(entry)
      if (entry >= 0) continue
      at += 1
      if (at > count || -entry > this.#state.lastPage) {
        throw new FaultFound(number, `a list of free pages has a run of ${-entry}`)
      }
      const first = Number(list.readBigInt64LE(at * 8))
      for (let page = first; page < first - entry; page += 1) this.#free.push(page)
    }
  }

  #claim(first: number, count: number): void {
    if (first < firstTreePage || first + count - 1 > this.#state.lastPage) {
      throw new FaultFound(first, `it is referred to, but the last page is ${this.#state.lastPage}`)
    }
    if ((first + count) * this.#state.pageBytes > this.#state.fileBytes) throw new FaultFound(first, beyondTheEnd)
    if (this.#used.has(first)) throw new FaultFound(first, 'it is referred to twice')
    // A value's further pages can't be recognised by themselves; only a whole walk compares them.
    for (let page = first; page < first + (this.#isWhole ? count : 1); page += 1) this.#used.add(page)
  }

  #read(number: number, count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count)
    const found = readSync(this.#handle, bytes, 0, count, number * this.#state.pageBytes)
    if (found < count) throw new FaultFound(number, beyondTheEnd)
    return bytes
  }
}

const words = {
  branchPages: 'branch pages',
  leafPages: 'leaf pages',
  overflowPages: 'pages of large values',
  entries: 'entries',
}

function keyBytes(page: Buffer, node: number): number {
  return node + nodeHeaderBytes > page.length ? page.length : page.readUInt16LE(node + 6)
}

function entriesOf(page: Buffer): number {
  return page.readUInt16LE(header.lowerAt) >> 1
}

/** Keys ascend; the first of a branch page stands for all below and is not looked at. */
function checkOrder(page: Buffer, number: number, isLeaf: boolean): void {
  let [last, lastEnd] = [-1, -1]
  for (let index = isLeaf ? 0 : 1; index < entriesOf(page); index += 1) {
    const node = header.bytes + page.readUInt16LE(header.bytes + 2 * index)
    const key = node + nodeHeaderBytes
    const end = key + keyBytes(page, node)
    if (last !== -1 && page.compare(page, key, end, last, lastEnd) >= 0) {
      throw new FaultFound(number, `the key of entry ${index} is not above the one before`)
    }
    last = key
    lastEnd = end
  }
}

function numberAt(page: Buffer, at: number): number {
  return page.readUInt32LE(at) + page.readUInt32LE(at + 4) * 2 ** 32
}

/** Pages that follow one another in the file are read together. */
const pagesAhead = 16

/** Reads pages of a file into memory that is used again: a page is whole until the next one is read. */
class PageReader {
  readonly #handle: number
  readonly #pageBytes: number
  readonly #bytes: Buffer
  /** The pages that `#bytes` begins with: the first, and how many. */
  #first = 0
  #count = 0
  #last = -1

  constructor(handle: number, pageBytes: number) {
    this.#handle = handle
    this.#pageBytes = pageBytes
    this.#bytes = Buffer.allocUnsafe(pagesAhead * pageBytes)
  }

  /** Undefined for one that the file ends before. */
  read(number: number): Buffer | undefined {
    const size = this.#pageBytes
    const isHere = number >= this.#first && number < this.#first + this.#count
    if (!isHere) {
      const wanted = number === this.#last + 1 ? pagesAhead : 1
      this.#first = number
      this.#count = Math.floor(readSync(this.#handle, this.#bytes, 0, wanted * size, number * size) / size)
      if (this.#count === 0) return undefined
    }
    this.#last = number
    const at = (number - this.#first) * size
    return this.#bytes.subarray(at, at + size)
  }
}
