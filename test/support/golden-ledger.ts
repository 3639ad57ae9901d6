import { Driver } from '../../src/driver/driver.ts'
import { createLocalTransport } from '../../src/driver/local-transport.ts'
import type { Transaction } from '../../src/driver/transaction.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { createHandler } from '../../src/server/handler.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { SimEnv } from './sim-env.ts'

/** A ledger in memory behind the whole road of a statement: driver, protocol, handler, ledger. */
export class GoldenLedger {
  readonly env: SimEnv
  readonly #driver: Driver
  readonly #ledger: Ledger
  readonly #open = new Map<string, Transaction>()

  private constructor(env: SimEnv, driver: Driver, ledger: Ledger) {
    this.env = env
    this.#driver = driver
    this.#ledger = ledger
  }

  static async open(): Promise<GoldenLedger> {
    const env = new SimEnv(1)
    const ledger = await Ledger.open(createMemoryStore(), env, { name: 'golden', strictQldb: false })
    const handler = createHandler({ open: async () => ledger }, env)
    const driver = new Driver(createLocalTransport(handler.send, 'embedded'), 'golden', env)
    return new GoldenLedger(env, driver, ledger)
  }

  /** Runs a statement, `begin`, `commit` or `abort` in a session; the lines are its rows. */
  async run(session: string, statement: string, tag: string | undefined): Promise<string[]> {
    switch (statement) {
      case 'begin':
        this.#open.set(session, await this.#driver.begin())
        return []
      case 'commit':
        return this.#end(session, (transaction) => transaction.commit())
      case 'abort':
        return this.#end(session, (transaction) => transaction.abort())
      default:
        return this.#execute(session, statement, tag)
    }
  }

  async close(): Promise<void> {
    await this.#driver.close()
  }

  async #end(session: string, end: (transaction: Transaction) => Promise<unknown>): Promise<string[]> {
    const transaction = this.#open.get(session)
    if (transaction === undefined) throw new Error(`session '${session}' has no open transaction`)
    this.#open.delete(session)
    await end(transaction)
    return []
  }

  async #execute(session: string, statement: string, tag: string | undefined): Promise<string[]> {
    const tip = this.#ledger.tip().sequenceNo
    const inside = async (transaction: Transaction): Promise<string[]> => {
      const result = await transaction.execute(statement)
      const rows = (await result.toArray()).map((row) => printIon(row))
      return tag === 'reads' ? [...rows, `read-ios: ${result.stats().readIos}`] : rows
    }
    const open = this.#open.get(session)
    const lines = open === undefined ? await this.#driver.execute(inside, { retries: 0 }) : await inside(open)
    if (tag === 'blocks') {
      for (let sequenceNo = tip + 1; sequenceNo <= this.#ledger.tip().sequenceNo; sequenceNo += 1) {
        lines.push(...printIon(this.#ledger.block(sequenceNo), { pretty: true }).split('\n'))
      }
    }
    return lines.flatMap((line) => line.split('\n'))
  }
}
