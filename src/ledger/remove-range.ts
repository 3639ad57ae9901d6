import { indexBuildBatchDocuments } from '../base/limits.ts'
import type { WriteTransaction } from '../store/store.ts'
import type { Range } from './keys.ts'

/** Removes every key of a range, in batches: nothing is removed while the range is being walked. */
export function removeRange(transaction: WriteTransaction, range: Range): void {
  for (;;) {
    const keys: Uint8Array[] = []
    for (const [key] of transaction.range(range)) {
      keys.push(key)
      if (keys.length === indexBuildBatchDocuments) break
    }
    if (keys.length === 0) return
    for (const key of keys) transaction.remove(key)
  }
}
