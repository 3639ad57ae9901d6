import { createSdkTransport, type SdkTransportOptions } from '../driver/sdk-transport.ts'
import type { SendOptions, Transport } from '../driver/transport.ts'
import type { SendCommandRequest } from '../protocol/message.ts'
import { type ClonedError, cloneError } from '../protocol/worker-message.ts'

/** The SDK's transport, its errors taken apart: the main bundle has its own copies of their classes. */
export type EndpointSend = (
  request: SendCommandRequest,
  options?: SendOptions,
) => Promise<{ readonly response: Awaited<ReturnType<Transport['send']>> } | { readonly error: ClonedError }>

export interface Endpoint {
  readonly description: string
  readonly send: EndpointSend
  close(): Promise<void>
}

export function createEndpoint(options: SdkTransportOptions): Endpoint {
  const transport = createSdkTransport(options)
  return {
    description: transport.description,
    close: () => transport.close(),
    async send(request, sendOptions) {
      try {
        return { response: await transport.send(request, sendOptions) }
      } catch (error) {
        return { error: cloneError(error) }
      }
    },
  }
}
