import { randomFillSync } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers'
import type { Env } from '../base/env.ts'

/** The real clock and the real randomness. */
export const realEnv: Env = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  randomBytes: (count) => randomFillSync(new Uint8Array(count)),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}
