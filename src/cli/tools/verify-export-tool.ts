import { statSync } from 'node:fs'
import { LedgerError } from '../../base/errors.ts'
import { findExportFiles, isJournalFile } from '../../archive/import-files.ts'
import { FindingList } from '../../archive/import-findings.ts'
import { verifyExport } from '../../archive/verify-export.ts'
import { reportOfExport } from './export-report.ts'
import { fileError } from '../../host/file-error.ts'
import { HashThreads } from '../../host/hash-threads.ts'
import { type EvidenceFiles, savedDigests } from './proof-files.ts'
import { digestsAmong } from './verify-files.ts'
import { parseFileQuotas } from '../flags/file-quotas.ts'
import { ToolProgress } from './tool-progress.ts'
import type { ToolWorld } from './tool.ts'
import type { VerifyReport } from './verify-report.ts'
import type { VerifyWishes } from './verify-command.ts'

/** Blocks between two looks at the clock and for Ctrl-C. */
export const blocksBetweenTurns = 64

/** Whether a path is one of an export, by its name or what is in it: what is none is a proof or digest. */
export async function isExportPath(path: string, valuesMax?: number): Promise<boolean> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return true
  return /\.\d+-\d+\.[A-Za-z0-9]+(?:\.gz)?$|\.manifest(?:\.gz)?$/.test(path) || (await isJournalFile(path, valuesMax))
}

/** The strand of the blocks at a path; undefined where there are none, or of several. */
export async function strandAt(path: string): Promise<string | undefined> {
  try {
    const { blockFiles, streamFiles } = await findExportFiles([path], new FindingList(), undefined, true)
    const [first, ...others] = new Set([...blockFiles, ...streamFiles].flatMap(({ strandId }) => strandId ?? []))
    return others.length === 0 ? first : undefined
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw fileError(error, path)
  }
}

/** `qldb verify DIR…`: an export of AWS's as it lies on disk, without a ledger. */
export async function verifyExportPaths(
  paths: readonly string[],
  wishes: VerifyWishes,
  world: ToolWorld,
  evidence: EvidenceFiles,
): Promise<VerifyReport> {
  const named = digestsAmong(paths, evidence)
  const trusted = new Map([...savedDigests(wishes), ...named])
  const progress = new ToolProgress(world, wishes.progress)
  const threads = new HashThreads()
  try {
    const report = await verifyExport(
      paths.filter((path) => !named.has(path)),
      {
        trusted,
        facts: threads,
        guessesMax: wishes.guesses,
        blockValuesMax: parseFileQuotas(wishes.quota).blockValues,
        onBlock: (_, { blocks, total, bytes }) =>
          blocks % blocksBetweenTurns === 0 ? progress.report('verifying', blocks, total, 'blocks', bytes) : undefined,
        onRead: ({ blocks, total, bytes }) => progress.report('verifying', blocks, total, 'blocks', bytes),
      },
    )
    return reportOfExport(report, progress.seconds)
  } catch (error) {
    throw fileError(error, (error as NodeJS.ErrnoException).path ?? paths.join(' '))
  } finally {
    progress.dispose()
    await threads.close()
  }
}
