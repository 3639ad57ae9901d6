import type { Env } from '../../src/base/env.ts'

/** A world from a seed: the same seed gives the same run. Time stands still until `advance` or `sleep`. */
export class SimEnv implements Env {
  #state: number
  #clockMs: number
  #wallOffsetMs = 0

  constructor(seed: number, startMs = Date.UTC(2024, 0, 1)) {
    this.#state = seed >>> 0
    this.#clockMs = startMs
  }

  nowMs(): number {
    return this.#clockMs + this.#wallOffsetMs
  }

  monotonicMs(): number {
    return this.#clockMs
  }

  advance(ms: number): void {
    this.#clockMs += ms
  }

  /** Sets the clock of the day forth, or back when `ms` is negative; elapsed time continues as before. */
  jump(ms: number): void {
    this.#wallOffsetMs += ms
  }

  async sleep(ms: number): Promise<void> {
    this.#clockMs += ms
  }

  randomBytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#next() & 0xff)
  }

  #next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0
    return this.#state >>> 16
  }
}
