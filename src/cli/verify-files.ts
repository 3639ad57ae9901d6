import { LedgerError } from '../base/errors.ts'
import type { SavedDigest } from '../journal/digest-file.ts'
import { parseEvidence } from '../journal/proof-file.ts'
import { verifyEvidence } from '../journal/verify-evidence.ts'
import { inFile, readTextFile } from './proof-files.ts'
import { reportOfEvidence, type VerifyReport } from './verify-report.ts'

/**
 * Checks the proofs and receipts of files with no ledger at hand; a digest file among them is what the others are held
 * against, as one given with `--digest` is. Throws LedgerError that names the file.
 */
export function verifyFiles(paths: readonly string[], trusted: readonly SavedDigest[]): VerifyReport[] {
  const evidence = paths.flatMap((path) =>
    inFile(path, () => parseEvidence(readTextFile(path)).map((item) => ({ path, item }))),
  )
  const digests = [...trusted, ...evidence.flatMap(({ item }) => (item.kind === 'digest' ? [item.digest] : []))]
  const proofs = evidence.flatMap(({ path, item }) => (item.kind === 'proof' ? [{ path, file: item.file }] : []))
  if (proofs.length === 0) {
    throw new LedgerError('usage/invalid-argument', 'there is no proof in these files, only digests', {
      help: "'qldb verify --digest FILE' holds a ledger against a digest",
    })
  }
  return proofs.map(({ path, file }) => {
    const tip = file.digest?.digestTipAddress
    // Of several digests the one of the proof's tip; else any, so that the difference is told.
    const digest = digests.find(({ digestTipAddress: other }) => other.sequenceNo === tip?.sequenceNo) ?? digests[0]
    return reportOfEvidence(
      path,
      inFile(path, () => verifyEvidence(file, digest)),
    )
  })
}
