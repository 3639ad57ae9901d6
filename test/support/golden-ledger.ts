import { Driver } from '../../src/driver/driver.ts'
import { createLocalTransport } from '../../src/driver/local-transport.ts'
import type { Transaction } from '../../src/driver/transaction.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { createHandler } from '../../src/server/handler.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { parseAllIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Value } from '../../src/values/value.ts'
import { SimEnv } from './sim-env.ts'

/**
 * A ledger in memory behind the whole road of a statement: driver, protocol, handler, ledger. The tag `strict` takes a
 * second road to the same store, on which the ledger is open with --strict-qldb.
 */
export class GoldenLedger {
  readonly env: SimEnv
  readonly #store: Store
  readonly #plain: Road
  #strict: Road | undefined
  readonly #open = new Map<string, Transaction>()

  private constructor(env: SimEnv, store: Store, plain: Road) {
    this.env = env
    this.#store = store
    this.#plain = plain
  }

  static async open(): Promise<GoldenLedger> {
    const env = new SimEnv(1)
    const store = createMemoryStore()
    return new GoldenLedger(env, store, await openRoad(store, env, false))
  }

  /** Runs a statement, `begin`, `commit` or `abort` in a session; the lines are its rows. */
  async run(session: string, statement: string, tag: string | undefined): Promise<string[]> {
    switch (statement) {
      case 'begin':
        this.#open.set(session, await (await this.#road(tag)).driver.begin())
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
    await this.#plain.driver.close()
    await this.#strict?.driver.close()
  }

  async #road(tag: string | undefined): Promise<Road> {
    if (tag !== 'strict') return this.#plain
    this.#strict ??= await openRoad(this.#store, this.env, true)
    return this.#strict
  }

  async #end(session: string, end: (transaction: Transaction) => Promise<unknown>): Promise<string[]> {
    const transaction = this.#open.get(session)
    if (transaction === undefined) throw new Error(`session '${session}' has no open transaction`)
    this.#open.delete(session)
    await end(transaction)
    return []
  }

  async #execute(session: string, text: string, tag: string | undefined): Promise<string[]> {
    const [statement, parameters] = await this.#read(text)
    const { driver, ledger } = await this.#road(tag)
    const tip = ledger.tip().sequenceNo
    const inside = async (transaction: Transaction): Promise<string[]> => {
      const result = await transaction.execute(statement, parameters)
      const rows = (await result.toArray()).map((row) => printIon(row))
      return tag === 'reads' ? [...rows, `read-ios: ${result.stats().readIos}`] : rows
    }
    const open = this.#open.get(session)
    const lines = open === undefined ? await driver.execute(inside, { retries: 0 }) : await inside(open)
    if (tag === 'blocks') {
      for (let sequenceNo = tip + 1; sequenceNo <= ledger.tip().sequenceNo; sequenceNo += 1) {
        lines.push(...printIon(ledger.block(sequenceNo), { pretty: true }).split('\n'))
      }
    }
    return lines.flatMap((line) => line.split('\n'))
  }

  /** The statement with the first value of each query in `${…}` in its place, and the values after ` <- `. */
  async #read(text: string): Promise<[string, Value[]]> {
    let read = text
    for (const [mark, query] of text.matchAll(/\$\{([^}]*)\}/g)) {
      const rows = await this.#plain.driver.execute(async (transaction) =>
        (await transaction.execute(query as string)).toArray(),
      )
      const [found] = rows
      if (found === undefined) throw new Error(`${mark} gives nothing`)
      read = read.replace(mark, found.type === 'string' ? found.value : printIon(found))
    }
    const [statement = '', parameters] = read.split(/ <- (?!.* <- )/)
    return [statement, parameters === undefined ? [] : parseAllIon(parameters)]
  }
}

interface Road {
  readonly driver: Driver
  readonly ledger: Ledger
}

async function openRoad(store: Store, env: SimEnv, strictQldb: boolean): Promise<Road> {
  const ledger = await Ledger.open(store, env, { name: 'golden', strictQldb })
  const handler = createHandler({ open: async () => ledger }, env, { strictQldb })
  return { ledger, driver: new Driver(createLocalTransport(handler.send, 'embedded'), 'golden', env) }
}
