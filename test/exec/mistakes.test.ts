import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import type { Value } from '../../src/values/value.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'
import { documents, mistakenStatements } from './mistaken-statements.ts'

/** More of them: QLDB_MISTAKE_RUNS=100000 node scripts/test.mjs exec/mistakes */
const runs = Number(process.env['QLDB_MISTAKE_RUNS'] ?? 3000)

interface Settings {
  readonly strictQldb: boolean
  readonly typing: 'permissive' | 'strict'
}

const settings: fc.Arbitrary<Settings> = fc.constantFrom<Settings>(
  { strictQldb: false, typing: 'permissive' },
  { strictQldb: false, typing: 'permissive' },
  { strictQldb: true, typing: 'permissive' },
  { strictQldb: false, typing: 'strict' },
)

test('a statement with one mistake fails, or changes no other document, removes no other field and adds no document', () => {
  const counts = { changed: 0, failed: 0, same: 0 }
  fc.assert(
    fc.property(
      documents,
      mistakenStatements,
      settings,
      fc.boolean(),
      (contents, { correct, mistaken }, how, indexed) => {
        const wanted = outcomeOf(contents, correct, how, indexed)
        const found = outcomeOf(contents, mistaken, how, indexed)
        if (wanted === undefined) return
        if (wanted.changed.size > 0) counts.changed += 1
        if (found === undefined) counts.failed += 1
        else {
          counts.same += 1
          assert.deepEqual(others(found.changed, wanted.changed), [], `documents changed by ${mistaken}`)
          assert.deepEqual(others(found.removed, wanted.removed), [], `fields removed by ${mistaken}`)
          assert.ok(found.added <= wanted.added, `documents added by ${mistaken}`)
        }
      },
    ),
    { numRuns: runs },
  )
  // Most statements do something, and most mistakes are found.
  assert.ok(counts.changed > runs / 5, JSON.stringify(counts))
  assert.ok(counts.failed > counts.same, JSON.stringify(counts))
})

interface Outcome {
  readonly changed: ReadonlySet<string>
  /** Ids of documents that are gone, and paths of fields that are, as `d2.owner.nick`. */
  readonly removed: ReadonlySet<string>
  /** How many documents are new. */
  readonly added: number
}

/** Undefined for a statement that fails. */
function outcomeOf(contents: readonly string[], text: string, how: Settings, indexed: boolean): Outcome | undefined {
  const database = new MemoryDatabase()
  runStatement(database, 'CREATE TABLE T')
  if (indexed) for (const field of ['year', 'name']) runStatement(database, `CREATE INDEX ON T (${field})`)
  for (const document of contents) runStatement(database, 'INSERT INTO T VALUE ?', [document])
  // What sub-queries read.
  runStatement(database, 'CREATE TABLE U')
  if (indexed) for (const field of ['year', 'name']) runStatement(database, `CREATE INDEX ON U (${field})`)
  for (const document of contents.slice(1)) runStatement(database, 'INSERT INTO U VALUE ?', [document])
  const table = database.tables[0] as (typeof database.tables)[0]
  const before = new Map(table.documents)
  const count = () => database.tables.reduce((sum, { versions }) => sum + versions.size, 0)
  const countBefore = count()
  try {
    runStatement(database, text, [], how)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
  const changed = new Set<string>()
  const removed = new Set<string>()
  for (const [id, document] of before) {
    if (table.versions.get(id) === 1) continue
    changed.add(id)
    collectRemoved(document, table.documents.get(id), id, removed)
  }
  return { changed, removed, added: count() - countBefore }
}

function collectRemoved(before: Value, after: Value | undefined, path: string, into: Set<string>): void {
  if (after === undefined) into.add(path)
  else if (before.type === 'struct' && after.type === 'struct') {
    for (const name of before.names) collectRemoved(before.get(name) as Value, after.get(name), `${path}.${name}`, into)
  } else if (before.type === 'list' && after.type === 'list' && after.items.length < before.items.length) into.add(path)
}

function others(found: ReadonlySet<string>, wanted: ReadonlySet<string>): string[] {
  return [...found].filter((one) => !wanted.has(one))
}
