import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { retryDelayMsMax } from '../base/limits.ts'
import { transactionExpiredPattern } from '../base/session-errors.ts'
import { WireError } from '../protocol/message.ts'

/**
 * Which failures are worth another try of the whole transaction, as Amazon's drivers decide it
 * (amazon-qldb-driver-nodejs src/errors/Errors.ts, src/retry/DefaultRetryConfig.ts).
 */

/** Whether the session itself is gone; its transaction with it. */
export function isDeadSession(error: unknown): boolean {
  return isInvalidSession(error) && !transactionExpiredPattern.test(error.message)
}

/** Whether another transaction committed first. The session can be used again; its transaction has ended. */
export function isConflict(error: unknown): boolean {
  return error instanceof WireError && error.name === 'OccConflictException'
}

/**
 * `onCommit`: the failure was the commit's. Then throttling, a broken connection and a 500 are not worth a try, because the
 * commit may have happened: a second try would store an INSERT twice. The drivers try a 500 again, and ask for transactions
 * that may be repeated; a shell can't ask that. A 503 says that the server did not take the request.
 */
export function isRetryable(error: unknown, onCommit: boolean): boolean {
  if (error instanceof LedgerError) {
    return !onCommit && (error.code === 'endpoint/unreachable' || error.code === 'endpoint/failed')
  }
  if (!(error instanceof WireError)) return false
  switch (error.name) {
    case 'OccConflictException':
    case 'ServiceUnavailable':
      return true
    case 'InvalidSessionException':
      return isDeadSession(error)
    case 'InternalFailure':
    case 'RateExceededException':
    case 'CapacityExceededException':
      return !onCommit
    case 'BadRequestException':
    case 'LimitExceededException':
      return false
    default:
      return error.name satisfies never
  }
}

/** Milliseconds to wait before try `attempt` (the first retry is 1): a random part of min(5000, 10 * 2^attempt). */
export function retryDelayMs(attempt: number, env: Env): number {
  const [high, low] = env.randomBytes(2) as unknown as [number, number]
  const random = (high * 256 + low) / 65_536
  return random * Math.min(retryDelayMsMax, 10 * 2 ** attempt)
}

function isInvalidSession(error: unknown): error is WireError {
  return error instanceof WireError && error.name === 'InvalidSessionException'
}
