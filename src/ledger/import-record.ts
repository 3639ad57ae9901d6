import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { type Block, coversHead, statementDigest } from '../journal/block.ts'
import { decodeBlock } from '../journal/block-from-ion.ts'
import { sealBlock } from '../journal/seal-block.ts'
import { type MarksRecord, marksRecordOf, recordStatement, sameMarks } from '../journal/import-marks.ts'
import { timestampFromMs } from '../values/timestamp.ts'
import { readBlock } from './block-cache.ts'
import { importMarks } from './import-marks.ts'
import { blockKey, doubtOfKey, doubtRange } from './keys.ts'
import type { LedgerState, Origin, Reader } from './records.ts'

/**
 * The record of an import that had to mark revisions of blocks made by this program: a block of its own behind the
 * imported ones, whose one statement counts the marks and has their hash. What it says is hashed; without it such a mark,
 * which anyone can put into a store, counts for nothing. Blocks of QLDB need none: a mark on one makes a verdict
 * incomplete, never better.
 */

/** Seals the record of the import as the next block; undefined where nothing has to be recorded. */
export function sealImportRecord(reader: Reader, origin: Origin, state: LedgerState, env: Env): Block | undefined {
  if (!hasMarkedOwnBlock(reader)) return undefined
  const marks = importMarks(reader, state.tip)
  const statement = recordStatement({ first: origin.firstSequenceNo, last: state.tip, marks })
  const time = timestampFromMs(Math.max(env.nowMs(), state.tipMs))
  const { strandId } = readBlock(reader, state.tip).blockAddress
  return sealBlock(
    {
      strandId,
      transactionId: newId(env),
      blockTimestamp: time,
      transactionInfo: {
        statements: [{ statement, startTime: time, statementDigest: statementDigest(statement) }],
        documents: undefined,
      },
    },
    { sequenceNo: state.tip, blockHash: state.tipHash },
  )
}

/** Whether the block behind the imported ones was made here and records exactly the marks that are there. */
export function recordsMarks(reader: Reader, { firstSequenceNo, lastSequenceNo }: Origin): boolean {
  const record = recordAt(reader, lastSequenceNo + 1)
  if (record === undefined || record.first !== firstSequenceNo) return false
  return sameMarks(record.marks, importMarks(reader, lastSequenceNo))
}

/** Whether a stored block was made here, by what its hashes cover. */
export function isOwnBlock(reader: Reader, sequenceNo: number): boolean {
  const block = blockAt(reader, sequenceNo)
  return block !== undefined && coversHead(block)
}

function hasMarkedOwnBlock(reader: Reader): boolean {
  let before = -1
  for (const [key] of reader.range(doubtRange)) {
    const { sequenceNo } = doubtOfKey(key)
    if (sequenceNo !== before && isOwnBlock(reader, sequenceNo)) return true
    before = sequenceNo
  }
  return false
}

/** Undefined for a block that is missing or can't be read: the check of the blocks reports it. */
function blockAt(reader: Reader, sequenceNo: number): Block | undefined {
  const bytes = reader.get(blockKey(sequenceNo))
  try {
    return bytes && decodeBlock(bytes)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

function recordAt(reader: Reader, sequenceNo: number): MarksRecord | undefined {
  const block = blockAt(reader, sequenceNo)
  try {
    return block && marksRecordOf(block)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}
