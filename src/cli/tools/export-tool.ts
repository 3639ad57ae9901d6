import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { Command, Option } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import { type ExportFormat, exportFormats, ExportWriter } from '../../archive/export-files.ts'
import { journalOf, type StoredJournal } from '../../ledger/export-ledger.ts'
import { type ExitName, exitCodes } from '../../shell/exit-codes.ts'
import { openLedgerStore } from '../../host/ledger-store.ts'
import {
  compareInstants,
  instantOf,
  parseTimestamp,
  printTimestamp,
  timestampFromSeconds,
} from '../../values/timestamp.ts'
import type { TimestampValue } from '../../values/value.ts'
import { type Arguments, wrongUsage } from '../flags/args.ts'
import { directoryOf, existing, requireOnDisk } from '../session/connect.ts'
import { reasonOf } from '../../host/file-error.ts'
import { realEnv } from '../../host/real-env.ts'
import { sayLine } from '../session/say-line.ts'
import { addLedgerFlags, ledgerOptions, readToolArguments } from '../flags/tool-arguments.ts'
import { count, progressOption, type ProgressWish, ToolProgress } from './tool-progress.ts'
import type { ToolWorld } from './tool.ts'
import { blocksBetweenTurns } from './verify-export-tool.ts'

interface ExportWishes extends Partial<Omit<Arguments, 'format'>> {
  /** `ion` is what other commands call Ion text. */
  readonly format?: ExportFormat | 'ion'
  readonly gzip?: boolean
  readonly prefix?: string
  readonly from?: string
  readonly to?: string
  readonly progress?: ProgressWish
}

/** `qldb export DIR`: the journal in the layout and formats of AWS's journal exports. */
export async function exportTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const asked = readToolArguments<ExportWishes>(addLedgerFlags(exportCommand()), argv, world, {
    ok: exitCodes.ok[1],
    usage: wrongUsage,
    unavailable: exitCodes.unavailable[1],
    interrupted: 'interrupted',
  })
  if (asked === undefined) return 'ok'
  const { wishes, operands } = asked
  const [folder, ...more] = operands
  if (folder === undefined || more.length > 0)
    throw new LedgerError('usage/invalid-argument', `expected one folder, found ${operands.length} paths`)
  const { format, ...ledgerWishes } = wishes
  const { place } = ledgerOptions(ledgerWishes, world.variables)
  requireOnDisk(place, 'exported')
  checkFree(folder)
  if (wishes.prefix?.split('/').includes('..') === true || wishes.prefix?.startsWith('/') === true)
    throw new LedgerError('usage/invalid-argument', `the prefix '${wishes.prefix}' leads out of the folder`)
  const window = { from: timeOf(wishes.from, '--from'), to: timeOf(wishes.to, '--to') }
  const store = await openLedgerStore(directoryOf(existing(place)))
  const snapshot = store.snapshot()
  const progress = new ToolProgress(world, wishes.progress)
  try {
    const journal = journalOf(snapshot)
    const form = format === undefined || format === 'ion' ? 'ion-text' : format
    const written = await writeExport(folder, journal, window, { ...wishes, format: form }, progress)
    progress.dispose()
    const name = journal.identity.name
    sayLine(
      world.stdout,
      `ledger '${name}': ${count(written.blocks)} blocks (${count(written.bytes)} bytes) in '${folder}'`,
    )
    return 'ok'
  } finally {
    progress.dispose()
    snapshot.release()
    await store.close()
  }
}

function exportCommand(): Command {
  return new Command('qldb export')
    .description(
      'Write the journal of a ledger into a new folder, in the layout of QLDB journal exports to S3. The folder appears ' +
        'only when the export is complete.',
    )
    .usage('[flags] DIR')
    .argument('[dir]', 'folder to create')
    .allowExcessArguments(true)
    .addOption(
      new Option('-f, --format <format>', "format of the blocks; 'ion' is ion-text (default: ion-text)").choices([
        ...exportFormats,
        'ion',
      ]),
    )
    .option('--gzip', 'compress each file of blocks')
    .option('--prefix <prefix>', "prefix of every file's key, as in a bucket")
    .option('--from <time>', 'skip blocks before this time: 2024-01-31T00:00:00Z')
    .option('--to <time>', 'skip blocks from this time on')
    .addOption(progressOption())
}

interface Window {
  readonly from: TimestampValue | undefined
  readonly to: TimestampValue | undefined
}

async function writeExport(
  folder: string,
  journal: StoredJournal,
  window: Window,
  { format, gzip = false, prefix = '' }: { format: ExportFormat; gzip?: boolean; prefix?: string },
  progress: ToolProgress,
): Promise<ExportWriter> {
  const { name: ledgerName, strandId } = journal.identity
  const exportId = newId(realEnv)
  const partial = `${folder.replace(/\/+$/, '')}.partial-${exportId}`
  const nowSeconds = Math.floor(realEnv.nowMs() / 1000)
  try {
    const writer = new ExportWriter(partial, {
      ledgerName,
      exportId,
      strandId,
      format,
      gzip,
      prefix,
      marks: journal.marks,
      inclusiveStartTime: window.from ?? timestampFromSeconds(0, 0n, 0, 0),
      exclusiveEndTime: window.to ?? timestampFromSeconds(nowSeconds + 1, 0n, 0, 0),
    })
    let seen = 0
    for (const block of journal.blocks()) {
      seen += 1
      if (seen % blocksBetweenTurns === 0)
        await progress.report('exporting', seen, journal.last - journal.first + 1, 'blocks', writer.bytes)
      if (isBefore(block.blockTimestamp, window.from)) continue
      if (window.to !== undefined && !isBefore(block.blockTimestamp, window.to)) break
      writer.add(block)
    }
    writer.end()
    await progress.report('exporting', seen, seen, 'blocks')
    renameSync(partial, folder)
    return writer
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if ((error as NodeJS.ErrnoException).code === undefined || error instanceof LedgerError) throw error
    throw new LedgerError('file/unwritable', `can't write '${folder}': ${reasonOf(error)}`, { cause: error as Error })
  }
}

function isBefore(time: TimestampValue, limit: TimestampValue | undefined): boolean {
  return limit !== undefined && compareInstants(instantOf(time), instantOf(limit)) < 0
}

function checkFree(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found === undefined || (found.isDirectory() && readdirSync(folder).length === 0)) return
  throw new LedgerError('file/exists', `'${folder}' already exists`, {
    help: 'choose another name: an export creates its folder',
  })
}

function timeOf(text: string | undefined, flag: string): TimestampValue | undefined {
  if (text === undefined) return undefined
  const time = parseTimestamp(text)
  if (time !== undefined) return time
  const example = printTimestamp(timestampFromSeconds(1_704_067_200, 0n, 0, 0))
  throw new LedgerError('usage/invalid-argument', `'${text}' is not a value of '${flag}'`, {
    help: `a time is Ion's: ${example}, or a day`,
  })
}
