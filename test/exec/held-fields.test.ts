import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { runPlan } from '../../src/exec/run.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { SpillWorld } from '../support/spill-world.ts'
import { StoredDatabase } from '../support/stored-source.ts'

const world = new SpillWorld()
after(() => world.remove())

/** The most that a statement holds at once where each document has a text of so many characters. */
function peakOf(text: string, characters: number): number {
  const rows = Array.from({ length: 50 }, (_, n) => `{n: ${n}, k: ${n % 7}, pad: "${'x'.repeat(characters)}"}`)
  const database = new StoredDatabase()
  const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
  const memory = world.memory(100_000_000)
  const list = parseIon(`[${rows.join(', ')}]`)
  for (const _ of runPlan(plan, { ...database.context([list, list]), memory }));
  return memory.peakBytes
}

test('joins, sorts and windows hold the fields that a statement asks for, not those beside them', () => {
  for (const text of [
    'SELECT t.n, u.n AS m FROM ? AS t JOIN ? AS u ON t.k = u.k',
    'SELECT t.n, u.n AS m FROM ? AS t LEFT JOIN ? AS u ON t.k = u.k AND u.n > 3',
    'SELECT t.n, u.n AS m FROM ? AS t FULL JOIN ? AS u ON t.k = u.k',
    'SELECT t.n FROM ? AS t, ? AS u WHERE t.k = u.k ORDER BY u.n LIMIT 3',
    'SELECT t.n, RANK() OVER (ORDER BY t.k) AS r FROM ? AS t, ? AS u WHERE t.n = u.n',
    'SELECT t.k, ARRAY_AGG(t.n) AS a FROM ? AS t, ? AS u WHERE t.n = u.n GROUP BY t.k',
  ]) {
    const before = peakOf(text, 10)
    assert.ok(before > 1_000 && peakOf(text, 5_000) === before, text)
  }
  const whole = 'SELECT t.n, u FROM ? AS t JOIN ? AS u ON t.k = u.k'
  assert.ok(peakOf(whole, 5_000) > peakOf(whole, 10) + 200_000)
})

test('what keeps a partner of a hash join keeps its fields, also where partners are NULL or no structs', () => {
  const right = ['{k: 1, m: "a"}', '{k: 2, m: "b"}', '{k: 1, m: "c"}', '{k: "x", m: "d"}', '{k: 3}', '{m: "e"}']
  const left = ['{k: 2, n: 0}', '{k: 1, n: 1}', '{k: "x", n: 2}', '{k: 9, n: 3}', '{k: 3, n: 4}', '{n: 5}']
  const joined = 'FROM ? AS t LEFT JOIN ? AS u ON t.k = u.k'
  const kept = [
    [`SELECT VALUE [t.n, u.m] ${joined}`, '[0,"b"] [1,"a"] [1,"c"] [2,"d"] [3,null] [4,$missing::null] [5,null]'],
    [
      `SELECT VALUE [t.n, u.m] ${joined} ORDER BY t.n DESC, u.m`,
      '[5,null] [4,$missing::null] [3,null] [2,"d"] [1,"a"] [1,"c"] [0,"b"]',
    ],
    [
      `SELECT VALUE [u.m, ROW_NUMBER() OVER (ORDER BY t.n DESC, u.m DESC)] ${joined}`,
      '["b",7] ["a",6] ["c",5] ["d",4] [null,3] [$missing::null,2] [null,1]',
    ],
    [`SELECT VALUE c FROM (SELECT u.m, COUNT(*) AS c ${joined} GROUP BY u.m) AS g ORDER BY c`, '1 1 1 1 3'],
    [`SELECT VALUE u.m ${joined} ORDER BY t.n DESC, u.m LIMIT 20`, 'null $missing::null null "d" "a" "c" "b"'],
    [
      'SELECT VALUE [w.n, u.m] FROM ? AS w JOIN (? AS t JOIN ? AS u ON t.k = u.k) ON w.n = t.k',
      '[1,"a"] [1,"c"] [1,"a"] [1,"c"] [2,"b"] [3,$missing::null]',
    ],
  ] as const
  for (const [text, expected] of kept) {
    for (const memoryBytes of [100_000_000, 600]) {
      const database = new StoredDatabase()
      const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
      const lists = [left, right, right].map((rows) => parseIon(`[${rows.join(', ')}]`))
      const rows = [...runPlan(plan, { ...database.context(lists), memory: world.memory(memoryBytes) })]
      assert.equal(rows.map((row) => printIon(row)).join(' '), expected, `${text} in ${memoryBytes} bytes`)
    }
  }
})
