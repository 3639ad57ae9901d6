import { isGzip } from '../base/bytes.ts'
import { isIonBinary } from '../values/binary-reader.ts'
import { isBase64Records } from './import-base64.ts'
import { isAggregatedRecord } from './kinesis-record.ts'

/** What a file that can't be read as Ion or JSON once was, by the names of the fields in it. */
export type Claim = 'subject' | 'digest'

/** Fields that stand in proofs, revisions, blocks and stream records, and hardly anywhere else. */
const subjectNames = [
  ...['blockAddress', 'blockHead', 'blockHash', 'entriesHash', 'entriesHashList', 'previousBlockHash'],
  ...['transactionInfo', 'redactionInfo', 'statementDigest', 'dataHash', 'txId', 'txTime', 'revisionHash'],
  ...['revisionSummaries', 'qldbStreamArn', 'recordType'],
]

/** Fields that evidence may begin with, where so little of it is left that nothing else is there. */
const firstNames = [
  ...['revision', 'block', 'proof', 'hash', 'data', 'metadata', 'documentId', 'transactionId'],
  ...['ledger', 'ledgerName', 'table', 'tableName', 'ledgerDigest'],
]

const digestNames = ['digest', 'digestTipAddress']

/** As much of a file as is looked at. */
const headBytes = 1024 * 1024

/**
 * Undefined for a file that names no field of evidence. What is packed and can't be unpacked may hold any; in UTF-16 every
 * other byte of a name is 0.
 */
export function claimOf(bytes: Uint8Array): Claim | undefined {
  if (isGzip(bytes)) return 'subject'
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, headBytes)).toString('latin1')
  const head = raw.replaceAll('\0', '')
  if (isAggregatedRecord(bytes) || (!isIonBinary(bytes) && isBase64Records(bytes))) return 'subject'
  const isBinary = isIonBinary(bytes)
  const names = (of: readonly string[]) =>
    `(?:${of.map((name) => `[${name[0]}${name[0]?.toUpperCase()}]${name.slice(1)}`).join('|')})`
  // In binary a name stands in the symbol table; in text, before a colon, perhaps in quotes and within a JSON string.
  const has = (of: readonly string[]) =>
    new RegExp(isBinary ? names(of) : `(?<![\\w$])${names(of)}[\\\\"']*\\s*:`).test(head)
  const begins = (of: readonly string[]) => new RegExp(`^[\\s{[]*\\{\\s*["']?${names(of)}["']?\\s*:`).test(head)
  if (has(subjectNames) || begins(firstNames)) return 'subject'
  return has(digestNames) ? 'digest' : undefined
}
