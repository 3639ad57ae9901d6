import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { runPlan } from '../../src/exec/run.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { parseIon } from '../../src/values/text-reader.ts'
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
