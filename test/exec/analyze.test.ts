import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPlan } from '../../src/exec/run.ts'
import type { EvaluationContext } from '../../src/exec/evaluation-context.ts'
import { StatementMemory, type TemporaryFile } from '../../src/exec/statement-memory.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { MemoryDatabase } from '../support/memory-source.ts'
import { runStatement } from '../support/run-statement.ts'

function table(rows: number): MemoryDatabase {
  const database = new MemoryDatabase()
  runStatement(database, 'CREATE TABLE T')
  const documents = Array.from({ length: rows }, (_, n) => `{k:${n},s:"${'x'.repeat(50)}"}`)
  runStatement(database, 'INSERT INTO T ?', [`[${documents.join(',')}]`])
  return database
}

function lines(database: MemoryDatabase, text: string, more: Partial<EvaluationContext> = {}): string[] {
  const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
  return [...runPlan(plan, { ...database.context(), ...more })].map((row) => printIon(row))
}

/** A clock that goes one millisecond on whenever it is read. */
function steppingClock(): () => number {
  let ms = 0
  return () => {
    ms += 1
    return ms
  }
}

test('EXPLAIN ANALYZE tells the time of each step, that of the steps below included', () => {
  const text = 'EXPLAIN ANALYZE SELECT t.k FROM T AS t WHERE t.k > 0'
  const found = lines(table(3), text, { clockMs: steppingClock() }).map((line) => Number(/([\d.]+) ms/.exec(line)?.[1]))
  const [select, filter, scan, , total] = found as [number, number, number, number, number]
  assert.ok(scan > 0 && scan < filter && filter < select && select < total, found.join())
})

test('EXPLAIN ANALYZE tells what was held and spilled', () => {
  const stored: Uint8Array[] = []
  const file = (): TemporaryFile => {
    let bytes = Buffer.alloc(0)
    return {
      append: (more) => {
        stored.push(more)
        bytes = Buffer.concat([bytes, more])
      },
      read: (into, position) => bytes.copy(into, 0, position),
      close: () => {},
    }
  }
  const memory = new StatementMemory({ memoryBytes: 100_000, diskBytes: 1e9 }, { open: file })
  const found = lines(table(5_000), 'EXPLAIN ANALYZE SELECT t.s, t.k FROM T AS t ORDER BY t.k DESC', { memory })
  const written = stored.reduce((sum, { length }) => sum + length, 0)
  assert.ok(written > 0)
  const spilled = `${(written / 1024).toFixed(1)} KiB`
  assert.match(
    found.at(-2) as string,
    new RegExp(`^\\{plan:"memory: [\\d.]+ KiB, spilled: ${spilled}, read IOs: 5000"\\}$`),
  )
})

test('a query that is not analyzed never reads the clock', () => {
  const clockMs = () => assert.fail('the clock was read')
  assert.equal(lines(table(3), 'SELECT t.k FROM T AS t ORDER BY t.k', { clockMs }).length, 3)
})
