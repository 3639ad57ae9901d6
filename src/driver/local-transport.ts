import type { SendControl } from '../protocol/control-message.ts'
import type { SendCommandRequest, SendCommandResponse } from '../protocol/message.ts'
import type { SendOptions, Transport } from './transport.ts'

/** A handler's `send`, as server/handler.ts provides it: SendCommand with a way to stop and to watch a statement. */
export type LocalSend = (request: SendCommandRequest, control?: LocalControl) => Promise<SendCommandResponse>

export interface LocalControl {
  readonly isCancelled?: () => boolean
  readonly onProgress?: (readIos: number) => void
  readonly takesValues?: boolean
  readonly takesNotices?: boolean
}

/**
 * A transport to a handler in the same thread: rows come as values, nothing is copied or encoded. `close` is called
 * when the transport closes.
 *
 * The engine works without giving way, so a signal can only be raised between two commands. Before each further page
 * the event loop gets a turn, so that output drains and interrupts arrive while a long result streams.
 */
export function createLocalTransport(
  send: LocalSend,
  description: string,
  close: () => Promise<void> = async () => {},
  control?: SendControl,
): Transport {
  return {
    ...(control === undefined ? {} : { control }),
    description,
    cancels: 'statement',
    close,
    async send(request: SendCommandRequest, options: SendOptions = {}): Promise<SendCommandResponse> {
      const { signal, takesNotices = false } = options
      if (request.FetchPage !== undefined) await eventLoopTurn()
      const control = takesNotices ? { ...takesValues, takesNotices } : takesValues
      return send(request, signal === undefined ? control : { ...control, isCancelled: () => signal.aborted })
    },
  }
}

const takesValues = { takesValues: true }

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
