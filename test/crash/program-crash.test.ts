import assert from 'node:assert/strict'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { Ledger } from '../../src/ledger/ledger.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { TestShell } from '../cli/test-shell.ts'
import { Client } from '../ledger/ledger-fixture.ts'
import { Dice } from '../sim/dice.ts'
import { SimEnv } from '../support/sim-env.ts'

/** How often the program is killed; QLDB_CRASH_RUNS asks for more. */
const runs = Number(process.env['QLDB_CRASH_RUNS'] ?? 10)
/** Where the kills fall is drawn from this seed; the system adds chance of its own. */
const seed = Number(process.env['QLDB_CRASH_SEED'] ?? 1)
const statementsARun = 200

/** The statement of a number: each prints one row when it is durable. */
function statementOf(number: number): string {
  if (number % 4 === 2) return `UPDATE T SET u = ${number} WHERE n = ${number - 1};`
  if (number % 4 === 3) return `DELETE FROM T WHERE n = ${number - 3};`
  return `INSERT INTO T VALUE {'n': ${number}, 'u': 0, 'name${number % 50}': '${'x'.repeat(number % 900)}'};`
}

/** n → u */
type Rows = Map<number, number>

function apply(rows: Rows, number: number): void {
  if (number % 4 === 2) rows.set(number - 1, number)
  else if (number % 4 === 3) rows.delete(number - 3)
  else rows.set(number, 0)
}

/** Checks the ledger from outside the program; returns the table. */
async function inspect(directory: string): Promise<Rows> {
  const store = openLmdbStore(directory)
  try {
    const openScratch = async () => createMemoryStore()
    const { journal, derived } = await verifyStore(store, { name: 'fleet', openScratch })
    assert.deepEqual([journal.findings, derived?.findings], [[], []])
    const ledger = await Ledger.open(store, new SimEnv(1), { name: 'fleet', strictQldb: false })
    const client = new Client(ledger)
    const rows = client
      .run('SELECT t.n, t.u FROM T AS t')
      .map((row) => row.match(/\d+/g)?.map(Number) as [number, number])
    for (const [n, u] of rows.slice(-3)) assert.deepEqual(client.run(`SELECT VALUE u FROM T WHERE n = ${n}`), [`${u}`])
    client.transaction.abort()
    return new Map(rows)
  } finally {
    await store.close()
  }
}

test(`the program can be killed at any moment (${runs} times, seed ${seed})`, async () => {
  const shell = new TestShell()
  try {
    const made = await shell.run(['-l', 'fleet', '--create', '-e', 'CREATE TABLE T; CREATE INDEX ON T (n)'])
    assert.equal(made.code, 0, made.stderr)
    const directory = shell.path('.local', 'share', 'qldb', 'fleet')
    let done = 0
    const rows: Rows = new Map()
    const dice = new Dice(seed)
    for (let round = 0; round < runs; round += 1) {
      const child = shell.start(['-l', 'fleet', '-f', 'ion'])
      const enough = dice.below(statementsARun / 4)
      let told = 0
      const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('close', (_, signal) => resolve(signal)))
      const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
      lines.on('line', () => {
        told += 1
        if (told >= enough) child.kill('SIGKILL')
      })
      for (let number = done; number < done + statementsARun; number += 1)
        child.stdin?.write(`${statementOf(number)}\n`)
      if (enough === 0) child.kill('SIGKILL')
      assert.equal(await ended, 'SIGKILL')
      const found = await inspect(directory)
      // Every statement that was acknowledged, perhaps some that were not: but none without those before it.
      const before = done
      for (; done < before + told || !sameRows(rows, found); done += 1) {
        assert.ok(
          done < before + statementsARun,
          `told: ${told} after ${before}; found ${[...found].slice(-5).join(' ')}`,
        )
        apply(rows, done)
      }
    }
    assert.ok(done > runs)
  } finally {
    shell.dispose()
  }
})

function sameRows(a: Rows, b: Rows): boolean {
  return a.size === b.size && [...a].every(([n, u]) => b.get(n) === u)
}
