import { assert } from '../base/assert.ts'
import type { Driver } from '../driver/driver.ts'
import { StatementSplitter } from '../syntax/split.ts'
import type { Value } from '../values/value.ts'

/** Fills an empty ledger with the vehicle registration sample. A few milliseconds in memory. */
export async function fillDemo(driver: Driver): Promise<void> {
  const { demoPeople, demoPeopleIds, demoRest } = await import('./demo-ledger.ts')
  await runAll(driver, demoPeople)
  const people = await driver.execute(async (transaction) => (await transaction.execute(demoPeopleIds)).toArray())
  const ids = new Map(people.map((person) => [textOf(person, 'govId'), textOf(person, 'id')]))
  await runAll(
    driver,
    demoRest((govId) => ids.get(govId) as string),
  )
}

async function runAll(driver: Driver, script: string): Promise<void> {
  const splitter = new StatementSplitter()
  for (const { text } of [...splitter.push(script), ...splitter.end()]) {
    await driver.execute(async (transaction) => {
      await transaction.execute(text)
    })
  }
}

function textOf(row: Value, name: string): string {
  const field = row.type === 'struct' ? row.get(name) : undefined
  assert(field?.type === 'string', `each person of the sample has a '${name}'`)
  return field.value
}
