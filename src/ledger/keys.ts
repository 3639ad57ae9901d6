import { createHash } from 'node:crypto'
import { assert } from '../base/assert.ts'
import { asBuffer } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { idCharacters, timeOfId } from '../base/ids.ts'
import { equalityKey } from '../values/compare.ts'
import { storeKeyBytesMax } from '../store/store.ts'
import { isAbsent, type StructValue, type Value } from '../values/value.ts'

/**
 * Where everything of a ledger lies in its store: one prefix byte, then big-endian numbers, so that the store's order
 * of keys is the order of the things. Blocks and the identity are the truth; all the rest is derived from the blocks.
 *
 * A commit pays for every page that it changes, so what each of them changes lies side by side: the end of the journal,
 * the state, the counters, and the newest document ids, whose region grows at its front.
 *
 * | prefix | key | value |
 * |---|---|---|
 * | 1 identity | – | format version, ledger name, strand id |
 * | 2 block | sequenceNo 6 | the block as Ion binary |
 * | 2 summary | sequenceNo 6, a byte 1 | nodes of the journal's Merkle tree; what the block changed (block-summary.ts) |
 * | 3 state | – | tip, catalog version, counters |
 * | 4 document counter | table number 4 | next document number 6 |
 * | 5 document id | time in the id, inverted, 7; id 22 | table number 4, document number 6 |
 * | 6 document | table number 4, document number 6 | current revision (records.ts) |
 * | 7 revision | table number 4, document number 6, version 4 | a superseded revision or a deletion (records.ts) |
 * | 8 index entry | index number 4, key length 1, key, document number 6 | – |
 * | 9 index number | index id 22 | index number 4 |
 * | 10 symbol | id 4 | text |
 * | 11 doubt | sequenceNo 6, position 4 | –; an imported revision whose data lost its types as JSON |
 */
const prefixes = {
  identity: 1,
  journal: 2,
  state: 3,
  documentCounter: 4,
  documentId: 5,
  document: 6,
  revision: 7,
  indexEntry: 8,
  indexNumber: 9,
  symbol: 10,
  doubt: 11,
} as const

const firstDerived = prefixes.state
const lastDerived = prefixes.symbol

/** The catalog's own table: its documents are the tables, and a table's number is its document number there. */
export const catalogTableNumber = 0

/** Keys from `start` up to, but not including, `end`. */
export interface Range {
  readonly start: Uint8Array
  readonly end: Uint8Array
}

/** All keys from `start` on that begin with it. */
function prefixRange(start: Uint8Array): Range {
  const end = Buffer.from(start)
  let last = end.length - 1
  while (end[last] === 0xff) last -= 1
  assert(last >= 0, 'a key does not begin with 0xff alone')
  end[last] = (end[last] as number) + 1
  return { start, end: end.subarray(0, last + 1) }
}

function key(prefix: number, size: number): Buffer {
  // Short ones lie within the object: an allocation of their own would take longer than all else.
  const bytes = Buffer.alloc(1 + size)
  bytes[0] = prefix
  return bytes
}

/** The ledger's name, strand and settings (records.ts, Identity). */
export const identityKey: Uint8Array = Uint8Array.of(prefixes.identity)
/** The newest block's number and hash, and the counters (records.ts, LedgerState). */
export const stateKey: Uint8Array = Uint8Array.of(prefixes.state)
/** Everything that can be derived from the blocks, but for the summaries between them (summaryKey). */
export const derivedRange: Range = { start: Uint8Array.of(firstDerived), end: Uint8Array.of(lastDerived + 1) }

/** Where no record of a ledger lies: before and right behind the identity, and behind the marks of an import. */
export const strangeRanges: readonly Range[] = [
  { start: new Uint8Array(0), end: Uint8Array.of(prefixes.identity) },
  { start: Uint8Array.of(prefixes.identity, 0), end: Uint8Array.of(prefixes.journal) },
  { start: Uint8Array.of(prefixes.doubt + 1), end: Buffer.alloc(storeKeyBytesMax, 0xff) },
]

const blockKeyBytes = 7

/** Prefix and six bytes, big endian, so that keys sort as blocks do. */
export function blockKey(sequenceNo: number): Uint8Array {
  const bytes = key(prefixes.journal, 6)
  bytes.writeUIntBE(sequenceNo, 1, 6)
  return bytes
}

/** Right behind its block. */
export function summaryKey(sequenceNo: number): Uint8Array {
  const bytes = key(prefixes.journal, 7)
  bytes.writeUIntBE(sequenceNo, 1, 6)
  bytes[blockKeyBytes] = 1
  return bytes
}

/** Blocks of [from, end), with their summaries. */
export function journalRange(from: number, end: number): Range {
  return { start: blockKey(from), end: blockKey(end) }
}
/** All blocks with their summaries; read in reverse, the first key is of the last block. */
export const wholeJournalRange: Range = prefixRange(Uint8Array.of(prefixes.journal))

/** Of a block's key or its summary's. */
export function sequenceOfJournalKey(bytes: Uint8Array): number {
  return asBuffer(bytes).readUIntBE(1, 6)
}

/** A text of the ledger's dictionary of field names, by its id. */
export function symbolKey(id: number): Uint8Array {
  const bytes = key(prefixes.symbol, 4)
  bytes.writeUInt32BE(id, 1)
  return bytes
}

/** Symbols with ids of [from, end). */
export function symbolRange(from: number, end: number): Range {
  return { start: symbolKey(from), end: symbolKey(end) }
}

/** A document's place: its table's number and its own number there, in the order of insertion. */
export interface DocumentPlace {
  readonly tableNumber: number
  readonly documentNumber: number
}

/** The current revision of a document. */
export function documentKey(tableNumber: number, documentNumber: number): Uint8Array {
  return placeKey(prefixes.document, tableNumber, documentNumber, 0)
}

/** All current documents of a table, from one number on. */
export function documentRange(tableNumber: number, from = 0): Range {
  return { start: documentKey(tableNumber, from), end: documentKey(tableNumber + 1, 0) }
}

/** The reverse of documentKey. */
export function documentNumberOfKey(bytes: Uint8Array): number {
  return asBuffer(bytes).readUIntBE(5, 6)
}

/** A superseded revision or a deletion. */
export function revisionKey(tableNumber: number, documentNumber: number, version: number): Uint8Array {
  const bytes = placeKey(prefixes.revision, tableNumber, documentNumber, 4)
  bytes.writeUInt32BE(version, 11)
  return bytes
}

/** The version in a revision's key. */
export function versionOfRevisionKey(bytes: Uint8Array): number {
  return asBuffer(bytes).readUInt32BE(11)
}

/** All superseded revisions and deletions of a table: by document in the order of insertion, then by version. */
export function revisionRange(tableNumber: number): Range {
  return { start: revisionKey(tableNumber, 0, 0), end: revisionKey(tableNumber + 1, 0, 0) }
}

/** All superseded revisions and deletions of one document, by version. */
export function documentRevisionRange(place: DocumentPlace): Range {
  const { tableNumber, documentNumber } = place
  return { start: revisionKey(tableNumber, documentNumber, 0), end: revisionKey(tableNumber, documentNumber + 1, 0) }
}

function placeKey(prefix: number, tableNumber: number, documentNumber: number, rest: number): Buffer {
  const bytes = key(prefix, 10 + rest)
  bytes.writeUInt32BE(tableNumber, 1)
  bytes.writeUIntBE(documentNumber, 5, 6)
  return bytes
}

const idTimeBytes = 7

/** Ids lie in the reversed order of their times, so that new ones come to lie side by side at the front. */
export function documentIdKey(documentId: string): Uint8Array {
  assert(documentId.length === idCharacters, `'${documentId}' is an id`)
  const bytes = key(prefixes.documentId, idTimeBytes + idCharacters)
  const [high, low] = timeOfId(documentId)
  bytes.writeUInt32BE(0xffff_ffff - high, 1)
  bytes.writeUIntBE(0xff_ffff - low, 5, 3)
  bytes.write(documentId, 1 + idTimeBytes, 'latin1')
  return bytes
}

/** The number of an index, by its id: entries hold the number, which is shorter. */
export function indexNumberKey(indexId: string): Uint8Array {
  return idKey(prefixes.indexNumber, indexId)
}
export const indexNumberRange: Range = prefixRange(Uint8Array.of(prefixes.indexNumber))

/** The id at the end of a document id's or index number's key. */
export function idOfKey(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1', Math.max(1, bytes.length - idCharacters))
}

function idKey(prefix: number, id: string): Uint8Array {
  assert(id.length === idCharacters, `'${id}' is an id`)
  const bytes = key(prefix, idCharacters)
  bytes.write(id, 1, 'latin1')
  return bytes
}

/** The number that the next document of a table gets. */
export function documentCounterKey(tableNumber: number): Uint8Array {
  const bytes = key(prefixes.documentCounter, 4)
  bytes.writeUInt32BE(tableNumber, 1)
  return bytes
}

/** Not derived: the block does not show it. */
export function doubtKey(sequenceNo: number, position: number): Uint8Array {
  const bytes = key(prefixes.doubt, 10)
  bytes.writeUIntBE(sequenceNo, 1, 6)
  bytes.writeUInt32BE(position, 7)
  return bytes
}

/** All keys of that kind. */
export const doubtRange: Range = { start: Buffer.from([prefixes.doubt]), end: Buffer.from([prefixes.doubt + 1]) }

/** The reverse of doubtKey. */
export function doubtOfKey(bytes: Uint8Array): { readonly sequenceNo: number; readonly position: number } {
  const key = asBuffer(bytes)
  if (key.length !== 11) throw new LedgerError('store/corrupt', "a mark of an import has a key that is none's")
  return { sequenceNo: key.readUIntBE(1, 6), position: key.readUInt32BE(7) }
}

/** Positions of a block's revisions whose hash can't be checked, since their data lost its types before the import. */
export function doubtsOf(
  reader: { range(range: Range): Iterable<readonly [key: Uint8Array, value: Uint8Array]> },
  sequenceNo: number,
): number[] {
  const positions: number[] = []
  for (const [bytes] of reader.range({ start: doubtKey(sequenceNo, 0), end: doubtKey(sequenceNo + 1, 0) }))
    positions.push(asBuffer(bytes).readUInt32BE(7))
  return positions
}

/** Whether a key is a block's, not its summary's. */
export function isBlockKey(bytes: Uint8Array): boolean {
  return bytes[0] === prefixes.journal && bytes.length === blockKeyBytes
}

/** The numbers of the first and the last block whose keys may lie in a range; the first is greater where there are none. */
export function blocksInRange({ start, end }: Range): readonly [first: number, last: number] {
  const first = sequenceAtLeast(start)
  return [first, sequenceAtLeast(end) - 1]
}

/** The least sequenceNo whose block's key is not before `bound`. */
function sequenceAtLeast(bound: Uint8Array): number {
  const [prefix = 0] = bound
  if (prefix !== prefixes.journal) return prefix < prefixes.journal ? 0 : 2 ** 48
  const padded = Buffer.alloc(blockKeyBytes)
  padded.set(bound.subarray(0, blockKeyBytes))
  return padded.readUIntBE(1, 6) + (bound.length > blockKeyBytes ? 1 : 0)
}

/** Whether a key is that of an import's mark. */
export function isDoubtKey(bytes: Uint8Array): boolean {
  return bytes[0] === prefixes.doubt
}

/** What a record of the derived data belongs to: a table or an index by its number, the catalog, all, or a document. */
export type KeyOwner = { readonly table: number } | { readonly index: number } | 'catalog' | 'all' | 'document'

/** Throws nothing: a malformed key of a table or index belongs to number -1, which no table has. */
export function ownerOfKey(bytes: Uint8Array): KeyOwner {
  const number = () => (bytes.length < 5 ? -1 : asBuffer(bytes).readUInt32BE(1))
  switch (bytes[0]) {
    case prefixes.document:
    case prefixes.revision:
    case prefixes.documentCounter:
      return { table: number() }
    case prefixes.indexEntry:
      return { index: number() }
    case prefixes.indexNumber:
      return 'catalog'
    case prefixes.documentId:
      return 'document'
    default:
      return 'all'
  }
}

/** A record of the derived data by its key, in words. */
export function describeKey(bytes: Uint8Array): string {
  const key = asBuffer(bytes)
  const number = (at: number, size: number) => (key.length >= at + size ? key.readUIntBE(at, size) : '?')
  const place = () => `document ${number(5, 6)} of table ${number(1, 4)}`
  switch (key[0]) {
    case prefixes.state:
      return "the ledger's state"
    case prefixes.journal:
      return `the changes and tree nodes of block ${number(1, 6)}`
    case prefixes.symbol:
      return `symbol ${number(1, 4)}`
    case prefixes.document:
      return place()
    case prefixes.documentId:
      return `the place of document '${idOfKey(bytes)}'`
    case prefixes.revision:
      return `version ${number(11, 4)} of ${place()}`
    case prefixes.indexEntry:
      return `an entry of index ${number(1, 4)}`
    case prefixes.indexNumber:
      return `the number of index '${idOfKey(bytes)}'`
    case prefixes.documentCounter:
      return `the count of documents of table ${number(1, 4)}`
    default:
      return `a record under the key ${key.toString('hex')}`
  }
}

const indexKeyBytesMax = 64
const hashedKeyLength = 0xff

/**
 * The part of an index entry's key that stands for a value: its length, then the value's equality key, or its SHA-256
 * when that is long. Equal values have equal parts; nothing else is promised, so a finder looks at the document again.
 */
export function indexKeyOf(value: Value): Uint8Array {
  const text = equalityKey(value)
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= indexKeyBytesMax) return Buffer.concat([Uint8Array.of(bytes.length), bytes])
  return Buffer.concat([Uint8Array.of(hashedKeyLength), createHash('sha256').update(text, 'utf8').digest()])
}

/** The index key of a document's field; undefined for no document and for an absent value, which no `=` finds. */
export function indexedKey(data: StructValue | undefined, field: string): Uint8Array | undefined {
  const value = data?.get(field)
  return value === undefined || isAbsent(value) ? undefined : indexKeyOf(value)
}

/** Index, key of the value, document: so a look-up is a range, in the order of insertion. */
export function indexEntryKey(indexNumber: number, indexKey: Uint8Array, documentNumber: number): Uint8Array {
  const bytes = key(prefixes.indexEntry, 4 + indexKey.length + 6)
  bytes.writeUInt32BE(indexNumber, 1)
  bytes.set(indexKey, 5)
  bytes.writeUIntBE(documentNumber, 5 + indexKey.length, 6)
  return bytes
}

/** All entries of an index for one key, in the order of insertion. */
export function indexEntryRange(indexNumber: number, indexKey: Uint8Array): Range {
  const bytes = key(prefixes.indexEntry, 4 + indexKey.length)
  bytes.writeUInt32BE(indexNumber, 1)
  bytes.set(indexKey, 5)
  return prefixRange(bytes)
}

/** All entries of an index. */
export function indexRange(indexNumber: number): Range {
  const bytes = key(prefixes.indexEntry, 4)
  bytes.writeUInt32BE(indexNumber, 1)
  return prefixRange(bytes)
}

/** The last six bytes of an index entry's key. */
export function documentNumberOfIndexEntry(bytes: Uint8Array): number {
  return asBuffer(bytes).readUIntBE(bytes.length - 6, 6)
}
