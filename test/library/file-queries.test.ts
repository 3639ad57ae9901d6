import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { Observation } from '../../src/exec/observation.ts'
import { type InputFormat, readInput } from '../../src/inputs/input.ts'
import type { Binding } from '../../src/library/binding.ts'
import { PreparedQuery } from '../../src/library/prepared-query.ts'
import { JsonLinesFormat } from '../../src/shell/formats/format-json.ts'
import { list, type Value } from '../../src/values/value.ts'
import { chunked, rowsOf } from '../inputs/chunked.ts'
import { csvLines, jsonLines, objectLine } from '../inputs/file-lines.ts'
import { SimEnv } from '../support/sim-env.ts'

const queries = [
  'SELECT t.a, t.b FROM t ORDER BY t.key',
  'SELECT t.a AS x, t."b" AS "y z", t.A FROM t ORDER BY t.a DESC, t.b NULLS FIRST',
  'SELECT t.key AS "k""1", t.key FROM t ORDER BY t.b LIMIT 3 OFFSET 1',
  'SELECT VALUE t.a FROM t ORDER BY t.a',
  "SELECT VALUE {'a': t.a, 'b': t.b.c} FROM t ORDER BY t.a, t.key DESC",
  'SELECT DISTINCT t.a, t.b FROM t ORDER BY t.b DESC',
  'SELECT * FROM t ORDER BY t.b',
  'SELECT t.a, x.b FROM t ORDER BY t.a',
  "SELECT t.a, t.b FROM t WHERE t.a = 'g1' OR t.b <> 'ä' OR t.key > 7",
  'SELECT t.a, COUNT(*) AS n, SUM(t.b) AS s, MIN(t.key) AS m FROM t GROUP BY t.a',
  'SELECT COUNT(DISTINCT t.a) AS n, MAX(t.b) AS m FROM t',
  'SELECT t.a, u.b FROM t JOIN t AS u ON t.a = u.a',
  'SELECT t.a, u.key FROM t LEFT JOIN t AS u ON t.a = u.b ORDER BY t.a',
  'SELECT t.a, ROW_NUMBER() OVER (PARTITION BY t.b ORDER BY t.key) AS r FROM t',
  'SELECT t.a, (SELECT COUNT(*) FROM t AS u WHERE u.a = t.a) AS n FROM t ORDER BY t.b',
  'SELECT s.a, s.b FROM (SELECT t.a, t.b FROM t ORDER BY t.key) AS s WHERE s.a IS NOT MISSING ORDER BY s.b',
]

interface Outcome {
  readonly text: string
  readonly notices: readonly unknown[]
  readonly error: readonly unknown[] | undefined
}

/** What `qldb query -f jsonl` prints; `isPlain`: rows decoded whole, held in memory, and written as text. */
function outcome(text: string, bytes: Buffer, format: InputFormat, isPlain: boolean, memoryBytes: number): Outcome {
  const open = (isPassing: boolean) => readInput(chunked(bytes, 37), 'file', format, { isPassing })
  const binding: Binding = {
    value: () => list(rowsOf(open(false))),
    rows: (isPassing = false) => {
      const content = open(isPassing && !isPlain)
      return content.kind === 'rows' ? { [Symbol.iterator]: () => content.rows } : undefined
    },
  }
  const observation = new Observation(text)
  const result = new JsonLinesFormat()
  let printed = ''
  let error: readonly unknown[] | undefined
  try {
    const query = new PreparedQuery(text, ['t', 'x'], new SimEnv(1), { memoryBytes })
    const rows = query.rows(() => binding, [], observation)
    for (let page = pageOf(rows); page.length > 0; page = pageOf(rows))
      printed += isPlain ? result.values(page) : result.bytes(page).toString()
  } catch (raised) {
    assert.ok(raised instanceof LedgerError, String(raised))
    error = [raised.code, raised.message, raised.span]
  }
  return { text: printed, notices: error === undefined ? observation.notices() : [], error }
}

function pageOf(rows: Iterator<Value, undefined>): Value[] {
  const page: Value[] = []
  for (let found = rows.next(); found.done !== true; found = rows.next()) if (page.push(found.value) === 3) break
  return page
}

function isTheSame(format: InputFormat, memoryBytes: number) {
  return (text: string, bytes: Buffer) => {
    const fast = outcome(text, bytes, format, false, memoryBytes)
    assert.deepEqual(fast, outcome(text, bytes, format, true, memoryBytes))
  }
}

test('queries over JSON Lines print the same bytes however rows are read, held and written', () => {
  fc.assert(fc.property(fc.constantFrom(...queries), jsonLines, isTheSame('jsonl', 2 ** 24)), {
    numRuns: 300,
    endOnFailure: true,
  })
})

test('queries over CSV print the same bytes however rows are read, held and written', () => {
  const withNames = csvLines.map((lines) => Buffer.concat([Buffer.from('a,b,key,A\n'), lines]))
  fc.assert(fc.property(fc.constantFrom(...queries), withNames, isTheSame('csv', 2 ** 24)), {
    numRuns: 300,
    endOnFailure: true,
  })
})

test('queries over JSON Lines that spill to temporary files print the same bytes too', () => {
  const sorting = queries.filter((text) => text.includes('ORDER BY') && !/JOIN|WHERE u|x\.b/.test(text))
  const given = fc.array(objectLine, { minLength: 20, maxLength: 20 })
  const spills = (text: string, lines: readonly string[]) => {
    const bytes = Buffer.from(Array.from({ length: 2_500 }, (_, at) => lines[(at * 7) % 20] as string).join('\n'))
    isTheSame('jsonl', 250_000)(text, bytes)
    assert.equal(outcome(text, bytes, 'jsonl', false, 250_000).error, undefined)
  }
  fc.assert(fc.property(fc.constantFrom(...sorting), given, spills), { numRuns: 8, endOnFailure: true })
})
