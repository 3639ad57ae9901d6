import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { equals } from '../../src/values/compare.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'

interface Inserted {
  /** Ion; undefined: the field is left out. */
  readonly key: string | undefined
  readonly fields: Readonly<Record<string, number>>
}
type Action = 'plain' | 'nothing' | 'update' | 'replace' | 'set'
interface Step {
  readonly action: Action
  readonly documents: readonly Inserted[]
}

const keys = ['1', '1.0', '2', '"1"', "'1'", '"a"', '[1]', '[1.0]', 'null']
const inserted = fc.record({
  key: fc.option(fc.constantFrom(...keys), { nil: undefined, freq: 20 }),
  fields: fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.nat(9), { noNullPrototype: true }),
})
const steps = fc.array(
  fc.record({
    action: fc.constantFrom<Action>('plain', 'nothing', 'update', 'update', 'replace', 'replace', 'set'),
    documents: fc.array(inserted, { minLength: 1, maxLength: 3 }),
  }),
  { maxLength: 8 },
)

const clauses: Readonly<Record<Action, string>> = {
  plain: '',
  nothing: 'ON CONFLICT (k) DO NOTHING',
  update: 'ON CONFLICT (k) DO UPDATE EXCLUDED',
  replace: 'ON CONFLICT (k) DO REPLACE EXCLUDED',
  set: 'ON CONFLICT (k) DO UPDATE SET n = 7 WHERE EXCLUDED.x IS NOT MISSING',
}

/** What the table must hold: documents in the order of their first insert. Gives false where a key is in doubt. */
function apply(model: Inserted[], { action, documents }: Step, isIndexed: boolean): boolean {
  if (action === 'plain') {
    model.push(...documents)
    return true
  }
  const isAbsent = ({ key }: Inserted) => key === undefined || key === 'null'
  const same = (a: Inserted, b: Inserted) =>
    !isAbsent(a) && !isAbsent(b) && equals(parseIon(a.key as string), parseIon(b.key as string))
  const found = documents.map((one) => model.filter((held) => same(held, one)))
  if (documents.some((one, at) => isAbsent(one) || documents.some((other, n) => n < at && same(one, other))))
    return false
  if (found.some((held) => held.length > 1)) return false
  // All documents are read then.
  if (!isIndexed && model.length > 0 && model.every(({ key }) => key === undefined)) return false
  const kinds = new Set(model.filter((held) => !isAbsent(held)).map(kindOf))
  if (documents.some((one, at) => found[at]?.length === 0 && kinds.size > 0 && !kinds.has(kindOf(one)))) return false
  for (const [at, one] of documents.entries()) {
    const held = found[at]?.[0]
    if (held === undefined) model.push(one)
    else model[model.indexOf(held)] = changed(held, one, action)
  }
  return true
}

function kindOf({ key = '' }: Inserted): string {
  return key.startsWith('[') ? 'list' : /^\d/.test(key) ? 'number' : 'text'
}

function changed(held: Inserted, one: Inserted, action: Action): Inserted {
  if (action === 'replace') return one
  if (action === 'update') return { key: one.key, fields: { ...held.fields, ...one.fields } }
  return action === 'set' && 'x' in one.fields ? { ...held, fields: { ...held.fields, n: 7 } } : held
}

function ionOf({ key, fields }: Inserted): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}:${value}`)
  return `{${(key === undefined ? pairs : [`k:${key}`, ...pairs]).join(',')}}`
}

for (const isIndexed of [false, true]) {
  test(`ON CONFLICT is a map by key, or an error that changes nothing, ${isIndexed ? 'with' : 'without'} an index`, () => {
    fc.assert(
      fc.property(steps, (run) => {
        const database = new MemoryDatabase()
        runStatement(database, 'CREATE TABLE T')
        if (isIndexed) runStatement(database, 'CREATE INDEX ON T (k)')
        const model: Inserted[] = []
        for (const step of run) {
          const documents = `[${step.documents.map(ionOf).join(',')}]`
          const insert = () => runStatement(database, `INSERT INTO T ? ${clauses[step.action]}`, [documents])
          if (apply(model, step, isIndexed)) insert()
          else assert.throws(insert, (error) => error instanceof LedgerError && error.code === 'evaluator/invalid')
          const left = `[${runStatement(database, 'SELECT * FROM T').join(',')}]`
          const right = `[${model.map(ionOf).join(',')}]`
          assert.ok(equals(parseIon(left), parseIon(right)), `${left} is not ${right}`)
        }
      }),
      { numRuns: 300 },
    )
  })
}

function table(): MemoryDatabase {
  const database = new MemoryDatabase()
  runStatement(database, 'CREATE TABLE T')
  runStatement(database, "INSERT INTO T {'k': 1, 'n': 1}")
  return database
}

test('an index on any field of the key is looked up, once for each value', () => {
  const database = table()
  runStatement(database, 'CREATE INDEX ON T (k)')
  database.reads.length = 0
  const documents = "<< {'k': 1, 'j': 1}, {'k': 1, 'j': 2} >>"
  runStatement(database, `INSERT INTO T ${documents} ON CONFLICT (j, k) DO NOTHING`)
  assert.equal(database.reads.length, 1, database.reads.join())
})

test('a statement without a key says how to name it', () => {
  const database = table()
  const helpOf = (text: string) => {
    try {
      runStatement(database, text)
    } catch (error) {
      return error instanceof LedgerError ? error.help : undefined
    }
    return 'accepted'
  }
  assert.equal(helpOf("UPSERT INTO T {'k': 1}"), 'name them: … ON CONFLICT (field)')
  runStatement(database, 'CREATE INDEX ON T (k)')
  assert.equal(helpOf("REPLACE INTO T {'k': 1}"), 'name them: … ON CONFLICT (k)')
  assert.equal(helpOf("INSERT INTO T {'k': 1} ON CONFLICT DO NOTHING"), 'name them: … ON CONFLICT (k) DO …')
  assert.equal(helpOf("INSERT INTO T {'code': 1} ON CONFLICT (coed) DO NOTHING"), "did you mean 'code'?")
  assert.equal(helpOf("INSERT INTO T {'k': 1} ON CONFLICT (k) DO UPDATE SET T.n = 2"), "write 'SET n = …'")
})

test('a sub-query in SET sees the table as it was', () => {
  const database = table()
  const set = 'DO UPDATE SET n = (SELECT COUNT(*) FROM T) + T.n + EXCLUDED.n'
  runStatement(database, `INSERT INTO T << {'k': 2}, {'k': 1, 'n': 10} >> ON CONFLICT (k) ${set}`)
  assert.deepEqual(runStatement(database, 'SELECT * FROM T'), ['{k:1,n:12}', '{k:2}'])
})
