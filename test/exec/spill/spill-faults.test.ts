import assert from 'node:assert/strict'
import { closeSync, openSync, readdirSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { after, test } from 'node:test'
import { LedgerError } from '../../../src/base/errors.ts'
import { runPlan } from '../../../src/exec/run.ts'
import { StatementMemory } from '../../../src/exec/statement-memory.ts'
import { buildPlan } from '../../../src/plan/build-plan.ts'
import { type FileSystem, TemporaryDirectory } from '../../../src/store/temporary-files.ts'
import { parseStatement } from '../../../src/syntax/parser.ts'
import { MemoryDatabase } from '../../support/memory-source.ts'
import { runStatement } from '../../support/run-statement.ts'
import { SimEnv } from '../../support/sim-env.ts'
import { SpillWorld } from '../../support/spill-world.ts'

const world = new SpillWorld()
after(() => world.remove())

const database = new MemoryDatabase()
runStatement(database, 'CREATE TABLE T')
for (let n = 0; n < 20; n += 1)
  runStatement(database, `INSERT INTO T {'n': ${n}, 'k': ${n % 7}, 't': 'text ${n * 31}'}`)

/** The system, which refuses its `failing`th call to `name`. */
function failingSystem(name: keyof FileSystem, failing: number, code: string) {
  const open = new Set<number>()
  let calls = 0
  const fail = (call: keyof FileSystem) => {
    if (call !== name) return
    calls += 1
    if (calls === failing) throw Object.assign(new Error(code), { code })
  }
  const system: FileSystem = {
    openSync(path, flags, mode) {
      fail('openSync')
      const file = openSync(path, flags, mode)
      open.add(file)
      return file
    },
    writeSync(file, bytes, offset, length) {
      fail('writeSync')
      return writeSync(file, bytes, offset, length)
    },
    readSync(file, bytes, offset, length, position) {
      fail('readSync')
      return readSync(file, bytes, offset, length, position)
    },
    unlinkSync,
    closeSync(file) {
      open.delete(file)
      closeSync(file)
    },
  }
  return { system, open, reached: () => calls >= failing }
}

test('whatever call fails, the statement ends with the right error, and no file stays or stays open', () => {
  let failures = 0
  for (const text of [
    'SELECT t.n FROM T AS t ORDER BY t.t',
    'SELECT t.t, COUNT(DISTINCT t.n) AS c FROM T AS t GROUP BY t.t',
    'SELECT DISTINCT t.t FROM T AS t',
    'SELECT t.n, u.n AS m FROM T AS t FULL JOIN T AS u ON t.k = u.n',
    'SELECT t.k FROM T AS t EXCEPT SELECT t.n AS k FROM T AS t WHERE t.n > 3',
  ]) {
    const plan = buildPlan(parseStatement(text), database, { strictQldb: false, typing: 'permissive' })
    for (const [call, code, expected] of [
      ['openSync', 'ENOSPC', 'store/full'],
      ['writeSync', 'ENOSPC', 'store/full'],
      ['writeSync', 'EIO', 'store/unavailable'],
      ['readSync', 'EIO', 'store/unavailable'],
    ] as const) {
      for (let failing = 1; ; failing += 1) {
        const { system, open, reached } = failingSystem(call, failing, code)
        const files = new TemporaryDirectory(world.directory, new SimEnv(failing), system)
        const memory = new StatementMemory({ memoryBytes: 1_000, diskBytes: Number.POSITIVE_INFINITY }, files)
        const run = () => [...runPlan(plan, { ...database.context(), memory })]
        if (failing > 30) break
        try {
          run()
        } catch (error) {
          assert.ok(error instanceof LedgerError)
          assert.equal(error.code, expected, text)
          failures += 1
        }
        assert.deepEqual([[...open], readdirSync(world.directory)], [[], []], text)
        if (!reached()) break
      }
    }
  }
  assert.ok(failures > 50, `${failures} failures`)
})
