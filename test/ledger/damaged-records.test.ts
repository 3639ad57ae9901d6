import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { Client, openLedger, run } from './ledger-fixture.ts'

type Entry = readonly [key: Uint8Array, value: Uint8Array]

function entriesOf(store: Store): Entry[] {
  const snapshot = store.snapshot()
  try {
    return [...snapshot.range({ start: new Uint8Array(0), end: Uint8Array.of(0xff) })]
  } finally {
    snapshot.release()
  }
}

async function storeOf(entries: readonly Entry[]): Promise<ReturnType<typeof createMemoryStore>> {
  const store = createMemoryStore()
  await store.write((transaction) => {
    for (const [key, value] of entries) transaction.put(key, value)
  })
  return store
}

/** A record removed, cut, one byte longer, with each of some bytes changed, and with the value of its neighbour. */
function* damages(
  entries: readonly Entry[],
  at: number,
): Generator<readonly [what: string, entries: readonly Entry[]]> {
  const [key, value] = entries[at] as Entry
  const others = entries.filter((_, index) => index !== at)
  const replaced = (bytes: Uint8Array): readonly Entry[] => [...others, [key, bytes]]
  yield ['removed', others]
  if (value.length > 0) {
    yield ['cut', replaced(value.subarray(0, -1))]
    yield ['emptied', replaced(new Uint8Array(0))]
  }
  yield ['longer', replaced(Uint8Array.from([...value, 7]))]
  const steps = Math.max(1, Math.floor(value.length / 12))
  for (let index = 0; index < value.length; index += steps)
    yield [`byte ${index} changed`, replaced(value.map((byte, place) => (place === index ? byte ^ 0x11 : byte)))]
  const neighbour = entries[at + 1]
  if (neighbour !== undefined) yield ["the next one's value", replaced(neighbour[1])]
}

const statements = [
  'SELECT * FROM T',
  'SELECT * FROM T WHERE k = 1',
  'SELECT * FROM _ql_committed_T',
  'SELECT * FROM history(T)',
  'SELECT * FROM information_schema.user_tables',
  "INSERT INTO T {'k': 9, 'fresh': 'a'}",
  "UPDATE T SET v = 'new' WHERE k = 2",
  'DELETE FROM T WHERE k = 1',
  'CREATE INDEX ON T (v)',
  'CREATE TABLE V',
]

/** What goes wrong otherwise than by an error that says so. */
async function faultsIn(entries: readonly Entry[]): Promise<string[]> {
  const faults: string[] = []
  const attempt = async (what: string, work: () => unknown): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof LedgerError)) faults.push(`${what}: ${String(error)}`)
    }
  }
  await attempt('open', async () => {
    const { ledger } = await openLedger({}, await storeOf(entries))
    for (const statement of statements) {
      await attempt(statement, async () => {
        const client = new Client(ledger)
        client.run(statement)
        await client.commit()
      })
    }
    await attempt('digest', () => ledger.digest())
    await attempt('verify', () => ledger.verify())
  })
  return faults
}

test('whatever record of a ledger is damaged, nothing that follows is called a bug', async () => {
  const { ledger, store } = await openLedger()
  await run(ledger, 'CREATE TABLE T', 'CREATE TABLE U')
  await run(ledger, 'CREATE INDEX ON T (k)')
  await run(ledger, "INSERT INTO T << {'k': 1, 'v': 'one'}, {'k': 2, 'v': 'two'} >>")
  await run(ledger, "UPDATE T SET v = 'uno' WHERE k = 1")
  await run(ledger, 'DROP TABLE U')
  const entries = entriesOf(store)
  const faults: string[] = []
  for (const [at, [key]] of entries.entries()) {
    for (const [what, damaged] of damages(entries, at)) {
      const found = await faultsIn(damaged)
      faults.push(...found.map((fault) => `${Buffer.from(key).toString('hex')} ${what}: ${fault}`))
    }
  }
  assert.deepEqual(faults.slice(0, 20), [])
})
