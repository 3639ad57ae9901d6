import { statSync } from 'node:fs'
import { Command, Option } from 'commander'
import type { ExitName } from '../shell/exit-codes.ts'
import { isStoreDirectory } from '../store/lmdb-files.ts'
import type { Arguments } from './args.ts'
import { readDigestFile } from './proof-files.ts'
import { addLedgerFlags, parseToolArguments } from './tool-arguments.ts'
import type { ToolWorld } from './tools.ts'
import { isExportFile, verifyExportPaths } from './verify-export-tool.ts'
import { printReports, type VerifyReport } from './verify-report.ts'

export interface VerifyWishes extends Partial<Arguments> {
  /** Paths of digest files. */
  readonly digest?: readonly string[]
  readonly format?: 'text' | 'json'
  /** False: the blocks alone. */
  readonly derived: boolean
}

/**
 * `qldb verify`: a ledger, proof files and receipts, or folders with an export of AWS's; told apart by what stands on
 * the command line.
 */
export async function verifyTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const invocation = parseToolArguments<VerifyWishes>(addLedgerFlags(verifyCommand('qldb verify')), argv)
  if (invocation.kind === 'text') {
    world.stdout.write(invocation.text)
    return 'ok'
  }
  const { wishes, operands } = invocation
  const reports = await reportsOf(operands, wishes, world)
  world.stdout.write(printReports(reports, wishes.format ?? 'text'))
  if (reports.some(({ verdict }) => verdict === 'tampered')) return 'tampered'
  return reports.every(({ verdict }) => verdict === 'sound') ? 'ok' : 'failed'
}

/** The flags that the shell's command has too. */
export function verifyCommand(name: string): Command {
  return new Command(name)
    .description(
      'Checks a ledger: every block, every revision, the chain, derived data against the journal.\n' +
        'With files: proofs and receipts, with no ledger at hand. With folders: journal exports as AWS wrote them.\n' +
        'Exits with 5 when something was changed, with 1 when something is missing.',
    )
    .usage('[flags] [FILE | DIR …]')
    .argument(
      '[path...]',
      "proof files, folders of exports, or a ledger's folder; none: the ledger that the flags name",
    )
    .addOption(
      new Option('-d, --digest <FILE>', 'a saved digest to hold it against; may be repeated').argParser(
        (path: string, before: string[] = []) => [...before, path],
      ),
    )
    .addOption(new Option('-f, --format <format>', 'how the report is written').choices(['text', 'json']))
    .option('--no-derived', 'leave out the comparison of tables, indexes and history with the journal')
}

async function reportsOf(
  operands: readonly string[],
  wishes: VerifyWishes,
  world: ToolWorld,
): Promise<readonly VerifyReport[]> {
  const [first, ...more] = operands
  if (first === undefined) return [await (await import('./verify-ledger-tool.ts')).verifyNamedLedger(wishes, world)]
  if (!isDirectory(first) && !isExportFile(first)) {
    const { verifyFiles } = await import('./verify-files.ts')
    return verifyFiles(operands, (wishes.digest ?? []).map(readDigestFile))
  }
  if (more.length === 0 && isStoreDirectory(first)) {
    return [await (await import('./verify-ledger-tool.ts')).verifyLedgerIn(first, wishes, world)]
  }
  return [await verifyExportPaths(operands, wishes, world)]
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
