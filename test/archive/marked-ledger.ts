import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { downConvert } from '../../src/archive/export-json.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { run } from '../ledger/ledger-fixture.ts'
import { ToolRunner } from '../support/run-tool.ts'
import { SimEnv } from '../support/sim-env.ts'
import { ForeignJournal, idOf, writeFiles } from './foreign-journal.ts'

/** The verdict on each. */
export const one = /^incomplete: 1 of [45] revisions could not be checked$/

/** A ledger with an annotation, which JSON loses, in the data of block 2. */
async function ownBlocks(): Promise<readonly string[]> {
  const store = createMemoryStore()
  const ledger = await Ledger.open(store, new SimEnv(5), { name: 'cars', strictQldb: false })
  await run(ledger, 'CREATE TABLE Car', "INSERT INTO Car << {'vin': 'a', 'p': 100}, {'vin': 'b', 'p': 2} >>")
  await run(ledger, "INSERT INTO Car {'vin': 'c', 'p': `USD::5`}")
  await run(ledger, "UPDATE Car SET p = 3 WHERE vin = 'a'")
  const last = ledger.tip().sequenceNo
  return Array.from({ length: last + 1 }, (_, index) => `${downConvert(ledger.block(index))}\n`)
}

/** The same in the shape of QLDB's blocks. */
function foreignBlocks(): readonly string[] {
  const journal = new ForeignJournal()
  const car = { table: 'Car', tableId: idOf('table Car') }
  journal.append({ statements: ['CREATE TABLE Car'], hidden: 1 })
  journal.append({ statements: ['INSERT INTO Car ?'], changes: [{ ...car, id: idOf('a'), data: '{vin:"a",p:100}' }] })
  journal.append({ statements: ['INSERT INTO Car ?'], changes: [{ ...car, id: idOf('b'), data: '{p:USD::5}' }] })
  journal.append({ statements: ['UPDATE Car'], changes: [{ ...car, id: idOf('a'), data: '{vin:"a",p:3}' }] })
  return journal.blocks.map(({ ion }) => `${downConvert(ion)}\n`)
}

const shapes = { own: ownBlocks, foreign: async () => foreignBlocks() } as const
export type Shape = keyof typeof shapes

/** The ledger 'copy', imported from JSON with one revision marked, and its Ion export 'ion'. */
export async function marked(t: TestContext, shape: Shape): Promise<ToolRunner> {
  const tools = new ToolRunner(t)
  writeFiles(tools.path('in'), { 'blocks.json': (await shapes[shape]()).join('') })
  const imported = await tools.run('import', '-l', 'copy', '--accept-doubtful', tools.path('in'))
  assert.equal(imported.exit, 'ok', imported.stderr)
  assert.equal((await tools.run('export', '-l', 'copy', tools.path('ion'))).exit, 'ok')
  return tools
}
