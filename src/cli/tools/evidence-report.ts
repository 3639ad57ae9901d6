import { toBase64 } from '../../base/bytes.ts'
import type { LedgerError } from '../../base/errors.ts'
import type { EvidenceReport } from '../../archive/verify-evidence.ts'
import { counted } from './tool-progress.ts'
import { headline, type Outcome, verdictOf, type VerifyReport } from './verify-report.ts'

/** The outcome for one proof, receipt, revision or block of a file; `digestPath` is the saved digest's it was held against. */
export function reportOfEvidence(path: string, report: EvidenceReport, digestPath: string | undefined): VerifyReport {
  const { subject, findings, digest, isTrustedDigest, unproven, unchecked, shows, guesses } = report
  const [first] = findings
  const outcome: Outcome = {
    fault: first && `${path}: ${subject}: ${first.field}: ${first.message}`,
    unchecked: unchecked.map((text) => `${path}: ${subject}: ${text}`),
    matched: isTrustedDigest ? [digestPath ?? 'a digest file'] : [],
  }
  const verdict = verdictOf(outcome)
  const summary = headline(outcome)
  const base64 = digest && toBase64(digest.digest)
  const tip = digest?.digestTipAddress
  const lines = [
    summary,
    ...findings.slice(1).map(({ field, message }) => `also: ${field}: ${message}`),
    ...(verdict === 'tampered' ? [] : [`${path}: ${shows}`]),
    ...(tip === undefined ? [] : [`digest: ${base64} at block ${tip.sequenceNo} of strand ${tip.strandId}`]),
    ...(verdict === 'tampered' || isTrustedDigest ? [] : [adviceFor(digest !== undefined)]),
    ...(guesses === 0 ? [] : [`${counted(guesses, 'guess', 'guesses')} at the types of JSON's data`]),
    ...(unproven.length === 0 || verdict === 'tampered' ? [] : [`no hash covers: ${unproven.join(', ')}`]),
  ]
  const json = {
    verdict,
    summary,
    subject: 'proof',
    file: path,
    of: subject,
    shows: verdict === 'tampered' ? null : shows,
    digest: base64 ?? null,
    digestTipAddress: tip ?? null,
    trustedDigest: isTrustedDigest,
    findings,
    unchecked,
    unproven,
    guesses,
  }
  return { verdict, lines, json }
}

/**
 * The outcome for a file of evidence that can't be read: tampered where it is well formed and shows what no evidence shows,
 * else incomplete. `hasParts`: other values of it have reports of their own.
 */
export function reportOfDamagedFile(path: string, error: LedgerError, hasParts: boolean): VerifyReport {
  const { message } = error
  const isRefuted = error.code === 'proof/refuted'
  const unchecked = isRefuted
    ? []
    : [`${message}: ${hasParts ? 'this part' : 'nothing'} of the file was ${hasParts ? 'not ' : ''}checked`]
  const outcome: Outcome = { fault: isRefuted ? message : undefined, unchecked, matched: [] }
  const [verdict, summary] = [verdictOf(outcome), headline(outcome)]
  const findings = isRefuted ? [{ field: 'file', message }] : []
  return {
    verdict,
    lines: [summary, ...(error.help === undefined ? [] : [error.help])],
    json: { verdict, summary, subject: 'proof', file: path, findings, unchecked },
  }
}

function adviceFor(hasDigest: boolean): string {
  return hasDigest
    ? "whoever made the file could have made up its digest: compare it with one that you saved, or give that with '--digest FILE'"
    : "to show that it was in a ledger takes a proof and a digest that you saved: 'qldb prove', 'qldb digest --out FILE'"
}
