import { createHash, type Hash } from 'node:crypto'
import { equalBytes, fromBase64, toBase64 } from '../base/bytes.ts'
import { int, list, type ListValue, structOf, type Value } from '../values/value.ts'
import { type Block, coversHead } from './block.ts'
import type { Digest } from './digest.ts'
import type { ImportMarks } from './digest-file.ts'

/**
 * An import marks revisions whose data lost its types as JSON: their hash can't be checked. What is bound are the number
 * and the hash of the marks: by the block that records the import, and by saved digests.
 */

/** A saved digest; `marks` where it counts the marks of imports, too. */
export type SavedMarks = Digest & { readonly marks?: ImportMarks | undefined }

/** sequenceNo of a block → positions of its marked revisions, both rising. */
export type MarkedRevisions = ReadonlyMap<number, readonly number[]>

/** The hash over marks, which come in their order: for each the byte 11, sequenceNo in 6 bytes, the position in 4. */
export class MarksHash {
  readonly #hash: Hash = createHash('sha256')
  #count = 0

  add(sequenceNo: number, position: number): void {
    const bytes = Buffer.alloc(11)
    bytes[0] = 11
    bytes.writeUIntBE(sequenceNo, 1, 6)
    bytes.writeUInt32BE(position, 7)
    this.#hash.update(bytes)
    this.#count += 1
  }

  get marks(): ImportMarks {
    return { count: this.#count, hash: this.#count === 0 ? new Uint8Array(0) : this.#hash.copy().digest() }
  }
}

export function sameMarks(left: ImportMarks, right: ImportMarks): boolean {
  return left.count === right.count && equalBytes(left.hash, right.hash)
}

/** What a block records of the import that ended with the block before it. */
export interface MarksRecord {
  /** sequenceNo of the first imported block, and of the last. */
  readonly first: number
  readonly last: number
  readonly marks: ImportMarks
}

/** No PartiQL statement can be this comment alone. */
const form =
  /^-- qldb import: blocks (\d{1,15})-(\d{1,15}), revisions not checked (\d{1,15}), marks ([A-Za-z0-9+/]{43}=)$/

export function recordStatement({ first, last, marks }: MarksRecord): string {
  return `-- qldb import: blocks ${first}-${last}, revisions not checked ${marks.count}, marks ${toBase64(marks.hash)}`
}

/** The record that a block is; undefined for a block that is none, or was not made here. Throws as blockFromIon does. */
export function marksRecordOf(block: Block): MarksRecord | undefined {
  const [only, ...more] = block.transactionInfo?.statements ?? []
  const match = only === undefined || more.length > 0 ? null : form.exec(only.statement)
  if (match === null || !coversHead(block)) return undefined
  const [, first, last, count, hash] = match
  const record = { first: Number(first), last: Number(last) }
  if (record.last + 1 !== block.blockAddress.sequenceNo) return undefined
  return { ...record, marks: { count: Number(count), hash: fromBase64(hash as string) } }
}

/** Marks as a manifest and an answer of GetBlock have them. */
export const markedField = 'uncheckedRevisions'

export function marksToIon(marks: MarkedRevisions): ListValue {
  return list(
    [...marks].map(([sequenceNo, positions]) =>
      structOf({ sequenceNo: int(sequenceNo), revisions: list(positions.map((position) => int(position))) }),
    ),
  )
}

/** Undefined for a value of another form. */
export function marksOf(value: Value): MarkedRevisions | undefined {
  const marks = new Map<number, readonly number[]>()
  let before = -1
  for (const item of value.type === 'list' ? value.items : [undefined]) {
    const sequenceNo =
      item?.type === 'struct' && item.names.length === 2 ? numberIn(item.get('sequenceNo'), 2 ** 48) : undefined
    const revisions = item?.type === 'struct' ? item.get('revisions') : undefined
    const positions = revisions?.type === 'list' ? revisions.items.map((item) => numberIn(item, 2 ** 32)) : []
    const isRising = positions.every((position, index) => (position ?? -1) > (positions[index - 1] ?? -1))
    if (sequenceNo === undefined || sequenceNo <= before || positions.length === 0 || !isRising) return undefined
    marks.set(sequenceNo, positions as number[])
    before = sequenceNo
  }
  return marks
}

function numberIn(value: Value | undefined, end: number): number | undefined {
  const number = value?.type === 'int' ? Number(value.value) : undefined
  return number !== undefined && number >= 0 && number < end ? number : undefined
}
