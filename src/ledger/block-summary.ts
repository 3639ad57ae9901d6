import { LedgerError } from '../base/errors.ts'
import { idCharacters } from '../base/ids.ts'
import { asBuffer, binaryText } from '../base/bytes.ts'

/** What follows from a block alone, stored in one record after it. */
export interface BlockSummary {
  /** The nodes of the journal's Merkle tree that the block completes, from level 0 up; none without a whole journal. */
  readonly nodes: readonly Uint8Array[]
  /** Undefined once a redaction removed data that it describes. */
  readonly writeSet: WriteSet | undefined
}

/** What one block changed: the other side of a transaction's read set (read-set.ts). */
export interface WriteSet {
  /** Table number → ids of the documents with a new revision; the catalog's own table among them. */
  readonly documents: ReadonlyMap<number, readonly string[]>
  /** Index number → index keys (binaryText) that a changed document had before or has now. */
  readonly indexKeys: ReadonlyMap<number, Iterable<string>>
  /** Table names that now mean another table than before, or none. */
  readonly names: readonly string[]
  /** Their numbers. */
  readonly droppedIndexes: readonly number[]
}

/**
 * Layout: count of nodes, each as length and bytes; then, if there is a write set, four lists, each a count and its items:
 * tables (number, count, ids of 22), indexes (number, count, keys as length and bytes), names (length, UTF-8), numbers of
 * dropped indexes. All numbers are varints (7 bits a byte, low ones first).
 */
export function encodeSummary({ nodes, writeSet }: BlockSummary): Uint8Array {
  const out = new SummaryWriter()
  out.number(nodes.length)
  for (const node of nodes) out.text(binaryText(node), 'latin1')
  if (writeSet === undefined) return out.take()
  out.number(writeSet.documents.size)
  for (const [table, ids] of writeSet.documents) {
    out.number(table)
    out.number(ids.length)
    for (const id of ids) out.id(id)
  }
  out.number(writeSet.indexKeys.size)
  for (const [index, keys] of writeSet.indexKeys) {
    const all = [...keys]
    out.number(index)
    out.number(all.length)
    for (const key of all) out.text(key, 'latin1')
  }
  out.number(writeSet.names.length)
  for (const name of writeSet.names) out.text(name, 'utf8')
  out.number(writeSet.droppedIndexes.length)
  for (const index of writeSet.droppedIndexes) out.number(index)
  return out.take()
}

/** The node of that number among a summary's; undefined when there are fewer. */
export function nodeOfSummary(bytes: Uint8Array, level: number): Uint8Array | undefined {
  let at = 1
  const count = bytes[0] as number
  if (level >= count) return undefined
  for (let skipped = 0; skipped < level; skipped += 1) at += 1 + (bytes[at] as number)
  return bytes.subarray(at + 1, at + 1 + (bytes[at] as number))
}

/** Undefined when it was taken away. Throws LedgerError 'store/corrupt'. */
export function writeSetOfSummary(bytes: Uint8Array): WriteSet | undefined {
  try {
    return readWriteSet(bytes)
  } catch (error) {
    throw new LedgerError('store/corrupt', 'the record of what a block changed is damaged', { cause: error })
  }
}

function readWriteSet(bytes: Uint8Array): WriteSet | undefined {
  const input = new SummaryReader(asBuffer(bytes), lengthOfNodes(bytes))
  if (input.isAtEnd) return undefined
  const documents = new Map(input.list(() => [input.number(), input.list(() => input.id())] as const))
  const indexKeys = new Map(input.list(() => [input.number(), input.list(() => input.text('latin1'))] as const))
  const names = input.list(() => input.text('utf8'))
  return { documents, indexKeys, names, droppedIndexes: input.list(() => input.number()) }
}

/** The same summary without its write set. */
export function withoutWriteSet(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, lengthOfNodes(bytes))
}

/** Their number and the nodes; a tree has fewer than 128 levels and a hash fewer than 128 bytes. */
function lengthOfNodes(bytes: Uint8Array): number {
  let at = 1
  for (let left = bytes[0] as number; left > 0; left -= 1) at += 1 + (bytes[at] as number)
  return at
}

const firstBytes = 256

class SummaryWriter {
  #bytes = Buffer.allocUnsafe(firstBytes)
  #end = 0

  number(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.#end++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#end++] = rest
  }

  id(id: string): void {
    this.#reserve(idCharacters)
    this.#end += this.#bytes.write(id, this.#end, 'latin1')
  }

  text(text: string, encoding: 'latin1' | 'utf8'): void {
    const length = Buffer.byteLength(text, encoding)
    this.number(length)
    this.#reserve(length)
    this.#end += this.#bytes.write(text, this.#end, encoding)
  }

  take(): Uint8Array {
    return this.#bytes.subarray(0, this.#end)
  }

  #reserve(count: number): void {
    if (this.#end + count <= this.#bytes.length) return
    const bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#end + count))
    bytes.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = bytes
  }
}

class SummaryReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes.readUInt8(this.#at++)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }

  id(): string {
    return this.#latin1(idCharacters)
  }

  text(encoding: 'latin1' | 'utf8'): string {
    const length = this.number()
    if (encoding === 'latin1') return this.#latin1(length)
    this.#at += length
    return this.#bytes.toString('utf8', this.#at - length, this.#at)
  }

  list<T>(item: () => T): T[] {
    const items: T[] = []
    for (let left = this.number(); left > 0; left -= 1) items.push(item())
    return items
  }

  #latin1(length: number): string {
    this.#at += length
    return this.#bytes.toString('latin1', this.#at - length, this.#at)
  }
}
