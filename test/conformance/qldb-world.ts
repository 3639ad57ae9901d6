import { Driver } from '../../src/driver/driver.ts'
import { describeFailure } from '../../src/driver/failure.ts'
import { createLocalTransport } from '../../src/driver/local-transport.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { WireError } from '../../src/protocol/message.ts'
import { createHandler } from '../../src/server/handler.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Value } from '../../src/values/value.ts'
import { SimEnv } from '../support/sim-env.ts'

/** What became of a statement: its rows and read IOs, or the error that the wire carried. */
export interface Outcome {
  readonly rows: readonly Value[]
  readonly readIos: number
  readonly error: { readonly type: string; readonly code: string | undefined; readonly message: string } | undefined
  /** An error that is ours, not the statement's. */
  readonly fault: string | undefined
}

/** A ledger in memory at the end of the whole road: driver, transport, handler, ledger. Knows the ids it gave out. */
export class World {
  readonly env: SimEnv
  readonly #driver: Driver
  readonly #faults: unknown[]

  private constructor(env: SimEnv, driver: Driver, faults: unknown[]) {
    this.env = env
    this.#driver = driver
    this.#faults = faults
  }

  static async open(strictQldb: boolean, startMs: number): Promise<World> {
    const env = new SimEnv(7, startMs)
    const ledger = await Ledger.open(createMemoryStore(), env, { name: 'corpus', strictQldb })
    const faults: unknown[] = []
    const onFault = (error: unknown) => faults.push(error)
    const handler = createHandler({ open: async () => ledger }, env, { strictQldb, onFault })
    return new World(env, new Driver(createLocalTransport(handler.send, 'embedded'), 'corpus', env), faults)
  }

  /** Runs a statement in a transaction of its own. Never rejects. */
  async run(statement: string, parameters: readonly Value[] = []): Promise<Outcome> {
    const none = { rows: [], readIos: 0, error: undefined, fault: undefined }
    try {
      return await this.#driver.execute(
        async (transaction) => {
          const result = await transaction.execute(statement, parameters)
          const rows = await result.toArray()
          return { ...none, rows, readIos: result.stats().readIos }
        },
        { retries: 0 },
      )
    } catch (error) {
      const fault = this.#faults[0] ?? (describeFailure(error).kind === 'bug' ? error : undefined)
      if (fault !== undefined) return { ...none, fault: fault instanceof Error ? (fault.stack ?? '') : String(fault) }
      if (!(error instanceof WireError)) return { ...none, fault: String(error) }
      return { ...none, error: { type: error.name, code: error.code, message: error.message } }
    }
  }

  /** The same for a statement that prepares something: throws where it fails. */
  async prepare(statement: string, parameters: readonly Value[] = []): Promise<readonly Value[]> {
    const outcome = await this.run(statement, parameters)
    const problem = outcome.fault ?? outcome.error?.message
    if (problem !== undefined) throw new Error(`preparing with ${statement}: ${problem}`)
    return outcome.rows
  }

  async createTable(name: string, documents: readonly Value[]): Promise<void> {
    await this.prepare(`CREATE TABLE "${name}"`)
    for (const document of documents) await this.prepare(`INSERT INTO "${name}" ?`, [document])
  }

  /** Puts this ledger's own for `$document:T`, `$table:T`, `$index:T`, `$address:T` …: the first there is. */
  async withIds(text: string): Promise<string> {
    let result = text
    for (const [mark, kind, table] of text.matchAll(/\$(document|table|index|address|transaction|sequenceNo):(\w+)/g)) {
      const field = fieldOf[kind as string] as string
      const query = field.startsWith('h.')
        ? `SELECT VALUE ${field} FROM history("${table}") AS h`
        : `SELECT VALUE ${field} FROM information_schema.user_tables AS t WHERE t.name = '${table}'`
      const [found] = await this.prepare(query)
      if (found === undefined) throw new Error(`no ${kind} of ${table} for ${text}`)
      result = result.replaceAll(mark, found.type === 'string' ? found.value : printIon(found))
    }
    return result
  }

  async close(): Promise<void> {
    await this.#driver.close()
  }
}

const fieldOf: Readonly<Record<string, string>> = {
  document: 'h.metadata.id',
  transaction: 'h.metadata.txId',
  address: 'h.blockAddress',
  sequenceNo: 'h.blockAddress.sequenceNo',
  table: 't.tableId',
  index: 't.indexes[0].indexId',
}
