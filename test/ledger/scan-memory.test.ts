import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { Client, type OpenLedger, openLedger, run } from './ledger-fixture.ts'

/**
 * A scan of LMDB puts the documents into memory that they share, and uses that of a document for the next one where a
 * statement asks fields alone. The store in memory does neither: both must give the same rows, whatever is kept of them.
 */
const documents = 400
let directory = ''
const ledgers: OpenLedger[] = []

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'qldb-scan-'))
  for (const open of [openLedger(), openLedger({}, openLmdbStore(join(directory, 'ledger')))]) {
    const opened = await open
    ledgers.push(opened)
    await run(opened.ledger, 'CREATE TABLE V', 'CREATE TABLE P')
    const items = Array.from({ length: documents }, (_, n) => documentOf(n))
    await run(opened.ledger, `INSERT INTO V << ${items.join(',')} >>`)
    const owners = Array.from({ length: 20 }, (_, n) => `{'id': 'p${n}', 'name': {'first': 'N${n}'}, 'tags': [${n}]}`)
    await run(opened.ledger, `INSERT INTO P << ${owners.join(',')} >>`)
  }
})

after(async () => {
  for (const { store } of ledgers) await store.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Some are larger than the memory that others share. */
function documentOf(n: number): string {
  const note = 'x'.repeat(n % 50 === 0 ? 20_000 : n % 90)
  const kind = n % 7 === 0 ? '`sedan`' : `'kind ${n % 5}'`
  return `{'n': ${n}, 'kind': ${kind}, 'owner': {'id': 'p${n % 23}'}, 'list': [${n % 3}, {'deep': ${n}}], 'note': '${note}'}`
}

const statements = [
  'SELECT * FROM V AS v',
  'SELECT * FROM V AS v WHERE v.n % 40 = 3',
  "SELECT v, v.owner AS o, v.list AS l FROM V AS v WHERE v.kind = 'kind 2' AND v.owner.id <> 'p4'",
  "SELECT VALUE [v.list, {'a': v.owner}] FROM V AS v WHERE v.owner.id = 'p7' OR v.n IN (1, 2, 3, 40)",
  "SELECT VALUE v.n FROM V AS v WHERE v.kind = 'sedan' OR 'p3' = v.owner.id",
  'SELECT VALUE v.n FROM V AS v WHERE v.n IN v.list',
  'SELECT v.owner AS o, COUNT(*) AS n, MAX(v.list) AS m, MIN(v.owner) AS p FROM V AS v WHERE v.n % 3 = 1 GROUP BY v.owner',
  'SELECT k, g FROM V AS v WHERE v.n > 390 GROUP BY v.list AS k GROUP AS g',
  "SELECT v.n, p.name, p FROM V AS v JOIN P AS p ON v.owner.id = p.id WHERE v.n % 10 = 4 AND p.id <> 'p2'",
  'SELECT v.n, p.tags FROM V AS v LEFT JOIN P AS p ON v.owner.id = p.id AND p.tags[0] < 5 WHERE v.n < 60',
  'SELECT v.n, p FROM V AS v FULL JOIN P AS p ON v.owner.id = p.id WHERE v.n < 30 OR v.n IS MISSING',
  'SELECT v, p.name FROM P AS p, V AS v WHERE v.owner.id = p.id AND v.n % 90 = 7',
  'SELECT v.owner FROM V AS v WHERE v.n % 31 = 0 ORDER BY v.owner, v.n DESC',
  'SELECT VALUE v FROM V AS v WHERE v.n % 31 = 0 ORDER BY v.kind, v.note LIMIT 5 OFFSET 2',
  'SELECT DISTINCT v.owner, v.list[0] AS first FROM V AS v WHERE v.n % 2 = 0',
  'SELECT VALUE (SELECT VALUE w.list FROM V AS w WHERE w.n = v.n + 1) FROM V AS v WHERE v.n < 5',
  'SELECT v.n, t FROM V AS v, v.list AS t WHERE v.n % 57 = 1',
  'SELECT v.owner, v.list, v.kind, p.tags AS t FROM V AS v JOIN P AS p ON v.owner.id = p.id ORDER BY v.list, v.n, p.name',
  'SELECT v.n, v.list AS l, v.nothing FROM V AS v ORDER BY v.n DESC',
  'SELECT VALUE v.list FROM V AS v ORDER BY v.kind, v.n LIMIT 40 OFFSET 3',
  'SELECT v.n, RANK() OVER (PARTITION BY v.kind ORDER BY v.owner) AS r, v.list FROM V AS v WHERE v.n < 100',
  'SELECT a.list, b.owner FROM V AS a, V AS b WHERE a.n = b.n + 1 AND a.n < 50',
  'SELECT a.list, b.owner FROM V AS a, V AS b WHERE a.n < 4 AND b.n < a.n',
  'SELECT a.owner, (SELECT VALUE b.list FROM V AS b WHERE b.n = a.n) AS l FROM V AS a WHERE a.n % 100 = 7',
  'SELECT CHAR_LENGTH(id) AS i, v.list FROM V AS v BY id WHERE v.n < 3',
  'SELECT v.nothing, v.kind.nothing AS k, v.owner.nothing AS o FROM V AS v WHERE v.n < 3',
]

for (const statement of statements) {
  test(`the same rows from both stores: ${statement}`, () => {
    const [expected, found] = ledgers.map(({ ledger }) => new Client(ledger).run(statement)) as [string[], string[]]
    assert.ok(expected.length > 0)
    assert.deepEqual(found, expected)
  })
}

test('rows that are kept while others are read stay as they are', () => {
  const [expected, found] = ledgers.map(({ ledger }) => {
    const client = new Client(ledger)
    const open = [0, 1, 2].map((rest) => client.open(`SELECT VALUE v FROM V AS v WHERE v.n % 3 = ${rest}`))
    const kept = Array.from({ length: 120 }, () => open.map((rows) => rows.next().value))
    return kept.flat().map((row) => printIon(row))
  })
  assert.deepEqual(found, expected)
})

test('a change reads what it changes whole', async () => {
  const after = ledgers.map(async ({ ledger }) => {
    await run(ledger, "UPDATE V AS v SET v.list = [v.owner, v.list] WHERE v.n % 20 = 3 AND v.kind <> 'kind 1'")
    await run(ledger, "INSERT INTO P (SELECT v.owner, v.list FROM V AS v WHERE v.owner.id = 'p9')")
    return run(ledger, 'SELECT VALUE [v] FROM V AS v WHERE v.n % 20 = 3')
  })
  const [expected, found] = await Promise.all(after)
  assert.deepEqual(found, expected)
})
