import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { evaluatePlan, runPlan } from '../../src/exec/run.ts'
import type { SourceRow } from '../../src/exec/source.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { int, type StructValue, structOf, type Value } from '../../src/values/value.ts'
import { MemoryDatabase } from '../support/memory-source.ts'

/** A database whose table T has documents {n: 0} … that are made while they are read; it counts what happens. */
class EndlessDatabase extends MemoryDatabase {
  handedOut = 0
  open = 0
  readonly fieldsRead = new Set<string>()

  override *scan(): Iterable<SourceRow> {
    this.open += 1
    try {
      for (;;) {
        this.handedOut += 1
        yield {
          documentId: `d${this.handedOut}`,
          value: this.#watched(structOf({ n: int(this.handedOut), other: int(0) })),
        }
      }
    } finally {
      this.open -= 1
    }
  }

  #watched(document: StructValue): StructValue {
    const { fieldsRead } = this
    return {
      type: 'struct',
      annotations: undefined,
      get names(): readonly string[] {
        fieldsRead.add('all names')
        return document.names
      },
      get values(): readonly Value[] {
        fieldsRead.add('all values')
        return document.values
      },
      get(name: string) {
        fieldsRead.add(name)
        return document.get(name)
      },
    }
  }
}

function open(text: string): { database: EndlessDatabase; rows: Generator<Value, undefined, undefined> } {
  const database = new EndlessDatabase()
  database.createTable('T')
  const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
  return { database, rows: runPlan(plan, database.context()) }
}

test('scans, filters, joins, projections and unnesting make each row when it is asked for', () => {
  for (const [text, readPerRow] of [
    ['SELECT * FROM T', 1],
    ['SELECT t.n FROM T AS t WHERE t.n > 0', 1],
    ['SELECT t.n, x FROM T AS t, <<1>> AS x', 1],
    ['SELECT DISTINCT n FROM T', 1],
    ['SELECT a.n FROM (SELECT n FROM T) AS a', 1],
    ['SELECT t.n, x FROM T AS t LEFT JOIN <<1>> AS x ON t.n = x', 1],
    ['SELECT t.n FROM T AS t LET t.n AS m WHERE m > 0', 1],
  ] as const) {
    const { database, rows } = open(text)
    assert.equal(database.handedOut, 0)
    rows.next()
    rows.next()
    assert.equal(database.handedOut, 2 * readPerRow, text)
    rows.return(undefined)
    assert.equal(database.open, 0, `${text}: the scan is closed`)
  }
})

test('LIMIT stops reading and closes the sources', () => {
  for (const text of ['SELECT * FROM T LIMIT 3', 'SELECT a.n FROM T AS a, T AS b LIMIT 3']) {
    const { database, rows } = open(text)
    assert.equal([...rows].length, 3)
    assert.equal(database.open, 0, text)
  }
})

test('only the fields that a statement names are read', () => {
  const { database, rows } = open('SELECT t.n FROM T AS t WHERE t.n > 1 LIMIT 1')
  assert.equal([...rows].length, 1)
  assert.deepEqual([...database.fieldsRead], ['n'])
  const whole = open('SELECT * FROM T LIMIT 1')
  assert.equal([...whole.rows].length, 1)
  assert.deepEqual([...whole.database.fieldsRead], [])
})

test('the meter may stop a statement wherever it works, and everything is closed', () => {
  for (const text of [
    'SELECT * FROM T WHERE n < 0',
    'SELECT COUNT(*) FROM T',
    'SELECT n FROM T ORDER BY n',
    'SELECT n FROM T ORDER BY n LIMIT 5',
    'SELECT n, ROW_NUMBER() OVER (ORDER BY n) AS r FROM T',
    'SELECT a.n FROM <<1>> AS x, T AS a WHERE a.n < x',
    'SELECT x FROM <<1>> AS x LEFT JOIN T AS t ON t.n = x',
    'SELECT (SELECT COUNT(*) AS n FROM T) AS n FROM <<1>> AS x',
    'SELECT x FROM <<1>> AS x FULL JOIN T AS t ON t.n = x',
    'UPDATE T SET n = 1',
    'INSERT INTO T SELECT n FROM T',
  ]) {
    const { database, rows } = open(text)
    database.meter.onTick = () => {
      throw new LedgerError('cancelled/by-user', 'stopped')
    }
    assert.throws(() => [...rows], { code: 'cancelled/by-user' }, text)
    assert.equal(database.open, 0, text)
    assert.ok(database.handedOut <= 2 * 1024, `${text}: stopped after ${database.handedOut} rows`)
  }
})

test('one plan runs any number of times, also interleaved', () => {
  const database = new MemoryDatabase()
  database.values.set('v', int(1))
  const text = 'SELECT VALUE [x, ?] FROM [1, 2] AS x WHERE x IN (SELECT VALUE y FROM <<1, 2>> AS y)'
  const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
  const first = runPlan(plan, database.context([int(10)]))
  const second = runPlan(plan, database.context([int(20)]))
  const shown = (value: Value | undefined) =>
    value?.type === 'list' ? value.items.map((item) => (item.type === 'int' ? item.value : 0)) : []
  assert.deepEqual(shown(first.next().value as Value), [1, 10])
  assert.deepEqual(shown(second.next().value as Value), [1, 20])
  assert.deepEqual(shown(first.next().value as Value), [2, 10])
  assert.deepEqual(shown(second.next().value as Value), [2, 20])
})

test('evaluatePlan gives the whole value: a bag, a list when ordered, a scalar', () => {
  const database = new MemoryDatabase()
  const typeOf = (text: string) =>
    evaluatePlan(
      buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' }),
      database.context(),
    ).type
  assert.equal(typeOf('SELECT x FROM [1] AS x'), 'bag')
  assert.equal(typeOf('SELECT x FROM [1] AS x ORDER BY x'), 'list')
  assert.equal(typeOf('1 + 1'), 'int')
  assert.equal(typeOf('CREATE TABLE T'), 'list')
})
