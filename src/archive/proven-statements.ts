import { equalBytes, toBase64 } from '../base/bytes.ts'
import { ionHash } from '../values/ion-hash.ts'
import type { Revision, TransactionInfo } from '../journal/block.ts'
import { transactionInfoFromIon } from '../journal/block-from-ion.ts'
import { rootOf } from '../journal/merkle-tree.ts'
import type { ProofFile } from '../journal/proof-file.ts'
import { isWithinTransaction } from '../journal/verify.ts'
import type { EvidenceNotes } from './evidence-notes.ts'

/**
 * The file's transactionInfo, when the proof shows that it is of the revision's block. `toEntries`: the hashes from the
 * revision to the place of the block's entriesHash, that one included.
 */
export function findTransactionInfo(
  file: ProofFile,
  toEntries: readonly Uint8Array[],
  shown: Revision | undefined,
  notes: EvidenceNotes,
): TransactionInfo | undefined {
  const { transactionInfo, head } = file
  if (transactionInfo === undefined) return undefined
  const entries = head?.entriesHashList ?? file.entriesHashList
  if (!equalBytes(toEntries.at(-1) ?? new Uint8Array(0), rootOf(entries ?? []))) {
    if (entries === undefined) notes.find('transactionInfo', 'it belongs to no entry of the block')
    return undefined
  }
  const hash = ionHash(transactionInfo)
  if (entries?.some((entry) => equalBytes(entry, hash)) !== true) {
    notes.find('transactionInfo', `no entry of the block has its hash, ${toBase64(hash)}`)
    return undefined
  }
  const info = transactionInfoFromIon(transactionInfo)
  if (head === undefined) return isInOrderOfQldb(entries, hash, toEntries, info, shown, notes) ? info : undefined
  if (!equalBytes(entries.at(-1) ?? new Uint8Array(0), hash)) {
    notes.find('transactionInfo', 'it is not the last entry of its block')
  }
  return info
}

/** Without its head, a block is taken for one of QLDB: the revisions' root second, transactionInfo at the end. */
function isInOrderOfQldb(
  entries: readonly Uint8Array[],
  hash: Uint8Array,
  toEntries: readonly Uint8Array[],
  info: TransactionInfo,
  shown: Revision | undefined,
  notes: EvidenceNotes,
): boolean {
  const second = entries[1]
  const passes = second !== undefined && toEntries.some((one) => equalBytes(one, second))
  const isLast = entries.slice(-2).some((entry) => equalBytes(entry, hash)) && entries.length > 2
  const txTime = shown?.metadata?.txTime
  const isTimely = info.statements.every(
    ({ startTime }) => txTime !== undefined && isWithinTransaction(startTime, txTime),
  )
  if (!isTimely) notes.find('transactionInfo', 'its times are not those of the revision')
  if (passes && isLast) return true
  notes.unchecked.push('its entries are not in the order of those of QLDB, so that its statements are not proven')
  return false
}

/** Notes which statements changed the document. Returns whether its table is proven. */
export function noteStatements(
  info: TransactionInfo,
  { table }: ProofFile,
  shown: Revision | undefined,
  notes: EvidenceNotes,
): boolean {
  const document = info.documents?.get(shown?.metadata?.id ?? '')
  if (document === undefined) {
    notes.unchecked.push('transactionInfo does not name its document')
    return false
  }
  if (table !== undefined && table !== document.tableName) {
    notes.find('table', `it is '${table}', the block says '${document.tableName}'`)
  }
  const statements = document.statements.map((index) => `'${info.statements[index]?.statement ?? '?'}'`)
  notes.shows += `, table '${document.tableName}', changed by ${statements.join(' and ')}`
  return true
}
