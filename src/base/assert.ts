/** A breach of what this program takes for certain: a bug of ours, never the user's. */
export class BugError extends Error {
  override readonly name = 'BugError'
}

/** Throws BugError when `condition` is false. Use for what must be true, not for checking input. */
export function assert(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new BugError(`this should be impossible: ${claim}`)
}

/** For the default branch of a switch that closes a union. */
export function unreachable(value: never): never {
  throw new BugError(`this should be impossible: unexpected case ${String(value)}`)
}
