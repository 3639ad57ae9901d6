import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { findDamage } from '../../src/store/lmdb-pages.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { openLedger, run } from '../ledger/ledger-fixture.ts'
import { bundleScript, startScript } from '../support/child-script.ts'
import { projectRoot } from '../support/root.ts'

/** How many places of the file are changed; QLDB_DAMAGE_RUNS asks for more. */
const runs = Number(process.env['QLDB_DAMAGE_RUNS'] ?? 60)

let folder = ''
let bundles = ''
let reader = ''
let file = ''
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'qldb-damage-'))
  mkdirSync(join(projectRoot, 'build'), { recursive: true })
  bundles = mkdtempSync(join(projectRoot, 'build', 'child-'))
  reader = await bundleScript('test/store/damaged-reader.ts', bundles)
  const { ledger } = await openLedger({}, openLmdbStore(join(folder, 'sound')))
  await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)')
  for (let n = 0; n < 40; n += 1)
    await run(ledger, `INSERT INTO T VALUE {'k': ${n % 7}, 'v': ${n}, 'text': '${'x'.repeat(n * 20)}'}`)
  for (let k = 0; k < 7; k += 1) await run(ledger, `UPDATE T SET v = 0 WHERE k = ${k}`)
  await run(ledger, `INSERT INTO T VALUE {'k': 3, 'large': '${'y'.repeat(20_000)}'}`)
  await ledger.close()
  file = join(folder, 'sound', 'data.mdb')
})
after(() => {
  for (const path of [folder, bundles]) rmSync(path, { recursive: true, force: true })
})

/** Changes every `step`th byte of a part of the file; returns how often each outcome was seen. */
async function change(name: string, from: number, to: number, step: number): Promise<Map<string, number>> {
  const place = join(folder, name)
  mkdirSync(place)
  const { ended, lines } = startScript(process.execPath, [reader, file, place, ...[from, to, step].map(String)])
  const end = await ended
  assert.deepEqual(end, { code: 0, signal: null }, `the process ended after ${lines.at(-1)}`)
  assert.equal(lines.length, Math.ceil((to - from) / step))
  const seen = new Map<string, number>()
  for (const line of lines) {
    const [at, verdict, outcome] = line.split('\t') as [string, string, string]
    // What verify calls sound is answered as before the damage, or not at all.
    if (verdict === 'sound') assert.equal(outcome, 'same', `byte ${at} of ${file}: ${outcome}`)
    const kind = verdict.split(' ')[0] as string
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
  }
  return seen
}

test('a bit changed anywhere is found, or changes nothing; it never ends the process', async () => {
  const { size } = statSync(file)
  const step = Math.ceil(size / runs) | 1
  const seen = await change('anywhere', 8192, size, step)
  assert.ok((seen.get('found') ?? 0) > runs / 10, JSON.stringify([...seen]))
})

test('a bit changed in the pages that say where all else lies is refused, or found', async () => {
  const [first, second] = await Promise.all([change('first', 0, 176, 3), change('second', 4097, 4272, 3)])
  assert.ok((first.get('error') ?? 0) + (second.get('error') ?? 0) > 10)
})

/** The state of the later transaction, and its offset in the file. */
function newestState(bytes: Buffer): { readonly at: number; readonly mainRoot: number; readonly freeRoot: number } {
  const at = [0, 4096].sort((left, right) =>
    Number(bytes.readBigUInt64LE(right + 152) - bytes.readBigUInt64LE(left + 152)),
  )[0] as number
  const rootAt = (tree: number) => Number(bytes.readBigUInt64LE(at + tree + 40))
  return { at, mainRoot: rootAt(96), freeRoot: rootAt(48) }
}

test('a count of entries that is not theirs is found', () => {
  const bytes = readFileSync(file)
  const { at } = newestState(bytes)
  bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at + 96 + 32) + 1n, at + 96 + 32)
  const path = join(folder, 'counted.mdb')
  writeFileSync(path, bytes)
  assert.match(findDamage(path)?.what ?? '', /^the tree below it has \d+ entries, expected \d+$/)
})

test('a page that is listed as free and in use is found', () => {
  const bytes = readFileSync(file)
  const { mainRoot, freeRoot } = newestState(bytes)
  const page = freeRoot * 4096
  // The first entry of the list: its key is a transaction, its value a count and the numbers of pages.
  const entry = page + 24 + bytes.readUInt16LE(page + 24)
  const value = entry + 8 + bytes.readUInt16LE(entry + 6)
  bytes.writeBigUInt64LE(BigInt(mainRoot), value + 8)
  const path = join(folder, 'freed.mdb')
  writeFileSync(path, bytes)
  assert.deepEqual(findDamage(path), { page: mainRoot, what: 'it is listed as free, but in use' })
})

test('a sound file has no damage, whatever was written, removed and kept open', async () => {
  const directory = join(folder, 'busy')
  const store = openLmdbStore(directory)
  const key = (n: number) => Buffer.from(`key ${(n * 7919) % 997}`)
  for (let round = 0; round < 60; round += 1) {
    const held = round % 7 === 0 ? store.snapshot() : undefined
    await store.write((transaction) => {
      for (let n = 0; n < 30; n += 1) {
        if ((n + round) % 3 === 0) transaction.remove(key(n * round))
        else transaction.put(key(n * round), Buffer.alloc(((n * round) % 5) * 3000 + 10, 1))
      }
    })
    assert.equal(findDamage(join(directory, 'data.mdb')), undefined, `round ${round}`)
    held?.release()
  }
  store.check?.()
  await store.close()
})
