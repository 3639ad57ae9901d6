import { nearName } from '../base/near-name.ts'
import type { Driver } from '../driver/driver.ts'
import type { Transaction } from '../driver/transaction.ts'

const tablesQuery = "SELECT VALUE name FROM information_schema.user_tables WHERE status = 'ACTIVE'"

/** The ledger's active tables, by name. Remembers the last answer, for when nothing may be asked. */
export class TableNames {
  #known: readonly string[] = []

  /** As last seen; empty before the first question. */
  get known(): readonly string[] {
    return this.#known
  }

  /** For another ledger. */
  forget(): void {
    this.#known = []
  }

  /** Asks in a transaction of its own, or in `transaction`. Rejects as the driver does. */
  async ask(driver: Driver, transaction: Transaction | undefined): Promise<readonly string[]> {
    const names = transaction === undefined ? await driver.execute(namesIn) : await namesIn(transaction)
    this.#known = names.sort()
    return this.#known
  }

  /** Help for a failure that says a name is unknown: the table most like it. Asks the ledger only if `driver` is given. */
  async helpFor(message: string, driver: Driver | undefined): Promise<string | undefined> {
    const name = unknownName.exec(message)?.[1]
    if (name === undefined) return undefined
    const names = driver === undefined ? this.#known : await this.ask(driver, undefined).catch(() => this.#known)
    const near = nearName(name, names)
    return near === undefined ? undefined : `did you mean '${near}'?`
  }
}

const unknownName = /No such variable named '([^']+)'/i

async function namesIn(transaction: Transaction): Promise<string[]> {
  const result = await transaction.execute(tablesQuery)
  const names: string[] = []
  for await (const value of result) {
    if (value.type === 'string' || value.type === 'symbol') names.push(value.value)
  }
  return names
}
