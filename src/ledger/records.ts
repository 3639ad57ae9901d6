import { asBuffer } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { idCharacters } from '../base/ids.ts'
import type { Snapshot } from '../store/store.ts'
import { checkStored } from './check-stored.ts'
import type { DocumentPlace } from './keys.ts'
import { blockKey, identityKey, stateKey } from './keys.ts'

/** What the ledger's small records hold and their bytes. Records read on every row are packed; the others are JSON. */

/** What reading needs of a snapshot or a write transaction. */
export type Reader = Pick<Snapshot, 'get' | 'range'>

/** The version of the stored form that this program reads and writes. */
export const formatVersion = 2

/** What a ledger is; written with block 0. */
export interface Identity {
  readonly format: number
  readonly name: string
  readonly strandId: string
  /** A transaction that changed nothing writes a block, too (LedgerOptions.journalReads). Absent: it does not. */
  readonly journalReads?: true
  /** It refuses what QLDB refused, whoever opens it (LedgerOptions.keepStrictQldb). Absent: as its opener asks. */
  readonly strictQldb?: true
  /** Only in a ledger that was imported. */
  readonly origin?: Origin
}

/** Where the blocks of an imported ledger came from; those after `lastSequenceNo` were appended here. */
export interface Origin {
  /** `running`: the import is unfinished, and nothing else may open the ledger. */
  readonly state: 'running' | 'complete'
  readonly firstSequenceNo: number
  readonly lastSequenceNo: number
  readonly isReadOnly: boolean
  /** Whether every hash was checked on the way in. */
  readonly isVerified: boolean
  /** Revisions whose data came as JSON and could not be given back its types. */
  readonly doubtfulRevisions: number
  /** Of an unfinished import: the check left something open, so a resumed import must check all blocks again. */
  readonly mustRecheck?: true
}

/** Undefined for a store without a ledger. Throws LedgerError 'ledger/format-too-new', '-old' or 'ledger/foreign'. */
export function readIdentity(reader: Reader): Identity | undefined {
  const bytes = reader.get(identityKey)
  if (bytes === undefined) return undefined
  const found = parseJson(bytes) as Partial<Identity> | undefined
  if (typeof found?.format !== 'number' || typeof found.name !== 'string' || typeof found.strandId !== 'string')
    throw new LedgerError('ledger/foreign', 'the store holds something that is not a ledger')
  if (found.format > formatVersion) {
    throw new LedgerError(
      'ledger/format-too-new',
      `the ledger '${found.name}' is stored in format ${found.format}; this program reads formats up to ${formatVersion}`,
      { help: 'open it with a newer version of this program' },
    )
  }
  if (found.format < formatVersion) {
    throw new LedgerError(
      'ledger/format-too-old',
      `the ledger '${found.name}' is stored in format ${found.format}; this program reads format ${formatVersion}`,
      { help: "export it with the version that wrote it ('qldb export'), and import that here" },
    )
  }
  const { format, name, strandId, journalReads, strictQldb, origin } = found
  return {
    format,
    name,
    strandId,
    ...(journalReads === true ? { journalReads } : {}),
    ...(strictQldb === true ? { strictQldb } : {}),
    ...(origin === undefined ? {} : { origin: originOf(origin, name) }),
  }
}

function originOf(found: Partial<Origin>, name: string): Origin {
  const { state, firstSequenceNo, lastSequenceNo, isReadOnly, isVerified, doubtfulRevisions, mustRecheck } = found
  const isWhole =
    (state === 'running' || state === 'complete') &&
    [firstSequenceNo, lastSequenceNo, doubtfulRevisions].every(Number.isSafeInteger) &&
    typeof isReadOnly === 'boolean' &&
    typeof isVerified === 'boolean'
  if (!isWhole) throw new LedgerError('ledger/foreign', `the ledger '${name}' has a damaged record of its import`)
  const origin = { state, firstSequenceNo, lastSequenceNo, isReadOnly, isVerified, doubtfulRevisions } as Origin
  return mustRecheck === true ? { ...origin, mustRecheck } : origin
}

export function encodeIdentity(identity: Identity): Uint8Array {
  return Buffer.from(JSON.stringify(identity))
}

/** Where the derived data stands; one record, read by every transaction. */
export interface LedgerState {
  /** sequenceNo of the last block that everything derived accounts for; -1 before block 0. */
  readonly tip: number
  readonly tipHash: Uint8Array
  /** blockTimestamp of the tip in milliseconds; the next block's is not smaller. */
  readonly tipMs: number
  /** sequenceNo of the last block that changed the catalog; 0 when none did. */
  readonly catalogVersion: number
  /** The first id of the symbol dictionary that is not taken. */
  readonly symbolsEnd: number
  readonly nextIndexNumber: number
}

const stateHeaderBytes = 28
const hashBytes = 32

/** Undefined before block 0 was applied. Throws LedgerError 'store/corrupt'. */
export function readState(reader: Reader): LedgerState | undefined {
  const bytes = reader.get(stateKey)
  if (bytes === undefined) return undefined
  // A block of an unchecked import may have an empty hash.
  if (bytes.length !== stateHeaderBytes + hashBytes && bytes.length !== stateHeaderBytes)
    throw new LedgerError('store/corrupt', "the ledger's state is damaged")
  const buffer = asBuffer(bytes)
  return {
    tip: buffer.readUIntBE(0, 6),
    tipMs: buffer.readDoubleBE(6),
    catalogVersion: buffer.readUIntBE(14, 6),
    symbolsEnd: buffer.readUInt32BE(20),
    nextIndexNumber: buffer.readUInt32BE(24),
    tipHash: buffer.subarray(stateHeaderBytes),
  }
}

/** The state of a ledger in use. Throws LedgerError 'ledger/closed' while derived data lags behind the blocks. */
export function stateOf(reader: Reader): LedgerState {
  const state = readState(reader)
  if (state === undefined || reader.get(blockKey(state.tip + 1)) !== undefined)
    throw new LedgerError('ledger/closed', 'the ledger is being rebuilt')
  return state
}

export function encodeState(state: LedgerState): Uint8Array {
  const buffer = Buffer.allocUnsafe(stateHeaderBytes + state.tipHash.length)
  buffer.writeUIntBE(state.tip, 0, 6)
  buffer.writeDoubleBE(state.tipMs, 6)
  buffer.writeUIntBE(state.catalogVersion, 14, 6)
  buffer.writeUInt32BE(state.symbolsEnd, 20)
  buffer.writeUInt32BE(state.nextIndexNumber, 24)
  buffer.set(state.tipHash, stateHeaderBytes)
  return buffer
}

/** One revision, current or not: all but its data, which lies in its block and, for the current one, in the document. */
export interface RevisionRecord {
  readonly sequenceNo: number
  /** Index in the block's list of revisions. */
  readonly position: number
  readonly txTimeMs: number
  /** Whether it is a deletion: metadata without data. */
  readonly deleted: boolean
  /** Whether txTime is a UTC timestamp of milliseconds, and so told in full by txTimeMs. */
  readonly isExactTime: boolean
  readonly txId: string
  /** Empty where an unchecked import has none. */
  readonly hash: Uint8Array
}

const revisionHeaderBytes = 6 + 4 + 8 + 1 + idCharacters
const revisionBytes = revisionHeaderBytes + hashBytes
const deletedFlag = 1
const inexactTimeFlag = 2
const noHashFlag = 4

/**
 * Layout: sequenceNo 6, position 4, txTime 8 (double, milliseconds), flags 1 (bit 0: deleted, 1: txTime is not exact, 2: no
 * hash), txId 22, hash 32.
 */
export function encodeRevisionRecord(record: RevisionRecord): Uint8Array {
  const buffer = Buffer.allocUnsafe(revisionBytes)
  writeRevision(buffer, 0, record)
  return buffer
}

function writeRevision(buffer: Buffer, at: number, record: RevisionRecord): void {
  const { hash } = record
  buffer.writeUIntBE(record.sequenceNo, at, 6)
  buffer.writeUInt32BE(record.position, at + 6)
  buffer.writeDoubleBE(record.txTimeMs, at + 10)
  const flags = (record.deleted ? deletedFlag : 0) | (record.isExactTime ? 0 : inexactTimeFlag)
  buffer[at + 18] = flags | (hash.length === 0 ? noHashFlag : 0)
  buffer.write(record.txId, at + 19, 'latin1')
  if (hash.length === 0) buffer.fill(0, at + revisionHeaderBytes, at + revisionBytes)
  else buffer.set(hash, at + revisionHeaderBytes)
}

/** Throws LedgerError 'store/corrupt'. */
export function decodeRevisionRecord(bytes: Uint8Array): RevisionRecord {
  checkStored(
    bytes.length === revisionBytes,
    `the record of a revision has ${bytes.length} bytes, expected ${revisionBytes}`,
  )
  const buffer = asBuffer(bytes)
  const flags = buffer[18] as number
  return {
    sequenceNo: buffer.readUIntBE(0, 6),
    position: buffer.readUInt32BE(6),
    txTimeMs: buffer.readDoubleBE(10),
    deleted: (flags & deletedFlag) !== 0,
    isExactTime: (flags & inexactTimeFlag) === 0,
    txId: buffer.toString('latin1', 19, revisionHeaderBytes),
    hash: bytes.subarray(revisionHeaderBytes, (flags & noHashFlag) === 0 ? revisionBytes : revisionHeaderBytes),
  }
}

/** The current revision of a document: who it is, which revision, its data. */
export interface DocumentRecord {
  readonly documentId: string
  readonly version: number
  /** Ion by the ledger's dictionary, or a whole stream where that was full (encodeRaw, decodeLazy). */
  readonly data: Uint8Array
}

const documentRevisionAt = idCharacters + 4
/** A document's data begins after so many bytes of its record. */
export const documentHeaderBytes = documentRevisionAt + revisionBytes

/**
 * Layout: document id 22, version 4, the revision as encodeRevisionRecord has it, data. A document that no revision
 * stands for (derivedVersion) has zeros there.
 */
export function encodeDocumentRecord(record: DocumentRecord, revision: RevisionRecord | undefined): Uint8Array {
  const buffer = Buffer.allocUnsafe(documentHeaderBytes + record.data.length)
  buffer.write(record.documentId, 0, 'latin1')
  buffer.writeUInt32BE(record.version, idCharacters)
  if (revision === undefined) buffer.fill(0, documentRevisionAt, documentHeaderBytes)
  else writeRevision(buffer, documentRevisionAt, revision)
  buffer.set(record.data, documentHeaderBytes)
  return buffer
}

/** Throws LedgerError 'store/corrupt'. */
export function decodeDocumentRecord(bytes: Uint8Array): DocumentRecord {
  return {
    documentId: documentIdOf(bytes, 0),
    version: versionOfDocument(bytes),
    data: bytes.subarray(documentHeaderBytes),
  }
}

/** The version in a document record. Throws LedgerError 'store/corrupt' for a record that is too short. */
export function versionOfDocument(bytes: Uint8Array): number {
  checkStored(bytes.length >= documentHeaderBytes, `the record of a document has only ${bytes.length} bytes`)
  return asBuffer(bytes).readUInt32BE(idCharacters)
}

/** The document id in a document record that begins at `start`. */
export function documentIdOf(bytes: Uint8Array, start: number): string {
  return asBuffer(bytes).toString('latin1', start, start + idCharacters)
}

/** The revision record within a document record, for decodeRevisionRecord or to be kept when another takes its place. */
export function revisionOfDocument(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(documentRevisionAt, documentHeaderBytes)
}

export function encodePlace(place: DocumentPlace): Uint8Array {
  const buffer = Buffer.allocUnsafe(10)
  buffer.writeUInt32BE(place.tableNumber, 0)
  buffer.writeUIntBE(place.documentNumber, 4, 6)
  return buffer
}

/** Throws LedgerError 'store/corrupt', which names the document. */
export function decodePlace(bytes: Uint8Array, documentId: string): DocumentPlace {
  checkStored(bytes.length === 10, `the place of document '${documentId}' has ${bytes.length} bytes, expected 10`)
  const buffer = asBuffer(bytes)
  return { tableNumber: buffer.readUInt32BE(0), documentNumber: buffer.readUIntBE(4, 6) }
}

/** A number of 6 bytes: a counter. */
export function encodeNumber(value: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(6)
  buffer.writeUIntBE(value, 0, 6)
  return buffer
}

/** Throws LedgerError 'store/corrupt'. */
export function decodeNumber(bytes: Uint8Array): number {
  checkStored(bytes.length === 6, `a counter has ${bytes.length} bytes, expected 6`)
  return asBuffer(bytes).readUIntBE(0, 6)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(asBuffer(bytes).toString())
  } catch {
    return undefined
  }
}
