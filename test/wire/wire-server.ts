import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { QLDBClient } from '@aws-sdk/client-qldb'
import { QLDBSessionClient } from '@aws-sdk/client-qldb-session'
import amazon from 'amazon-qldb-driver-nodejs'
import { type RunningService, type ServiceSpec, startService } from '../../src/host/service.ts'
import type { AccessEntry } from '../../src/server/http/http-server.ts'
import { SimEnv } from '../support/sim-env.ts'

export const region = 'us-east-1'
export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not a secret' }

/** The real server in this process, on a free port, in a world where time stands still. */
export interface WireServer {
  readonly env: SimEnv
  readonly service: RunningService
  readonly url: string
  readonly log: AccessEntry[]
  /** Commands and operations answered so far, cut to what tells them apart; forgotten by asking. */
  takeOperations(): string
}

/** Ends with the test, which fails when the server had a fault of its own. */
export async function startWire(
  t: TestContext,
  spec: Partial<ServiceSpec> = {},
  env = simEnvNow(),
): Promise<WireServer> {
  const faults: unknown[] = []
  const log: AccessEntry[] = []
  const service = await startService(
    {
      host: '127.0.0.1',
      port: 0,
      directory: undefined,
      ledgers: ['fleet'],
      strictQldb: true,
      threads: 0,
      keys: undefined,
      tls: undefined,
      region,
      version: 'test',
      onAccess: (entry) => log.push(entry),
      onFault: (error) => faults.push(error),
      ...spec,
    },
    env,
  )
  t.after(async () => {
    await service.stop(0)
    assert.deepEqual(faults, [])
  })
  return {
    env,
    service,
    url: service.url,
    log,
    takeOperations: () =>
      log
        .splice(0)
        .map(({ operation }) => operation.replace(/(?<=.)(Transaction|Statement)$/, ''))
        .join(' '),
  }
}

/** Begins at the real time, since clients sign with it. */
export function simEnvNow(): SimEnv {
  return new SimEnv(17, Date.now())
}

export function nodeDriver(t: TestContext, { url }: WireServer, options: { retries?: number; ledger?: string } = {}) {
  const retry = options.retries === undefined ? undefined : new amazon.RetryConfig(options.retries, () => 0)
  const config = { endpoint: url, region, credentials }
  const driver = new amazon.QldbDriver(options.ledger ?? 'fleet', config, undefined, 10, retry)
  t.after(() => driver.close())
  return driver
}

export function controlClient(t: TestContext, url: string, keys = credentials): QLDBClient {
  const client = new QLDBClient({ endpoint: url, region, credentials: keys, maxAttempts: 1 })
  t.after(() => client.destroy())
  return client
}

export function sessionClient(t: TestContext, url: string, keys = credentials): QLDBSessionClient {
  const client = new QLDBSessionClient({ endpoint: url, region, credentials: keys, maxAttempts: 1 })
  t.after(() => client.destroy())
  return client
}

/** SendCommand by hand, unsigned. */
export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'QLDBSession.SendCommand', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
