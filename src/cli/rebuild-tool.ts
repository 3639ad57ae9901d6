import { Command } from 'commander'
import { LedgerError } from '../base/errors.ts'
import { rebuild } from '../ledger/rebuild.ts'
import { verifyStore } from '../ledger/verify-ledger.ts'
import { type ExitName, exitCodes } from '../shell/exit-codes.ts'
import { openLmdbStore } from '../store/lmdb-store.ts'
import { type Arguments, wrongUsage } from './args.ts'
import { directoryOf, existing } from './connect.ts'
import { addLedgerFlags, ledgerOptions, parseToolArguments } from './tool-arguments.ts'
import { count, ToolProgress } from './tool-progress.ts'
import type { ToolWorld } from './tools.ts'
import { reportOfLedger } from './ledger-report.ts'
import { visibleReport } from './verify-report.ts'

/** `qldb rebuild`: tables, indexes, history and the tree of hashes anew from the journal, after a check of it. */
export async function rebuildTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const program = addLedgerFlags(
    new Command('qldb rebuild')
      .description(
        'Derives everything but the journal anew from it: tables, documents, indexes, history. The journal is checked\n' +
          'first; one that is not sound is left alone. A rebuild that was broken off goes on when the ledger is opened.',
      )
      .usage('[flags]'),
  )
  const invocation = parseToolArguments<Partial<Arguments>>(program, argv, {
    ok: exitCodes.ok[1],
    usage: wrongUsage,
    unavailable: exitCodes.unavailable[1],
    tampered: exitCodes.tampered[1],
    interrupted: 'interrupted',
  })
  if (invocation.kind === 'text') {
    world.stdout.write(invocation.text)
    return 'ok'
  }
  const { place } = ledgerOptions(invocation.wishes, world.variables)
  if (place.endpoint !== undefined || place.inMemory)
    throw new LedgerError('usage/invalid-argument', 'only an embedded ledger on disk can be rebuilt')
  const ledger = place.ledger.value
  const store = openLmdbStore(directoryOf(existing(place)))
  const progress = new ToolProgress(world)
  try {
    const { journal, identityFindings } = await verifyStore(store, {
      name: ledger,
      onProgress: ({ done, total }) => progress.report('verifying', done, total, 'blocks'),
    })
    const { seconds } = progress
    const report = reportOfLedger({ ledger, journal, identityFindings, derived: undefined, saved: new Map(), seconds })
    if (report.verdict === 'tampered') {
      progress.dispose()
      world.stdout.write(
        `${visibleReport(report.lines)}\nnothing was changed: a sound journal is needed to rebuild from\n`,
      )
      return 'tampered'
    }
    await rebuild(store, (done) => progress.report('rebuilding', done, journal.blocks, 'blocks'))
    progress.dispose()
    world.stdout.write(`ledger '${ledger}' is rebuilt from ${count(journal.blocks)} blocks\n`)
    return 'ok'
  } finally {
    progress.dispose()
    await store.close()
  }
}
