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
  /** Store strictness in the ledger for everyone who opens it; undefined keeps the stored setting. */
  readonly keepStrictQldb?: boolean | undefined
  readonly quotas?: Quotas
  /** Store in the ledger whether read-only transactions are journaled; undefined keeps the stored setting. */
  readonly journalReads?: boolean | undefined
  /** What a type error gives: MISSING (permissive) or an error (strict). */
  readonly typing?: LedgerOptions['typing']
}

export interface Engine {
  readonly ledger: Ledger
  /** Requested, or stored in the ledger. */
  readonly strictQldb: boolean
  readonly send: Handler['send']
  /** Digests, blocks and proofs of the ledger. */
  readonly control: SendControl
  close(): Promise<void>
}

/** Milliseconds between two sweeps of expired transactions and sessions. */
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
    // An abandoned transaction must not keep its snapshot until the next request: the store can't reuse those pages.
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

/** In memory without a directory; then the storage library is not loaded. */
async function openStore(directory: string | undefined): Promise<Store> {
  if (directory === undefined) return createMemoryStore()
  return openLedgerStore(directory)
}
