import { createHash } from 'node:crypto'
import { equalBytes } from '../base/bytes.ts'
import type { Digest } from '../journal/digest.ts'
import type { ImportMarks } from '../journal/digest-file.ts'
import type { JournalCheck } from '../journal/journal-check.ts'
import type { Finding } from '../journal/verify.ts'
import { doubtOfKey, doubtRange } from './keys.ts'
import type { Origin, Reader } from './records.ts'

/**
 * The marks that an import leaves on revisions whose data lost its types as JSON. Nothing in the journal covers them, so
 * they count only where an import put them, and a saved digest has their number and hash.
 */
export function importMarks(reader: Reader, lastSequenceNo = Number.MAX_SAFE_INTEGER): ImportMarks {
  const hash = createHash('sha256')
  let count = 0
  for (const [key] of reader.range(doubtRange)) {
    if (doubtOfKey(key).sequenceNo > lastSequenceNo) break
    hash.update(key)
    count += 1
  }
  return { count, hash: count === 0 ? new Uint8Array(0) : hash.digest() }
}

/** Whether marks on a block are obeyed: it came with an import. */
export function isImported(origin: Origin | undefined, sequenceNo: number): boolean {
  if (origin === undefined || sequenceNo < origin.firstSequenceNo) return false
  return origin.state === 'running' || sequenceNo <= origin.lastSequenceNo
}

/** A saved digest; `marks` where it counts the marks of imports, too. */
export type SavedMarks = Digest & { readonly marks?: ImportMarks | undefined }

/** Adds what is wrong with the marks themselves to the check of a journal. */
export function checkMarks(
  reader: Reader,
  origin: Origin | undefined,
  saved: readonly SavedMarks[],
  check: JournalCheck,
): void {
  const report = (sequenceNo: number, message: string) => check.report(markFinding(sequenceNo, message))
  let count = 0
  for (const [key] of reader.range(doubtRange)) {
    count += 1
    const { sequenceNo, position } = doubtOfKey(key)
    if (isImported(origin, sequenceNo)) continue
    report(sequenceNo, `its revision ${position} has the mark of an import, but the block was not imported`)
  }
  if (origin?.state === 'complete' && origin.doubtfulRevisions !== count) {
    const text = `the ledger has ${count} marks of its import, the record of the import counts ${origin.doubtfulRevisions}`
    report(origin.firstSequenceNo, text)
  }
  for (const { marks, digestTipAddress } of saved) {
    if (marks === undefined) continue
    const { sequenceNo } = digestTipAddress
    const found = importMarks(reader, sequenceNo)
    if (found.count === marks.count && equalBytes(found.hash, marks.hash)) continue
    const text = `up to here the ledger has ${found.count} marks of an import, which are not the ${marks.count} of the saved digest`
    report(sequenceNo, text)
  }
}

function markFinding(sequenceNo: number, message: string): Finding {
  return { code: 'mark', sequenceNo, message: `block ${sequenceNo}: ${message}` }
}
