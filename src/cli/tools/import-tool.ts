import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { type ErrorCode, LedgerError } from '../../base/errors.ts'
import type { CheckedBefore } from '../../journal/checked-before.ts'
import { type CheckedSource, checkedBlocks } from '../../archive/checked-windows.ts'
import type { SavedDigest } from '../../journal/digest-file.ts'
import { type ExportFacts, noFacts } from '../../archive/export-facts.ts'
import type { SourceBlock } from '../../archive/source-block.ts'
import { blocksNamed, checkStrands, type ExportFiles, findExportFiles } from '../../archive/import-files.ts'
import { FindingList } from '../../archive/import-findings.ts'
import { JsonRetyper } from '../../archive/import-json.ts'
import { ExportVerifier } from '../../archive/verify-export.ts'
import { LedgerImport, type LedgerImportResult } from '../../ledger/import-ledger.ts'
import { type ExitName, exitCodes } from '../../shell/exit-codes.ts'
import { isStoreDirectory } from '../../store/lmdb-files.ts'
import { openLedgerStore } from '../../host/ledger-store.ts'
import { type Arguments, wrongUsage } from '../flags/args.ts'
import type { Place } from '../session/connect.ts'
import { reportOfExport } from './export-report.ts'
import { fileError } from '../../host/file-error.ts'
import { makeFolder } from '../../host/folders.ts'
import { HashThreads } from '../../host/hash-threads.ts'
import { savedDigests } from './proof-files.ts'
import { reportFailure } from '../session/report-failure.ts'
import { realEnv } from '../../host/real-env.ts'
import { sayLine } from '../session/say-line.ts'
import { addLedgerFlags, ledgerOptions, readToolArguments } from '../flags/tool-arguments.ts'
import { count, counted, progressOption, type ProgressWish, ToolProgress } from './tool-progress.ts'
import type { ToolWorld } from './tool.ts'
import { parseFileQuotas } from '../flags/file-quotas.ts'
import { guessesOption } from './verify-command.ts'
import { blocksBetweenTurns } from './verify-export-tool.ts'
import { printReports } from './verify-report.ts'

interface ImportWishes extends Partial<Omit<Arguments, 'format'>> {
  readonly writable?: boolean
  /** False: hashes are not checked. */
  readonly verify: boolean
  readonly acceptDoubtful?: boolean
  readonly digest?: readonly string[]
  readonly format?: 'text' | 'json'
  readonly guesses?: number
  readonly progress?: ProgressWish
}

/** `qldb import PATH…`: a ledger of one's own from journal exports of AWS's, or from a stream's records. */
export async function importTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const asked = readToolArguments<ImportWishes>(addLedgerFlags(importCommand(), ['create', 'files']), argv, world, {
    ok: 'the ledger is complete',
    failed: 'the export is incomplete or doubtful: nothing was imported',
    usage: wrongUsage,
    unavailable: exitCodes.unavailable[1],
    tampered: exitCodes.tampered[1],
    interrupted: 'interrupted; the same command resumes',
  })
  if (asked === undefined) return 'ok'
  const { wishes, operands } = asked
  if (operands.length === 0) throw usage('nothing to import', "give the export's folder or files")
  const { format: _, quota, ...ledgerWishes } = wishes
  const { blockValues } = parseFileQuotas(quota)
  const { place } = ledgerOptions(ledgerWishes, world.variables)
  if (place.endpoint !== undefined || place.inMemory) throw usage('an import goes into an embedded ledger on disk')
  // Before Ctrl-C is waited for: to open a pipe can take for ever.
  const trusted = savedDigests(wishes)
  const progress = new ToolProgress(world, wishes.progress)
  try {
    const findings = new FindingList()
    let seen = 0
    const onRead = () => progress.report('looking into the files', ++seen, undefined, 'reads')
    const files = await findExportFiles(operands, findings, onRead, false, blockValues)
    checkStrands(files)
    return await importInto(nameOf(place, files), place, files, trusted, findings, wishes, progress, world)
  } catch (error) {
    throw fileError(error, (error as NodeJS.ErrnoException).path ?? operands.join(' '))
  } finally {
    progress.dispose()
  }
}

function importCommand(): Command {
  return new Command('qldb import')
    .description(
      'Create a ledger from journal exports as they were downloaded: Ion text, Ion binary or JSON, plain or gzip. Keeps ' +
        'ids, addresses, times and digests, and checks every hash. A ledger whose import was interrupted cannot be opened ' +
        'until the same import has been run again: it resumes.',
    )
    .usage('[flags] PATH…')
    .argument('[path...]', 'folders of exports, or their files')
    .option('--writable', 'allow writes to the ledger: new blocks continue the chain')
    .option('--no-verify', 'do not check hashes; the ledger records that')
    .option('--accept-doubtful', 'also import what is incomplete or contradicts itself')
    .addOption(
      new Option('-d, --digest <FILE>', 'check the blocks against a saved digest; may be repeated').argParser(
        (path: string, before: string[] = []) => [...before, path],
      ),
    )
    .addOption(guessesOption())
    .addOption(progressOption())
    .addOption(new Option('-f, --format <format>', 'format of the report').choices(['text', 'json']))
}

async function importInto(
  name: string,
  place: Place,
  files: ExportFiles,
  trusted: ReadonlyMap<string, SavedDigest>,
  findings: FindingList,
  wishes: ImportWishes,
  progress: ToolProgress,
  world: ToolWorld,
): Promise<ExitName> {
  makeFolder(place.dataDir.value)
  const directory = join(place.dataDir.value, name)
  const isNew = !isStoreDirectory(directory)
  const store = await openLedgerStore(directory)
  const retyper = new JsonRetyper(wishes.guesses)
  const threads = new HashThreads()
  let isKept = !isNew
  let target: LedgerImport | undefined
  try {
    target = LedgerImport.open(store, {
      name,
      isWritable: wishes.writable === true,
      isVerified: wishes.verify,
      env: realEnv,
    })
    const before = resumable(target.checkedBefore(), files)
    const verifier = new ExportVerifier(files, findings, trusted, before)
    const facts = wishes.verify ? threads : noFacts
    const outcome = await copyBlocks({ target, files, findings, verifier, wishes, progress, retyper, before, facts })
    await verifier.prepareEnd(() =>
      progress.report('looking at what lies beside the blocks', verifier.blocks, undefined, 'blocks'),
    )
    progress.dispose()
    const report = verifier.end(retyper.guesses)
    if (wishes.verify)
      world.stdout.write(printReports([reportOfExport(report, progress.seconds)], wishes.format ?? 'text'))
    if (wishes.verify && report.verdict === 'tampered') throw tampered()
    if (report.counts.doubtful > 0 && wishes.acceptDoubtful !== true) throw doubtful()
    if (outcome === 'tampered') throw tampered()
    const result = await target.finish()
    isKept = true
    if (wishes.format !== 'json') sayLine(world.stdout, summary(name, result, wishes))
    return 'ok'
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'cancelled/by-user') {
      isKept ||= target?.isBegun === true
      await target?.flush()
      throw isKept ? unfinished(error, name) : error
    }
    progress.dispose()
    const verdict = error instanceof LedgerError ? verdicts[error.code] : undefined
    if (verdict === undefined) throw error
    reportFailure(error, wishes.verbose ?? 0, world.stderr)
    return verdict
  } finally {
    progress.dispose()
    await threads.close()
    await store.close()
    if (!isKept) rmSync(directory, { recursive: true, force: true })
  }
}

function unfinished({ code, message }: LedgerError, name: string): LedgerError {
  return new LedgerError(code, `${message}: the ledger '${name}' is not complete`, {
    help: 'run the same import again to resume it',
  })
}

/** What a fault of the export's blocks, not of the store's, means. */
const verdicts: Partial<Record<ErrorCode, ExitName>> = {
  'journal/hash-mismatch': 'tampered',
  'journal/malformed': 'tampered',
  'journal/gap': 'failed',
}

/** Undefined where evidence about blocks that were imported before has to be looked at: then they are read again. */
function resumable(before: CheckedBefore | undefined, { evidence }: ExportFiles): CheckedBefore | undefined {
  const last = before?.last.blockAddress.sequenceNo ?? -1
  const isAboutThem = evidence.some(({ evidence: item }) => {
    if (item.kind === 'last-block') return item.sequenceNo <= last
    return item.kind === 'proof' && (item.file.blockAddress?.sequenceNo ?? 0) <= last
  })
  return isAboutThem ? undefined : before
}

/** What blocks are copied from and into, and what checks them on the way. */
interface Copying {
  readonly target: LedgerImport
  readonly files: ExportFiles
  readonly findings: FindingList
  readonly verifier: ExportVerifier
  readonly wishes: ImportWishes
  readonly progress: ToolProgress
  readonly retyper: JsonRetyper
  readonly before: CheckedBefore | undefined
  readonly facts: ExportFacts
}

/** Stops at the first block with a hash that does not fit. */
async function copyBlocks(copying: Copying): Promise<'whole' | 'tampered'> {
  const { files, findings, progress, retyper, before, facts } = copying
  const last = before?.last.blockAddress.sequenceNo ?? -1
  let blocks = before === undefined ? 0 : last - before.first.blockAddress.sequenceNo
  let bytes = 0
  const total = blocksNamed(files)
  const onRead = () => progress.report('importing', blocks, total, 'blocks', bytes)
  const missing = {
    ...files,
    blockFiles: files.blockFiles.filter(({ named }) => named === undefined || named.last >= last),
  }
  for await (const batch of checkedBlocks(missing, findings, onRead, retyper, facts)) {
    for (const checked of batch) {
      bytes += checked.source.bytes
      const isNew = checked.source.block.blockAddress.sequenceNo > last
      if (!(await copyBlock(checked, isNew, copying))) return 'tampered'
      if (isNew) blocks += 1
      if (isNew && blocks % blocksBetweenTurns === 0) await onRead()
    }
  }
  return 'whole'
}

/** False for a block with a hash that does not fit. */
async function copyBlock({ source, stored, sound }: CheckedSource, isNew: boolean, copying: Copying): Promise<boolean> {
  const { target, findings, verifier, wishes } = copying
  const { block, doubtful } = source
  if (isNew) {
    if (wishes.verify && verifier.add(source, stored, sound)) return false
    if (findings.count('tampered') > 0 && wishes.verify) return false
    if (doubtful.length > 0 && wishes.acceptDoubtful !== true) throw untyped(source)
    if (!target.isToBeRechecked && !verifier.isCertain) target.recheckWhenResumed()
  }
  await target.add(block, doubtful, stored)
  return true
}

/** The ledger's name: as asked for, else as the export's manifest has it. */
function nameOf(place: Place, files: ExportFiles): string {
  if (!place.isDefaultLedger) return place.ledger.value
  const names = new Set(files.manifests.flatMap(({ ledgerName }) => ledgerName ?? []))
  const [name] = names
  if (name !== undefined && names.size === 1) return name
  throw usage("the files don't say the ledger's name", "give it with '--ledger NAME'")
}

function summary(name: string, { tip, added, compared }: LedgerImportResult, wishes: ImportWishes): string {
  const mode = wishes.writable === true ? 'writable' : 'read-only'
  const unverified = wishes.verify ? '' : ', no hash of it was checked'
  const before = compared === 0 ? '' : ` (${count(compared)} existed already)`
  return `ledger '${name}': ${counted(added, 'block')} imported${before}, up to block ${tip}; ${mode}${unverified}`
}

function usage(message: string, help?: string): LedgerError {
  return new LedgerError('usage/invalid-argument', message, help === undefined ? {} : { help })
}

function tampered(): LedgerError {
  return new LedgerError('journal/hash-mismatch', 'the export is not what was written: nothing was imported')
}

function doubtful(): LedgerError {
  return new LedgerError('export/incomplete', 'the export is incomplete or contradicts itself: nothing was imported', {
    help: "'--accept-doubtful' imports it all the same",
  })
}

function untyped({ block, isJson }: SourceBlock): LedgerError {
  const { sequenceNo } = block.blockAddress
  const what = isJson ? 'that fits no guess' : 'as the marks of an earlier import say'
  const text = `block ${sequenceNo} has data whose types JSON has lost and ${what}: nothing was imported`
  return new LedgerError('export/incomplete', text, {
    help: "'--accept-doubtful' imports such data unchanged, and marks it; an export in Ion has it exactly",
  })
}
