import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { Result } from '../../src/driver/result.ts'
import { noStatistics } from '../../src/driver/session.ts'
import { ResultCursor } from '../../src/server/paging.ts'
import { LazyReader } from '../../src/values/binary-reader.ts'
import { encodeRaw } from '../../src/values/binary-writer.ts'
import { SymbolDictionary } from '../../src/values/symbols.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { bag, date, list, missing, string, structOf, type Value } from '../../src/values/value.ts'
import { ionValue } from '../support/ion-values.ts'

/** What a client makes of the rows, or the code of the error that stopped it; PartiQL's own types by their names. */
async function received(rows: readonly Value[], asValues: boolean): Promise<string[] | string> {
  const cursor = new ResultCursor({ rows: rows.values(), meter: { readIos: 0, writeIos: 0 } }, () => false)
  try {
    const found: string[] = []
    for (let isLast = false; !isLast; ) {
      const page = cursor.nextPage(asValues)
      isLast = page.isLast
      const result = new Result({ page: { Values: page.values }, statistics: noStatistics }, async () => assert.fail())
      for (const value of await result.toArray()) found.push(`${typesIn(value)} ${printIon(value)}`)
    }
    return found
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
}

function typesIn(value: Value): string {
  if (value.type === 'struct') return `{${value.values.map(typesIn)}}`
  return 'items' in value ? `${value.type}[${value.items.map(typesIn)}]` : value.type
}

/** As a scan gives it: decoded lazily from memory that holds other things too. */
function stored(value: Value): Value {
  const symbols = new SymbolDictionary()
  const bytes = encodeRaw(value, symbols)
  const memory = Buffer.concat([Buffer.alloc(100, 0xff), bytes, Buffer.alloc(2_000, 0xff)])
  return new LazyReader(memory, symbols).read(100, 100 + bytes.length)
}

test('rows handed over as values are what the encoded rows would be read as', async () => {
  const row = fc.oneof(
    ionValue,
    ionValue.map(stored),
    ionValue.map((value) =>
      structOf({ a: stored(value), b: list([stored(value)]), c: bag([missing, date(2024, 2, 29)]) }),
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 5 }), async (rows) => {
      assert.deepEqual(await received(rows, true), await received(rows, false))
    }),
    { numRuns: 300 },
  )
})

test('annotations that stand for PartiQL’s values, ill-formed texts and deep nesting survive the round trip', async () => {
  const marked = parseIon('{a: $bag::[1, $missing::null], b: $date::2024-02-29, c: [$bag::[]]}')
  const deep = Array.from({ length: 501 }).reduce<Value>((inner) => list([inner]), string('x'))
  for (const row of [marked, stored(marked), string('\ud800'), structOf({ '\udc00': missing }), deep]) {
    assert.deepEqual(await received([row], true), await received([row], false))
  }
})

test('a page of values ends after 200 of them, and at its bound of bytes', () => {
  const text = string('x'.repeat(1_000_000))
  for (const asValues of [true, false]) {
    const rows = [...Array<Value>(250).fill(missing), ...Array<Value>(6).fill(text)].values()
    const cursor = new ResultCursor({ rows, meter: { readIos: 0, writeIos: 0 } }, () => false)
    const sizes: number[] = []
    for (let isLast = false; !isLast; ) {
      const page = cursor.nextPage(asValues)
      isLast = page.isLast
      sizes.push(page.values.length)
    }
    assert.deepEqual(sizes, [200, 54, 2])
  }
})
