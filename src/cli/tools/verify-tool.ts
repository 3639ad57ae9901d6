import type { Command } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { type ExitName, exitCodes } from '../../shell/exit-codes.ts'
import { wrongUsage } from '../flags/args.ts'
import { addLedgerFlags, readToolArguments } from '../flags/tool-arguments.ts'
import { progressOption } from './tool-progress.ts'
import type { ToolWorld } from './tool.ts'
import { verifyCommand, type VerifyWishes } from './verify-command.ts'
import { checkOperands } from './verify-operands.ts'
import { printReports, reportOfDamage, type Result, type VerifyReport, worstOf } from './verify-report.ts'

/**
 * `qldb verify`: a ledger, proof files and receipts, or folders with an export of AWS's; distinguished by what stands on
 * the command line.
 */
export async function verifyTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const asked = readToolArguments<VerifyWishes>(addLedgerFlags(toolCommand(), ['endpoint', 'files']), argv, world, {
    ok: 'verified: everything that can be checked fits',
    failed: 'incomplete: what is there fits, but something could not be checked',
    usage: wrongUsage,
    unavailable: exitCodes.unavailable[1],
    tampered: 'tampered: something is not what was written',
    interrupted: 'interrupted',
  })
  if (asked === undefined) return 'ok'
  const { wishes, operands } = asked
  const reports = await reportsOf(operands, wishes, world)
  world.stdout.write(printReports(reports, wishes.format ?? 'text'))
  return exitOf[worstOf(reports)?.verdict ?? 'verified']
}

const exitOf: Readonly<Record<Result, ExitName>> = {
  verified: 'ok',
  incomplete: 'failed',
  refused: 'usage',
  tampered: 'tampered',
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
