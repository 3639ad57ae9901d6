import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { LedgerError } from '../../base/errors.ts'
import { type StoreReport, verifyStore } from '../../ledger/verify-ledger.ts'
import { openLedgerStore, openTemporaryStore } from '../../host/ledger-store.ts'
import { createMemoryStore } from '../../store/memory-store.ts'
import type { Store } from '../../store/store.ts'
import { connectTo, directoryOf, existing, type Place } from '../session/connect.ts'
import { verifyFromOutside } from './proof-desk.ts'
import { readDigestFile, savedDigests } from './proof-files.ts'
import { ledgerOptions } from '../flags/tool-arguments.ts'
import { ToolProgress } from './tool-progress.ts'
import type { ToolWorld } from './tool.ts'
import { reportOfLedger } from './ledger-report.ts'
import type { VerifyReport } from './verify-report.ts'
import { HashThreads } from '../../host/hash-threads.ts'
import { checkTableWishes, refuseLocal, type VerifyWishes } from './verify-command.ts'

/** Checks the ledger that the flags name: an embedded one in its store, one at an endpoint block by block from outside. */
export async function verifyNamedLedger(wishes: VerifyWishes, world: ToolWorld): Promise<VerifyReport> {
  const { place } = ledgerOptions(wishes, world.variables)
  if (place.inMemory) throw new LedgerError('usage/invalid-argument', 'a ledger in memory is gone before it is checked')
  const isAtEndpoint = place.endpoint ?? place.ledgers.find(({ name }) => name === place.ledger.value)?.endpoint
  if (isAtEndpoint !== undefined) return await verifyAtEndpoint(place, wishes, world)
  const { checkLedgerName } = await import('../../ledger/ledger.ts')
  checkLedgerName(place.ledger.value)
  const directory = directoryOf(existing(place))
  return await verifyStoreIn(directory, place.ledger.value, wishes, world)
}

/** Checks the ledger in a folder; its name is the folder's, where that is an embedded ledger's usual place. */
export async function verifyLedgerIn(directory: string, wishes: VerifyWishes, world: ToolWorld): Promise<VerifyReport> {
  return await verifyStoreIn(directory, undefined, wishes, world)
}

async function verifyStoreIn(
  directory: string,
  name: string | undefined,
  wishes: VerifyWishes,
  world: ToolWorld,
): Promise<VerifyReport> {
  checkTableWishes(wishes)
  const since = wishes.since === undefined ? undefined : { path: wishes.since, digest: readDigestFile(wishes.since) }
  const saved = savedDigests(wishes)
  if (since !== undefined) saved.set(since.path, since.digest)
  const store = await openLedgerStore(directory)
  const progress = new ToolProgress(world, wishes.progress)
  const scratch = new ScratchStores()
  const threads = new HashThreads()
  let report: StoreReport
  try {
    report = await verifyStore(store, {
      name,
      saved: [...saved.values()],
      since: since?.digest,
      table: wishes.table,
      facts: threads,
      openScratch: wishes.derived ? (blocks) => scratch.open(blocks) : undefined,
      onProgress: ({ stage, done, total, bytes }) =>
        progress.report(stage === 'blocks' ? 'verifying' : 'comparing derived data', done, total, 'blocks', bytes),
    })
  } finally {
    progress.dispose()
    await threads.close()
    await store.close()
    scratch.dispose()
  }
  const { identity, identityFindings, journal, marksOnTrust, derived } = report
  const ledger = name ?? identity.name ?? basename(directory)
  const { origin } = identity
  const { table } = wishes
  const found = { ledger, journal, marksOnTrust, identityFindings, derived, saved, origin, since, table }
  return reportOfLedger({ ...found, seconds: progress.seconds })
}

async function verifyAtEndpoint(place: Place, wishes: VerifyWishes, world: ToolWorld): Promise<VerifyReport> {
  refuseLocal(wishes, 'a ledger at an endpoint')
  const saved = savedDigests(wishes)
  const connection = await connectTo(place, 'main')
  const progress = new ToolProgress(world, wishes.progress)
  try {
    const journal = await verifyFromOutside(connection, [...saved.values()], (done, total) =>
      progress.report('verifying', done, total, 'blocks'),
    )
    const { ledger } = connection
    return reportOfLedger({
      ledger,
      journal,
      identityFindings: [],
      derived: undefined,
      saved,
      seconds: progress.seconds,
    })
  } finally {
    progress.dispose()
    await connection.close()
  }
}

/** Up to so many blocks, derived data is computed in memory; beyond it in a temporary folder. */
const blocksInMemoryMax = 20_000

/** Where derived data is rebuilt for comparison. */
class ScratchStores {
  #folder: string | undefined

  async open(blocks: number): Promise<Store> {
    if (blocks <= blocksInMemoryMax) return createMemoryStore()
    this.#folder = mkdtempSync(join(tmpdir(), 'qldb-verify-'))
    return openTemporaryStore(join(this.#folder, 'derived'))
  }

  dispose(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
  }
}
