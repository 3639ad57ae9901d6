import type { Value } from '../../src/values/value.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Store } from '../../src/store/store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { Client, idOf, openLedger, run } from '../ledger/ledger-fixture.ts'

export interface OwnLedger {
  readonly ledger: Ledger
  readonly store: Store
  /** A document with several versions. */
  readonly documentId: string
}

const everyType =
  '{name:"Eve",n:null,ni:null.int,b:false,i:-1,big:123456789012345678901234567890,f:1.5e0,d:-0.50,' +
  't:2021-06-13T08:00:00.123Z,y:2021T,s:"é\\n",sym:sym,blob:{{AQID}},clob:{{"clob"}},l:[1,[],{}],se:(a b),' +
  'st:{deep:{deeper:[{x:unit::1.0}]}},ann:kg::5}'
const typable = '{name:"Eve",balance:90.25,since:2017-08-21,tags:["x","y"],ok:true}'

/**
 * A ledger that has had every kind of statement: tables, indexes, inserts, updates, deletes, drops and undrops,
 * redactions, several statements a transaction, parameters. `isTypable`: its export in JSON can be checked.
 */
export async function everyFeature(isTypable = false, into: Store = createMemoryStore()): Promise<OwnLedger> {
  const { ledger, store, env } = await openLedger({ name: 'test' }, into)
  const tableId = idOf(await run(ledger, 'CREATE TABLE Acc', 'CREATE INDEX ON Acc (owner)'), 'tableId')
  await run(ledger, 'CREATE TABLE Gone')
  const client = new Client(ledger)
  const documentId = idOf(client.run('INSERT INTO Acc ?', '{owner:"eve",balance:100}'))
  client.run('SELECT * FROM Acc')
  client.run('INSERT INTO Acc VALUE ?', isTypable ? typable : everyType)
  client.run(`INSERT INTO Acc VALUE {'owner': 'bob', 'text': '${'long '.repeat(60)}', 'list': [1, 2, 3]}`)
  await client.commit()
  env.advance(1000)
  await run(ledger, "UPDATE Acc SET balance = 70 WHERE owner = 'eve'", "UPDATE Acc SET list = [1] WHERE owner = 'bob'")
  env.advance(1000)
  await run(ledger, "UPDATE Acc SET balance = 50 WHERE owner = 'eve'")
  await run(ledger, 'CREATE TABLE Old')
  const oldId = idOf(await run(ledger, "INSERT INTO Old VALUE {'k': 1}"), 'documentId')
  await run(ledger, "DELETE FROM Acc WHERE owner = 'bob'")
  const old = await run(ledger, "SELECT VALUE tableId FROM information_schema.user_tables WHERE name = 'Old'")
  await run(ledger, 'DROP TABLE Old', 'DROP TABLE Gone')
  await run(ledger, `UNDROP TABLE ${old[0]}`)
  env.advance(1000)
  const address = `{strandId:"${ledger.strandId}",sequenceNo:3}`
  await run(ledger, `EXEC REDACT_REVISION \`${address}\`, '${tableId}', '${documentId}'`)
  await run(ledger, `UPDATE Old BY id SET k = 2 WHERE id = '${oldId}'`)
  return { ledger, store, documentId }
}

/** The texts of the blocks of a ledger. */
export function blockTexts(ledger: Ledger, print: (value: Value) => string): string[] {
  return Array.from({ length: ledger.tip().sequenceNo + 1 }, (_, number) => print(ledger.block(number)))
}
