import type { Failure } from '../driver/failure.ts'

/** The program's verdicts. `--help` and the README's table are printed from this one. */
export const exitCodes = {
  ok: [0, 'all went well'],
  failed: [1, 'a statement failed, or a transaction was still open at the end and was aborted'],
  usage: [2, 'wrong usage: an unknown flag, a bad value, a configuration or script file that cannot be read'],
  unavailable: [3, 'the ledger or the endpoint cannot be reached or opened'],
  lost: [4, 'a transaction was lost: a conflict after all retries, or it expired'],
  tampered: [5, 'verification failed: a hash, proof or digest does not match'],
  interrupted: [130, 'interrupted'],
} as const satisfies Record<string, readonly [number, string]>

export type ExitName = keyof typeof exitCodes

const byKind: Readonly<Record<Failure['kind'], ExitName>> = {
  statement: 'failed',
  bug: 'failed',
  conflict: 'lost',
  expired: 'lost',
  'dead-session': 'lost',
  unavailable: 'unavailable',
  cancelled: 'interrupted',
}

/** The verdict on a statement or command that failed so. */
export function exitNameOf(failure: Failure): ExitName {
  if (failure.code === 'proof/refuted') return 'tampered'
  // A file that a command names; the ledger is as reachable as before.
  if (failure.code.startsWith('file/')) return 'failed'
  const isLost = failure.code === 'transaction/digest-mismatch' || failure.code === 'transaction/unknown-outcome'
  return isLost ? 'lost' : byKind[failure.kind]
}

/** The verdict of a run whose parts ended with these: the first one that was not well. */
export function firstFailure(left: ExitName, right: ExitName): ExitName {
  return left === 'ok' ? right : left
}

export function exitNumber(name: ExitName): number {
  return exitCodes[name][0]
}
