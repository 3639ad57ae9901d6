import { randomFillSync } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers'
import type { Env } from '../base/env.ts'

/** Random bytes are asked of the system in this many at a time: a call for a few costs as much. */
const poolBytes = 4096
const pool = new Uint8Array(poolBytes)
let used = poolBytes

function randomBytes(count: number): Uint8Array {
  if (count > poolBytes) return randomFillSync(new Uint8Array(count))
  if (used + count > poolBytes) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = pool.slice(used, used + count)
  used += count
  return bytes
}

/** The real clock and the real randomness. */
export const realEnv: Env = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  randomBytes,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}
