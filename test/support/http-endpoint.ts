import { type HttpServiceOptions, listenHttpService } from '../../src/server/http/http-server.ts'
import type { SendCommand } from '../../src/protocol/message.ts'
import { ServiceMetrics } from '../../src/server/http/metrics-service.ts'
import { SimEnv } from './sim-env.ts'

export interface HttpEndpoint {
  readonly url: string
  /** The commands answered so far, in order: `StartSession`, `FetchPage` … */
  readonly commands: string[]
  close(): Promise<void>
}

/** The server's listener on a free loopback port, before whatever answers SendCommand: no keys, no control plane. */
export async function listenHttp(send: SendCommand): Promise<HttpEndpoint> {
  const commands: string[] = []
  const router = { send: (request) => send(request), sessions: 0, transactions: 0 } as HttpServiceOptions['router']
  const service = await listenHttpService({
    host: '127.0.0.1',
    port: 0,
    router,
    control: undefined as unknown as HttpServiceOptions['control'],
    metrics: new ServiceMetrics(router, { size: 1, busy: 0 } as never, 'test', () => 0),
    env: new SimEnv(1),
    onAccess: ({ operation }) => commands.push(operation),
  })
  return { url: service.url, commands, close: () => service.close() }
}
