/**
 * What a check found. Hash checks (the first group) show that something was changed; the others, on fields that no
 * hash of AWS's covers, that fields contradict one another.
 */
export type FindingCode =
  | 'malformed'
  | 'head'
  | 'transaction-info'
  | 'redaction-info'
  | 'statement-digest'
  | 'revision-hash'
  | 'revisions-root'
  | 'unexplained-entry'
  | 'entries-order'
  | 'entries-hash'
  | 'block-hash'
  | 'previous-hash'
  | 'gap'
  | 'strand'
  | 'revision-address'
  | 'revision-transaction'
  | 'revision-time'
  | 'revision-version'
  | 'revision-metadata'
  | 'documents'
  | 'block-time'
  | 'redaction'
  | 'encoding'
  | 'digest'
  | 'mark'
  | GapCode

/** What could not be checked: what is there fits, but something is not shown or nothing covers it. */
export type GapCode =
  | 'revision-missing'
  | 'revision-unchecked'
  | 'revision-unnamed'
  | 'revision-ambiguous'
  | 'entries-unknown'
  | 'block-blank'
  | 'redaction-missing'
  | 'start-unknown'
  | 'head-unproven'
  | 'field-unknown'
  | 'digest-uncovered'
  | 'order-unproven'
  | 'marks-unproven'
