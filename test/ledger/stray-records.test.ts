import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { rebuild } from '../../src/ledger/rebuild.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { ledgerKeys, recordsIn, writeRecords } from '../tamper/store-file.ts'
import { openLedger, run } from './ledger-fixture.ts'

async function derivedFindings(folder: string): Promise<readonly string[]> {
  const store = openLmdbStore(folder)
  const report = await verifyStore(store, { name: 'test', openScratch: async () => createMemoryStore() })
  await store.close()
  assert.deepEqual(report.journal.findings, [])
  return report.derived?.findings ?? ['not looked at']
}

test('a record that somebody put into the file of a ledger is found under whatever key, and a rebuild removes it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-strays-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { ledger } = await openLedger({}, openLmdbStore(folder))
  await run(ledger, 'CREATE TABLE T', "INSERT INTO T VALUE {'n': 1}")
  await ledger.close()
  const own = await recordsIn(folder)
  const taken = new Set(own.map(({ key }) => key.toString('hex')))
  assert.deepEqual(await derivedFindings(folder), [])
  const strayKey = fc
    .uint8Array({ minLength: 1, maxLength: 1_978 })
    // Marks of an import count for nothing without one; what stands under the keys of blocks is a block.
    .filter(([first, second]) => first !== ledgerKeys || (second !== 2 && second !== 11))
    .filter((key) => !taken.has(Buffer.from(key).toString('hex')))
  const longest = Buffer.alloc(1_978, 0xff)
  longest[0] = ledgerKeys
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(strayKey, { minLength: 1, maxLength: 3, selector: String }), async (keys) => {
      await writeRecords(
        folder,
        keys.map((key) => ({ key: Buffer.from(key), value: Buffer.from('x') })),
      )
      assert.equal((await derivedFindings(folder)).length, keys.length)
      const store = openLmdbStore(folder)
      await rebuild(store)
      await store.close()
      assert.deepEqual(await derivedFindings(folder), [])
    }),
    { numRuns: 12, examples: [[[Buffer.of(0, 0), Buffer.of(2), longest]], [[Buffer.from('balance')]]] },
  )
})
