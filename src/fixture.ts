import { realEnv } from './host/real-env.ts'
import { startService } from './host/service.ts'

export interface LedgerServerOptions {
  /** The ledgers to make; default: one named `test`. */
  readonly ledgers?: readonly string[]
  /** Refuse what QLDB refused, and apply its quotas; default true, so that a test fails where QLDB would. */
  readonly strictQldb?: boolean
  /** Access key id → secret: requests have to be signed with one of them. Default: any credentials are taken. */
  readonly keys?: Readonly<Record<string, string>>
  /** Default: a free port. */
  readonly port?: number
  /** How long a transaction lives; default: QLDB's 30 seconds. To test expiry without waiting so long. */
  readonly transactionMs?: number
}

export interface LedgerServer {
  /** What to give a driver or SDK as its `endpoint`, for both `qldb-session` and `qldb`. */
  readonly endpoint: string
  /** Aborts what is open and closes the server; its ledgers are gone then. */
  close(): Promise<void>
}

/**
 * Starts a ledger server in this process for a test: on a free loopback port, its ledgers in memory.
 *
 *     const server = await startLedgerServer({ ledgers: ['orders'] })
 *     const driver = new QldbDriver('orders', {
 *       endpoint: server.endpoint,
 *       region: 'us-east-1',
 *       credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
 *     })
 *     …
 *     driver.close()
 *     await server.close()
 *
 * Rejects with LedgerError when a ledger can't be named so or the port is taken.
 */
export async function startLedgerServer(options: LedgerServerOptions = {}): Promise<LedgerServer> {
  const faults: unknown[] = []
  const service = await startService(
    {
      host: '127.0.0.1',
      port: options.port ?? 0,
      directory: undefined,
      ledgers: options.ledgers ?? ['test'],
      strictQldb: options.strictQldb ?? true,
      threads: 0,
      keys: options.keys === undefined ? undefined : new Map(Object.entries(options.keys)),
      tls: undefined,
      region: 'us-east-1',
      version: 'fixture',
      ...(options.transactionMs === undefined ? {} : { limits: { transactionAgeMsMax: options.transactionMs } }),
      onFault: (error) => faults.push(error),
    },
    realEnv,
  )
  return {
    endpoint: service.url,
    async close() {
      await service.stop(0)
      if (faults.length > 0) throw new Error('the ledger server had a fault of its own', { cause: faults[0] })
    },
  }
}
