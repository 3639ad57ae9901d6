import assert from 'node:assert/strict'
import { toHex } from '../../src/base/bytes.ts'
import type { Env } from '../../src/base/env.ts'
import type { Block } from '../../src/journal/block.ts'
import { decodeBlock } from '../../src/journal/block-from-ion.ts'
import { verifyProof } from '../../src/journal/proof.ts'
import { identityKey, isBlockKey, journalRange } from '../../src/ledger/keys.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Snapshot, Store } from '../../src/store/store.ts'
import { instantMs } from '../../src/values/timestamp.ts'
import { Client } from '../ledger/ledger-fixture.ts'
import type { Dice } from './dice.ts'
import { canonical, type State } from './model.ts'
import { plain } from './simulation.ts'

/** Who wrote each block from `sequenceNo` on. */
export function transactionsSince(store: Store, sequenceNo: number): { transactionId: string; sequenceNo: number }[] {
  return blocks(store, sequenceNo).map(({ transactionId, blockAddress }) => ({ transactionId, ...blockAddress }))
}

export function blockTimes(store: Store): number[] {
  return blocks(store, 0).map(({ blockTimestamp }) => instantMs(blockTimestamp))
}

function blocks(store: Store, from: number): Block[] {
  const snapshot = store.snapshot()
  try {
    return storedBlocks(snapshot, from).map(([, bytes]) => decodeBlock(bytes))
  } finally {
    snapshot.release()
  }
}

function storedBlocks(snapshot: Snapshot, from: number): (readonly [key: Uint8Array, value: Uint8Array])[] {
  return [...snapshot.range(journalRange(from, 2 ** 40))].filter(([key]) => isBlockKey(key))
}

/** Everything that the model says is visible, by a scan and by every key, and nothing else. */
export async function checkState(ledger: Ledger, state: State, names: readonly string[]): Promise<void> {
  const client = new Client(ledger)
  const read = (text: string) => client.rows(text).map((row) => canonical(plain(row)))
  for (const table of state.values()) {
    const revisions = read(
      `SELECT h.metadata.id AS id, h.metadata.version AS v, h.dataHash IS MISSING AS r FROM history('${table.id}') AS h`,
    )
    assert.equal(revisions.length, table.revisions.length, `revisions of '${table.name}'`)
    if (!table.isActive) continue
    const documents = [...table.documents].map(([id, { fields }]) => canonical({ id, d: fields })).sort()
    const what = `SELECT VALUE {'id': id, 'd': t} FROM ${table.name} AS t BY id`
    assert.deepEqual(read(what).sort(), documents, `documents of '${table.name}'`)
    for (const k of new Set([...table.documents.values()].map(({ fields }) => fields['k']))) {
      const found = documents.filter((text) => (JSON.parse(text) as { d: { k: number } }).d.k === k)
      assert.deepEqual(read(`${what} WHERE t.k = ${k}`).sort(), found, `documents of '${table.name}' with k = ${k}`)
    }
  }
  const active = new Set([...state.values()].filter(({ isActive }) => isActive).map(({ name }) => name))
  for (const name of names) if (!active.has(name)) assert.throws(() => client.run(`SELECT * FROM ${name}`), /No such/)
  await client.commit()
}

/** The chain verifies; what is derived follows from the blocks; digests, old ones too, prove revisions. */
export async function checkLedger(
  store: Store,
  ledger: Ledger,
  state: State,
  names: readonly string[],
  env: Env,
  digests: readonly ReturnType<Ledger['digest']>[],
  dice: Dice,
): Promise<void> {
  const report = await verifyStore(store, { name: ledger.name, openScratch: async () => createMemoryStore() })
  assert.deepEqual(report.journal.findings, [])
  assert.deepEqual(report.derived?.findings, [])
  const copy = await replica(store, ledger.name, env)
  assert.equal(toHex(copy.digest().digest), toHex(ledger.digest().digest))
  await checkState(copy, state, names)
  const all = blocks(store, 0)
  for (let round = 0; round < 8; round += 1) {
    const { digest, tipAddress } = dice.pick(digests)
    const block = dice.pick(all.slice(0, tipAddress.sequenceNo + 1))
    const { sequenceNo } = block.blockAddress
    assert.ok(verifyProof(block.blockHash, ledger.blockProof(sequenceNo, tipAddress.sequenceNo), digest))
    const id = dice.pick(block.revisions ?? [])?.metadata?.id
    if (id === undefined) continue
    const found = ledger.revision(sequenceNo, id, tipAddress.sequenceNo)
    const hash = found?.revision.get('hash')
    assert.ok(hash?.type === 'blob' && found !== undefined)
    assert.ok(verifyProof(hash.bytes, found.proof, digest), `digest ${tipAddress.sequenceNo} proves '${id}'`)
  }
}

/** A ledger made of the blocks alone. */
async function replica(store: Store, name: string, env: Env): Promise<Ledger> {
  const copy = createMemoryStore()
  const snapshot = store.snapshot()
  const identity = snapshot.get(identityKey) as Uint8Array
  const kept = storedBlocks(snapshot, 0)
  snapshot.release()
  await copy.write((transaction) => {
    transaction.put(identityKey, identity)
    for (const [key, value] of kept) transaction.put(key, value)
  })
  return Ledger.open(copy, env, { name, strictQldb: false })
}
