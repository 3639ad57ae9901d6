import type { Connection } from './connection.ts'

/**
 * Digests, proofs and verification, for the commands of the same names: `cli` provides it, since it reads and writes files.
 * `words` is what follows the command's name. Everything rejects with LedgerError.
 */
export interface Auditor {
  digest(connection: Connection, words: readonly string[], control: AuditControl): Promise<AuditAnswer>
  prove(connection: Connection, words: readonly string[], control: AuditControl): Promise<AuditAnswer>
  verify(connection: Connection, words: readonly string[], control: AuditControl): Promise<AuditAnswer>
}

export type AuditName = keyof Auditor

export interface AuditControl {
  readonly signal?: AbortSignal
  /** The report is for programs, in JSON, unless `words` say otherwise. */
  readonly inJson?: boolean
}

export interface AuditAnswer {
  /** To print: a digest, a proof, a report. */
  readonly text: string
  /** What the text is: lines for people, or what programs read. */
  readonly form: 'lines' | 'ion' | 'json'
  /** Set when something was found not to be what it should: the verdict in one line. */
  readonly refuted?: string
}
