import { equalBytes, fromBase64, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { placeAt } from '../base/span.ts'
import { parseAllIon, parseIon } from '../values/text-reader.ts'
import { printIon } from '../values/text-writer.ts'
import { string, type StructValue, type Value } from '../values/value.ts'
import { addressToIon, type BlockAddress } from './block.ts'
import { checkedValues } from './checked-values.ts'
import type { Digest } from './digest.ts'
import { hashBytes } from './shape.ts'

/** A digest that someone keeps outside of the ledger, to hold the ledger to it later. */
export interface SavedDigest extends Digest {
  readonly ledger: string | undefined
  /** When it was taken, as written; no hash covers it. */
  readonly date: string | undefined
  /** The marks of imports in the ledger up to the tip; undefined where the digest's maker does not count them. */
  readonly marks?: ImportMarks | undefined
}

/** How many revisions an import had to mark as not checkable, and the hash over the marks, empty for none. */
export interface ImportMarks {
  readonly count: number
  readonly hash: Uint8Array
}

/**
 * A digest file as QLDB's console saved it (`.ion.txt`; developer guide, "Requesting a digest"): four strings, the
 * digest in base64, the tip's address as Ion text; then, of a ledger of this program, its imports' marks. It is JSON, too.
 */
export function printDigestFile({ digest, digestTipAddress, ledger, date, marks }: SavedDigest): string {
  const tip = printIon(addressToIon(digestTipAddress))
  const fields = { digest: toBase64(digest), digestTipAddress: tip, ...(ledger === undefined ? {} : { ledger }) }
  const counted = marks && { uncheckedRevisions: String(marks.count), uncheckedHash: toBase64(marks.hash) }
  const lines = Object.entries({ ...fields, ...(date === undefined ? {} : { date }), ...counted }).map(
    ([name, text]) => `  "${name}": ${printIon(string(text))}`,
  )
  return `{\n${lines.join(',\n')}\n}\n`
}

/** Reads a digest file's text. Throws LedgerError 'proof/malformed' when it is none. */
export function parseDigestFile(text: string): SavedDigest {
  const [value, ...more] = parseEvidenceText(text)
  const saved = value?.type === 'struct' && more.length === 0 ? savedDigestOf(value) : undefined
  if (saved === undefined) throw notEvidence('a digest file has one struct with a digest and a digestTipAddress')
  return saved
}

/**
 * The digest that a struct holds, undefined where there is none: the console's file, GetDigest's answer in JSON
 * (`Digest`, `DigestTipAddress.IonText`), or the same fields as Ion values. Throws LedgerError 'proof/malformed'.
 */
export function savedDigestOf(value: StructValue): SavedDigest | undefined {
  const digest = member(value, 'digest')
  const tip = member(value, 'digestTipAddress')
  if (digest === undefined || tip === undefined) return undefined
  if (new Set(value.names.map(plainName)).size < value.names.length)
    throw notEvidence('a field of the digest is there twice')
  return {
    digest: hashIn(digest, 'digest'),
    digestTipAddress: addressIn(tip, 'digestTipAddress'),
    ledger: textIn(member(value, 'ledger') ?? member(value, 'ledgerName')),
    date: textIn(member(value, 'date')),
    marks: marksIn(value),
  }
}

function marksIn(value: StructValue): ImportMarks | undefined {
  const [count, hash] = [textIn(member(value, 'uncheckedRevisions')), member(value, 'uncheckedHash')]
  if (count === undefined && hash === undefined) return undefined
  const isCount = /^(?:0|[1-9]\d{0,14})$/.test(count ?? '')
  if (!isCount || hash === undefined) throw notEvidence('uncheckedRevisions is no count with an uncheckedHash')
  const isNone = hash.type === 'string' && hash.value === ''
  return { count: Number(count), hash: isNone ? new Uint8Array(0) : hashIn(hash, 'uncheckedHash') }
}

/** Whether two digests agree; undefined when they are of different blocks, and so say nothing about each other. */
export function sameDigest(left: Digest, right: Digest): boolean | undefined {
  const [a, b] = [left.digestTipAddress, right.digestTipAddress]
  if (a.strandId !== b.strandId || a.sequenceNo !== b.sequenceNo) return undefined
  return equalBytes(left.digest, right.digest)
}

/** All values of a text that should be Ion or JSON. Throws LedgerError 'proof/malformed'. */
export function parseEvidenceText(text: string, budget = checkedValues(), values: Value[] = []): Value[] {
  try {
    return parseAllIon(text, budget, values)
  } catch (error) {
    if (!(error instanceof LedgerError) || error.kind === 'limit') throw error
    const place = error.span && placeAt(text, error.span.start)
    const where = place === undefined ? '' : ` at line ${place.line}, column ${place.column}`
    throw new LedgerError('proof/malformed', `not Ion or JSON${where}: ${error.message}`, {
      cause: error,
      ...(error.span === undefined ? {} : { span: error.span }),
    })
  }
}

/** A digest file that says nothing, since it is damaged or of another kind: what is to be checked has no part in that. */
export function unusableDigest(error: LedgerError): LedgerError {
  return new LedgerError('proof/unrecognized', `it is not a digest file, or damaged: ${error.message}`, {
    cause: error,
    help: "'qldb digest --out FILE' saves a digest",
  })
}

export function notEvidence(message: string, cause?: unknown): LedgerError {
  return new LedgerError('proof/malformed', message, { cause })
}

/** A field under its name in Ion files, or with a capital, as AWS's JSON has it. */
export function member(struct: StructValue, name: string): Value | undefined {
  const value = struct.get(name) ?? struct.get((name[0] as string).toUpperCase() + name.slice(1))
  return value?.type === 'null' ? undefined : value
}

/** A field's name as Ion files have it, of either way to write it. */
export function plainName(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1)
}

export function textIn(value: Value | undefined): string | undefined {
  if (value?.type === 'string') return value.value
  return value?.type === 'timestamp' ? printIon(value) : undefined
}

/** A hash: a blob or base64. Throws LedgerError 'proof/malformed' unless it has 32 bytes. */
export function hashIn(value: Value, field: string): Uint8Array {
  if (value.annotations !== undefined) throw notEvidence(`${field} has an annotation`)
  const bytes = value.type === 'blob' ? value.bytes : value.type === 'string' ? base64In(value.value) : undefined
  if (bytes?.length === hashBytes) return bytes
  throw notEvidence(`${field} is no hash of ${hashBytes} bytes (a blob, or base64 in a string)`)
}

/** A block's address: a struct, or Ion text of one. */
export function addressIn(value: Value, field: string): BlockAddress {
  const struct = unwrapIon(value)
  const isPlain = [value, struct].every(({ annotations }) => annotations === undefined)
  if (struct.type === 'struct' && struct.names.length === 2 && isPlain) {
    const [strandId, sequenceNo] = [struct.get('strandId'), struct.get('sequenceNo')]
    const isBare = strandId?.annotations === undefined && sequenceNo?.annotations === undefined
    if (strandId?.type === 'string' && sequenceNo?.type === 'int' && isBare) {
      const number = Number(sequenceNo.value)
      if (number >= 0 && Number.isSafeInteger(number)) return { strandId: strandId.value, sequenceNo: number }
    }
  }
  throw notEvidence(`${field} is not a block address {strandId: string, sequenceNo: int}`)
}

/** Ion inside of JSON: `{"IonText": "…"}` or a string; any other value is itself. */
export function unwrapIon(value: Value): Value {
  const wrapped = value.type === 'struct' ? value.get('IonText') : value
  if (wrapped?.type !== 'string') return value
  // People would read the other fields, but no check covers them.
  const isAlone = value.type !== 'struct' || (value.names.length === 1 && value.annotations === undefined)
  if (!isAlone || wrapped.annotations !== undefined)
    throw notEvidence('IonText has other fields or annotations beside it')
  const inner = innerValue(wrapped.value)
  if (inner.annotations === undefined) return inner
  throw notEvidence('the value in a field of Ion text has an annotation')
}

function innerValue(text: string): Value {
  try {
    return parseIon(text)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw new LedgerError('proof/malformed', `a field is not Ion text: ${error.message}`, { cause: error })
  }
}

/** Undefined for text that is not exactly base64: what is left out when decoding must not pass unseen. */
function base64In(text: string): Uint8Array | undefined {
  const bytes = fromBase64(text)
  return toBase64(bytes) === text ? bytes : undefined
}
