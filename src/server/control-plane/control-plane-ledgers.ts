import type { SendControl } from '../../protocol/control-message.ts'

export type PermissionsMode = 'ALLOW_ALL' | 'STANDARD'

/** What the control plane stores about a ledger, apart from its journal. */
export interface LedgerRecord {
  readonly name: string
  readonly createdMs: number
  readonly permissionsMode: PermissionsMode
  readonly deletionProtection: boolean
  readonly tags: Readonly<Record<string, string>>
}

/** Who holds the ledgers; the program that opens them provides it. */
export interface LedgerRegistry {
  /** Sorted by name. A ledger whose record can't be read is among them. */
  list(): readonly Pick<LedgerRecord, 'name' | 'createdMs'>[]
  has(name: string): boolean
  /** Throws LedgerError 'store/corrupt' or 'file/unreadable' where the record can't be read: nothing is assumed then. */
  find(name: string): LedgerRecord | undefined
  /** Makes the ledger. Rejects with LedgerError 'ledger/exists' and the store's errors. */
  create(record: LedgerRecord): Promise<void>
  /** Keeps the changed record of a ledger that is there. */
  update(record: LedgerRecord): Promise<void>
  /** Ends its sessions, closes it and removes all of it. */
  remove(name: string): Promise<void>
  /** Answers as answerJournalRequest does, in Ion text. */
  readonly readJournal: SendControl
}
