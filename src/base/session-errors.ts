import { LedgerError } from './errors.ts'

/**
 * Errors of sessions and transactions, in QLDB's words: its drivers decide by them what to retry, so both ends of the
 * wire make and recognise them here.
 */

export function noSession(): LedgerError {
  return new LedgerError('session/not-found', 'No such session')
}

export function sessionExpired(id: string): LedgerError {
  return new LedgerError('session/expired', `Session ${id} has expired`)
}

export function noTransaction(): LedgerError {
  return new LedgerError('transaction/not-open', 'No open transaction')
}

export function transactionExpired(id: string): LedgerError {
  return new LedgerError('transaction/expired', `Transaction ${id} has expired`)
}

export function transactionOpen(): LedgerError {
  return new LedgerError('transaction/already-open', 'Transaction already open')
}

/** The drivers' test for a transaction that outlived its time (amazon-qldb-driver-nodejs src/errors/Errors.ts). */
export const transactionExpiredPattern = /Transaction .* has expired/
export const noTransactionPattern = /No open transaction/
/** Of an answer after which the session is gone. */
export const deadSessionPattern = /No such session|(Session|Transaction) \S* ?has expired/
