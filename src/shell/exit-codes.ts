import { type ErrorCode, type ErrorKind, LedgerError } from '../base/errors.ts'

/** The program's verdicts. `--help` prints this table. */
export const exitCodes = {
  ok: [0, 'all went well'],
  failed: [1, 'a statement failed, or a transaction was still open at the end and was aborted'],
  usage: [2, 'wrong usage: an unknown flag, a bad value, a configuration or script file that cannot be read'],
  unavailable: [3, 'the ledger or the endpoint cannot be reached or opened'],
  lost: [4, 'a transaction was lost: a conflict after all retries, or it expired'],
  interrupted: [130, 'interrupted'],
} as const satisfies Record<string, readonly [number, string]>

export type ExitName = keyof typeof exitCodes

const byKind: Readonly<Record<ErrorKind, ExitName>> = {
  input: 'failed',
  unsupported: 'failed',
  limit: 'failed',
  conflict: 'lost',
  expired: 'lost',
  unavailable: 'unavailable',
  corrupt: 'unavailable',
  cancelled: 'interrupted',
}

/** Codes that end a transaction whose fate the user has to look up, whatever their kind. */
const lostCodes: ReadonlySet<ErrorCode> = new Set(['transaction/unknown-outcome', 'transaction/digest-mismatch'])

/** The verdict on a statement that failed with `error`; anything that is not a LedgerError is a bug of ours: 'failed'. */
export function exitNameOf(error: unknown): ExitName {
  if (!(error instanceof LedgerError)) return 'failed'
  return lostCodes.has(error.code) ? 'lost' : byKind[error.kind]
}

/** The verdict of a run whose parts ended with these: the first one that was not well. */
export function firstFailure(left: ExitName, right: ExitName): ExitName {
  return left === 'ok' ? right : left
}

export function exitNumber(name: ExitName): number {
  return exitCodes[name][0]
}
