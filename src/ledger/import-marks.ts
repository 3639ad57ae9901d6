import type { ImportMarks } from '../journal/digest-file.ts'
import { MarksHash } from '../journal/import-marks.ts'
import { doubtOfKey, doubtRange } from './keys.ts'
import type { Reader } from './records.ts'

/**
 * The marks that an import leaves on revisions whose data lost its types as JSON: their number and hash. Saved digests
 * have them, and so has the block that records the import (import-record.ts).
 */
export function importMarks(reader: Reader, lastSequenceNo = Number.MAX_SAFE_INTEGER): ImportMarks {
  const hash = new MarksHash()
  for (const [sequenceNo, position] of marksUpTo(reader, lastSequenceNo)) hash.add(sequenceNo, position)
  return hash.marks
}

/** The marks themselves, by block. */
export function markedRevisions(reader: Reader): Map<number, number[]> {
  const marked = new Map<number, number[]>()
  for (const [sequenceNo, position] of marksUpTo(reader, Number.MAX_SAFE_INTEGER)) {
    const positions = marked.get(sequenceNo)
    if (positions === undefined) marked.set(sequenceNo, [position])
    else positions.push(position)
  }
  return marked
}

function* marksUpTo(reader: Reader, lastSequenceNo: number): Generator<readonly [number, number]> {
  for (const [key] of reader.range(doubtRange)) {
    const { sequenceNo, position } = doubtOfKey(key)
    if (sequenceNo > lastSequenceNo) break
    yield [sequenceNo, position]
  }
}
