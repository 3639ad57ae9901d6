import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeRequest, encodeResponse } from '../../src/protocol/codec.ts'
import { type SendCommand, WireError } from '../../src/protocol/message.ts'
import { encodeWireError } from '../../src/protocol/wire-errors.ts'

export interface HttpEndpoint {
  readonly url: string
  /** The commands asked so far, in order: `StartSession`, `FetchPage` … */
  readonly commands: string[]
  close(): Promise<void>
}

/** SendCommand over HTTP on a free loopback port: no signatures are checked, nothing is logged. */
export async function listenHttp(send: SendCommand): Promise<HttpEndpoint> {
  const commands: string[] = []
  const server = createServer(async (request, response) => {
    const answer = (status: number, headers: Record<string, string>, body: string) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers }).end(body)
    }
    try {
      const command = decodeRequest(await bodyOf(request))
      commands.push(...Object.keys(command).filter((name) => name !== 'SessionToken'))
      answer(200, {}, encodeResponse(await send(command)))
    } catch (error) {
      const wire = error instanceof WireError ? error : new WireError('InternalFailure', String(error))
      const { status, headers, body } = encodeWireError(wire)
      answer(status, { ...headers }, body)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commands,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}
