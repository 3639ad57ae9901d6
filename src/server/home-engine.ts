import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { engineBusyMs } from '../base/limits.ts'
import type { SendCommandRequest, SendCommandResponse } from '../protocol/message.ts'
import { MovesAway, type ReadEngine, type SendControls } from './engine-pool.ts'
import type { Handler } from './handler.ts'

/**
 * The engine in the thread that speaks HTTP. It saves short transactions that only read the way to another thread and
 * back. It holds up everyone while it works, so it does nothing else: a statement that writes, whose commit would wait
 * for the disk, or that is not done within engineBusyMs, rejects with MovesAway.
 */
export class HomeEngine implements ReadEngine {
  readonly #handler: Handler
  readonly #env: Env
  readonly #forget: (ledger: string) => Promise<void>

  /** `forget` closes a ledger. The ledgers are opened, and at the end closed, by the caller. */
  constructor(handler: Handler, env: Env, forget: (ledger: string) => Promise<void>) {
    this.#handler = handler
    this.#env = env
    this.#forget = forget
  }

  async send(request: SendCommandRequest, { signal, start }: SendControls = {}): Promise<SendCommandResponse> {
    const endMs = this.#env.monotonicMs() + engineBusyMs
    let isLong = false
    const isCancelled = (): boolean => {
      if (signal?.aborted === true) return true
      isLong = this.#env.monotonicMs() >= endMs
      return isLong
    }
    try {
      return await this.#handler.send(request, {
        isCancelled,
        readsOnly: true,
        ...(start === undefined ? {} : { start }),
      })
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      if (error.code === 'transaction/reads-only') throw new MovesAway('write')
      if (error.code === 'cancelled/by-user' && isLong) throw new MovesAway('long')
      throw error
    }
  }

  snapshotTip(sessionToken: string): number | undefined {
    return this.#handler.snapshotTip(sessionToken)
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
