import type { ControlRequest, ControlResponse } from '../protocol/control-message.ts'
import type { SendCommandRequest, SendCommandResponse } from '../protocol/message.ts'

/**
 * How the driver reaches a ledger. Rejects with WireError when the endpoint answers an error, with LedgerError
 * ('endpoint/unreachable', 'endpoint/failed', 'endpoint/timed-out', 'endpoint/malformed-answer', 'endpoint/credentials') when it does not.
 */
export interface Transport {
  send(request: SendCommandRequest, options?: SendOptions): Promise<SendCommandResponse>
  /**
   * Digests, blocks and proofs. Absent where nothing answers for them. Rejects with LedgerError; with 'endpoint/refused'
   * for what the endpoint itself refused.
   */
  readonly control?: (request: ControlRequest, options?: SendOptions) => Promise<ControlResponse>
  close(): Promise<void>
  /** For status lines: `embedded, /path/to/data` or an URL. */
  readonly description: string
  /**
   * What cancelling stops. `statement`: the engine cancels the statement; the transaction stays open.
   * `waiting`: only the wait for the answer; what the endpoint did is unknown, so the transaction is over.
   */
  readonly cancels: 'statement' | 'waiting'
  /** Read IOs of the running statement so far; undefined where that can't be known before the answer. */
  readonly readIosSoFar?: () => number
}

export interface SendOptions {
  /** Cancels the running command; the promise then rejects with LedgerError 'cancelled/by-user'. */
  readonly signal?: AbortSignal
  /** Notices are wanted with a result's last page; an endpoint that has none gives none. */
  readonly takesNotices?: boolean
}
