import assert from 'node:assert/strict'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { encodeBlock } from '../../src/journal/block.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { ForeignJournal, idOf } from '../archive/foreign-journal.ts'
import { ended, withShell } from '../cli/test-shell.ts'
import { dump } from '../ledger/ledger-fixture.ts'
import { Dice } from '../sim/dice.ts'

/** How often the import is killed; QLDB_CRASH_RUNS asks for more. */
const runs = Number(process.env['QLDB_CRASH_RUNS'] ?? 4)
/** Where the kills fall is drawn from this seed; the system adds chance of its own. */
const seed = Number(process.env['QLDB_CRASH_SEED'] ?? 1)

test(
  `an import that is killed at any moment is refused by all but the same import, and comes to the same ledger (${runs} times, seed ${seed})`,
  withShell(async (shell) => {
    const journal = new ForeignJournal()
    const car = { table: 'Car', tableId: idOf('table Car') }
    journal.append({ statements: ['CREATE TABLE Car', 'CREATE INDEX ON Car (n)'], hidden: 2 })
    for (let at = 0; at < 3_000; at += 1)
      journal.append({
        changes: [{ ...car, id: idOf(`${at % 700}`), data: `{n:${at},text:"${'x'.repeat(at % 300)}"}` }],
      })
    mkdirSync(shell.path('in'))
    const half = journal.blocks.length / 2
    const [texts, streams] = [journal.blocks.slice(0, half), journal.blocks.slice(half)]
    writeFileSync(shell.path('in', 'text.ion'), texts.map((block) => `${printIon(block.ion)}\n`).join(''))
    writeFileSync(shell.path('in', 'binary.ion'), Buffer.concat(streams.map(encodeBlock)))
    assert.equal((await shell.run(['import', '-l', 'whole', 'in'])).code, 0)
    const at = (name: string) => shell.path('.local/share/qldb', name)
    const size = (name: string) => statSync(`${at(name)}/data.mdb`, { throwIfNoEntry: false })?.size ?? 0
    const dice = new Dice(seed)
    for (let round = 0; round < runs; round += 1) {
      const name = `cut-${Math.floor(round / 4)}`
      const child = shell.start(['import', '-l', name, 'in'])
      const end = ended(child)
      const enough = Math.max(size(name), dice.below(size('whole')))
      while (size(name) < enough && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve))
      child.kill('SIGKILL')
      await end
      const opened = await shell.run(['-l', name, '-e', 'SELECT VALUE COUNT(*) FROM Car AS c'])
      if (opened.code === 0) assert.equal(opened.stdout, '700\n')
      else assert.match(opened.stderr, /^error\[ledger\/(incomplete|not-found)\]/)
      if (round % 4 !== 3 && round !== runs - 1) continue
      const again = await shell.run(['import', '-l', name, 'in'])
      assert.equal(again.code, 0, again.stderr)
      const stores = [openLmdbStore(at(name)), openLmdbStore(at('whole'))]
      const [cut, whole] = stores.map((store) => dump(store).slice(1))
      for (const store of stores) await store.close()
      assert.deepEqual(cut, whole)
    }
  }),
)
