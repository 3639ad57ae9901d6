import { LedgerError } from '../base/errors.ts'
import type { Transaction } from '../driver/transaction.ts'
import type { Value } from '../values/value.ts'
import { column, isForPrograms } from './command-rows.ts'
import type { Connection } from './connection.ts'
import { describeTable, describeTables } from './describe.ts'
import type { EventSink } from './events.ts'
import { type FunctionList, functionLines, functionRows, matching } from './function-list.ts'
import { helpText } from './help.ts'
import type { History } from './history.ts'
import type { Settings } from './settings.ts'
import type { TableNames } from './table-names.ts'
import { visibleText } from './visible-text.ts'

/** The commands that only show something: lines for people, rows for programs. */
export class Listings {
  readonly #settings: Settings
  readonly #tables: TableNames
  readonly #functions: FunctionList

  constructor(settings: Settings, tables: TableNames, functions: FunctionList = async () => []) {
    this.#settings = settings
    this.#tables = tables
    this.#functions = functions
  }

  async tables({ driver }: Connection, transaction: Transaction | undefined, sink: EventSink): Promise<void> {
    const names = await this.#tables.ask(driver, transaction)
    await this.#show(dashed(names), column('table', names), 'the ledger has no tables', sink)
  }

  async describe({ driver }: Connection, table: string | undefined, sink: EventSink): Promise<void> {
    const found = await (table === undefined ? describeTables(driver) : describeTable(driver, table))
    const { text, rows } = found ?? { text: '', rows: [] }
    await this.#show(text, rows, 'the ledger has no tables', sink)
  }

  async ledgers({ ledgers, description }: Connection, sink: EventSink): Promise<void> {
    const names = await ledgers?.()
    if (names === undefined) throw new LedgerError('usage/invalid-argument', `cannot list the ledgers: ${description}`)
    await this.#show(dashed(names), column('ledger', names), 'there are no ledgers', sink)
  }

  async history(history: History, count: number, sink: EventSink): Promise<void> {
    const rows = column('input', history.entries.slice(-count))
    await this.#show(history.last(count), rows, 'the history is empty', sink)
  }

  async functions(pattern: string, sink: EventSink): Promise<void> {
    const found = matching(await this.#functions(), pattern)
    await this.#show(functionLines(found), functionRows(found), 'no function has such a name', sink)
  }

  async help(topic: string, sink: EventSink): Promise<void> {
    await sink({ type: 'text', text: helpText(topic, await this.#functions()) })
  }

  /** In a format for programs an empty list is one all the same. */
  async #show(text: string, rows: readonly Value[], ifNone: string, sink: EventSink): Promise<void> {
    if (rows.length > 0) return await sink({ type: 'text', text, rows })
    if (isForPrograms(this.#settings.get('format'))) await sink({ type: 'text', text, rows })
    await sink({ type: 'notice', text: ifNone })
  }
}

function dashed(names: readonly string[]): string {
  return names.map((name) => `- ${visibleText(name)}`).join('\n')
}
