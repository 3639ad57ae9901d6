import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockKey, stateKey, summaryKey } from '../../src/ledger/keys.ts'
import { type StoreReport, verifyStore } from '../../src/ledger/verify-ledger.ts'
import type { Store } from '../../src/store/store.ts'
import { isError, openLedger, run } from './ledger-fixture.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { decodeAllIon } from '../../src/values/binary-reader.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { list, string, type Value } from '../../src/values/value.ts'
import { childrenOf, field, withField } from '../tamper/tree.ts'

/** A ledger of blocks 0 to 8; the digest is that at block 5, and document 'a' has versions before and after it. */
async function grown() {
  const { ledger, store } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  await run(ledger, "INSERT INTO T VALUE {'k': 'a', 'n': 0}")
  await run(ledger, "INSERT INTO T VALUE {'k': 'gone'}")
  await run(ledger, "UPDATE T SET n = 1 WHERE k = 'a'")
  await run(ledger, "DELETE FROM T WHERE k = 'gone'")
  const saved = ledger.digest()
  await run(ledger, "UPDATE T SET n = 2 WHERE k = 'a'")
  await run(ledger, "INSERT INTO T VALUE {'k': 'b'}")
  await run(ledger, "UPDATE T SET n = 3 WHERE k = 'a'")
  const since = { digest: saved.digest, digestTipAddress: saved.tipAddress }
  return { ledger, store, since, tip: saved.tipAddress.sequenceNo, last: ledger.tip().sequenceNo }
}

async function check(store: Store, since: Awaited<ReturnType<typeof grown>>['since']): Promise<StoreReport> {
  return await verifyStore(store, { since, saved: [since] })
}

function readBytes(store: Store, key: Uint8Array): Uint8Array {
  const snapshot = store.snapshot()
  try {
    return Buffer.from(snapshot.get(key) as Uint8Array)
  } finally {
    snapshot.release()
  }
}

async function change(store: Store, key: Uint8Array, edit: (bytes: Buffer) => void): Promise<void> {
  await store.write((transaction) => {
    const bytes = Buffer.from(transaction.get(key) as Uint8Array)
    edit(bytes)
    transaction.put(key, bytes)
  })
}

test('only the blocks after the digest are checked, and the digest of the whole ledger comes out', async () => {
  const { ledger, store, since, tip, last } = await grown()
  const { journal, derived } = await check(store, since)
  assert.deepEqual(
    [journal.findings, journal.gaps, journal.blocks, journal.first, journal.last, derived],
    [[], [], last - tip, tip + 1, last, undefined],
  )
  assert.deepEqual(journal.digest, ledger.digest().digest)
})

test('without new blocks the digest alone is compared', async () => {
  const { ledger, store } = await grown()
  const { digest, tipAddress } = ledger.digest()
  const now = { digest, digestTipAddress: tipAddress }
  const { journal } = await check(store, now)
  assert.deepEqual([journal.findings, journal.gaps, journal.blocks, journal.digest], [[], [], 0, digest])
})

test('a block after the digest that names its document by something that is no id is found', async () => {
  const { store, since, last } = await grown()
  const [block] = decodeAllIon(readBytes(store, blockKey(last)))
  const revisions = childrenOf(field(block, 'revisions') as Value)
  const metadata = field(revisions[0], 'metadata') as Value
  const renamed = withField(revisions[0] as Value, 'metadata', withField(metadata, 'id', string('')))
  const changed = withField(block as Value, 'revisions', list([renamed, ...revisions.slice(1)]))
  await store.write((transaction) => transaction.put(blockKey(last), encodeIon(changed)))
  const { journal } = await check(store, since)
  assert.ok(journal.findings.some(({ sequenceNo }) => sequenceNo === last))
})

test("every byte that is changed in a block after the digest, and in the digest's last block, is found", async () => {
  const { store, since, tip, last } = await grown()
  for (let sequenceNo = tip; sequenceNo <= last; sequenceNo += 1) {
    const snapshot = store.snapshot()
    const { length } = snapshot.get(blockKey(sequenceNo)) as Uint8Array
    snapshot.release()
    for (let at = 0; at < length; at += 7) {
      const flip = (bytes: Buffer) => bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
      await change(store, blockKey(sequenceNo), flip)
      const found = await check(store, since).then(
        ({ journal }) => journal.findings.map((finding) => finding.sequenceNo),
        (error) => {
          assert.ok(error instanceof LedgerError, String(error))
          return [sequenceNo]
        },
      )
      assert.ok(found.length > 0, `byte ${at} of block ${sequenceNo}`)
      await change(store, blockKey(sequenceNo), flip)
    }
  }
})

test("a journal whose tree does not give the digest is tampered with, whatever is in its blocks' place", async () => {
  for (const sequenceNo of [0, 3, 4]) {
    const { store, since, tip } = await grown()
    // Its last byte before the write set: in the root of the largest subtree that it completes.
    await change(store, summaryKey(sequenceNo), (bytes) => {
      const at = 1 + 33 * bytes.readUInt8(0) - 1
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    })
    const { journal } = await check(store, since)
    if (sequenceNo === 0) continue
    assert.deepEqual(
      [journal.findings[0]?.code, journal.findings[0]?.sequenceNo],
      ['digest', tip],
      `the node of block ${sequenceNo}`,
    )
  }
})

test('what the ledger keeps of two blocks exchanged, or cut at any byte, is damage of the store or no digest', async () => {
  const { store, since, tip } = await grown()
  const outcome = async () => {
    try {
      const { journal } = await check(store, since)
      return journal.findings.map(({ code }) => code as string)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      return [error.code as string]
    }
  }
  const put = (sequenceNo: number, bytes: Uint8Array) =>
    store.write((transaction) => transaction.put(summaryKey(sequenceNo), bytes))
  for (let sequenceNo = 0; sequenceNo <= tip; sequenceNo += 1) {
    const [one, other] = [sequenceNo, sequenceNo + 1].map((number) => readBytes(store, summaryKey(number)))
    const [own, next] = [one as Uint8Array, other as Uint8Array]
    const cuts = Array.from({ length: Math.min(own.length, 70) }, (_, end) => own.subarray(0, end))
    for (const bytes of [next, ...cuts]) {
      await put(sequenceNo, bytes)
      for (const code of await outcome()) assert.ok(['digest', 'store/corrupt'].includes(code), code)
    }
    await put(sequenceNo, own)
  }
  assert.deepEqual(await outcome(), [])
})

test('a digest past the end is not compared; one of another ledger is refused', async () => {
  const { store, since, last } = await grown()
  const later = { ...since, digestTipAddress: { ...since.digestTipAddress, sequenceNo: last + 1 } }
  assert.deepEqual(
    (await check(store, later)).journal.gaps.map(({ code }) => code),
    ['digest-uncovered'],
  )
  const other = { ...since, digestTipAddress: { ...since.digestTipAddress, strandId: 'JdxjkR9bSYB5jMHWcI464T' } }
  await assert.rejects(check(store, other), isError('proof/foreign-digest'))
})

test('each other digest that is given is compared, or is a gap', async () => {
  const { ledger, store, since, tip, last } = await grown()
  const wrong = Buffer.alloc(32, 7)
  const at = (sequenceNo: number, digest: Uint8Array) => ({
    digest,
    digestTipAddress: { ...since.digestTipAddress, sequenceNo },
  })
  const codesWith = async (other: typeof since) => {
    const { journal } = await verifyStore(store, { since, saved: [since, other] })
    return [journal.findings, journal.gaps].map((found) => found.map(({ code }) => code))
  }
  for (let sequenceNo = 0; sequenceNo < tip; sequenceNo += 1)
    assert.deepEqual(await codesWith(at(sequenceNo, wrong)), [[], ['digest-uncovered']])
  for (let sequenceNo = tip; sequenceNo <= last; sequenceNo += 1)
    assert.deepEqual(await codesWith(at(sequenceNo, wrong)), [['digest'], []])
  assert.deepEqual(await codesWith(at(tip, since.digest)), [[], []])
  assert.deepEqual(await codesWith(at(last, ledger.digest().digest)), [[], []])
})

test('a block after the digest that was left out is a gap', async () => {
  const { store, since, tip } = await grown()
  await store.write((transaction) => transaction.remove(blockKey(tip + 2)))
  await store.write((transaction) => transaction.remove(stateKey))
  const { journal } = await check(store, since)
  assert.ok(journal.findings.some(({ code, sequenceNo }) => code === 'gap' && sequenceNo === tip + 2))
})
