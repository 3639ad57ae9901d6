import { idBeside } from '../base/ids.ts'
import { sha256 } from '../values/sha256.ts'

/**
 * The ids that a transaction with a given id draws, one after the other: always the same ones, so that its statements can
 * be run again in another thread and answer what they answered before. Of the transaction's own time, as drawn ids are.
 */
export function idsFollowing(transactionId: string): () => string {
  let count = 0
  return () => {
    count += 1
    return idBeside(transactionId, sha256(Buffer.from(`${transactionId} ${count}`)))
  }
}
