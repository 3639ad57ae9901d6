import { realEnv } from './real-env.ts'

/** Milliseconds that all threads count alike, as a positive 31-bit integer that fits into shared memory; never 0. */
export function statementClock(): number {
  return Math.floor(realEnv.nowMs()) % 0x7fff_ffff || 1
}
