import type { Digest } from '../journal/digest.ts'

/** What the check of one proof found. */
export interface EvidenceReport {
  /** `version 2 of document '…' in block 7`, for the verdict. */
  readonly subject: string
  /** What is wrong, the field first; empty when the proof holds. */
  readonly findings: readonly { readonly field: string; readonly message: string }[]
  /** What is not checked although it could be, with more input; empty when all is. */
  readonly unchecked: readonly string[]
  /** What the check shows, when it finds nothing. */
  readonly shows: string
  /** The digest that the proof was held against; undefined where there is no proof, or no digest. */
  readonly digest: Digest | undefined
  /** The digest was one that the caller trusts, not the one that came with the proof. */
  readonly isTrustedDigest: boolean
  /** Guesses at the types of data that came as JSON. */
  readonly guesses: number
  /** Fields whose content the proof says nothing about. */
  readonly unproven: readonly string[]
}

/** What a check of a proof has noted so far. */
export class EvidenceNotes {
  subject = 'a revision'
  shows = ''
  guesses = 0
  readonly findings: { field: string; message: string }[] = []
  readonly unchecked: string[] = []
  readonly unproven: string[] = []

  find(field: string, message: string): void {
    this.findings.push({ field, message })
  }

  report(digest: Digest | undefined, isTrustedDigest: boolean): EvidenceReport {
    const { subject, findings, unchecked, shows, unproven, guesses } = this
    return { subject, findings, unchecked, shows, digest, isTrustedDigest, unproven, guesses }
  }
}
