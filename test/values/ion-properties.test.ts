import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LedgerError } from '../../src/base/errors.ts'
import { decodeAllIon, decodeIon, decodeLazy, decodeRaw, detached, LazyReader } from '../../src/values/binary-reader.ts'
import { encodeAllIon, encodeIon, encodeRaw } from '../../src/values/binary-writer.ts'
import { ionEquals } from '../../src/values/ion-equals.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { SymbolDictionary } from '../../src/values/symbols.ts'
import { parseAllIon, parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { list, type Value } from '../../src/values/value.ts'
import { ionValue } from '../support/ion-values.ts'

function assertSame(found: Value, expected: Value): void {
  if (!ionEquals(found, expected)) assert.fail(`expected ${printIon(expected)}, found ${printIon(found)}`)
  assertSameOrder(found, expected)
}

/** ionEquals leaves the order of fields out; the codecs keep it. */
function assertSameOrder(found: Value, expected: Value): void {
  if (found.type === 'struct' && expected.type === 'struct') {
    assert.deepEqual(found.names, expected.names)
    for (const [index, value] of found.values.entries()) assertSameOrder(value, expected.values[index] as Value)
  } else if (found.type === 'list' || found.type === 'sexp') {
    const items = (expected as typeof found).items
    for (const [index, value] of found.items.entries()) assertSameOrder(value, items[index] as Value)
  }
}

test('a value printed, plainly or prettily, reads back as itself', () => {
  fc.assert(
    fc.property(ionValue, fc.boolean(), (value, pretty) => {
      const text = printIon(value, { pretty })
      assertSame(parseIon(text), value)
      assert.doesNotMatch(text.replaceAll('\n', ''), /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/u)
    }),
    { numRuns: 1000 },
  )
})

test('a value encoded decodes as itself: as a stream, against a dictionary, lazily', () => {
  fc.assert(
    fc.property(ionValue, (value) => {
      const symbols = new SymbolDictionary()
      assertSame(decodeIon(encodeIon(value)), value)
      const raw = encodeRaw(value, symbols)
      assertSame(decodeRaw(raw, symbols), value)
      assertSame(decodeLazy(raw, symbols), value)
      assert.deepEqual(encodeRaw(decodeLazy(raw, symbols), symbols), raw)
    }),
    { numRuns: 1000 },
  )
})

test('a value read from memory that others share is the same with memory of its own', () => {
  fc.assert(
    fc.property(fc.array(ionValue, { minLength: 1, maxLength: 4 }), (values) => {
      const symbols = new SymbolDictionary()
      const parts = values.map((value) => encodeRaw(value, symbols))
      const used = Buffer.concat(parts)
      const memory = Buffer.concat([used, Buffer.alloc(2 * used.length)])
      const reader = new LazyReader(memory, symbols)
      let start = 0
      const read = parts.map((part) => {
        start += part.length
        return reader.read(start - part.length, start)
      })
      const kept = read.map((value) => detached(value))
      for (const [index, value] of values.entries()) assertSame(read[index] as Value, value)
      memory.fill(0xff)
      for (const [index, value] of values.entries()) assertSame(kept[index] as Value, value)
    }),
    { numRuns: 500 },
  )
})

test('a full dictionary makes the value carry its own symbols', () => {
  fc.assert(
    fc.property(ionValue, (value) => {
      const full = new SymbolDictionary(['a'], 1)
      assertSame(decodeLazy(encodeRaw(value, full), full), value)
    }),
  )
})

test('get finds in a lazy struct what it finds in the eager one', () => {
  fc.assert(
    fc.property(ionValue, (value) => {
      const symbols = new SymbolDictionary()
      const raw = encodeRaw(value, symbols)
      if (value.type !== 'struct') return
      for (const name of [...value.names, 'absent']) {
        const lazy = decodeLazy(raw, symbols)
        assert.ok(lazy.type === 'struct')
        const expected = value.get(name)
        const found = lazy.get(name)
        if (expected === undefined) assert.equal(found, undefined)
        else assertSame(found as Value, expected)
        assert.deepEqual(lazy.names, value.names)
        if (expected !== undefined) assertSame(lazy.get(name) as Value, expected)
      }
    }),
  )
})

test('streams keep their values in order', () => {
  const values = fc.array(ionValue.filter((value) => value.type !== 'symbol' || value.value !== '$ion_1_0'))
  fc.assert(
    fc.property(values, (items) => {
      assertSame(list(decodeAllIon(encodeAllIon(items))), list(items))
      assertSame(list(parseAllIon(items.map((item) => printIon(item)).join('\n'))), list(items))
    }),
  )
})

test('equal values have equal hashes, other values other ones, in whatever encoding', () => {
  fc.assert(
    fc.property(ionValue, ionValue, (a, b) => {
      assert.deepEqual(ionHash(decodeIon(encodeIon(a))), ionHash(a))
      assert.equal(Buffer.compare(ionHash(a), ionHash(b)) === 0, ionEquals(a, b))
    }),
  )
})

/** Whatever it is given, a reader gives a value or a LedgerError; a value it gives can be written and read again. */
function assertTame(read: () => readonly Value[]): void {
  let values: readonly Value[]
  try {
    values = read()
  } catch (error) {
    assert.ok(error instanceof LedgerError, String(error))
    return
  }
  for (const value of values) {
    assertSame(parseIon(printIon(value)), value)
    assertSame(decodeIon(encodeIon(value)), value)
  }
}

test('bytes at random are values or errors', () => {
  const marker = [0xe0, 0x01, 0x00, 0xea]
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (tail) =>
      assertTame(() => decodeAllIon(Uint8Array.from([...marker, ...tail]))),
    ),
    { numRuns: 3000 },
  )
})

test('an encoded value with one byte changed or its end cut off is a value or an error', () => {
  fc.assert(
    fc.property(ionValue, fc.nat(), fc.nat(255), fc.nat(), (value, place, byte, cut) => {
      const bytes = encodeIon(value).slice()
      bytes[4 + (place % (bytes.length - 4))] = byte
      assertTame(() => decodeAllIon(bytes))
      assertTame(() => decodeAllIon(encodeIon(value).subarray(0, 4 + (cut % (bytes.length - 4)))))
    }),
    { numRuns: 2000 },
  )
})

test('lazy and eager decoding agree about damaged bytes', () => {
  fc.assert(
    fc.property(ionValue, fc.nat(), fc.nat(255), (value, place, byte) => {
      const symbols = new SymbolDictionary()
      const bytes = encodeRaw(value, symbols).slice()
      bytes[place % bytes.length] = byte
      const lazily = () => {
        const lazy = decodeLazy(bytes, symbols)
        if (lazy.type === 'struct') lazy.get('absent')
        printIon(lazy)
        return lazy
      }
      assert.equal(
        outcome(lazily),
        outcome(() => decodeRaw(bytes, symbols)),
      )
    }),
    { numRuns: 2000 },
  )
})

function outcome(read: () => Value): string {
  try {
    return printIon(read())
  } catch (error) {
    assert.ok(error instanceof LedgerError, String(error))
    return error.code
  }
}

test('text at random, and printed values with one character changed, are values or errors', () => {
  const pieces = fc.constantFrom(
    ...['{', '}', '{{', '}}', '[', ']', '(', ')', ',', ':', '::', '"', "'", "'''", '\\', '\\u', '/', '//', '/*', '*/'],
    ...[
      'a',
      'null',
      '.int',
      '$1',
      '-',
      '+',
      '+inf',
      '0',
      '12',
      '1.5',
      'e',
      'd',
      'x',
      '_',
      '2020-',
      'T',
      'Z',
      '=',
      '\n',
      ' ',
    ],
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => assertTame(() => parseAllIon(parts.join('')))),
    { numRuns: 3000 },
  )
  fc.assert(
    fc.property(ionValue, fc.nat(), pieces, (value, place, piece) => {
      const text = printIon(value)
      const at = place % text.length
      assertTame(() => parseAllIon(text.slice(0, at) + piece + text.slice(at + 1)))
    }),
    { numRuns: 2000 },
  )
})
