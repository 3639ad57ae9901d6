import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  type Bindings,
  evaluate,
  explain,
  InputError,
  LedgerError,
  parse,
  parseIon,
  pictureAt,
  prepare,
  print,
  printIon,
  readRows,
  rows,
  toJs,
} from '../../src/index.ts'

const cars = [
  { name: 'Aster', year: 2014, owner: { id: 1 } },
  { name: 'Birch', year: 1998 },
]
const ion = (text: string, bindings: Bindings = {}) => printIon(evaluate(text, bindings))

test('a query over JavaScript objects', () => {
  assert.deepEqual(toJs(evaluate('SELECT VALUE c.name FROM cars AS c WHERE c.year > 2000', { cars })), ['Aster'])
  assert.equal(ion('SELECT name, owner.id FROM cars ORDER BY year', { cars }), '[{name:"Birch"},{name:"Aster",id:1}]')
  assert.equal(ion('COLL_COUNT(cars)', { cars }), '2')
  assert.equal(ion('cars[1].name', { cars }), '"Birch"')
  assert.equal(ion('SELECT VALUE i FROM cars AS c AT i', { cars }), '$bag::[0,1]')
})

test('values of any kind may be bound; parameters too', () => {
  const bindings = { n: 7, text: 'x', d: parseIon('42.20'), big: 2n ** 70n, s: { a: [1] }, none: undefined }
  assert.equal(
    ion('[n, text, d + 1, big + 1, s.a[0], none IS MISSING]', bindings),
    '[7,"x",43.20,1180591620717411303425,1,true]',
  )
  assert.equal(printIon(evaluate('? || ?', {}, { parameters: ['a', 'b'] })), '"ab"')
})

test('names fold case unless told otherwise', () => {
  assert.equal(ion('SELECT VALUE C.NAME FROM CARS AS c', { cars }), '$bag::["Aster","Birch"]')
  assert.throws(() => evaluate('CARS', { cars }, { foldsCase: false }), { code: 'semantic/no-such-variable' })
  assert.throws(() => evaluate('"CARS"', { cars }), { code: 'semantic/no-such-variable' })
})

test('a name that fits two bindings is refused, unless it is one of them', () => {
  const bindings = { cars, Cars: [] }
  assert.equal(ion('COLL_COUNT(Cars)', bindings), '0')
  assert.equal(ion('COLL_COUNT("cars")', bindings), '2')
  const text = 'SELECT * FROM CARS'
  for (const query of [text, 'SELECT 1 AS a, COLL_COUNT(CARS) AS n']) {
    assert.throws(
      () => evaluate(query, bindings),
      (error: LedgerError) => {
        assert.equal(error.message, "the name 'CARS' fits 'cars' and 'Cars'")
        assert.equal(query.slice(error.span?.start, error.span?.end), 'CARS')
        return true
      },
    )
  }
})

test('what is no query, and an unknown typing, are refused', () => {
  assert.throws(() => evaluate(5 as never), { message: 'a query is a string, found number' })
  assert.throws(() => evaluate('1', {}, { typing: 'lax' as never }), { code: 'usage/invalid-argument' })
})

test('typing: MISSING or an error', () => {
  assert.equal(evaluate("1 + 'x'").type, 'missing')
  assert.throws(() => evaluate("1 + 'x'", {}, { typing: 'strict' }), LedgerError)
})

test('errors have a code and a place', () => {
  const text = 'SELECT a\nFROM nowhere'
  try {
    evaluate(text, { somewhere: [] })
    assert.fail('nothing was thrown')
  } catch (error) {
    assert.ok(error instanceof LedgerError && error.span !== undefined)
    assert.equal(error.code, 'semantic/no-such-variable')
    assert.deepEqual(pictureAt(text, error.span, error.message), [
      "2:6: No such variable named 'nowhere'",
      '  FROM nowhere',
      '       ^',
    ])
  }
  assert.throws(() => evaluate('CREATE TABLE T'), { code: 'semantic/unsupported', message: /without a ledger/ })
  assert.throws(() => evaluate("INSERT INTO cars VALUE {'a': 1}", { cars }), LedgerError)
  assert.throws(() => prepare('x', ['x']).evaluate({}), { code: 'semantic/no-such-variable' })
})

test('a prepared query runs any number of times', () => {
  const query = prepare('SELECT VALUE x * ? FROM xs AS x', ['xs'])
  assert.equal(query.parameterCount, 1)
  assert.equal(printIon(query.evaluate({ xs: [1, 2] }, [10])), '$bag::[10,20]')
  assert.deepEqual(
    [...query.rows({ xs: [3] }, [2])].map((row) => printIon(row)),
    ['6'],
  )
})

test('EXPLAIN as text', () => {
  const plan = explain('SELECT a.x FROM a JOIN b ON a.id = b.id WHERE a.y > 1', ['a', 'b'])
  assert.match(plan, /^select a\.x\n {2}inner join, hash on a\.id = b\.id\n/)
  assert.match(plan, /range over b as b$/)
})

test('parse and print', () => {
  const statement = parse("select  a from t where b='x'")
  assert.equal(statement.kind, 'query')
  assert.equal(print(statement), "SELECT a FROM t WHERE b = 'x'")
})

/** Numbers from 0 on, each counted when it is taken. */
function counted(end = Number.POSITIVE_INFINITY) {
  const counts = { taken: 0, closed: 0 }
  function* numbers() {
    try {
      for (let n = 0; n < end; n += 1) {
        counts.taken += 1
        yield { n }
      }
    } finally {
      counts.closed += 1
    }
  }
  return { counts, numbers }
}

test('iterables stream: rows are taken as they are asked for, without end if need be', () => {
  const { counts, numbers } = counted()
  const found = rows('SELECT VALUE x.n FROM xs AS x WHERE x.n % 2 = 1', { xs: numbers() })
  assert.equal(printIon(found.next().value as never), '1')
  assert.equal(printIon(found.next().value as never), '3')
  assert.deepEqual(counts, { taken: 4, closed: 0 })
  found.return()
  assert.deepEqual(counts, { taken: 4, closed: 1 })
  assert.equal(ion('SELECT VALUE x.n FROM xs AS x LIMIT 2', { xs: numbers() }), '$bag::[0,1]')
})

test('an iterator that is read in several places is held; one that can be read again is not', () => {
  const twice = 'SELECT COUNT(*) AS c FROM xs AS a JOIN xs AS b ON a.n = b.n'
  assert.equal(ion(twice, { xs: counted(3).numbers() }), '$bag::[{c:3}]')
  const { counts, numbers } = counted(3)
  assert.equal(ion(twice, { xs: { [Symbol.iterator]: numbers } as Iterable<never> }), '$bag::[{c:3}]')
  assert.deepEqual(counts, { taken: 6, closed: 2 })
  const crossed = 'SELECT VALUE a.n + b.n FROM xs AS a, ys AS b'
  const ys = counted(2)
  assert.equal(ion(crossed, { xs: counted(2).numbers(), ys: ys.numbers() }), '$bag::[0,1,1,2]')
  assert.equal(ys.counts.taken, 2)
  const inside = 'SELECT VALUE (SELECT VALUE MAX(y.n) FROM ys AS y WHERE y.n <= a.n) FROM xs AS a'
  assert.equal(evaluate(inside, { xs: counted(3).numbers(), ys: counted(3).numbers() }).type, 'bag')
  const constant = 'SELECT VALUE a.n FROM xs AS a WHERE a.n IN (SELECT VALUE y.n FROM ys AS y)'
  assert.equal(ion(constant, { xs: counted(3).numbers(), ys: counted(2).numbers() }), '$bag::[0,1]')
})

test('files are rows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-library-'))
  try {
    const path = join(folder, 'cars.jsonl')
    writeFileSync(path, '{"name":"Aster","price":42.20}\n{"name":"Birch","price":1}\n')
    assert.equal(ion('SELECT VALUE SUM(c.price) FROM cars AS c', { cars: readRows(path) }), '$bag::[43.20]')
    assert.equal(
      ion('SELECT VALUE a.name FROM cars AS a JOIN cars AS b ON a.name = b.name', { cars: readRows(path) }),
      '$bag::["Aster","Birch"]',
    )
    writeFileSync(path, '{"name":}\n')
    assert.throws(() => evaluate('SELECT * FROM cars', { cars: readRows(path) }), InputError)
    assert.throws(() => evaluate('SELECT * FROM cars', { cars: readRows(join(folder, 'none.csv')) }), {
      code: 'ENOENT',
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a join without keys reads what its LIMIT needs, from either side, and each row once', () => {
  for (const from of ['t AS a, t AS b', 't AS a LEFT JOIN t AS b ON a.n < b.n', 't AS a, u AS b']) {
    let made = 0
    const endless = {
      *[Symbol.iterator]() {
        for (;;) {
          made += 1
          yield { n: made }
        }
      },
    }
    const rows = prepare(`SELECT a.n AS x, b.n AS y FROM ${from} LIMIT 3`, ['t', 'u']).rows({ t: endless, u: endless })
    assert.equal([...rows].length, 3, from)
    assert.ok(made < 12, `${from}: ${made} rows were read`)
  }
})
