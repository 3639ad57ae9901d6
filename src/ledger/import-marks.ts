import { createHash } from 'node:crypto'
import type { Digest } from '../journal/digest.ts'
import type { ImportMarks } from '../journal/digest-file.ts'
import { doubtOfKey, doubtRange } from './keys.ts'
import type { Reader } from './records.ts'

/**
 * The marks that an import leaves on revisions whose data lost its types as JSON: their number and hash. Saved digests
 * have them, and so has the block that records the import (import-record.ts).
 */
export function importMarks(reader: Reader, lastSequenceNo = Number.MAX_SAFE_INTEGER): ImportMarks {
  const hash = createHash('sha256')
  let count = 0
  for (const [key] of reader.range(doubtRange)) {
    if (doubtOfKey(key).sequenceNo > lastSequenceNo) break
    hash.update(key)
    count += 1
  }
  return { count, hash: count === 0 ? new Uint8Array(0) : hash.digest() }
}

/** A saved digest; `marks` where it counts the marks of imports, too. */
export type SavedMarks = Digest & { readonly marks?: ImportMarks | undefined }
