import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compareBytes, utf8 } from '../../src/base/bytes.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { OverlayStore } from '../../src/store/overlay-store.ts'
import {
  type KeyRange,
  type Snapshot,
  type Store,
  storeKeyBytesMax,
  type WriteTransaction,
} from '../../src/store/store.ts'

/** What every store promises, run over each of them. */
type Readable = Pick<WriteTransaction, 'get' | 'range'>

async function withStore(kind: string, run: (store: Store) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'qldb-store-'))
  const store = storeOf(kind, join(directory, 'ledger'))
  try {
    await run(store)
  } finally {
    await store.close()
    rmSync(directory, { recursive: true })
  }
}

function storeOf(kind: string, directory: string): Store {
  if (kind === 'memory') return createMemoryStore()
  const lmdb = openLmdbStore(directory)
  return kind === 'lmdb' ? lmdb : new OverlayStore(lmdb)
}

const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : Buffer.from(bytes).toString())
const rangeOf = (start: string, end: string, reverse = false): KeyRange => ({
  start: utf8(start),
  end: utf8(end),
  reverse,
})
const keysOf = (source: Readable, range: KeyRange) => Array.from(source.range(range), ([key]) => text(key))
const putAll = (transaction: WriteTransaction, pairs: string) => {
  for (const pair of pairs.split(' ')) transaction.put(utf8(pair[0] as string), utf8(pair.slice(1)))
}
function read<T>(store: Store, look: (source: Snapshot) => T): T {
  const snapshot = store.snapshot()
  try {
    return look(snapshot)
  } finally {
    snapshot.release()
  }
}

for (const kind of ['memory', 'lmdb', 'overlay']) {
  describe(`${kind} store`, () => {
    test('gives back what was put, and nothing else', async () => {
      await withStore(kind, async (store) => {
        await store.write((transaction) => {
          putAll(transaction, 'a1 b2 c')
          transaction.put(new Uint8Array(0), utf8('empty key'))
          transaction.remove(utf8('b'))
          transaction.remove(utf8('never there'))
        })
        read(store, (source) => {
          assert.equal(text(source.get(utf8('a'))), '1')
          assert.equal(source.get(utf8('b')), undefined)
          assert.equal(text(source.get(utf8('c'))), '')
          assert.equal(text(source.get(new Uint8Array(0))), 'empty key')
          assert.equal(source.get(utf8('d')), undefined)
          assert.equal(source.get(utf8('aa')), undefined)
        })
      })
    })

    test('reads a range in both directions, start within and end without', async () => {
      await withStore(kind, async (store) => {
        await store.write((transaction) => putAll(transaction, 'a1 b2 c3 d4 e5'))
        read(store, (source) => {
          assert.deepEqual(keysOf(source, rangeOf('b', 'd')), ['b', 'c'])
          assert.deepEqual(keysOf(source, rangeOf('b', 'd', true)), ['c', 'b'])
          assert.deepEqual(keysOf(source, rangeOf('', 'zz')), ['a', 'b', 'c', 'd', 'e'])
          assert.deepEqual(keysOf(source, rangeOf('', 'zz', true)), ['e', 'd', 'c', 'b', 'a'])
          assert.deepEqual(keysOf(source, rangeOf('bb', 'cc', true)), ['c'])
          assert.deepEqual(keysOf(source, rangeOf('c', 'c')), [])
          assert.deepEqual(keysOf(source, rangeOf('d', 'b')), [])
          assert.deepEqual(keysOf(source, rangeOf('d', 'b', true)), [])
          assert.deepEqual(keysOf(source, rangeOf('x', 'z')), [])
        })
      })
    })

    test('a snapshot does not move, also while a later write runs', async () => {
      await withStore(kind, async (store) => {
        await store.write((transaction) => putAll(transaction, 'a1 b2'))
        const before = store.snapshot()
        await store.write((transaction) => {
          putAll(transaction, 'a9 c3')
          transaction.remove(utf8('b'))
          assert.equal(text(before.get(utf8('a'))), '1')
          assert.deepEqual(keysOf(before, rangeOf('a', 'z')), ['a', 'b'])
          assert.equal(text(transaction.get(utf8('a'))), '9')
          const during = store.snapshot()
          assert.equal(text(during.get(utf8('a'))), '1')
          during.release()
        })
        assert.equal(text(before.get(utf8('a'))), '1')
        assert.deepEqual(keysOf(before, rangeOf('a', 'z')), ['a', 'b'])
        read(store, (source) => assert.deepEqual(keysOf(source, rangeOf('a', 'z')), ['a', 'c']))
        before.release()
        before.release()
        assert.throws(() => before.get(utf8('a')), /impossible/)
      })
    })

    test('a range may be left early, and a snapshot released in the middle of one', async () => {
      await withStore(kind, async (store) => {
        await store.write((transaction) => putAll(transaction, 'a1 b2 c3'))
        const snapshot = store.snapshot()
        for (const [key] of snapshot.range(rangeOf('a', 'z'))) if (text(key) === 'b') break
        const left = snapshot.range(rangeOf('a', 'z'))[Symbol.iterator]()
        left.next()
        snapshot.release()
        assert.equal(left.next().done, true)
      })
    })

    test('cursors keep to their places side by side, and end with their snapshot', async () => {
      await withStore(kind, async (store) => {
        await store.write((transaction) => putAll(transaction, 'a1 b2 c3'))
        const snapshot = store.snapshot()
        const first = snapshot.cursor(rangeOf('a', 'z'))
        const second = snapshot.cursor(rangeOf('b', 'z'))
        const seen: (string | undefined)[] = []
        for (const cursor of [first, second, first, second]) {
          assert.equal(cursor.next(), true)
          seen.push(
            text(cursor.key()),
            text(cursor.bytes.subarray(cursor.start, cursor.end)),
            text(snapshot.get(utf8('c'))),
          )
        }
        assert.deepEqual(seen, ['a', '1', '3', 'b', '2', '3', 'b', '2', '3', 'c', '3', '3'])
        first.close()
        snapshot.release()
        assert.equal(second.next(), false)
        second.close()
      })
    })

    test('a value that is dropped leaves the others as they are', async () => {
      await withStore(kind, async (store) => {
        const keys = Array.from({ length: 200 }, (_, n) => `k${String(n).padStart(3, '0')}`)
        await store.write((transaction) => {
          for (const key of keys) transaction.put(utf8(key), utf8(key.repeat(40)))
        })
        read(store, (source) => {
          const cursor = source.cursor(rangeOf('k', 'l'))
          const kept: Uint8Array[] = []
          for (let count = 0; cursor.next(); count += 1) {
            if (count % 3 === 0) kept.push(cursor.bytes.subarray(cursor.start, cursor.end))
            else cursor.drop()
          }
          cursor.close()
          const expected = keys.filter((_, count) => count % 3 === 0).map((key) => key.repeat(40))
          assert.deepEqual(kept.map(text), expected)
        })
      })
    })

    test('a work that throws leaves nothing behind, and those beside it stay', async () => {
      await withStore(kind, async (store) => {
        await store.write((transaction) => putAll(transaction, 'a1 b2'))
        const outcomes = await Promise.allSettled([
          store.write((transaction) => putAll(transaction, 'c3')),
          store.write((transaction) => {
            putAll(transaction, 'a7 a8 c9 d9')
            transaction.remove(utf8('b'))
            transaction.put(utf8('b'), utf8('7'))
            transaction.remove(utf8('a'))
            throw new RangeError('no')
          }),
          store.write((transaction) => text(transaction.get(utf8('a')))),
        ])
        assert.deepEqual(
          outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message)),
          [undefined, 'no', '1'],
        )
        read(store, (source) => {
          assert.deepEqual(
            Array.from(source.range(rangeOf('a', 'z')), ([key, value]) => `${text(key)}${text(value)}`),
            ['a1', 'b2', 'c3'],
          )
        })
        await assert.rejects(
          store.write((transaction) => {
            putAll(transaction, 'z9')
            throw new RangeError('alone')
          }),
          /alone/,
        )
        read(store, (source) => assert.equal(source.get(utf8('z')), undefined))
      })
    })

    test('works run one after another, each seeing the one before', async () => {
      await withStore(kind, async (store) => {
        const count = 700
        const results = await Promise.all(
          Array.from({ length: count }, () =>
            store.write((transaction) => {
              const next = Number(text(transaction.get(utf8('n'))) ?? '0') + 1
              transaction.put(utf8('n'), utf8(String(next)))
              return next
            }),
          ),
        )
        assert.deepEqual(
          results,
          Array.from({ length: count }, (_, index) => index + 1),
        )
      })
    })

    test('a range of a write sees the changes made ahead of it', async () => {
      await withStore(kind, async (store) => {
        await store.write((transaction) => putAll(transaction, 'a1 b2 d4 f6'))
        const seen = await store.write((transaction) => {
          const keys: (string | undefined)[] = []
          for (const [key] of transaction.range(rangeOf('a', 'z'))) {
            keys.push(text(key))
            if (text(key) === 'b') {
              transaction.remove(utf8('b'))
              transaction.remove(utf8('d'))
              putAll(transaction, 'a9 c3')
            }
          }
          return keys
        })
        assert.deepEqual(seen, ['a', 'b', 'c', 'f'])
      })
    })

    test('bytes given out or taken in are nobody else’s', async () => {
      await withStore(kind, async (store) => {
        const key = utf8('k')
        const value = utf8('value')
        await store.write((transaction) => {
          transaction.put(key, value)
          value.fill(0)
          transaction.get(utf8('k'))?.fill(1)
        })
        key.fill(0)
        read(store, (source) => {
          source.get(utf8('k'))?.fill(2)
          for (const [foundKey, found] of source.range(rangeOf('a', 'z'))) {
            foundKey.fill(3)
            found.fill(3)
          }
          assert.equal(text(source.get(utf8('k'))), 'value')
        })
      })
    })

    test('takes the longest key and large values', async () => {
      await withStore(kind, async (store) => {
        const longest = new Uint8Array(storeKeyBytesMax).fill(255)
        const sizes = [1, 4095, 4096, 33_000, 100_000, 3_000_000]
        const valueOfSize = (size: number) => Buffer.alloc(size, size % 251)
        await store.write((transaction) => {
          transaction.put(longest, utf8('longest'))
          for (const size of sizes) {
            transaction.put(utf8(`v${size}`), valueOfSize(size))
            assert.ok(valueOfSize(size).equals(transaction.get(utf8(`v${size}`)) as Uint8Array))
          }
          assert.equal(keysOf(transaction, rangeOf('v', 'w')).length, sizes.length)
        })
        read(store, (source) => {
          assert.equal(text(source.get(longest)), 'longest')
          for (const size of sizes) assert.ok(valueOfSize(size).equals(source.get(utf8(`v${size}`)) as Uint8Array))
          for (const [key, value] of source.range(rangeOf('v', 'w', true))) {
            assert.ok(valueOfSize(Number(text(key)?.slice(1))).equals(value))
          }
          const found = cursorPairs(source, rangeOf('v', 'w'))
          assert.deepEqual(found, pairsOf(source, rangeOf('v', 'w')))
        })
        await assert.rejects(
          store.write((transaction) => transaction.put(new Uint8Array(storeKeyBytesMax + 1), utf8(''))),
          /at most/,
        )
      })
    })

    test('close waits for writes, can be asked twice, and refuses what comes after', async () => {
      await withStore(kind, async (store) => {
        const write = store.write((transaction) => putAll(transaction, 'a1'))
        const closed = store.close()
        await write
        await closed
        await store.close()
        assert.throws(() => store.snapshot(), { code: 'store/unavailable' })
        await assert.rejects(
          store.write(() => undefined),
          { code: 'store/unavailable' },
        )
      })
    })

    test('does what a sorted list of pairs would do', async () => {
      const key = fc.uint8Array({ maxLength: 3, max: 4 })
      const change = fc.record({ key, value: fc.option(fc.uint8Array({ maxLength: 4 })) })
      const property = fc.asyncProperty(
        fc.array(fc.array(change, { maxLength: 60 }), { maxLength: 4 }),
        fc.array(fc.record({ start: key, end: key, reverse: fc.boolean() }), { minLength: 1, maxLength: 8 }),
        async (batches, ranges) => {
          await withStore(kind, async (store) => {
            const model = new Map<string, Uint8Array>()
            for (const batch of batches) {
              await store.write((transaction) => {
                for (const { key, value } of batch) {
                  if (value === null) transaction.remove(key)
                  else transaction.put(key, value)
                }
                for (const range of ranges.slice(0, 1)) {
                  applyTo(model, batch)
                  assert.deepEqual(pairsOf(transaction, range), modelPairs(model, range))
                }
              })
            }
            read(store, (source) => {
              for (const range of ranges) {
                assert.deepEqual(pairsOf(source, range), modelPairs(model, range))
                assert.deepEqual(cursorPairs(source, range), modelPairs(model, range))
              }
            })
          })
        },
      )
      await fc.assert(property, { numRuns: kind === 'lmdb' ? 25 : 150 })
    })
  })
}

function applyTo(model: Map<string, Uint8Array>, batch: readonly { key: Uint8Array; value: Uint8Array | null }[]) {
  for (const { key, value } of batch) {
    const name = Buffer.from(key).toString('hex')
    if (value === null) model.delete(name)
    else model.set(name, value)
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
function pairsOf(source: Readable, range: KeyRange): string[] {
  return Array.from(source.range(range), ([key, value]) => `${hex(key)}=${hex(value)}`)
}
/** All entries are looked at when the last has been read: what a cursor gave stays as it is. */
function cursorPairs(source: Snapshot, range: KeyRange): string[] {
  const cursor = source.cursor(range)
  const entries: { key: Uint8Array; value: Uint8Array }[] = []
  while (cursor.next()) entries.push({ key: cursor.key(), value: cursor.bytes.subarray(cursor.start, cursor.end) })
  cursor.close()
  return entries.map(({ key, value }) => `${hex(key)}=${hex(value)}`)
}
function modelPairs(model: ReadonlyMap<string, Uint8Array>, range: KeyRange): string[] {
  const pairs = [...model]
    .map(([name, value]) => [Buffer.from(name, 'hex'), value] as const)
    .filter(([key]) => compareBytes(key, range.start) >= 0 && compareBytes(key, range.end) < 0)
    .sort(([left], [right]) => compareBytes(left, right))
    .map(([key, value]) => `${hex(key)}=${hex(value)}`)
  return range.reverse === true ? pairs.reverse() : pairs
}
