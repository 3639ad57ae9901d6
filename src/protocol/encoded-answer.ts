import type { SendCommandResponse } from './message.ts'

/** Bodies that another thread has encoded, by their responses, whose pages are empty. */
const bodies = new WeakMap<SendCommandResponse, Uint8Array>()

export function setEncodedAnswer(response: SendCommandResponse, body: Uint8Array): void {
  bodies.set(response, body)
}

/** The body that encodeResponse would have made, where another thread has done so. */
export function encodedAnswer(response: SendCommandResponse): Uint8Array | undefined {
  return bodies.get(response)
}
