import { LedgerError } from '../base/errors.ts'
import { envelopeDepthMax, envelopeValuesMax } from '../base/limits.ts'
import { decodeAllIon } from '../values/binary-reader.ts'
import { structOf, type StructValue, type Value } from '../values/value.ts'
import {
  member,
  notEvidence,
  parseEvidenceText,
  plainName,
  type SavedDigest,
  savedDigestOf,
  unusableDigest,
  unwrapIon,
} from '../journal/digest-file.ts'
import { checkedValues } from '../journal/checked-values.ts'
import { loneRevision, type ProofFile, proofFileOf, proofIn } from '../journal/proof-file.ts'
import type { Proof } from '../journal/proof.ts'
import { checkStruct, textField } from '../journal/shape.ts'
import { detailNames, recordNames } from './stream-record.ts'
import { unknownFields } from '../journal/verify.ts'

export type Evidence =
  | {
      readonly kind: 'digest'
      readonly digest: SavedDigest
      /** Fields beside it that mean nothing here. */
      readonly unknown: readonly string[]
    }
  /** A proof, or a revision or block that stands alone. */
  | { readonly kind: 'proof'; readonly file: ProofFile }
  /** A proof without what it proves. */
  | { readonly kind: 'steps'; readonly proof: Proof }

/**
 * Reads whatever proves or shows something: proof files, digest files, receipts, revisions as history and streams give
 * them, blocks, and the JSON of get-digest, get-block and get-revision; one or several in a text, in lists and in
 * envelopes of other fields. Throws LedgerError 'proof/malformed'.
 */
export function parseEvidence(text: string, budget = checkedValues(), found: Evidence[] = []): Evidence[] {
  return readingEvidence(found, (values) => parseEvidenceText(text, budget, values))
}

/** The same of Ion binary. */
export function decodeEvidence(bytes: Uint8Array, budget = checkedValues(), found: Evidence[] = []): Evidence[] {
  return readingEvidence(found, (values) => decodeAllIon(bytes, budget, values))
}

/** What cannot be read hides none of the values before it. */
function readingEvidence(found: Evidence[], read: (values: Value[]) => readonly Value[]): Evidence[] {
  const values: Value[] = []
  try {
    read(values)
  } catch (error) {
    new EvidenceSearch(found).lookAtAll(values)
    throw error
  }
  return evidenceOfFile(values, found)
}

/** The same of all values of a file. `found` has what was found also where this throws: it is checked all the same. */
export function evidenceOfFile(values: readonly Value[], found: Evidence[] = []): Evidence[] {
  const only = values.length === 1 ? stepsOf(values[0] as Value) : undefined
  if (only !== undefined) return [{ kind: 'steps', proof: only }]
  evidencesOf(values, found)
  if (found.length === 0) throw new LedgerError('proof/unrecognized', 'there is nothing in it', unrecognizedHelp)
  return found
}

/** The same of values that have been read. Throws LedgerError 'proof/malformed' unless each is or holds something. */
export function evidencesOf(values: readonly Value[], found: Evidence[] = []): Evidence[] {
  const search = new EvidenceSearch(found)
  search.lookAtAll(values)
  if (search.fault !== undefined) throw search.fault
  return found
}

/** Fields of what a digest may prove. */
const receiptNames = new Set(['revisionHash', 'proof', 'revision', 'block'])

class EvidenceSearch {
  readonly found: Evidence[]
  /** The first. */
  fault: LedgerError | undefined
  #values = 0

  constructor(found: Evidence[]) {
    this.found = found
  }

  lookAtAll(values: readonly Value[]): void {
    for (const value of values) this.lookAt(value)
  }

  /** A value of the file, or an item of a list that is one: what is wrong with it hides none of the others. */
  lookAt(value: Value): void {
    const items = value.type === 'list' || value.type === 'sexp' ? value.items : [value]
    const depth = value === items[0] ? 0 : 1
    for (const item of items) {
      try {
        this.look(item, depth, true)
      } catch (error) {
        if (!(error instanceof LedgerError)) throw error
        this.fault ??= error
      }
    }
  }

  /** Each item of a list, and each value of the file, must be or hold something. */
  look(value: Value, depth: number, isNeeded: boolean): void {
    this.#values += 1
    if (depth > envelopeDepthMax || this.#values > envelopeValuesMax) {
      throw notEvidence(`it is wrapped in more than ${envelopeDepthMax} structs and lists, or has too many values`)
    }
    if (value.type === 'list' || value.type === 'sexp') {
      for (const item of value.items) this.look(item, depth + 1, isNeeded)
      return
    }
    const before = this.found.length
    if (value.type === 'struct') this.#lookInto(value, depth)
    if (isNeeded && this.found.length === before) throw notNeeded(value)
  }

  #lookInto(value: StructValue, depth: number): void {
    const found = evidenceIn(value)
    if (found !== undefined) this.found.push(found)
    // A digest has no other fields: what stands beside it is none of it.
    if (found !== undefined && found.kind !== 'digest') return
    const first = found === undefined ? this.found.length : this.found.length - 1
    let senseless: string | undefined
    for (const [at, field] of value.values.entries()) {
      const before = this.found.length
      this.look(unwrapped(field), depth + 1, false)
      const name = value.names[at] as string
      if (this.found.length === before && receiptNames.has(plainName(name))) senseless ??= name
    }
    // A receipt that was damaged: its digest must not pass for a saved one.
    if (senseless === undefined || !this.found.slice(first).some(({ kind }) => kind === 'digest')) return
    throw new LedgerError(
      'proof/refuted',
      `the field '${senseless}' stands beside a digest and is not what it is called`,
    )
  }
}

function notNeeded(value: Value): LedgerError {
  const names = value.type === 'struct' ? value.names.slice(0, 5).join(', ') : ''
  const what =
    value.type === 'struct'
      ? `a struct${names === '' ? '' : ` of ${names}`}`
      : `${/^[aeiou]/.test(value.type) ? 'an' : 'a'} ${value.type}`
  const text = `found neither a proof nor a digest, revision or block, but ${what}`
  return new LedgerError('proof/unrecognized', text, unrecognizedHelp)
}

export const unrecognizedHelp = {
  help: "'qldb verify' checks proofs, receipts, revisions, blocks, stream records and folders of exports",
}

/** What a struct itself is; undefined for an envelope. */
function evidenceIn(value: StructValue): Evidence | undefined {
  if (isRevision(value)) return proofOf(structOf({ revision: value }))
  if ((value.get('blockHash') ?? value.get('entriesHash')) !== undefined) return proofOf(structOf({ block: value }))
  const payload = value.get('payload')
  if (value.get('recordType') !== undefined && payload?.type === 'struct') return ofRecord(value, payload)
  const isSubject = ['revision', 'block', 'revisionHash'].some((name) => isOwn(value, name))
  if (isSubject || isHashes(member(value, 'proof'))) return proofOf(value)
  const digest = wholeDigestOf(value)
  const unknown = value.names.filter((name) => !digestFields.has(plainName(name)))
  return digest && { kind: 'digest', digest, unknown }
}

const digestFields = new Set([
  ...['digest', 'digestTipAddress', 'ledger', 'ledgerName', 'date', 'uncheckedRevisions', 'uncheckedHash'],
  ...['$metadata', 'responseMetadata'],
])

/** Throws LedgerError 'proof/unrecognized': nothing can be held against a digest that is damaged. */
function wholeDigestOf(value: StructValue): SavedDigest | undefined {
  try {
    return savedDigestOf(value)
  } catch (error) {
    throw error instanceof LedgerError ? unusableDigest(error) : error
  }
}

/** A stream's record of a revision, in an envelope: by itself it is read as a stream's, before this. */
function ofRecord(record: StructValue, payload: StructValue): Evidence | undefined {
  const revision = payload.get('revision')
  if (revision?.type !== 'struct') return undefined
  return refutedUnless(() => {
    for (const [part, names] of recordParts(record, payload)) checkStruct(part, 'the stream record', names)
    const kind = textField(record, 'recordType', 'the stream record')
    if (kind !== detailsType) throw notEvidence(`the stream record says that it is a ${kind}, but it has a revision`)
    const unknown = recordParts(record, payload).flatMap(([part, names, path]) => unknownFields(part, names, path))
    const file = loneRevision(revision)
    return { kind: 'proof', file: { ...file, unknown: [...file.unknown, ...unknown] } }
  })
}

const detailsType = 'REVISION_DETAILS'

function recordParts(record: StructValue, payload: StructValue) {
  return [
    [record, recordNames, ''],
    [payload, detailNames, 'payload.'],
  ] as const
}

/** Throws LedgerError 'proof/refuted' for evidence with a field that no evidence has so. */
function proofOf(value: StructValue): Evidence {
  return refutedUnless(() => ({ kind: 'proof', file: proofFileOf(value) }))
}

function refutedUnless(read: () => Evidence): Evidence {
  try {
    return read()
  } catch (error) {
    const isMalformed =
      error instanceof LedgerError && (error.code === 'proof/malformed' || error.code === 'journal/malformed')
    throw isMalformed ? new LedgerError('proof/refuted', error.message, { cause: error }) : error
  }
}

/** A row of history, a stream's revision, or one that lacks a field. */
function isRevision(value: StructValue): boolean {
  const metadata = value.get('metadata')
  const isMetadata = metadata?.type === 'struct' && (metadata.get('txId') ?? metadata.get('version')) !== undefined
  const hasHash = isHash(value.get('hash'))
  if (isMetadata) return hasHash || ['data', 'dataHash', 'blockAddress'].some((name) => value.get(name) !== undefined)
  return hasHash && ['data', 'dataHash', 'metadata'].some((name) => value.get(name) !== undefined)
}

function isHash(value: Value | undefined): boolean {
  return value?.type === 'blob' || (value?.type === 'string' && value.value.length === 44)
}

/** A field of evidence, not one of an application's that has the same name. */
function isOwn(value: StructValue, name: string): boolean {
  const field = member(value, name)
  if (field === undefined) return false
  if (name === 'revisionHash') return isHash(field)
  const inner = unwrapped(field)
  if (inner.type !== 'struct') return false
  return name === 'revision'
    ? isRevision(inner) || isHashes(member(value, 'proof'))
    : inner.get('blockHash') !== undefined
}

function isHashes(value: Value | undefined): boolean {
  return value !== undefined && unwrapped(value).type === 'list'
}

function unwrapped(value: Value): Value {
  return value.type === 'struct' && value.get('IonText') !== undefined ? unwrapIon(value) : value
}

/** A proof in a file of its own: a list of hashes. */
function stepsOf(value: Value): Proof | undefined {
  if (value.type !== 'list' || value.items.length === 0 || !value.items.every(isHash)) return undefined
  return proofIn(value)
}
