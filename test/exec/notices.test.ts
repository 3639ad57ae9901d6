import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { noticeHeaderCharactersMax, noticesMax } from '../../src/base/limits.ts'
import type { Notice } from '../../src/base/notice.ts'
import { Observation } from '../../src/exec/observation.ts'
import { runPlan } from '../../src/exec/run.ts'
import type { SourceRow, TableView } from '../../src/exec/source.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { Plan } from '../../src/plan/statement-plan.ts'
import { encodeNotices } from '../../src/protocol/notice-header.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import type { Value } from '../../src/values/value.ts'
import { runStatement } from '../support/run-statement.ts'
import { StoredDatabase } from '../support/stored-source.ts'

/** A database that remembers which documents of which table it handed out. */
class WatchedDatabase extends StoredDatabase {
  readonly handedOut = new Map<string, Value[]>()

  override *scan(tableId: string, view: TableView, isPassing?: boolean): Iterable<SourceRow> {
    for (const row of super.scan(tableId, view, isPassing)) yield this.#noted(tableId, row)
  }

  override *findByIndex(tableId: string, view: TableView, indexId: string, key: Value): Iterable<SourceRow> {
    for (const row of super.findByIndex(tableId, view, indexId, key)) yield this.#noted(tableId, row)
  }

  #noted(tableId: string, row: SourceRow): SourceRow {
    const name = this.findTableById(tableId)?.name ?? ''
    const whole = [...super.scan(tableId, 'user')].find((one) => one.documentId === row.documentId)
    this.handedOut.set(name, [...(this.handedOut.get(name) ?? []), (whole ?? row).value])
    return row
  }
}

const names = ['alpha', 'beta', 'gamma', 'delta']
const leaf = fc.constantFrom('1', '"x"', 'null', '[]')
const inner = fc.dictionary(fc.constantFrom(...names), leaf, { maxKeys: 3, noNullPrototype: true })
const structText = (fields: Record<string, string>) =>
  `{${Object.entries(fields)
    .map(([name, value]) => `${name}:${value}`)
    .join(',')}}`
const documentText = fc
  .tuple(inner, fc.option(inner, { nil: undefined }), fc.nat(3))
  .map(([fields, nested, key]) =>
    structText({ ...fields, ...(nested === undefined ? {} : { epsilon: structText(nested) }), key: `${key}` }),
  )

const path = fc.oneof(
  fc.constantFrom(...names, 'epsilon').map((name) => [name]),
  fc.constantFrom(...names).map((name) => ['epsilon', name]),
)

/** A statement, the paths that it names whatever happens, and those of a branch with what decides on it. */
interface Generated {
  readonly text: string
  readonly paths: readonly { readonly table: 'T' | 'U'; readonly steps: readonly string[] }[]
}

const statement: fc.Arbitrary<Generated> = fc
  .tuple(fc.nat(9), fc.array(path, { minLength: 2, maxLength: 2 }), fc.nat(3))
  .map(([form, [first = [], second = []], number]) => {
    const a = `t.${first.join('.')}`
    const b = `t.${second.join('.')}`
    const both = [first, second].map((steps) => ({ table: 'T' as const, steps }))
    const forms = [
      `SELECT ${a} AS x, ${b} AS y FROM T AS t`,
      `SELECT ${a} AS x FROM T AS t WHERE ${b} = 1`,
      `SELECT UPPER(${a}) AS x FROM T AS t WHERE t.key > ${number} AND ${b} IS MISSING`,
      `SELECT ${a} AS x FROM T AS t ORDER BY ${b}`,
      `SELECT ${a} AS x FROM T AS t WHERE t.key = ${number} ORDER BY ${b} LIMIT 1`,
      `SELECT ${a} AS x, ${b} AS y FROM T AS t LIMIT ${number}`,
      `SELECT g, COUNT(${b}) AS n FROM T AS t GROUP BY ${a} AS g`,
      `DELETE FROM T AS t WHERE ${a} IS NULL AND ${b} = 'none'`,
    ]
    if (form < forms.length) return { text: forms[form] as string, paths: both }
    const u = `u.${second.join('.')}`
    const mixed = [both[0] as (typeof both)[0], { table: 'U' as const, steps: second }]
    return form === forms.length
      ? { text: `SELECT ${a} AS x, ${u} AS y FROM T AS t JOIN U AS u ON t.key = u.key`, paths: mixed }
      : { text: `SELECT ${a} AS x FROM T AS t LEFT JOIN U AS u ON t.key = u.key WHERE ${u} = 1`, paths: mixed }
  })

function filled(tables: Readonly<Record<string, readonly string[]>>): WatchedDatabase {
  const database = new WatchedDatabase()
  for (const [name, documents] of Object.entries(tables)) {
    runStatement(database, `CREATE TABLE ${name}`)
    for (const document of documents) runStatement(database, `INSERT INTO ${name} ?`, [document])
  }
  database.handedOut.clear()
  return database
}

function planOf(database: WatchedDatabase, text: string): Plan {
  return buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
}

function noticesOf(database: WatchedDatabase, plan: Plan, text: string): readonly Notice[] {
  const observation = new Observation(text)
  assert.ok([...runPlan(plan, { ...database.context(), observation })])
  return observation.notices()
}

/** The first step of a path that no document leads through; undefined where one leads to its end. */
function lacking(documents: readonly Value[], steps: readonly string[]): string | undefined {
  for (let length = 1; length <= steps.length; length += 1) {
    const leads = documents.some((document) => {
      let at: Value | undefined = document
      for (const step of steps.slice(0, length)) at = at?.type === 'struct' ? at.get(step) : undefined
      return at !== undefined
    })
    if (!leads) return steps.slice(0, length).join('.')
  }
  return undefined
}

test('a field gets a notice exactly when documents were read and none of them had it', () => {
  let given = 0
  let spared = 0
  fc.assert(
    fc.property(
      fc.array(documentText, { maxLength: 4 }),
      fc.array(documentText, { maxLength: 3 }),
      statement,
      (t, u, generated) => {
        const database = filled({ T: t, U: u })
        const plan = planOf(database, generated.text)
        // The same plan again: what one run finds is forgotten by the next.
        for (let run = 0; run < 2; run += 1) {
          database.handedOut.clear()
          const notices = noticesOf(database, plan, generated.text)
          const found = notices.flatMap(({ message }) => {
            const match = /^no document of (\w) has a field '([\w.]+)'/.exec(message)
            return match === null ? [] : [`${match[1]} ${match[2]}`]
          })
          const expected = new Set(
            generated.paths.flatMap(({ table, steps }) => {
              const read = database.handedOut.get(table) ?? []
              const lack = read.length === 0 ? undefined : lacking(read, steps)
              return lack === undefined ? [] : [`${table} ${lack}`]
            }),
          )
          assert.deepEqual(new Set(found), expected, generated.text)
          if (found.length > 0) given += 1
          else spared += 1
          for (const { message } of notices) {
            const near = /did you mean '([\w.]+)'\?/.exec(message)?.[1]?.split('.')
            const table = /of (\w) has/.exec(message)?.[1] ?? ''
            if (near !== undefined) assert.equal(lacking(database.handedOut.get(table) ?? [], near), undefined, message)
          }
        }
      },
    ),
    { numRuns: 250 },
  )
  assert.ok(given > 60 && spared > 60, `${given} with notices, ${spared} without`)
})

test('two runs of one plan at the same time keep their findings apart', () => {
  const database = filled({ T: ['{alpha:1}', '{alpha:2,beta:3}'] })
  const text = 'SELECT t.beta FROM T AS t'
  const plan = planOf(database, text)
  const first = new Observation(text)
  const second = new Observation(text)
  const whole = runPlan(plan, { ...database.context(), observation: first })
  const begun = runPlan(plan, { ...database.context(), observation: second })
  whole.next()
  begun.next()
  assert.equal([...whole].length, 1)
  begun.return(undefined)
  assert.deepEqual(first.notices(), [])
  assert.match(second.notices()[0]?.message ?? '', /'beta' among those read/)
})

test('a statement with very many, very long or very strange names gets three short notices without control characters', () => {
  const long = 'n'.repeat(20_000)
  const database = filled({ T: [`{'${long}x':1,alpha:2}`] })
  const strange = `"\u001b[31m\u202e\u0007${long}"`
  const text = `SELECT t.${strange} AS x, ${Array.from({ length: 2_000 }, (_, at) => `t.absent${at}`).join(', ')} FROM T AS t`
  const notices = noticesOf(database, planOf(database, text), text)
  assert.equal(notices.length, noticesMax)
  for (const { message } of notices) {
    assert.ok(message.length < 600, `${message.length} characters`)
    assert.doesNotMatch(message, /[\u0000-\u001f\u007f-\u009f\u202e]/)
  }
  const worst = '\u0001'.repeat(64)
  const header = encodeNotices(
    Array.from({ length: noticesMax }, () => ({
      ...(notices[0] as Notice),
      message: worst.repeat(3) + '\u00e9'.repeat(150),
    })),
  )
  assert.match(header, /^[\x20-\x7e]*$/)
  assert.ok(header.length <= noticeHeaderCharactersMax)
})

test('keys of a hash join that never have the same type get a notice, and others none', () => {
  const database = filled({ T: ['{key:1}', '{key:2}'], U: ['{key:"1"}'], V: ['{key:"1"}', '{key:2.0}'] })
  const joined = (table: string) => `SELECT t.key FROM T AS t JOIN ${table} AS u ON t.key = u.key`
  const messages = (text: string) => noticesOf(database, planOf(database, text), text).map(({ message }) => message)
  assert.deepEqual(messages(joined('U')), ['t.key = u.key was never true: it compared int with string'])
  assert.deepEqual(messages(joined('V')), [])
  const swapped = 'SELECT u.key FROM U AS u JOIN T AS t ON u.key = t.key'
  assert.deepEqual(messages(swapped), ['u.key = t.key was never true: it compared string with int'])
})
