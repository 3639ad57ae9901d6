import type { RootDatabase, Transaction } from 'lmdb'
import { LedgerError } from '../base/errors.ts'
import { formatKey, type RangeRead } from './lmdb-cursor.ts'
import type { KeyRange } from './store.ts'

export type ByteDatabase = RootDatabase<Uint8Array, Uint8Array>

const formatText = 'qldb-shell store '
const formatVersion = 1

/** Reads the record that says whose file this is, and writes it into an empty one. */
export function checkFormat(database: ByteDatabase, directory: string): void {
  const expected = formatText + formatVersion
  const found = database.get(formatKey)
  if (found === undefined) {
    const wasEmpty = database.transactionSync(() => {
      if (database.get(formatKey) !== undefined) return true
      if ((database.getStats() as { entryCount: number }).entryCount > 0) return false
      database.put(formatKey, Buffer.from(expected))
      return true
    })
    if (wasEmpty) return
    throw new LedgerError(
      'ledger/foreign',
      `'${directory}' holds another program's LMDB file, expected a ledger's ('${expected}')`,
    )
  }
  const text = Buffer.from(found).toString('latin1')
  if (text === expected) return
  const version = text.startsWith(formatText) ? Number(text.slice(formatText.length)) : Number.NaN
  if (version > formatVersion) {
    throw new LedgerError(
      'ledger/format-too-new',
      `'${directory}' has store format ${version}, this program knows formats up to ${formatVersion}`,
    )
  }
  throw new LedgerError('ledger/foreign', `'${directory}' is marked '${text.slice(0, 40)}', expected '${expected}'`)
}

/** The entries of a range, read in `transaction`, or in the write that is running. */
export function readRange(
  database: ByteDatabase,
  { start, end, reverse }: KeyRange,
  transaction: Transaction | undefined,
): RangeRead {
  const bounds =
    reverse === true
      ? { start: end, end: start, reverse: true, exclusiveStart: true, inclusiveEnd: true }
      : { start, end }
  const options = transaction === undefined ? bounds : { ...bounds, transaction }
  return database.getRange(options)[Symbol.iterator]() as RangeRead
}
