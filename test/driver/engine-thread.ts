import { type MessagePort, workerData } from 'node:worker_threads'
import { Ledger } from '../../src/ledger/ledger.ts'
import { createHandler } from '../../src/server/handler.ts'
import { answerJournalRequest } from '../../src/server/control-plane/journal-requests.ts'
import { StatementGuard } from '../../src/server/statement-guard.ts'
import { serveMessagePort } from '../../src/server/worker-endpoint.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { SimEnv } from '../support/sim-env.ts'

/** The engine's side of engine-thread.test.ts: a ledger in memory, in a thread of its own, where time stands still. */
const { port, shared } = workerData as { readonly port: MessagePort; readonly shared: Int32Array }
const env = new SimEnv(5)
const guard = new StatementGuard(env)
const ledger = Ledger.open(createMemoryStore(), env, {
  name: 'fleet',
  strictQldb: false,
  isCancelled: guard.isCancelled,
})
const handler = createHandler({ open: () => ledger }, env, { guard })
serveMessagePort(port, handler.send, shared, {
  close: async () => (await ledger).close(),
  control: async (request) => answerJournalRequest(await ledger, request),
})
