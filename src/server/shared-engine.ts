import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { briefChecksMin, engineBusyMs, homeRequestBytesMax, homeRowBytesMax, writerBusyMs } from '../base/limits.ts'
import type { SendCommandRequest, SendCommandResponse } from '../protocol/message.ts'
import { MovesAway, type SendControls, type SharedEngine } from './engine-pool.ts'
import type { Handler } from './handler.ts'

/** What an engine that many transactions share leaves to others. */
export interface SharingRules {
  readonly readsOnly: boolean
  /** A statement that is not done by then is stopped. */
  readonly busyMs: number
  readonly rowBytesMax: number
}

/** The thread that speaks HTTP: a commit would wait for the disk, and everyone with it. */
const homeRules: SharingRules = { readsOnly: true, busyMs: engineBusyMs, rowBytesMax: homeRowBytesMax }

/** The thread in which all that write are served, so that their commits share their flushes. */
export const writerRules: SharingRules = {
  readsOnly: false,
  busyMs: writerBusyMs,
  rowBytesMax: Number.POSITIVE_INFINITY,
}

/**
 * A handler's `send` that does only what is short: rejects with LedgerError 'transaction/brief-only' for a statement that
 * may take long, 'statement/too-long' for one that does, and 'transaction/reads-only' as the rules have it. Commits are never stopped.
 */
export function briefSend(handler: Handler, env: Env, rules: SharingRules): Handler['send'] {
  return async (request, control = {}) => {
    const endMs = env.monotonicMs() + rules.busyMs
    let isLong = false
    let checks = 0
    const isCancelled = (): boolean => {
      if (control.isCancelled?.() === true) return true
      checks += 1
      isLong = checks >= briefChecksMin && env.monotonicMs() >= endMs
      return isLong
    }
    const isCommit = request.CommitTransaction !== undefined
    try {
      return await handler.send(request, {
        ...control,
        isCancelled: isCommit ? (control.isCancelled ?? never) : isCancelled,
        readsOnly: rules.readsOnly,
        briefOnly: { rowBytesMax: rules.rowBytesMax },
      })
    } catch (error) {
      if (!isLong || !(error instanceof LedgerError) || error.code !== 'cancelled/by-user') throw error
      throw new LedgerError('statement/too-long', `the statement was not done within ${rules.busyMs} ms`)
    }
  }
}

const never = (): boolean => false

/** The error of a shared engine as the router wants it: MovesAway for what another engine has to do. */
export function asMove(error: unknown): unknown {
  if (!(error instanceof LedgerError)) return error
  if (error.code === 'transaction/reads-only') return new MovesAway('write')
  if (error.code === 'transaction/brief-only') return new MovesAway('heavy')
  return error.code === 'statement/too-long' ? new MovesAway('long') : error
}

/**
 * The engine in the thread that speaks HTTP. It saves short transactions that only read the way to another thread and
 * back. It holds up everyone while it works, so it does nothing else.
 */
export class HomeEngine implements SharedEngine {
  readonly requestBytesMax = homeRequestBytesMax
  readonly #handler: Handler
  readonly #send: Handler['send']
  readonly #forget: (ledger: string) => Promise<void>

  /** `forget` closes a ledger. The ledgers are opened, and at the end closed, by the caller. */
  constructor(handler: Handler, env: Env, forget: (ledger: string) => Promise<void>) {
    this.#handler = handler
    this.#send = briefSend(handler, env, homeRules)
    this.#forget = forget
  }

  async send(request: SendCommandRequest, controls: SendControls = {}): Promise<SendCommandResponse> {
    const { signal, start, takesNotices = false } = controls
    try {
      return await this.#send(request, {
        takesNotices,
        isCancelled: () => signal?.aborted === true,
        ...(start === undefined ? {} : { start }),
      })
    } catch (error) {
      throw asMove(error)
    }
  }

  async snapshotTip(sessionToken: string): Promise<number | undefined> {
    return this.#handler.snapshotTip(sessionToken)
  }

  /** A block may be large. */
  async control(): Promise<never> {
    throw new MovesAway('heavy')
  }

  async exportJournal(): Promise<never> {
    throw new MovesAway('long')
  }

  statementMs(): number {
    return 0
  }

  forget(ledger: string): Promise<void> {
    this.#handler.endLedger(ledger)
    return this.#forget(ledger)
  }

  async close(): Promise<void> {
    this.#handler.close()
  }
}
