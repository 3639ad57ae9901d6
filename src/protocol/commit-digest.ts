import { assert } from '../base/assert.ts'
import { ionHash, ionHashOfString } from '../values/ion-hash.ts'
import { joinHashes } from '../values/join-hashes.ts'
import type { Value } from '../values/value.ts'

/**
 * The running hash by which both ends of a transaction agree on what was asked.
 *
 * It begins with the hash of the transaction's id; each statement, whether it succeeds or not, is joined to it before
 * it is run: `dot(…dot(H(text), H(parameter 1))…, H(parameter n))`. Order of statements counts.
 * Source: Amazon's drivers (amazon-qldb-driver-nodejs src/QldbHash.ts, src/Transaction.ts).
 */
export class CommitDigest {
  #hash: Uint8Array

  constructor(transactionId: string) {
    this.#hash = ionHashOfString(transactionId)
  }

  /** Joins one statement: its text exactly as sent, its parameters in order. */
  add(statement: string, parameters: readonly Value[]): void {
    this.#hash = joinHashes(this.#hash, statementDigest(statement, parameters))
  }

  /** 32 bytes. */
  bytes(): Uint8Array {
    assert(this.#hash.length === 32, 'a commit digest has 32 bytes')
    return this.#hash
  }
}

/** The hash of one statement with its parameters. */
export function statementDigest(statement: string, parameters: readonly Value[]): Uint8Array {
  return parameters.reduce<Uint8Array>(
    (hash, parameter) => joinHashes(hash, ionHash(parameter)),
    ionHashOfString(statement),
  )
}
