import { Driver } from '../../src/driver/driver.ts'
import { createLocalTransport } from '../../src/driver/local-transport.ts'
import type { Transaction } from '../../src/driver/transaction.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { createHandler } from '../../src/server/handler.ts'
import type { Store } from '../../src/store/store.ts'
import { parseAllIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Value } from '../../src/values/value.ts'
import { SimEnv } from './sim-env.ts'
import { newTestStore } from './test-store.ts'

/**
 * A ledger behind the whole road of a statement: driver, protocol, handler, ledger. The tag `strict` takes a second road
 * to the same store, on which the ledger is open with --strict-qldb.
 */
export class GoldenLedger {
  readonly env: SimEnv
  readonly #openRoad: (strictQldb: boolean) => Promise<Road>
  readonly #plain: Road
  #strict: Road | undefined
  readonly #open = new Map<string, Transaction>()

  private constructor(env: SimEnv, openRoad: (strictQldb: boolean) => Promise<Road>, plain: Road) {
    this.env = env
    this.#openRoad = openRoad
    this.#plain = plain
  }

  /** In memory, without a network. */
  static async open(store?: Store): Promise<GoldenLedger> {
    const env = new SimEnv(1)
    return GoldenLedger.#openOver(store ?? (await newTestStore()), env)
  }

  static #openOver(store: Store, env: SimEnv): Promise<GoldenLedger> {
    return GoldenLedger.over(env, (strictQldb) => openRoad(store, env, strictQldb))
  }

  /** `openRoad` opens a road to one and the same ledger; `env` is the world it lives in. */
  static async over(env: SimEnv, openRoad: (strictQldb: boolean) => Promise<Road>): Promise<GoldenLedger> {
    return new GoldenLedger(env, openRoad, await openRoad(false))
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
    await this.#plain.close()
    await this.#strict?.close()
  }

  async #road(tag: string | undefined): Promise<Road> {
    if (tag !== 'strict') return this.#plain
    this.#strict ??= await this.#openRoad(true)
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
    const { driver, tip, block } = await this.#road(tag)
    const tipBefore = tag === 'blocks' ? await tip() : 0
    const inside = async (transaction: Transaction): Promise<string[]> => {
      const result = await transaction.execute(statement, parameters, { takesNotices: tag === 'notices' })
      const rows = (await result.toArray()).map((row) => printIon(row))
      rows.push(...result.notices().map((notice) => `note: ${notice.message}`))
      return tag === 'reads' ? [...rows, `read-ios: ${result.stats().readIos}`] : rows
    }
    const open = this.#open.get(session)
    const lines = open === undefined ? await driver.execute(inside, { retries: 0 }) : await inside(open)
    if (tag === 'blocks') {
      for (let sequenceNo = tipBefore + 1; sequenceNo <= (await tip()); sequenceNo += 1) {
        lines.push(...printIon(await block(sequenceNo), { pretty: true }).split('\n'))
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

/** How statements reach a ledger, and how its blocks are read. */
export interface Road {
  readonly driver: Driver
  /** The number of the newest block. */
  readonly tip: () => Promise<number>
  readonly block: (sequenceNo: number) => Promise<Value>
  readonly close: () => Promise<void>
}

async function openRoad(store: Store, env: SimEnv, strictQldb: boolean): Promise<Road> {
  const ledger = await Ledger.open(store, env, { name: 'golden', strictQldb })
  const handler = createHandler({ open: async () => ledger }, env, { strictQldb })
  const driver = new Driver(createLocalTransport(handler.send, 'embedded'), 'golden', env)
  return {
    driver,
    tip: async () => ledger.tip().sequenceNo,
    block: async (sequenceNo) => ledger.block(sequenceNo),
    close: () => driver.close(),
  }
}
