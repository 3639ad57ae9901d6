import { createSdkControl } from '../driver/sdk-control.ts'
import { createSdkTransport, type SdkTransportOptions } from '../driver/sdk-transport.ts'
import type { SendOptions, Transport } from '../driver/transport.ts'
import type { ControlRequest, ControlResponse } from '../protocol/control-message.ts'
import type { SendCommandRequest } from '../protocol/message.ts'
import { type ClonedError, cloneError } from '../protocol/worker-message.ts'

/** The SDK's transport, its errors taken apart: the main bundle has its own copies of their classes. */
export type EndpointSend = (
  request: SendCommandRequest,
  options?: SendOptions,
) => Promise<{ readonly response: Awaited<ReturnType<Transport['send']>> } | { readonly error: ClonedError }>

/** The same for digests, blocks and proofs. */
export type EndpointControl = (
  request: ControlRequest,
  options?: SendOptions,
) => Promise<{ readonly response: ControlResponse } | { readonly error: ClonedError }>

export interface Endpoint {
  readonly description: string
  readonly send: EndpointSend
  readonly control: EndpointControl
  close(): Promise<void>
}

export function createEndpoint(options: SdkTransportOptions): Endpoint {
  const transport = createSdkTransport(options)
  const control = createSdkControl(options)
  return {
    description: transport.description,
    async close() {
      control.close()
      await transport.close()
    },
    send: (request, sendOptions) => taken(transport.send(request, sendOptions)),
    control: (request, sendOptions) => taken(control.send(request, sendOptions)),
  }
}

async function taken<Response>(answer: Promise<Response>): Promise<{ response: Response } | { error: ClonedError }> {
  try {
    return { response: await answer }
  } catch (error) {
    return { error: cloneError(error) }
  }
}
