import { Command } from 'commander'
import { rebuild } from '../../ledger/rebuild.ts'
import { verifyStore } from '../../ledger/verify-ledger.ts'
import { type ExitName, exitCodes } from '../../shell/exit-codes.ts'
import { openLedgerStore } from '../../host/ledger-store.ts'
import { type Arguments, wrongUsage } from '../flags/args.ts'
import { directoryOf, existing, requireOnDisk } from '../session/connect.ts'
import { sayLine } from '../session/say-line.ts'
import { addLedgerFlags, ledgerOptions, readToolArguments } from '../flags/tool-arguments.ts'
import { count, ToolProgress } from './tool-progress.ts'
import type { ToolWorld } from './tool.ts'
import { reportOfLedger } from './ledger-report.ts'
import { savedDigests } from './proof-files.ts'
import { digestOption } from './verify-command.ts'
import { type Verdict, visibleReport } from './verify-report.ts'

interface RebuildWishes extends Partial<Arguments> {
  readonly digest?: readonly string[]
  readonly acceptDoubtful?: boolean
}

/** `qldb rebuild`: rebuilds tables, indexes, history and the tree of hashes from the journal, after checking it. */
export async function rebuildTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const program = addLedgerFlags(
    new Command('qldb rebuild')
      .description(
        'Rebuild tables, documents, indexes and history from the journal. Checks the journal first, and changes nothing ' +
          'unless it is verified. An interrupted rebuild resumes when the ledger is opened.',
      )
      .usage('[flags]')
      .addOption(digestOption())
      .option('--accept-doubtful', 'also rebuild from an incomplete journal'),
  )
  const asked = readToolArguments<RebuildWishes>(program, argv, world, {
    ok: exitCodes.ok[1],
    failed: 'the journal is incomplete: nothing was changed',
    usage: wrongUsage,
    unavailable: exitCodes.unavailable[1],
    tampered: exitCodes.tampered[1],
    interrupted: 'interrupted',
  })
  if (asked === undefined) return 'ok'
  const { wishes } = asked
  const { place } = ledgerOptions(wishes, world.variables)
  requireOnDisk(place, 'rebuilt')
  const ledger = place.ledger.value
  const saved = savedDigests(wishes)
  const store = await openLedgerStore(directoryOf(existing(place)))
  const progress = new ToolProgress(world)
  try {
    const { journal, identity, identityFindings } = await verifyStore(store, {
      name: ledger,
      saved: [...saved.values()],
      onProgress: ({ done, total }) => progress.report('verifying', done, total, 'blocks'),
    })
    const { seconds } = progress
    const { origin } = identity
    const report = reportOfLedger({ ledger, journal, identityFindings, derived: undefined, saved, origin, seconds })
    const refusal = refusals[report.verdict]
    if (refusal !== undefined && !(report.verdict === 'incomplete' && wishes.acceptDoubtful === true)) {
      progress.dispose()
      world.stdout.write(`${visibleReport(report.lines)}\n${refusal}\n`)
      return report.verdict === 'tampered' ? 'tampered' : 'failed'
    }
    await rebuild(store, (done) => progress.report('rebuilding', done, journal.blocks, 'blocks'))
    progress.dispose()
    sayLine(world.stdout, `rebuilt ledger '${ledger}' from ${count(journal.blocks)} blocks`)
    return 'ok'
  } finally {
    progress.dispose()
    await store.close()
  }
}

/** Why nothing is rebuilt from a journal of such a verdict, and what to do. */
const refusals: Readonly<Record<Verdict, string | undefined>> = {
  verified: undefined,
  incomplete:
    'nothing was changed: part of the journal could not be checked; import it again from Ion, or rebuild from it as it ' +
    "is with '--accept-doubtful'",
  tampered: 'nothing was changed: restore the journal from a copy or an export, and check that against a saved digest',
}
