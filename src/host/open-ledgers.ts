import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { ledgersOpenMax } from '../base/limits.ts'
import { Ledger } from '../ledger/ledger.ts'
import type { ControlRequest } from '../protocol/control-message.ts'
import { answerJournalRequest } from '../server/control-plane/journal-requests.ts'
import type { Engine } from '../server/engine-pool.ts'
import { createHandler, type Handler } from '../server/handler.ts'
import type { LedgerHost } from '../server/ledger-host.ts'
import { SharedMemoryPool } from '../server/shared-memory.ts'
import { StatementGuard } from '../server/statement-guard.ts'
import type { Store } from '../store/store.ts'
import { defaultTemporaryDirectory, TemporaryDirectory } from '../store/temporary-files.ts'
import { handlerOptions, type LedgerRules } from './quotas.ts'
import { writeExport } from './write-export.ts'

/** Gives the store of a ledger, or undefined when there is no such ledger. */
export type OpenStore = (name: string) => Promise<Store | undefined>

/** The ledgers that one thread has opened: each is opened when it is first asked for, and shared from then on. */
export class OpenLedgers implements LedgerHost {
  readonly #ledgers = new Map<string, Promise<Ledger>>()
  readonly #stores = new Map<string, Store>()
  readonly #openStore: OpenStore
  readonly #env: Env
  readonly #rules: LedgerRules
  readonly #isCancelled: (() => boolean) | undefined
  readonly #temporaryFiles: TemporaryDirectory
  readonly #memoryPool: SharedMemoryPool | undefined

  constructor(openStore: OpenStore, env: Env, rules: LedgerRules, isCancelled?: () => boolean) {
    this.#openStore = openStore
    this.#env = env
    this.#rules = rules
    this.#isCancelled = isCancelled
    this.#memoryPool = rules.memory === undefined ? undefined : new SharedMemoryPool(rules.memory)
    this.#temporaryFiles = new TemporaryDirectory(rules.quotas.tempDir ?? defaultTemporaryDirectory(), env)
  }

  /** Rejects with LedgerError 'ledger/not-found', 'session/limit' for one too many, and as Ledger.open and the store do. */
  open(name: string): Promise<Ledger> {
    const found = this.#ledgers.get(name)
    if (found !== undefined) return found
    if (this.#ledgers.size >= ledgersOpenMax) {
      const text = `Exceeded the ledgers limit: this server has ${ledgersOpenMax} ledgers open and cannot open another`
      return Promise.reject(new LedgerError('session/limit', text))
    }
    const opening = this.#open(name)
    this.#ledgers.set(name, opening)
    opening.catch(() => this.#ledgers.delete(name))
    return opening
  }

  /** The store of a ledger, opened with it. Rejects as `open`. */
  async store(name: string): Promise<Store> {
    await this.open(name)
    return this.#stores.get(name) as Store
  }

  /** Closes a ledger if it is open. */
  async forget(name: string): Promise<void> {
    const opening = this.#ledgers.get(name)
    this.#ledgers.delete(name)
    const ledger = await opening?.catch(() => undefined)
    await ledger?.close()
    this.#stores.delete(name)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#ledgers.keys()].map((name) => this.forget(name)))
  }

  async #open(name: string): Promise<Ledger> {
    const store = await this.#openStore(name)
    if (store === undefined) throw new LedgerError('ledger/not-found', `The Ledger with name ${name} is not found`)
    this.#stores.set(name, store)
    try {
      return await Ledger.open(store, this.#env, {
        name,
        strictQldb: this.#rules.strictQldb,
        quotas: this.#rules.quotas.ledger,
        temporaryFiles: this.#temporaryFiles,
        ...(this.#memoryPool === undefined ? {} : { memoryPool: this.#memoryPool }),
        ...(this.#isCancelled === undefined ? {} : { isCancelled: this.#isCancelled }),
      })
    } catch (error) {
      await store.close()
      throw error
    }
  }
}

export interface EngineParts {
  readonly handler: Handler
  readonly ledgers: OpenLedgers
}

/**
 * A handler with the ledgers it opens. Sessions and their number are the router's business, so its own do not end;
 * transactions do.
 */
export function createEngineParts(
  openStore: OpenStore,
  env: Env,
  options: LedgerRules & { readonly onFault?: (error: unknown) => void },
): EngineParts {
  const guard = new StatementGuard(env)
  const ledgers = new OpenLedgers(openStore, env, options, guard.isCancelled)
  const handler = createHandler(ledgers, env, {
    ...handlerOptions(options, guard),
    ...(options.onFault === undefined ? {} : { onFault: options.onFault }),
    sessionAgeMsMax: Number.POSITIVE_INFINITY,
    sessionsMax: Number.POSITIVE_INFINITY,
  })
  return { handler, ledgers }
}

function ledgerOf({ GetDigest, GetBlock, GetRevision }: ControlRequest): string {
  return (GetDigest ?? GetBlock ?? GetRevision)?.Name ?? ''
}

/** The parts as an engine in this thread: while a statement runs, nothing else does. */
export function engineInThisThread({ handler, ledgers }: EngineParts): Engine {
  return {
    send: (request, { signal, start, takesNotices = false } = {}) =>
      handler.send(request, {
        isCancelled: () => signal?.aborted === true,
        takesNotices,
        ...(start === undefined ? {} : { start }),
      }),
    statementMs: () => 0,
    async control(request) {
      return answerJournalRequest(await ledgers.open(ledgerOf(request)), request, 'text')
    },
    exportJournal: async (record, folder, isCancelled) =>
      writeExport(await ledgers.store(record.ledger), record, folder, isCancelled),
    async forget(name) {
      handler.endLedger(name)
      await ledgers.forget(name)
    },
    async close() {
      handler.close()
      await ledgers.close()
    },
  }
}
