import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorCode } from '../../src/base/errors.ts'
import type { LedgerQuotas } from '../../src/ledger/ledger.ts'
import { Client, isError, openLedger, run } from './ledger-fixture.ts'

interface Case {
  readonly quota: keyof LedgerQuotas
  /** QLDB's figure, which `strictQldb` applies. */
  readonly strict: number
  /** Statements that keep to a quota of `most`. */
  readonly within: (most: number) => readonly string[]
  /** One that goes beyond it, after those. */
  readonly beyond: (most: number) => string
  readonly code: ErrorCode
  readonly text: RegExp
}

const documents = (count: number) => `<<${Array.from({ length: count }, (_, n) => `{'n': ${n}}`).join()}>>`
/** A document of about so many bytes as Ion binary. */
const documentOf = (bytes: number) => `{'x': '${'a'.repeat(bytes - 20)}'}`

const cases: readonly Case[] = [
  {
    quota: 'transactionDocuments',
    strict: 40,
    within: (most) => [`INSERT INTO T ${documents(most)}`],
    beyond: () => 'INSERT INTO T {}',
    code: 'transaction/too-large',
    text: /changes (4|41) documents, at most (3|40) /,
  },
  {
    quota: 'activeTables',
    strict: 20,
    within: (most) => Array.from({ length: most - 1 }, (_, n) => `CREATE TABLE More${n}`),
    beyond: () => 'CREATE TABLE Beyond',
    code: 'catalog/limit',
    text: /has (3|20) active tables, and cannot create another/,
  },
  {
    quota: 'tables',
    strict: 40,
    within: (most) =>
      Array.from({ length: most - 1 }, (_, n) => [`CREATE TABLE More${n}`, `DROP TABLE More${n}`]).flat(),
    beyond: () => 'CREATE TABLE Beyond',
    code: 'catalog/limit',
    text: /has (3|40) total tables, and cannot create another/,
  },
  {
    quota: 'tableIndexes',
    strict: 5,
    within: (most) => Array.from({ length: most }, (_, n) => `CREATE INDEX ON T (f${n})`),
    beyond: () => 'CREATE INDEX ON T (beyond)',
    code: 'catalog/limit',
    text: /has (3|5) indexes, and cannot have another/,
  },
  {
    quota: 'statementCharacters',
    strict: 100_000,
    within: () => [],
    beyond: (most) => `SELECT * FROM T --${'x'.repeat(most)}`,
    code: 'statement/too-large',
    text: /the statement has \d+ characters, at most \d+ /,
  },
]

test('a value that a statement makes has bytes, and a number digits, at most', async () => {
  const { ledger } = await openLedger({ quotas: { valueBytes: 10_000, numberDigits: 30 } })
  const client = new Client(ledger)
  const refuses = (text: string, message: RegExp) => {
    assert.throws(() => client.run(text), isError('evaluator/limit', message), text)
  }
  const word = 'x'.repeat(6_000)
  for (const text of [
    `'${word}' || '${word}'`,
    `CONCAT('${word}', '${word}')`,
    `REPLACE('${word}', 'x', 'yy')`,
    `SELECT VALUE [w, w] FROM ['${word}'] AS w`,
    `SELECT VALUE {'a': w, 'b': w} FROM ['${word}'] AS w`,
    `SELECT w AS a, w AS b FROM ['${word}'] AS w`,
    `SELECT VALUE x FROM [1] AS n LET (SELECT VALUE '${word}' FROM [1, 2] AS m) AS x`,
    `PIVOT '${word}' AT k FROM ['a', 'b'] AS k`,
    `SELECT VALUE g FROM ['${word}', '${word}'] AS x GROUP BY x AS k GROUP AS g`,
    `TUPLEUNION({'a': '${word}'}, {'b': '${word}'})`,
    `[['${word}'], ['${word}'], []][*][*]`,
    `FLATTEN([['${word}'], ['${word}']])`,
  ])
    refuses(text, /one value takes at most 10000 bytes/)
  for (const text of ['n * n', '-(n * 1000000000000000)', 'SUM(n * n)'])
    refuses(`SELECT ${text} AS x FROM [1000000000000000] AS n`, /a number has at most 30 digits/)
  assert.deepEqual(client.run('SELECT VALUE n * n FROM [999999999999999] AS n'), ['999999999999998000000000000001'])
  assert.deepEqual(client.run(`CHAR_LENGTH('${word}')`), ['6000'])
})

for (const { quota, strict, within, beyond, code, text } of cases) {
  for (const most of [strict, 3]) {
    if (quota === 'statementCharacters' && most === 3) continue
    test(`${quota}: at most ${most}, ${most === strict ? 'as QLDB had it' : 'as was asked for'}`, async () => {
      const options = most === strict ? { strictQldb: true } : { quotas: { [quota]: most } }
      const { ledger } = await openLedger(options)
      await run(ledger, 'CREATE TABLE T')
      const client = new Client(ledger)
      for (const statement of within(most)) client.run(statement)
      assert.throws(() => client.run(beyond(most)), isError(code, text))
      await client.commit()
    })
  }
}

test('documents and transactions have bytes at most', async () => {
  const { ledger } = await openLedger({ quotas: { documentBytes: 1_000, transactionBytes: 3_000 } })
  await run(ledger, 'CREATE TABLE T')
  const client = new Client(ledger)
  assert.throws(() => client.run(`INSERT INTO T ${documentOf(1_100)}`), isError('document/too-large', /at most 1000 /))
  for (let n = 0; n < 3; n += 1) client.run(`INSERT INTO T ${documentOf(960)}`)
  assert.throws(() => client.run(`INSERT INTO T ${documentOf(960)}`), isError('transaction/too-large', /at most 3000 /))
  await client.commit()
  assert.deepEqual(await run(ledger, 'SELECT VALUE COUNT(*) FROM T'), ['3'])
})

test('redactions of one transaction: one in QLDB, else as many as wanted', async () => {
  for (const [options, most] of [
    [{ strictQldb: true }, 1],
    [{}, 3],
    [{ quotas: { transactionRedactions: 2 } }, 2],
  ] as const) {
    const { ledger } = await openLedger(options)
    await run(ledger, 'CREATE TABLE T')
    await run(ledger, `INSERT INTO T ${documents(3)}`)
    await run(ledger, 'UPDATE T SET n = n + 1')
    const ids = await run(ledger, 'SELECT VALUE id FROM T BY id')
    const [table] = await run(ledger, 'SELECT VALUE tableId FROM information_schema.user_tables')
    const client = new Client(ledger)
    const statements = ids.map(
      (id) => `EXEC REDACT_REVISION \`{strandId:"${ledger.strandId}",sequenceNo:2}\`, ${table}, ${id}`,
    )
    for (const statement of statements.slice(0, most)) client.run(statement.replaceAll(/"(\w{22})"(?!,seq)/g, "'$1'"))
    const next = statements[most]
    if (next !== undefined)
      assert.throws(
        () => client.run(next.replaceAll(/"(\w{22})"(?!,seq)/g, "'$1'")),
        isError('transaction/too-large', /redacts at most/),
      )
    await client.commit()
    assert.equal((await run(ledger, 'SELECT * FROM history(T) AS h WHERE h.dataHash IS NOT MISSING')).length, most)
  }
})

test('without quotas of QLDB, nothing of these is bounded', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const client = new Client(ledger)
  client.run(`INSERT INTO T ${documents(500)}`)
  for (let n = 0; n < 45; n += 1) client.run(`CREATE TABLE More${n}`)
  for (let n = 0; n < 9; n += 1) client.run(`CREATE INDEX ON T (f${n})`)
  client.run(`INSERT INTO T {'x': '${'a'.repeat(300_000)}'}`)
  await client.commit()
})
