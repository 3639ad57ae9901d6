import type { Command } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { printDigestFile } from '../../journal/digest-file.ts'
import type { AuditAnswer, AuditControl, Auditor } from '../../shell/auditor.ts'
import type { Connection } from '../../shell/connection.ts'
import { digestCommand, type DigestWishes, saveDigest } from '../tools/digest-tool.ts'
import { takeDigest, verifyFromOutside } from '../tools/proof-desk.ts'
import { savedDigests } from '../tools/proof-files.ts'
import { proveCommand, proveDocument, type ProveWishes, saveProof, withOperand } from '../tools/prove-tool.ts'
import { realEnv } from '../../host/real-env.ts'
import { parseToolArguments, type ToolInvocation } from '../flags/tool-arguments.ts'
import { verifyFiles } from '../tools/verify-files.ts'
import { reportOfLedger } from '../tools/ledger-report.ts'
import { printReports, type VerifyReport, worstOf } from '../tools/verify-report.ts'
import { verifyCommand, type VerifyWishes } from '../tools/verify-command.ts'

/**
 * `digest`, `prove` and `verify` inside the shell: the subcommands' flags, on the ledger that the shell is connected to.
 * `verify` reads the ledger block by block over the wire, as anyone could, and checks what it gets.
 */
export const commandAuditor: Auditor = {
  async digest(connection, words, control) {
    const invocation = parsed<DigestWishes>(digestCommand('digest'), words)
    if (invocation.kind === 'text') return invocation.answer
    const digest = await takeDigest(connection, control)
    const { out } = invocation.wishes
    if (out !== undefined) return { text: saveDigest(out, digest), form: 'lines' }
    return { text: printDigestFile(digest).trimEnd(), form: 'ion' }
  },

  async prove(connection, words, control) {
    const invocation = parsed<ProveWishes>(proveCommand('prove'), words)
    if (invocation.kind === 'text') return invocation.answer
    const { wishes, operands } = invocation
    const made = await proveDocument(connection, withOperand(wishes, operands), control)
    if (wishes.out !== undefined) return { text: saveProof(wishes.out, made), form: 'lines' }
    return { text: made.text.trimEnd(), form: 'ion' }
  },

  async verify(connection, words, control) {
    const invocation = parsed<VerifyWishes>(verifyCommand('verify'), words)
    if (invocation.kind === 'text') return invocation.answer
    const { wishes, operands } = invocation
    const reports =
      operands.length > 0
        ? await verifyFiles(operands, savedDigests(wishes), { guesses: wishes.guesses, onTurn: () => aTurn(control) })
        : [await verifyConnected(connection, wishes, control)]
    const format = wishes.format ?? (control.inJson === true ? 'json' : 'text')
    const form = format === 'json' ? 'json' : 'lines'
    const text = printReports(reports, format).trimEnd()
    const worst = worstOf(reports)
    if (worst === undefined || worst.verdict === 'verified') return { text, form }
    return { text, form, refuted: worst.lines[0] as string }
  },
}

/** The shell's own help is the command table's; this is for `\prove --help`. */
function parsed<Wishes>(
  program: Command,
  words: readonly string[],
): Exclude<ToolInvocation<Wishes>, { kind: 'text' }> | { readonly kind: 'text'; readonly answer: AuditAnswer } {
  const invocation = parseToolArguments<Wishes>(program, words)
  if (invocation.kind !== 'text') return invocation
  return { kind: 'text', answer: { text: invocation.text.trimEnd(), form: 'lines' } }
}

/** Lets Ctrl-C be heard. */
async function aTurn({ signal }: AuditControl): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  if (signal?.aborted === true) throw new LedgerError('cancelled/by-user', 'stopped while files were checked')
}

async function verifyConnected(
  connection: Connection,
  wishes: VerifyWishes,
  control: AuditControl,
): Promise<VerifyReport> {
  const saved = savedDigests(wishes)
  const startedMs = realEnv.monotonicMs()
  const onBlock = async (done: number, total: number): Promise<void> => {
    if (control.signal?.aborted !== true) return
    throw new LedgerError('cancelled/by-user', `stopped after ${done} of ${total} blocks`)
  }
  const journal = await verifyFromOutside(connection, [...saved.values()], onBlock, control)
  const seconds = (realEnv.monotonicMs() - startedMs) / 1000
  const { ledger } = connection
  return reportOfLedger({ ledger, journal, identityFindings: [], derived: undefined, saved, seconds })
}
