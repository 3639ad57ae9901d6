import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { evaluateConstant } from '../../src/exec/evaluate-constant.ts'
import { runPlan } from '../../src/exec/run.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { Operator } from '../../src/plan/plan.ts'
import type { Plan } from '../../src/plan/statement-plan.ts'
import { mapParts } from '../../src/plan/walk-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { equalityKey } from '../../src/values/compare.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Value } from '../../src/values/value.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'
import { StoredDatabase } from '../support/stored-source.ts'
import { type Contents, change, contents, type GeneratedQuery, indexes, query } from './generated-queries.ts'

/** The three ways to treat what has the wrong type. */
type Typing = 'permissive' | 'strict' | 'qldb'

function filled(database: MemoryDatabase, tables: Contents): MemoryDatabase {
  for (const [name, documents] of Object.entries(tables)) {
    runStatement(database, `CREATE TABLE ${name}`)
    for (const document of documents) runStatement(database, `INSERT INTO ${name} ?`, [document])
  }
  for (const index of indexes) runStatement(database, index)
  return database
}

function planOf(database: MemoryDatabase, text: string, typing: Typing, optimise: boolean): Plan {
  return buildPlan(parseStatement(text), database, {
    strictQldb: false,
    typing: typing === 'strict' ? 'strict' : 'permissive',
    optimise,
    ...(optimise ? { evaluateConstant } : {}),
  })
}

type Outcome = { readonly rows: readonly Value[] } | { readonly error: string }

function outcomeOf(database: MemoryDatabase, plan: Plan, typing: Typing, parameters: readonly string[]): Outcome {
  try {
    const run = { ...plan, qldbTyping: typing === 'qldb' }
    return { rows: [...runPlan(run, database.context(parameters.map(parseIon), plan.typing))] }
  } catch (error) {
    if (error instanceof LedgerError) return { error: error.code }
    throw error
  }
}

/** What happened to the plans that were compared: that each kind came up is checked in the end. */
interface Seen {
  compared: number
  refused: number
  kinds: Map<string, number>
}

/**
 * The plain plan over documents in memory, whose every step is taken as written, against the optimised one over documents
 * as they are stored. An error may be spared by dropping rows early, never made; in strict typing it is the same one.
 */
function compare(
  tables: Contents,
  generated: GeneratedQuery,
  typing: Typing,
  seen?: Seen,
  spoil = (plan: Plan) => plan,
  stored = new StoredDatabase(),
) {
  const { text, parameters, comparesKeys, unbounded } = generated
  const plainDatabase = filled(new MemoryDatabase(), tables)
  const database = filled(stored, tables)
  const plain = outcomeOf(plainDatabase, planOf(plainDatabase, unbounded ?? text, typing, false), typing, parameters)
  const plan = planOf(database, text, typing, true)
  const found = outcomeOf(database, spoil(plan), typing, parameters)
  if (seen !== undefined) note(seen, plan, plain)
  if ('error' in plain) {
    if (typing === 'strict' && unbounded === undefined) assert.deepEqual(found, plain, text)
    return
  }
  if ('error' in found) return assert.equal(typing, 'qldb', `${found.error}: ${text}`)
  const keyOf = (value: Value) => (comparesKeys ? equalityKey(value) : printIon(value))
  const expected = plain.rows.map(keyOf).sort()
  const rows = found.rows.map(keyOf).sort()
  if (unbounded === undefined) return assert.deepEqual(rows, expected, text)
  const [limit, offset] = (text.match(/\d+/g) ?? []).slice(-2).map(Number) as [number, number]
  assert.equal(rows.length, Math.max(0, Math.min(limit, expected.length - offset)), text)
  for (const row of rows) assert.ok(expected.splice(expected.indexOf(row), 1)[0] === row, text)
}

function note(seen: Seen, plan: Plan, plain: Outcome): void {
  if ('error' in plain) seen.refused += 1
  else seen.compared += 1
  const names = new Set<string>()
  const look = (part: unknown): unknown => {
    const { kind, join, hash, access, query } = part as Partial<Record<string, never>> & { kind?: string }
    if (kind === 'join') names.add(`${join} join, ${hash === undefined ? 'nested' : 'hash'}`)
    if (kind === 'scan-table') names.add(`${(access as unknown as { kind: string }).kind}`)
    if (kind === 'once' || kind === 'in' || kind === 'parameter' || kind === 'group' || kind === 'window')
      names.add(kind)
    if (kind === 'query' && query !== undefined) names.add((query as { kind: string }).kind)
    return mapParts(part, look)
  }
  look(plan.statement)
  for (const name of names) seen.kinds.set(name, (seen.kinds.get(name) ?? 0) + 1)
}

const typings = fc.constantFrom<Typing>('permissive', 'permissive', 'permissive', 'strict', 'qldb')

test('optimised and unoptimised plans give the same bag', () => {
  const seen: Seen = { compared: 0, refused: 0, kinds: new Map() }
  fc.assert(
    fc.property(contents, query, typings, (tables, generated, typing) => compare(tables, generated, typing, seen)),
    { numRuns: 2_000 },
  )
  assert.ok(seen.compared > 1_000, `only ${seen.compared} gave rows`)
  for (const kind of [
    ...['inner join, nested', 'inner join, hash', 'left join, nested', 'left join, hash', 'full join, hash'],
    ...['scan', 'index', 'id', 'select', 'set', 'with', 'group', 'window', 'in', 'parameter', 'once'],
  ]) {
    assert.ok((seen.kinds.get(kind) ?? 0) >= 10, `${kind}: in ${seen.kinds.get(kind) ?? 0} plans`)
  }
})

test('a look-up that takes the place of a hash raises no error that the hash spared', () => {
  const text =
    'SELECT VALUE a.k FROM B AS a LEFT JOIN C AS c ON a.k = c.k AND a.k <= a.k AND 10 / a.k > 4 AND a.k IN ? AND c.v = a.k'
  const tables: Contents = { A: [], B: ['{k:0,v:0}'], C: ['{v:0}'] }
  compare(tables, { text, parameters: ['[0,2]'], comparesKeys: false, unbounded: undefined }, 'permissive')
})

/** What a change gives; the error too when the planner refuses it, as a condition that is true only by a mistake. */
function changed(database: MemoryDatabase, text: string, parameters: readonly string[], optimise: boolean): Outcome {
  try {
    return outcomeOf(database, planOf(database, text, 'permissive', optimise), 'permissive', parameters)
  } catch (error) {
    if (error instanceof LedgerError) return { error: error.message }
    throw error
  }
}

function compareChange(tables: Contents, text: string, parameters: readonly string[]): void {
  const left = (database: MemoryDatabase) =>
    ['B', 'C'].flatMap((name) => runStatement(database, `SELECT VALUE [i, x] FROM ${name} AS x BY i`).sort())
  const [plain, optimised] = [new MemoryDatabase(), new StoredDatabase()].map((one) => filled(one, tables)) as [
    MemoryDatabase,
    MemoryDatabase,
  ]
  const before = changed(plain, text, parameters, false)
  const after = changed(optimised, text, parameters, true)
  if ('error' in before) return
  assert.deepEqual([left(optimised), 'rows' in after], [left(plain), true], text)
}

test('optimised and unoptimised changes leave the same documents', () => {
  fc.assert(
    fc.property(contents, change, (tables, { text, parameters }) => compareChange(tables, text, parameters)),
    { numRuns: 300 },
  )
})

test('a row that a look-up found wrongly says nothing about the types of a change', () => {
  const tables: Contents = { A: [], B: [], C: ['{v:0}', '{v:"b"}'] }
  for (const condition of ['x.v = a_id', 'a_id = x.v', 'x.v IN [a_id]']) {
    compareChange(tables, `DELETE FROM C AS a BY a_id WHERE NOT (EXISTS (SELECT * FROM C AS x WHERE ${condition}))`, [])
  }
})

test('a change is refused for a contradiction of what is written, not of what is folded', () => {
  const text = 'UPDATE B AS a SET a.z = a.k WHERE NOT (a.t[0] NOT IN ? AND 1 + 1 = a.t[0] OR a.k < a.n.d)'
  compareChange({ A: [], B: [], C: [] }, text, ['[0,2]'])
})

test('a change is refused for what a function never gives, folded or not', () => {
  for (const condition of [
    "UPPER(a.v) = 'Fo' || 'rd'",
    'CHAR_LENGTH(a.v) <> -1',
    "LOWER(a.v) NOT IN ('A', 'B' || 'c')",
  ]) {
    const text = `DELETE FROM B AS a WHERE ${condition}`
    const outcomes = [true, false].map((optimise) => {
      const database = filled(new MemoryDatabase(), { A: [], B: ['{v:"a"}'], C: [] })
      return changed(database, text, [], optimise)
    })
    assert.deepEqual(outcomes, [{ error: 'semantic/invalid' }, { error: 'semantic/invalid' }], text)
  }
})

/** Mistakes that a planner may make, each made in every plan. */
const mistakes: Readonly<Record<string, (operator: Operator) => Operator>> = {
  'a left join that forgets its unmatched rows': (operator) =>
    operator.kind === 'join' && operator.join === 'left' ? { ...operator, join: 'inner' } : operator,
  'a full join that forgets those of its right side': (operator) =>
    operator.kind === 'join' && operator.join === 'full' ? { ...operator, join: 'left' } : operator,
  'a hash join without its other conditions': (operator) =>
    operator.kind === 'join' && operator.hash !== undefined ? { ...operator, on: [] } : operator,
  'a hash join without its second key': (operator) =>
    operator.kind === 'join' && operator.hash !== undefined
      ? { ...operator, hash: { left: operator.hash.left.slice(0, 1), right: operator.hash.right.slice(0, 1) } }
      : operator,
  'a look-up without its condition': (operator) =>
    operator.kind === 'filter' && operator.input.kind === 'scan-table' && operator.input.access.kind !== 'scan'
      ? operator.input
      : operator,
  'a look-up of the first key alone': (operator) => {
    if (operator.kind !== 'scan-table' || operator.access.kind === 'scan' || !operator.access.many) return operator
    const { key, ...access } = operator.access
    const first = { kind: 'index', operand: key, index: zero, byName: false, span: key.span } as const
    return { ...operator, access: { ...access, key: first, many: false } }
  },
  'a filter that forgets its last condition': (operator) =>
    operator.kind === 'filter' ? { ...operator, conditions: operator.conditions.slice(0, -1) } : operator,
  'a sort that goes the other way': (operator) =>
    operator.kind === 'sort'
      ? { ...operator, keys: operator.keys.map((key) => ({ ...key, descending: !key.descending })) }
      : operator,
}
const zero = { kind: 'constant', value: parseIon('0'), span: { start: 0, end: 0 } } as const

test('a mistake of the planner is found', () => {
  for (const [name, mistake] of Object.entries(mistakes)) {
    const spoilPart = (part: unknown): unknown => {
      const below = mapParts(part, spoilPart)
      return typeof below === 'object' && below !== null && 'kind' in below ? mistake(below as Operator) : below
    }
    const spoil = (plan: Plan) => ({ ...plan, statement: spoilPart(plan.statement) as Plan['statement'] })
    const property = fc.property(contents, query, (tables, one) => compare(tables, one, 'permissive', undefined, spoil))
    const { failed } = fc.check(property, { numRuns: 3_000, seed: 7, endOnFailure: true })
    assert.ok(failed, `${name} goes unseen`)
  }
})

test('a value that is kept while its memory is used again is found', () => {
  const property = fc.property(contents, query, (tables, one) => {
    compare(tables, one, 'permissive', undefined, undefined, new StoredDatabase(true))
  })
  assert.ok(fc.check(property, { numRuns: 1_000, seed: 7, endOnFailure: true }).failed)
})

test('LIMIT over ORDER BY keeps the rows that sorting everything gives', () => {
  // A number of rows and a seed, not the rows: a failure is reduced to its smallest in seconds.
  const bound = fc.nat({ max: 20 })
  fc.assert(
    fc.property(fc.nat({ max: 3_000 }), fc.nat({ max: 1_000 }), bound, bound, (length, seed, limit, offset) => {
      const values = Array.from({ length }, (_, at) => Math.imul(at + seed, 2_654_435_761) >>> 27)
      const database = new MemoryDatabase()
      const rows = `[${values.map((value, at) => `{k:${value},at:${at}}`).join(',')}]`
      const text = 'SELECT VALUE x."at" FROM ? AS x ORDER BY x.k'
      const sorted = values.map((value, at) => ({ value, at })).sort((a, b) => a.value - b.value || a.at - b.at)
      const expected = sorted.slice(offset, offset + limit).map((one) => String(one.at))
      assert.deepEqual(runStatement(database, `${text} LIMIT ${limit} OFFSET ${offset}`, [rows]), expected)
    }),
    { numRuns: 40 },
  )
})

test('LIMIT over ORDER BY counts rows that DISTINCT keeps, however many equal ones come first', () => {
  // A sort that keeps the first rows only cuts when it holds more than a thousand beyond them.
  const rows = `[${Array.from({ length: 4_500 }, (_, at) => `{k:${at < 4_400 ? 0 : at}}`).join(',')}]`
  for (const optimise of [true, false]) {
    const database = new MemoryDatabase()
    for (const [text, expected] of [
      ['SELECT DISTINCT VALUE x.k FROM ? AS x ORDER BY x.k LIMIT 2', ['0', '4400']],
      ['SELECT DISTINCT x.k FROM ? AS x ORDER BY x.k LIMIT 1 OFFSET 2', ['{k:4401}']],
      ['SELECT x.k FROM ? AS x GROUP BY x.k ORDER BY x.k LIMIT 2', ['{k:0}', '{k:4400}']],
      ['SELECT VALUE x.k FROM ? AS x ORDER BY x.k LIMIT 2', ['0', '0']],
    ] as const) {
      const found = outcomeOf(database, planOf(database, text, 'permissive', optimise), 'permissive', [rows])
      assert.deepEqual('rows' in found && found.rows.map((row) => printIon(row)), expected, text)
    }
  }
})

test('ORDER BY without LIMIT keeps equal rows in the order in which they came, whatever the keys', () => {
  const small = fc.integer({ min: -3, max: 3 })
  const large = fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 45, -(2 ** 45), 2 ** 45 + 1)
  const key = fc
    .constantFrom('int', 'large', 'mixed')
    .chain((kind) =>
      fc.array(
        kind === 'int'
          ? small.map(String)
          : kind === 'large'
            ? fc.oneof(small, large).map(String)
            : fc.oneof(small.map(String), fc.constantFrom('1.5', '-0', '2e0', '12345678901234567890')),
        { maxLength: 300, size: 'max' },
      ),
    )
  fc.assert(
    fc.property(key, fc.boolean(), (keys, descending) => {
      const rows = `[${keys.map((one, at) => `{k:${one},at:${at}}`).join(',')}]`
      const text = `SELECT x."at" AS "at" FROM ? AS x ORDER BY x.k${descending ? ' DESC' : ''}`
      const sorted = keys
        .map((one, at) => ({ order: exactOf(one), at }))
        .sort((a, b) => {
          const order = a.order < b.order ? -1 : a.order > b.order ? 1 : 0
          return (descending ? -order : order) || a.at - b.at
        })
      const expected = sorted.map((one) => `{at:${one.at}}`)
      assert.deepEqual(runStatement(new MemoryDatabase(), text, [rows]), expected)
    }),
    { numRuns: 300 },
  )
})

/** Twice the number, exactly. */
function exactOf(text: string): bigint {
  return /^-?\d+$/.test(text) ? BigInt(text) * 2n : BigInt(Number(text) * 2)
}
