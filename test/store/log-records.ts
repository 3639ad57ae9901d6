import assert from 'node:assert/strict'
import { utf8 } from '../../src/base/bytes.ts'
import type { Store, WriteTransaction } from '../../src/store/store.ts'

/**
 * A little log that tells when a commit was lost or torn: key `n` holds how many entries there are, `log/<number>` the
 * entries; one transaction writes both.
 */
export function appendEntry(transaction: WriteTransaction, writer: string): number {
  const next = entryCount(transaction) + 1
  transaction.put(logKey(next), utf8(entryText(next, writer)))
  transaction.put(utf8('n'), utf8(String(next)))
  return next
}

export function logKey(number: number): Uint8Array {
  return utf8(`log/${String(number).padStart(9, '0')}`)
}

export function entryCount(source: Pick<WriteTransaction, 'get'>): number {
  const found = source.get(utf8('n'))
  return found === undefined ? 0 : Number(Buffer.from(found).toString())
}

/** Fails unless all entries are there and whole, and none beyond the count. Returns who wrote them, in order. */
export function checkLog(store: Store): string[] {
  const snapshot = store.snapshot()
  try {
    const count = entryCount(snapshot)
    const writers: string[] = []
    for (const [key, value] of snapshot.range({ start: utf8('log/'), end: utf8('log0') })) {
      const number = writers.length + 1
      assert.deepEqual(Buffer.from(key), Buffer.from(logKey(number)))
      const text = Buffer.from(value).toString()
      const writer = text.split(' ')[0] as string
      assert.equal(text, entryText(number, writer))
      writers.push(writer)
    }
    assert.equal(writers.length, count)
    return writers
  } finally {
    snapshot.release()
  }
}

/** Some entries are larger than a page. */
function entryText(number: number, writer: string): string {
  return `${writer} ${number} `.padEnd(40 + (number % 7) * 1000, 'x')
}
