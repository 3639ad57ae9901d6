import { LedgerError } from '../base/errors.ts'
import { jsonLoneGuessesMax } from '../base/limits.ts'
import type { SavedDigest } from '../journal/digest-file.ts'
import { JsonRetyper } from '../journal/import-json.ts'
import { parseEvidence } from '../journal/find-evidence.ts'
import type { ProofFile } from '../journal/proof-file.ts'
import { verifyEvidence } from '../journal/verify-evidence.ts'
import { reportOfEvidence } from './evidence-report.ts'
import { inFile, readTextFile } from './proof-files.ts'
import type { VerifyReport } from './verify-report.ts'

interface NamedDigest {
  readonly path: string
  readonly digest: SavedDigest
}

/**
 * Checks the proofs, receipts, revisions and blocks of files without a ledger; a digest file among them is what
 * the others are held against, as one given with `--digest` is. Throws LedgerError that names the file.
 */
export function verifyFiles(
  paths: readonly string[],
  trusted: ReadonlyMap<string, SavedDigest>,
  guessesMax = jsonLoneGuessesMax,
): VerifyReport[] {
  const evidence = paths.flatMap((path) =>
    inFile(path, () => parseEvidence(readTextFile(path)).map((item) => ({ path, item }))),
  )
  const digests: NamedDigest[] = [...trusted].map(([path, digest]) => ({ path, digest }))
  const subjects: { path: string; file: ProofFile }[] = []
  for (const { path, item } of evidence) {
    if (item.kind === 'digest') digests.push({ path, digest: item.digest })
    if (item.kind === 'proof') subjects.push({ path, file: item.file })
  }
  const steps = evidence.flatMap(({ item }) => (item.kind === 'steps' ? [item.proof] : []))
  const [first] = subjects
  if (first === undefined) {
    throw new LedgerError('usage/invalid-argument', 'there is no proof, revision or block in these files', {
      help: "'qldb verify --digest FILE' checks a ledger against a digest",
    })
  }
  // A proof in a file of its own, as get-block printed it beside the block.
  const [own] = steps
  if (own !== undefined && subjects.length === 1 && steps.length === 1 && first.file.proof === undefined)
    subjects[0] = { path: first.path, file: { ...first.file, proof: own } }
  const retyper = new JsonRetyper(guessesMax)
  return subjects.map(({ path, file }) => {
    const digest = digestFor(file, digests)
    const report = inFile(path, () => verifyEvidence(file, digest?.digest, retyper))
    return reportOfEvidence(path, report, digest?.path)
  })
}

/** Of several digests the one of the proof's tip; else any, so that the difference is reported. */
function digestFor(file: ProofFile, digests: readonly NamedDigest[]): NamedDigest | undefined {
  const tip = file.digest?.digestTipAddress
  const strand = tip?.strandId
  return (
    digests.find(({ digest }) => digest.digestTipAddress.sequenceNo === tip?.sequenceNo) ??
    digests.find(({ digest }) => digest.digestTipAddress.strandId === strand) ??
    digests[0]
  )
}
