import type { Env } from '../base/env.ts'
import { Ledger, type LedgerOptions } from '../ledger/ledger.ts'
import type { SendControl } from '../protocol/control-message.ts'
import { answerJournalRequest } from '../server/control-plane/journal-requests.ts'
import { createHandler, type Handler } from '../server/handler.ts'
import { StatementGuard } from '../server/statement-guard.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import { defaultTemporaryDirectory, TemporaryDirectory } from '../store/temporary-files.ts'
import type { Store } from '../store/store.ts'
import { processMemoryShare } from './memory-share.ts'
import { handlerOptions, noQuotas, type Quotas } from './quotas.ts'
import { openLedgerStore } from './ledger-store.ts'

/** Which embedded ledger; plain data, so that it can be sent to a worker. */
export interface EngineSpec {
  readonly ledger: string
  /** The ledger's own directory; undefined: in memory. */
  readonly directory: string | undefined
  readonly strictQldb: boolean
  /** Whether the ledger is strict for all from now on; undefined: as it is set. */
  readonly keepStrictQldb?: boolean | undefined
  readonly quotas?: Quotas
  /** Whether transactions that only read are journaled from now on; undefined: as the ledger has it. */
  readonly journalReads?: boolean | undefined
  /** What an operation on values of the wrong types gives. */
  readonly typing?: LedgerOptions['typing']
}

export interface Engine {
  readonly ledger: Ledger
  /** Asked for, or set in the ledger. */
  readonly strictQldb: boolean
  readonly send: Handler['send']
  /** Digests, blocks and proofs of the ledger. */
  readonly control: SendControl
  close(): Promise<void>
}

/** How often transactions and sessions that have outlived their time are ended. */
const sweepEveryMs = 10_000

/** Opens (or makes) the ledger and a handler over it. Rejects as Ledger.open and the store do. */
export async function openEngine(spec: EngineSpec, env: Env): Promise<Engine> {
  const store = await openStore(spec.directory)
  const guard = new StatementGuard(env)
  const { strictQldb, quotas = noQuotas, keepStrictQldb, journalReads, typing } = spec
  try {
    const ledger = await Ledger.open(store, env, {
      name: spec.ledger,
      strictQldb,
      quotas: { statementMemoryBytes: processMemoryShare(), ...quotas.ledger },
      temporaryFiles: new TemporaryDirectory(quotas.tempDir ?? defaultTemporaryDirectory(), env),
      ...(keepStrictQldb === undefined ? {} : { keepStrictQldb }),
      ...(journalReads === undefined ? {} : { journalReads }),
      ...(typing === undefined ? {} : { typing }),
      isCancelled: guard.isCancelled,
    })
    const handler = createHandler({ open: async () => ledger }, env, handlerOptions({ strictQldb, quotas }, guard))
    // A transaction that was left open must not keep its snapshot alive until somebody sends a command.
    const sweeper = setInterval(() => handler.sweep(), sweepEveryMs)
    sweeper.unref()
    return {
      ledger,
      strictQldb: ledger.strictQldb,
      send: handler.send,
      control: async (request) => answerJournalRequest(ledger, request),
      close: async () => {
        clearInterval(sweeper)
        handler.close()
        await ledger.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** The storage library is loaded only when there is something to store. */
async function openStore(directory: string | undefined): Promise<Store> {
  if (directory === undefined) return createMemoryStore()
  return openLedgerStore(directory)
}
