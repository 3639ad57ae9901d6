import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '../../src/base/bytes.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { revisionHash } from '../../src/journal/block.ts'
import { decodeBlock } from '../../src/journal/block-from-ion.ts'
import { revisionFromIon } from '../../src/journal/block-from-ion.ts'
import { verifyProof } from '../../src/journal/proof.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import type { Store } from '../../src/store/store.ts'
import type { StructValue } from '../../src/values/value.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import { stateKey } from '../../src/ledger/keys.ts'
import { applyMissingBlocks, rebuild, removeDerived } from '../../src/ledger/rebuild.ts'
import { verifyLedger } from '../../src/ledger/verify-ledger.ts'
import { SimEnv } from '../support/sim-env.ts'
import { Client, dump, isError, openLedger, run } from './ledger-fixture.ts'

/** A plain description of what the ledger has to hold: table → key → number. */
type Model = Map<string, Map<number, number>>

const seeds = [1, 2, 3, 4, 5, 6]

for (const seed of seeds) {
  test(`random transactions do what a map does, and everything follows from the blocks (seed ${seed})`, async () => {
    const { ledger, store } = await openLedger()
    const workload = new Workload(ledger, seed)
    for (let round = 0; round < 120; round += 1) await workload.round()
    assert.ok(workload.commits > 40, `${workload.commits} commits`)
    assert.ok(workload.conflicts > 5, `${workload.conflicts} conflicts`)
    await workload.checkAll()

    const before = dump(store)
    const digest = ledger.digest()
    const report = verifyLedger(store)
    assert.deepEqual(report.findings, [])
    assert.equal(toHex(report.digest), toHex(digest.digest))
    await rebuild(store)
    assert.deepEqual(dump(store), before)
    assert.deepEqual(ledger.digest(), digest)
    await workload.checkAll()
    await run(ledger, 'CREATE TABLE After')
  })
}

/** Pairs of transactions whose statements interleave; the model changes when one commits. */
class Workload {
  readonly #ledger: Ledger
  readonly #random: SimEnv
  #model: Model = new Map()
  #created = 0
  commits = 0
  conflicts = 0

  constructor(ledger: Ledger, seed: number) {
    this.#ledger = ledger
    this.#random = new SimEnv(seed)
  }

  async round(): Promise<void> {
    const clients = [0, 1].map(() => ({ client: new Client(this.#ledger), model: copyOf(this.#model) }))
    for (let step = 0; step < 4; step += 1) {
      for (const { client, model } of clients) this.#step(client, model)
    }
    const base = this.#model
    for (const { client, model } of clients) {
      if (this.#below(8) === 0) {
        client.transaction.abort()
        continue
      }
      try {
        await client.commit()
        this.commits += 1
        this.#model = merged(base, this.#model, model)
      } catch (error) {
        assert.ok(error instanceof LedgerError && error.code === 'transaction/conflict', String(error))
        this.conflicts += 1
      }
    }
  }

  async checkAll(): Promise<void> {
    const client = new Client(this.#ledger)
    for (const [name, rows] of this.#model) {
      const found = client.rows(`SELECT t.k, t.v FROM ${name} AS t`).map((row) => {
        assert.equal(row.type, 'struct')
        return row.type === 'struct' ? row.values.map((value) => (value.type === 'int' ? Number(value.value) : -1)) : []
      })
      assert.deepEqual(new Map(found as [number, number][]), rows, name)
      for (const [k, v] of rows)
        assert.deepEqual(client.run(`SELECT VALUE t.v FROM ${name} AS t WHERE t.k = ${k}`), [`${v}`])
    }
    await client.commit()
  }

  #step(client: Client, model: Model): void {
    const names = [...model.keys()]
    const kind = this.#below(12)
    if (names.length === 0 || (kind === 0 && names.length < 4)) {
      this.#created += 1
      client.run(`CREATE TABLE T${this.#created}`)
      model.set(`T${this.#created}`, new Map())
      return
    }
    const name = names[this.#below(names.length)] as string
    const rows = model.get(name) as Map<number, number>
    const k = this.#below(12)
    if (kind === 1) this.#toggleIndex(client, name)
    else if (kind === 2) this.#failingInsert(client, name)
    else if (kind < 6) {
      // Unique keys, kept by a look-up, as a client would.
      if (client.run(`SELECT * FROM ${name} WHERE k = ${k}`).length === 0) {
        client.run(`INSERT INTO ${name} VALUE {'k': ${k}, 'v': 0, 'pad': 'x${this.#below(1000)}'}`)
        rows.set(k, 0)
      } else assert.ok(rows.has(k))
    } else if (kind < 10) {
      const changed = client.run(`UPDATE ${name} SET v = v + 1 WHERE k = ${k}`)
      assert.equal(changed.length, rows.has(k) ? 1 : 0)
      if (rows.has(k)) rows.set(k, (rows.get(k) as number) + 1)
    } else if (kind === 10) {
      client.run(`DELETE FROM ${name} WHERE k = ${k}`)
      rows.delete(k)
    } else {
      client.run(`UPDATE ${name} SET v = v + 1`)
      for (const [key, v] of rows) rows.set(key, v + 1)
    }
  }

  #toggleIndex(client: Client, name: string): void {
    const indexes = `SELECT VALUE t.indexes[0].indexId FROM information_schema.user_tables AS t WHERE t.name = '${name}'`
    const [indexId] = client.rows(indexes)
    if (indexId?.type === 'string') client.run(`DROP INDEX "${indexId.value}" ON ${name} WITH (purge = true)`)
    else client.run(`CREATE INDEX ON ${name} (k)`)
  }

  #failingInsert(client: Client, name: string): void {
    assert.throws(() => client.run(`INSERT INTO ${name} <<{'k': 99, 'v': 99}, 5>>`), isError('document/not-a-struct'))
  }

  #below(limit: number): number {
    return (this.#random.randomBytes(1)[0] as number) % limit
  }
}

function copyOf(model: Model): Model {
  return new Map([...model].map(([name, rows]) => [name, new Map(rows)]))
}

/**
 * The model after a commit. What was committed since the transaction's base can have touched nothing that it read or
 * wrote; so each key comes from whichever of the two changed it.
 */
function merged(base: Model, now: Model, mine: Model): Model {
  const result = copyOf(now)
  for (const [name, after] of mine) {
    const before = base.get(name)
    const rows = result.get(name) ?? new Map<number, number>()
    result.set(name, rows)
    for (const k of new Set([...(before?.keys() ?? []), ...after.keys()])) {
      const v = after.get(k)
      if (before?.get(k) === v) continue
      if (v === undefined) rows.delete(k)
      else rows.set(k, v)
    }
  }
  return result
}

test('an interrupted rebuild resumes when the ledger is opened', async () => {
  const { ledger, store, env } = await openLedger()
  await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)')
  for (let k = 0; k < 266; k += 1) await run(ledger, `INSERT INTO T VALUE {'k': ${k}}`)
  const before = dump(store)
  await store.write((transaction) => removeDerived(transaction))
  assert.throws(() => new Client(ledger).run('SELECT * FROM T'), isError('ledger/closed', /being rebuilt/))
  await assert.rejects(rebuild(failingAfter(store, 2), undefined, 64 * 1024), /no more writes/)
  assert.throws(() => new Client(ledger).run('SELECT * FROM T'), isError('ledger/closed', /being rebuilt/))
  const again = await Ledger.open(store, env, { name: 'test', strictQldb: false })
  assert.deepEqual(dump(store), before)
  assert.deepEqual(await run(again, 'SELECT VALUE k FROM T WHERE k = 200'), ['200'])
})

test('two processes that rebuild a ledger at once leave what one of them does', async () => {
  const { ledger, store } = await openLedger()
  await run(ledger, 'CREATE TABLE T', 'CREATE INDEX ON T (k)')
  for (let k = 0; k < 20; k += 1) await run(ledger, `INSERT INTO T VALUE {'k': ${k}}`)
  const before = dump(store)
  await store.write((transaction) => {
    transaction.remove(stateKey)
    removeDerived(transaction)
  })
  let isOtherDone = false
  const racing: Store = {
    snapshot: () => store.snapshot(),
    write: async (work) => {
      if (!isOtherDone) await applyMissingBlocks(store)
      isOtherDone = true
      return await store.write(work)
    },
    close: () => store.close(),
  }
  await applyMissingBlocks(racing)
  assert.ok(isOtherDone)
  assert.deepEqual(dump(store), before)
})

function failingAfter(store: Store, writes: number): Store {
  let left = writes
  return {
    snapshot: () => store.snapshot(),
    write: (work) => {
      left -= 1
      return left < 0 ? Promise.reject(new Error('no more writes')) : store.write(work)
    },
    close: () => store.close(),
  }
}

test('an opened ledger is checked: name, format, and that it is one', async () => {
  const { store, env } = await openLedger()
  const open = (name: string) => Ledger.open(store, env, { name, strictQldb: false })
  await assert.rejects(open('other'), isError('ledger/foreign', /'test', not 'other'/))
  for (const name of ['', 'a--b', '-a', 'a-', '123', 'a_b', 'a'.repeat(33)])
    await assert.rejects(open(name), isError('ledger/invalid-name'), name)
  await store.write((t) => t.put(Uint8Array.of(1), Buffer.from('{"format":99,"name":"test","strandId":"x"}')))
  await assert.rejects(open('test'), isError('ledger/format-too-new', /format 99.*up to 2/))
  await store.write((t) => t.put(Uint8Array.of(1), Buffer.from('{"format":1,"name":"test","strandId":"x"}')))
  await assert.rejects(open('test'), isError('ledger/format-too-old', /format 1.*format 2/))
  await store.write((t) => t.put(Uint8Array.of(1), Buffer.from('something else')))
  await assert.rejects(open('test'), isError('ledger/foreign'))
})

test('a chain in which a block was changed does not verify', async () => {
  const { ledger, store } = await openLedger()
  const client = new Client(ledger)
  client.run('CREATE TABLE T')
  client.run('INSERT INTO T ?', '{name: "Ada"}')
  await client.commit()
  await run(ledger, "INSERT INTO T VALUE {'name': 'Bob'}")
  const sound = verifyLedger(store)
  assert.deepEqual([sound.findings, sound.blocks], [[], 3])
  const key = Uint8Array.of(2, 0, 0, 0, 0, 0, 1)
  await store.write((t) => {
    const text = Buffer.from(t.get(key) as Uint8Array).toString('latin1')
    t.put(key, Buffer.from(text.replace('Ada', 'Eve'), 'latin1'))
  })
  const [finding] = verifyLedger(store).findings
  assert.deepEqual([finding?.code, finding?.sequenceNo], ['revision-hash', 1])
})

test('a record of a block far ahead ends the check with what is missing, not with each number before it', async () => {
  const { ledger, store } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  for (const ahead of ['000000989680', 'ffffffffffff']) {
    await store.write((t) => t.put(Buffer.from(`02${ahead}`, 'hex'), Uint8Array.of(0xd0)))
    assert.throws(() => verifyLedger(store), isError('store/corrupt', /^blocks 2 to 9999999 are missing/))
  }
})

test('a digest proves every block and revision up to its tip, and no changed one', async () => {
  const { ledger } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const ids: string[] = []
  for (let count = 1; count <= 5; count += 1) {
    const rows = await run(ledger, `INSERT INTO T <<${Array.from({ length: count }, (_, k) => `{'k': ${k}}`).join()}>>`)
    ids.push((rows.at(-1) as string).slice(13, 35))
  }
  const { digest, tipAddress } = ledger.digest()
  const tip = tipAddress.sequenceNo
  await run(ledger, 'DELETE FROM T')
  for (let sequenceNo = 0; sequenceNo <= tip; sequenceNo += 1) {
    const { blockHash } = decodeBlock(encodeIon(ledger.block(sequenceNo)))
    assert.ok(verifyProof(blockHash, ledger.blockProof(sequenceNo, tip), digest))
  }
  for (const [at, id] of ids.entries()) {
    const found = ledger.revision(at + 2, id, tip)
    assert.ok(found !== undefined)
    const { data, metadata, hash } = revisionFromIon(found.revision)
    assert.equal(metadata?.id, id)
    assert.equal(toHex(revisionHash(data, found.revision.get('metadata') as StructValue)), toHex(hash))
    assert.ok(verifyProof(hash, found.proof, digest))
    assert.ok(!verifyProof(ionHash(data as StructValue), found.proof, digest))
  }
  assert.equal(ledger.revision(1, ids[0] as string, tip), undefined)
  assert.throws(() => ledger.blockProof(3, 2), isError('journal/gap'))
  assert.throws(() => ledger.blockProof(3, 99), isError('journal/gap'))
})
