import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { compileLikePattern } from '../../src/exec/like.ts'
import { findText } from '../../src/values/find-text.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'

/** One expression each, of one row, that takes long. `a` is a long text, `l` a long list. */
const operations: readonly string[] = [
  "a || 'b' LIKE '%' || SUBSTRING(a, 1, 900) || '_c%'",
  "a LIKE '%' || SUBSTRING(a, 1, 900) || 'c%'",
  "POSITION('b' || SUBSTRING(a, 1, 900) IN a)",
  "REPLACE(a, 'b' || SUBSTRING(a, 1, 900), '')",
  "REPLACE(a, 'a', 'b')",
  "SIZE(SPLIT(a, 'a'))",
  "TRIM('a' FROM a)",
  'CHAR_LENGTH(a)',
  'CHAR_LENGTH(REVERSE(a || a || a))',
  'l = m',
  'l < m',
  "{'x': l} = {'x': m}",
  'SIZE(FILTER_DISTINCT([l, m]))',
  'SIZE(FLATTEN([l, m]))',
  'SIZE([l, m][*][*])',
  '1 IN ([l, m])',
  '(SELECT VALUE x FROM l AS x) = (SELECT VALUE x FROM m AS x)',
  '(SELECT VALUE x FROM l AS x) < (SELECT VALUE x FROM m AS x)',
  `${'1 + '.repeat(3_000)}n`,
]

/** Runs an expression over long values; `onTick` may end it. */
function run(expression: string, onTick: () => void): void {
  const database = new MemoryDatabase()
  const list = Array.from({ length: 4_000 }, (_, at) => at).join()
  const bind = `[{'a': '${'a'.repeat(20_000)}', 'l': [${list}], 'm': [${list}]}]`
  database.meter.onTick = onTick
  const from = 'FROM <<1>> AS n, ? AS v LET v.a AS a, v.l AS l, v.m AS m'
  runStatement(database, `SELECT VALUE ${expression} ${from}`, [bind.replaceAll("'", '"')])
}

test('one long expression of one row asks in its midst whether it is to end, and ends', () => {
  for (const expression of operations) {
    let asked = 0
    run(expression, () => {
      asked += 1
    })
    assert.ok(asked >= 3, `${expression}: asked ${asked} times`)
    const stop = () => {
      throw new LedgerError('cancelled/by-user', 'stopped')
    }
    assert.throws(() => run(expression, stop), { code: 'cancelled/by-user' }, expression)
  }
})

/** Statements over 300 rows of one key, and about how many pairs or rows they work on; none of them gives many rows. */
const pairs = 90_000
const loops: Readonly<Record<string, readonly [string, number]>> = {
  'a nested join': ['SELECT VALUE 1 FROM t AS a, t AS b WHERE a.n + b.n < 0', pairs],
  'a hash join': ['SELECT VALUE 1 FROM t AS a JOIN t AS b ON a.k = b.k AND a.n + b.n < 0', pairs],
  'a left hash join': ['SELECT VALUE COUNT(*) FROM t AS a LEFT JOIN t AS b ON a.k = b.k AND a.n + b.n < 0', pairs],
  'a full join': ['SELECT VALUE COUNT(*) FROM t AS a FULL JOIN t AS b ON a.n + b.n < 0', pairs],
  'a full hash join': ['SELECT VALUE COUNT(*) FROM t AS a FULL JOIN t AS b ON a.k = b.k AND a.n + b.n < 0', pairs],
  'a sub-query': ['SELECT VALUE 1 FROM t AS a WHERE EXISTS (SELECT * FROM t AS b WHERE a.n + b.n < 0)', pairs],
  ANY: [
    'SELECT VALUE 1 FROM t AS a WHERE a.n < ANY (SELECT VALUE b.n - 1000 FROM t AS b WHERE b.n >= a.n - a.n)',
    pairs,
  ],
  UNPIVOT: ['SELECT VALUE 1 FROM t AS a, UNPIVOT a.s AS v AT n WHERE v < 0', 300 * 40],
  'a path': ['SELECT VALUE 1 FROM t AS a WHERE -1 IN (SELECT VALUE x FROM a.s.* AS x)', 300 * 40],
}

test('a statement asks whether it is to end after every 512 rows, in joins and sub-queries without a row too', () => {
  const fields = Array.from({ length: 40 }, (_, at) => `f${at}:${at}`)
  const rows = `[${Array.from({ length: 300 }, (_, at) => `{k:1,n:${at},s:{${fields}}}`)}]`
  for (const [name, [statement, work]] of Object.entries(loops)) {
    const database = new MemoryDatabase()
    database.values.set('t', parseIon(rows))
    let asked = 0
    database.meter.onTick = () => {
      asked += 1
    }
    runStatement(database, statement)
    assert.ok(asked >= Math.floor(work / 512) - 2, `${name}: asked ${asked} times, not ${work / 512}`)
  }
})

const text = fc.string({ unit: fc.constantFrom('a', 'b', '\u{1F601}', '\uD83D'), maxLength: 300 })

test('a text is found where JavaScript finds it, however long it is', () => {
  fc.assert(
    fc.property(text, text, fc.nat(300), fc.nat(300), fc.nat(200), (before, inner, from, start, length) => {
      const whole = before + inner.repeat(2) + before
      for (const wanted of [inner, whole.slice(start, start + length), `${inner.repeat(3)}a`]) {
        if (wanted !== '') assert.equal(findText(whole, wanted, from), whole.indexOf(wanted, from))
      }
    }),
    { numRuns: 2_000 },
  )
  const long = `${'a'.repeat(200_000)}b${'a'.repeat(100_000)}`
  for (const wanted of ['b', 'ab', `b${'a'.repeat(90_000)}`, `${'a'.repeat(70_000)}b`, 'ba'.repeat(50)]) {
    assert.equal(findText(long, wanted), long.indexOf(wanted))
  }
})

test('LIKE with underscores matches as the pattern read as a regular expression', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '_', '_', '%', '\u{1F601}'), maxLength: 8 })
  const matched = fc.string({ unit: fc.constantFrom('a', 'b', '\u{1F601}'), maxLength: 10 })
  fc.assert(
    fc.property(pattern, matched, (wanted, found) => {
      const expression = new RegExp(`^${wanted.replaceAll('_', '.').replaceAll('%', '.*')}$`, 'su')
      assert.equal(compileLikePattern(wanted, undefined)(found), expression.test(found))
    }),
    { numRuns: 3_000 },
  )
})
