import type { SendCommandRequest, SendCommandResponse } from '../protocol/message.ts'

/**
 * How the driver reaches a ledger. Rejects with WireError when the endpoint answers an error, with LedgerError
 * ('endpoint/unreachable', 'endpoint/failed', 'endpoint/malformed-answer', 'endpoint/credentials') when it does not.
 */
export interface Transport {
  send(request: SendCommandRequest, options?: SendOptions): Promise<SendCommandResponse>
  close(): Promise<void>
  /** For status lines: `embedded, /path/to/data` or an URL. */
  readonly description: string
}

export interface SendOptions {
  /** Asks that the running command be given up; the promise then rejects with LedgerError 'cancelled/by-user'. */
  readonly signal?: AbortSignal
}
