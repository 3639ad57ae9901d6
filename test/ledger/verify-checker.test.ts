import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '../../src/base/bytes.ts'
import { LedgerError } from '../../src/base/errors.ts'
import type { BlockChecker } from '../../src/journal/journal-check.ts'
import { soundFacts } from '../../src/journal/sealed-blocks.ts'
import { blockKey } from '../../src/ledger/keys.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { type VerifyOptions, verifyStore } from '../../src/ledger/verify-ledger.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { dump, idOf, openLedger, run } from './ledger-fixture.ts'

/** As threads do it: later, and some windows' facts are lost with a thread. */
class LateChecker implements BlockChecker {
  readonly windowsAhead = 3
  windows = 0
  open = 0
  openMax = 0
  isClosed = false
  readonly #loses: boolean

  constructor(loses: boolean) {
    this.#loses = loses
  }

  async check(blocks: readonly (Uint8Array | undefined)[]): ReturnType<BlockChecker['check']> {
    assert.equal(this.isClosed, false)
    this.windows += 1
    this.open += 1
    this.openMax = Math.max(this.open, this.openMax)
    const copies = blocks.map((block) => block?.slice())
    await new Promise((resolve) => setImmediate(resolve))
    this.open -= 1
    return this.#loses && this.windows % 2 === 0 ? copies.map(() => undefined) : soundFacts(copies)
  }

  async close(): Promise<void> {
    this.isClosed = true
  }
}

/** 600 blocks: several windows, and several batches of derived data. */
async function filled(redacts = false): Promise<{ ledger: Ledger; store: Store }> {
  const { ledger, store } = await openLedger()
  const tableId = idOf(await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)'), 'tableId')
  const documentId = idOf(await run(ledger, "INSERT INTO T VALUE {'k': -1, 'secret': 'x'}"))
  for (let number = 0; number < 600; number += 1) {
    if (number % 7 === 3) await run(ledger, `UPDATE T SET n = ${number} WHERE k = ${number - 1}`)
    else await run(ledger, `INSERT INTO T VALUE {'k': ${number}, 'text': 'é', 'list': [{'a': 1.50}, ${number}]}`)
  }
  if (redacts) {
    await run(ledger, `UPDATE T SET secret = '' WHERE k = -1`)
    const address = `{strandId:"${ledger.strandId}",sequenceNo:2}`
    await run(ledger, `EXEC REDACT_REVISION \`${address}\`, '${tableId}', '${documentId}'`)
  }
  return { ledger, store }
}

/** Everything that a report says, with and without help, which must agree. */
async function reports(store: Store, more: VerifyOptions = {}) {
  const seen = []
  for (const loses of [undefined, false, true]) {
    const checker = loses === undefined ? undefined : new LateChecker(loses)
    const report = await verifyStore(store, {
      openScratch: async () => createMemoryStore(),
      openChecker: () => checker,
      ...more,
    })
    const { findings, findingCount, blocks, bytes, revisions, redactedRevisions, uncheckedDigests } = report.journal
    seen.push({
      ...{ findings, findingCount, blocks, bytes, revisions, redactedRevisions, uncheckedDigests },
      digest: toHex(report.journal.digest),
      derived: report.derived,
    })
    if (checker === undefined) continue
    assert.ok(checker.isClosed && checker.windows > 3, `${checker.windows} windows`)
    assert.ok(checker.openMax <= checker.windowsAhead)
  }
  assert.deepEqual(seen[1], seen[0])
  assert.deepEqual(seen[2], seen[0])
  return seen[0] as (typeof seen)[number]
}

test('with the help of others a check says the same: a sound ledger', async () => {
  const { ledger, store } = await filled()
  const report = await reports(store)
  assert.equal(report.findingCount, 0)
  assert.equal(report.digest, toHex(ledger.digest().digest))
  assert.deepEqual(report.derived?.findings, [])
  assert.ok((report.derived?.records ?? 0) > 1000)
})

test('the same: a block that is damaged, missing, or of another place; derived data is then not looked at', async () => {
  const { store } = await filled()
  const before = await dump(store)
  for (const at of [0, 5, 255, 256, 300, 601]) {
    const sound = await store.write((t) => t.get(blockKey(at)) as Uint8Array)
    const other = await store.write((t) => t.get(blockKey(at === 5 ? 6 : 5)) as Uint8Array)
    const damaged = Uint8Array.from(sound)
    damaged[damaged.length - 20] = (damaged.at(-20) as number) ^ 4
    for (const bytes of [damaged, other, undefined]) {
      await store.write((t) => (bytes === undefined ? t.remove(blockKey(at)) : t.put(blockKey(at), bytes)))
      const report = await reports(store)
      if (at !== 601 || bytes !== undefined) assert.equal(report.findings[0]?.sequenceNo, at)
      if (at !== 601 || bytes !== undefined) assert.equal(report.derived, undefined)
    }
    await store.write((t) => t.put(blockKey(at), sound))
  }
  assert.deepEqual(await dump(store), before)
})

test('the same: derived data that is wrong, and redactions', async () => {
  const { store } = await filled(true)
  const report = await reports(store)
  assert.deepEqual([report.findingCount, report.redactedRevisions, report.derived?.findings], [0, 1, []])
  const snapshot = store.snapshot()
  const records = [...snapshot.range({ start: Uint8Array.of(3), end: Uint8Array.of(11) })]
  snapshot.release()
  const [key, value] = records[400] as readonly [Uint8Array, Uint8Array]
  await store.write((t) => t.put(key, Uint8Array.of(...value, 1)))
  const wrong = await reports(store)
  assert.equal(wrong.findingCount, 0)
  assert.equal(wrong.derived?.findingCount, 1)
})

test('a check that is broken off while others work ends at once, and lets go of everything', async () => {
  const { store } = await filled()
  for (const stopAt of [0, 256, 512]) {
    const checker = new LateChecker(false)
    let isScratchClosed = false
    const stopped = verifyStore(store, {
      openChecker: () => checker,
      openScratch: async () => {
        const scratch = createMemoryStore()
        return Object.assign(Object.create(scratch) as Store, {
          write: scratch.write.bind(scratch),
          snapshot: scratch.snapshot.bind(scratch),
          close: async () => {
            isScratchClosed = true
          },
        })
      },
      onProgress: ({ done }) => {
        if (done >= stopAt) throw new LedgerError('cancelled/by-user', 'stopped')
      },
    })
    await assert.rejects(stopped, { code: 'cancelled/by-user' })
    assert.ok(checker.isClosed && isScratchClosed)
  }
})
