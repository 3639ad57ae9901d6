/** The world, passed in: only `cli` holds the real one, tests hold one from a seed. */
export interface Env {
  /** Milliseconds since 1970-01-01T00:00Z; may jump. */
  nowMs(): number
  /** Milliseconds since some fixed moment; never goes back. For time-outs and durations. */
  monotonicMs(): number
  randomBytes(count: number): Uint8Array
  /** Resolves after `ms`. For back-off. */
  sleep(ms: number): Promise<void>
}
