import type { Driver } from '../driver/driver.ts'
import { isRefused } from '../driver/failure.ts'
import type { Transaction } from '../driver/transaction.ts'
import type { Connection } from './connection.ts'
import { type Ask, questionAbout, riskOf, type TableSize } from './risk.ts'
import { visibleText } from './visible-text.ts'

/**
 * Asks before a statement that may take away what it was not meant to; true where it may run. Reads the first page of its
 * table, to say how much that is: in the open transaction, or in one of its own. A statement that the ledger would refuse
 * is not asked about.
 */
export async function mayRun(
  text: string,
  ask: Ask,
  { driver }: Connection,
  transaction: Transaction | undefined,
): Promise<boolean> {
  const risk = riskOf(text)
  if (risk === undefined) return true
  let size: TableSize | undefined
  try {
    if (risk.table !== undefined) size = await sizeOf(risk.table, driver, transaction)
  } catch (error) {
    if (!isRefused(error)) throw error
    return true
  }
  const question = questionAbout(risk, size)
  return question === undefined || (await ask({ ...question, text: visibleText(question.text) }))
}

async function sizeOf(table: string, driver: Driver, transaction: Transaction | undefined): Promise<TableSize> {
  const read = async (open: Transaction): Promise<TableSize> => {
    const result = await open.execute(`SELECT VALUE 1 FROM ${table}`)
    for await (const page of result.pages()) return { documents: page.length, isWhole: result.isFetched }
    return { documents: 0, isWhole: true }
  }
  return transaction === undefined ? await driver.execute(read) : await read(transaction)
}

/** What a user who leaves says of the open transaction; `unasked` where nothing was done in it. */
export type Leave = 'agreed' | 'refused' | 'unasked'

/** Asks before an open transaction is rolled back because its user leaves. */
export async function askToRollBack(ask: Ask, statements: number, prompt: string): Promise<Leave> {
  if (statements === 0) return 'unasked'
  const done = statements === 1 ? '1 statement' : `${statements} statements`
  const isAgreed = await ask({ text: `A transaction is open, with ${done} not committed.`, prompt })
  return isAgreed ? 'agreed' : 'refused'
}
