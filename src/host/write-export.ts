import { type ExportFormat, ExportWriter } from '../archive/export-files.ts'
import { journalOf } from '../ledger/export-ledger.ts'
import type { ExportRecord } from '../server/control-plane/control-plane-exports.ts'
import type { Store } from '../store/store.ts'
import { compareInstants, instantOf, timestampFromMs } from '../values/timestamp.ts'

/** Blocks written before others get their turn. */
const blocksBetweenTurns = 64

/** Writes the blocks of an export into a folder. Resolves with whether it came to its end. */
export async function writeExport(
  store: Store,
  record: ExportRecord,
  folder: string,
  isCancelled: () => boolean,
): Promise<boolean> {
  const snapshot = store.snapshot()
  try {
    const journal = journalOf(snapshot)
    const [from, to] = [timestampFromMs(record.fromMs), timestampFromMs(record.toMs)]
    const writer = new ExportWriter(folder, {
      ledgerName: record.ledger,
      exportId: record.id,
      strandId: journal.identity.strandId,
      format: record.format.toLowerCase().replace('_', '-') as ExportFormat,
      gzip: false,
      prefix: record.prefix,
      marks: journal.marks,
      bucket: record.bucket,
      objectEncryptionType: record.encryption,
      inclusiveStartTime: from,
      exclusiveEndTime: to,
    })
    let seen = 0
    for (const block of journal.blocks()) {
      seen += 1
      if (seen % blocksBetweenTurns === 0) await new Promise((resolve) => setImmediate(resolve))
      if (isCancelled()) return false
      const time = instantOf(block.blockTimestamp)
      if (compareInstants(time, instantOf(to)) >= 0) break
      if (compareInstants(time, instantOf(from)) >= 0) writer.add(block)
    }
    writer.end()
    return true
  } finally {
    snapshot.release()
  }
}
