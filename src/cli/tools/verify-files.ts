import { statSync } from 'node:fs'
import { LedgerError } from '../../base/errors.ts'
import { jsonLoneGuessesMax } from '../../base/limits.ts'
import { hashIn, sameDigest, type SavedDigest } from '../../journal/digest-file.ts'
import { JsonRetyper } from '../../archive/import-json.ts'
import type { Evidence } from '../../archive/find-evidence.ts'
import { type Proof, verifyProof } from '../../journal/proof.ts'
import type { ProofFile } from '../../journal/proof-file.ts'
import { namedFields } from '../../journal/verify.ts'
import { type EvidenceReport, verifyEvidence } from '../../archive/verify-evidence.ts'
import { reportOfDamagedFile, reportOfEvidence } from './evidence-report.ts'
import { EvidenceFiles, inFile } from './proof-files.ts'
import { type Refusal, type VerifyReport, withRefusals } from './verify-report.ts'

interface NamedDigest {
  readonly path: string
  readonly digest: SavedDigest
}

/**
 * Checks the proofs, receipts, revisions and blocks of files without a ledger; a digest file among them is what
 * the others are held against, as one given with `--digest` is. Throws LedgerError that names the file.
 */
export async function verifyFiles(
  paths: readonly string[],
  trusted: ReadonlyMap<string, SavedDigest>,
  {
    guesses = jsonLoneGuessesMax,
    files = new EvidenceFiles(),
    onTurn,
  }: {
    readonly guesses?: number | undefined
    readonly files?: EvidenceFiles
    /** Called for guesses at the types of JSON's data, while there are many. May throw to stop. */
    readonly onTurn: (guesses: number) => void | Promise<void>
  },
): Promise<VerifyReport[]> {
  const { evidence, damaged, refusals } = evidenceOf(paths, files)
  const [given, named] = [namedDigests(trusted), namedDigests(digestsAmong(paths, files))]
  // A file beside the proofs may be as forged as they are: where a digest is given apart, that is what they must lead to.
  const digests = given.length > 0 ? given : named
  const subjects = evidence.flatMap(({ path, item }) => (item.kind === 'proof' ? [{ path, file: item.file }] : []))
  const steps = evidence.flatMap(({ path, item }) => (item.kind === 'steps' ? [{ path, proof: item.proof }] : []))
  if (subjects.length === 0 && damaged.length + refusals.length > 0) return withRefusals(damaged, refusals)
  if (subjects.length === 0) {
    throw new LedgerError('usage/invalid-argument', 'these files contain no proof, revision or block', {
      help: "'qldb verify --digest FILE' checks a ledger against a digest",
    })
  }
  const retyper = new JsonRetyper(guesses)
  for (const { file } of subjects) {
    const value = file.block ?? file.revision
    if (value !== undefined) await retyper.prepare(value, onTurn)
  }
  const proven = withProofs(subjects, steps, digests)
  const checked = proven.subjects.flatMap(({ path, file }): Checked[] => {
    const digest = digestFor(file, digests)
    try {
      return [{ path, digest, report: inFile(path, () => verifyEvidence(file, digest?.digest, retyper)) }]
    } catch (error) {
      refusals.push({ path, error: foreignDigest(error) })
      return []
    }
  })
  const used = checked.flatMap(({ digest, report }) => (digest !== undefined && report.isTrustedDigest ? [digest] : []))
  const doubts = doubtsOfDigests([...given, ...named], used)
  doubts.unchecked.push(...uselessDigests(evidence, named))
  for (const { path, item } of evidence)
    if (item.kind === 'digest' && item.unknown.length > 0) doubts.unchecked.push(strangeFields(path, item.unknown))
  const reports = checked.map(({ path, digest, report }, at) => {
    return reportOfEvidence(path, at === 0 ? withDoubts(report, doubts) : report, digest?.path)
  })
  return withRefusals([...reports, ...damaged], [...refusals, ...proven.refusals, ...doubts.refusals])
}

interface Checked {
  readonly path: string
  readonly digest: NamedDigest | undefined
  readonly report: EvidenceReport
}

/** Throws any other error. */
function foreignDigest(error: unknown): LedgerError {
  if (error instanceof LedgerError && error.code === 'proof/foreign-digest') return error
  throw error
}

interface NamedEvidence {
  readonly path: string
  readonly item: Evidence
}

/** What is in all files, the reports on those that are damaged, and those that are no evidence. */
function evidenceOf(paths: readonly string[], files: EvidenceFiles) {
  const damaged: VerifyReport[] = []
  const refusals: Refusal[] = []
  const evidence = paths.flatMap((path): NamedEvidence[] => {
    const found = wholeOrDamage(path, files)
    if ('verdict' in found) damaged.push(found)
    else if ('error' in found) refusals.push(found)
    const items = 'verdict' in found || 'error' in found ? files.partsOf(path) : found
    return items.map((item) => ({ path, item }))
  })
  return { evidence, damaged, refusals }
}

function namedDigests(digests: ReadonlyMap<string, SavedDigest>): NamedDigest[] {
  return [...digests].map(([path, digest]) => ({ path, digest }))
}

/** Whoever made what stands in one file with a digest could have made up the digest, too. */
function uselessDigests(evidence: readonly NamedEvidence[], named: readonly NamedDigest[]): string[] {
  const others = evidence.filter(({ path, item }) => item.kind === 'digest' && !named.some((one) => one.path === path))
  return others.map(
    ({ path }) => `the digest beside other evidence in '${path}' proves nothing: save it in a file of its own`,
  )
}

/** What is in a file, the report on one that was evidence and is damaged, or why it is none. */
function wholeOrDamage(path: string, files: EvidenceFiles): readonly Evidence[] | VerifyReport | Refusal {
  try {
    return files.of(path)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    const isDamage = error.code === 'proof/malformed' || error.code === 'proof/refuted' || error.kind === 'limit'
    return isDamage ? reportOfDamagedFile(path, error, files.partsOf(path).length > 0) : { path, error }
  }
}

function strangeFields(path: string, names: readonly string[]): string {
  return `no hash covers the field ${namedFields(names)} beside the digest in '${path}'`
}

/** What is to be said of digests that nothing was held against: each that was given counts. */
interface DigestDoubts {
  readonly findings: EvidenceReport['findings']
  readonly unchecked: string[]
  /** Those of other ledgers than the ones that were used. */
  readonly refusals: readonly Refusal[]
}

function doubtsOfDigests(digests: readonly NamedDigest[], used: readonly NamedDigest[]): DigestDoubts {
  const findings: { field: string; message: string }[] = []
  const unchecked: string[] = []
  const refusals: Refusal[] = []
  for (const one of digests) {
    if (used.length === 0 || used.includes(one)) continue
    const { strandId, sequenceNo } = one.digest.digestTipAddress
    const known = used.find(({ digest }) => sameDigest(digest, one.digest) !== undefined)
    if (known !== undefined) {
      const message = `'${known.path}' and '${one.path}' are both of block ${sequenceNo}, and differ`
      if (sameDigest(known.digest, one.digest) === false) findings.push({ field: 'the saved digests', message })
    } else if (used.some(({ digest }) => digest.digestTipAddress.strandId === strandId)) {
      unchecked.push(`no proof leads to the digest at block ${sequenceNo} saved in '${one.path}'`)
    } else {
      const text = `'${one.path}' belongs to another ledger, of strand '${strandId}'`
      const help = 'give digests of the ledger that the proofs are of'
      refusals.push({ path: one.path, error: new LedgerError('proof/foreign-digest', text, { help }) })
    }
  }
  return { findings, unchecked, refusals }
}

function withDoubts(report: EvidenceReport, { findings, unchecked }: DigestDoubts): EvidenceReport {
  return { ...report, findings: [...report.findings, ...findings], unchecked: [...report.unchecked, ...unchecked] }
}

interface Subject {
  readonly path: string
  readonly file: ProofFile
}

interface Steps {
  readonly path: string
  readonly proof: Proof
}

/**
 * Proofs in files of their own, as get-block prints them beside the block, go to what they lead from; one that leads from
 * nothing goes to a subject that has none, so that the check reports it. One that is left over is refused.
 */
function withProofs(subjects: readonly Subject[], steps: readonly Steps[], digests: readonly NamedDigest[]) {
  const waiting = [...steps]
  const take = (index: number) => (index === -1 ? undefined : waiting.splice(index, 1)[0]?.proof)
  const proven = subjects.map((subject) => {
    const { path, file } = subject
    if (file.proof !== undefined) return subject
    const hash = hashOfSubject(file)
    const proof = take(waiting.findIndex((item) => leadsToAny(hash, item.proof, digests)))
    return proof === undefined ? subject : { path, file: { ...file, proof } }
  })
  const given = proven.map((subject) => {
    const proof = subject.file.proof === undefined ? take(waiting.length - 1) : undefined
    return proof === undefined ? subject : { ...subject, file: { ...subject.file, proof } }
  })
  const refusals = waiting.map(({ path }): Refusal => {
    const help = 'give the revision or block that it belongs to'
    const text = `${path}: the proof is of no revision or block in these files`
    return { path, error: new LedgerError('usage/invalid-argument', text, { help }) }
  })
  return { subjects: given, refusals }
}

function leadsToAny(hash: Uint8Array | undefined, proof: Proof, digests: readonly NamedDigest[]): boolean {
  return hash !== undefined && digests.some(({ digest }) => verifyProof(hash, proof, digest.digest))
}

function hashOfSubject({ revision, revisionHash, block }: ProofFile): Uint8Array | undefined {
  const value = block?.get('blockHash') ?? revision?.get('hash')
  try {
    return value === undefined ? revisionHash : hashIn(value, 'hash')
  } catch (error) {
    // The check of the subject reports it.
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

/** Whether one of some files holds a proof alone, as GetBlock and GetRevision print it beside what it proves. */
export function hasLoneProof(paths: readonly string[], files: EvidenceFiles): boolean {
  return paths.some((path) => evidenceIn(path, files).some(({ kind }) => kind === 'steps'))
}

/** The digests among files that the command line names; whoever names one trusts it as one given with `--digest`. */
export function digestsAmong(paths: readonly string[], files: EvidenceFiles): Map<string, SavedDigest> {
  const found = new Map<string, SavedDigest>()
  for (const path of paths) {
    const [only, ...more] = evidenceIn(path, files)
    if (only?.kind === 'digest' && more.length === 0) found.set(path, only.digest)
  }
  return found
}

/** Proofs of many hashes and digest files are smaller; what is larger is an export. */
const loneFileBytesMax = 64 * 1024

function evidenceIn(path: string, files: EvidenceFiles): readonly Evidence[] {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat?.isFile() !== true || stat.size > loneFileBytesMax) return []
  try {
    return files.of(path)
  } catch (error) {
    if (error instanceof LedgerError) return []
    throw error
  }
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
