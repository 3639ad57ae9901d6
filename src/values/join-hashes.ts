import { BugError } from '../base/assert.ts'
import { sha256Bytes, sha256Into } from './sha256.ts'

const pair = new Uint8Array(2 * sha256Bytes)

/**
 * QLDB's dot: one hash of two that does not depend on which came first (the drivers' QldbHash.dot). A proof lists
 * sibling hashes without saying on which side each stood; ordering the pair here is what makes that omission safe.
 * An empty hash is neutral. Commutative, not associative.
 */
export function joinHashes(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b
  if (b.length === 0) return a
  if (a.length !== sha256Bytes || b.length !== sha256Bytes) throw new BugError('a hash is 32 bytes long or empty')
  const isOrdered = compareHashes(a, b) < 0
  pair.set(isOrdered ? a : b)
  pair.set(isOrdered ? b : a, sha256Bytes)
  const joined = Buffer.allocUnsafe(sha256Bytes)
  sha256Into(pair, 0, pair.length, joined, 0)
  return joined
}

/** QLDB's own order: the last byte counts most, and bytes are signed. Any other order breaks every old proof. */
export function compareHashes(a: Uint8Array, b: Uint8Array): number {
  for (let index = sha256Bytes - 1; index >= 0; index -= 1) {
    const difference = (((a[index] as number) << 24) >> 24) - (((b[index] as number) << 24) >> 24)
    if (difference !== 0) return difference
  }
  return 0
}
