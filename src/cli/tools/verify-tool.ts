import type { Command } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { type ExitName, exitCodes } from '../../shell/exit-codes.ts'
import { isStoreDirectory } from '../../store/lmdb-files.ts'
import { wrongUsage } from '../flags/args.ts'
import { EvidenceFiles, savedDigests } from './proof-files.ts'
import { addLedgerFlags, parseToolArguments } from '../flags/tool-arguments.ts'
import { progressOption, ToolProgress } from './tool-progress.ts'
import type { ToolWorld } from './tool.ts'
import { refuseLedgerFlags, refuseLocal, verifyCommand, type VerifyWishes } from './verify-command.ts'
import { isExportPath, verifyExportPaths } from './verify-export-tool.ts'
import { printReports, reportOfDamage, type VerifyReport } from './verify-report.ts'

/**
 * `qldb verify`: a ledger, proof files and receipts, or folders with an export of AWS's; distinguished by what stands on
 * the command line.
 */
export async function verifyTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const invocation = parseToolArguments<VerifyWishes>(addLedgerFlags(toolCommand(), ['endpoint']), argv, {
    ok: 'verified: everything that can be checked fits',
    failed: 'incomplete: what is there fits, but something could not be checked',
    usage: wrongUsage,
    unavailable: exitCodes.unavailable[1],
    tampered: 'tampered: something is not what was written',
    interrupted: 'interrupted',
  })
  if (invocation.kind === 'text') {
    world.stdout.write(invocation.text)
    return 'ok'
  }
  const { wishes, operands } = invocation
  const reports = await reportsOf(operands, wishes, world)
  world.stdout.write(printReports(reports, wishes.format ?? 'text'))
  if (reports.some(({ verdict }) => verdict === 'tampered')) return 'tampered'
  return reports.every(({ verdict }) => verdict === 'verified') ? 'ok' : 'failed'
}

/** With the flags that only the command line has. */
function toolCommand(): Command {
  return verifyCommand('qldb verify')
    .option('--since <FILE>', 'check only the blocks after a saved digest, and trust what it covers')
    .option('--table <NAME>', 'check tables, indexes and history of this table only (and all blocks)')
    .addOption(progressOption())
}

async function reportsOf(
  operands: readonly string[],
  wishes: VerifyWishes,
  world: ToolWorld,
): Promise<readonly VerifyReport[]> {
  try {
    return await checkOperands(operands, wishes, world)
  } catch (error) {
    // What can't even be read is not what was written either.
    if (error instanceof LedgerError && error.kind === 'corrupt') return [reportOfDamage(error)]
    throw error
  }
}

async function some(paths: readonly string[], test: (path: string) => Promise<boolean>): Promise<boolean> {
  for (const path of paths) if (await test(path)) return true
  return false
}

async function checkOperands(
  operands: readonly string[],
  wishes: VerifyWishes,
  world: ToolWorld,
): Promise<readonly VerifyReport[]> {
  const [first, ...more] = operands
  if (first === undefined) return [await (await import('./verify-ledger-tool.ts')).verifyNamedLedger(wishes, world)]
  refuseLedgerFlags(wishes, first)
  const store = operands.find(isStoreDirectory)
  if (store !== undefined && more.length > 0) {
    throw new LedgerError('usage/invalid-argument', `'${store}' holds a ledger, which is checked by itself`, {
      help: `'qldb verify ${store}' checks it; leave it out here`,
    })
  }
  if (store !== undefined) {
    return [await (await import('./verify-ledger-tool.ts')).verifyLedgerIn(first, wishes, world)]
  }
  refuseLocal(wishes, 'files')
  const { hasLoneProof, verifyFiles } = await import('./verify-files.ts')
  const isExport = await some(operands, isExportPath)
  const files = new EvidenceFiles()
  if (isExport && !hasLoneProof(operands, files)) return [await verifyExportPaths(operands, wishes, world, files)]
  const progress = new ToolProgress(world, wishes.progress)
  const onTurn = (guesses: number) =>
    progress.report("guessing at the types of JSON's data", guesses, undefined, 'guesses')
  try {
    return await verifyFiles(operands, savedDigests(wishes), { guesses: wishes.guesses, files, onTurn })
  } finally {
    progress.dispose()
  }
}
