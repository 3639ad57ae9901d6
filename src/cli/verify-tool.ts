import { statSync } from 'node:fs'
import { Command, Option } from 'commander'
import { LedgerError } from '../base/errors.ts'
import type { ExitName } from '../shell/exit-codes.ts'
import { isStoreDirectory } from '../store/lmdb-files.ts'
import type { Arguments } from './args.ts'
import { readDigestFile } from './proof-files.ts'
import { addLedgerFlags, parseToolArguments } from './tool-arguments.ts'
import type { ToolWorld } from './tools.ts'
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
  return reports.every(({ verdict }) => verdict === 'sound') ? 'ok' : 'tampered'
}

/** The flags that the shell's command has too. */
export function verifyCommand(name: string): Command {
  return new Command(name)
    .description(
      'Checks a ledger: every block, every revision, the chain, derived data against the journal.\n' +
        'With files: proofs and receipts, with no ledger at hand. Exits with 5 when something was changed.',
    )
    .usage('[flags] [FILE | DIR …]')
    .argument('[path...]', "proof files and receipts, or a ledger's own folder; none: the ledger that the flags name")
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
  if (!isDirectory(first)) {
    const { verifyFiles } = await import('./verify-files.ts')
    return verifyFiles(operands, (wishes.digest ?? []).map(readDigestFile))
  }
  if (more.length > 0)
    throw new LedgerError('usage/invalid-argument', `expected one folder, found ${operands.length} paths`)
  if (isStoreDirectory(first)) {
    return [await (await import('./verify-ledger-tool.ts')).verifyLedgerIn(first, wishes, world)]
  }
  throw new LedgerError('usage/invalid-argument', `'${first}' is not the folder of a ledger`)
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
