import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { spillShapesMax } from '../../../src/base/limits.ts'
import { HeldFields } from '../../../src/exec/held-fields.ts'
import { RowFile } from '../../../src/exec/spill/row-file.ts'
import { decodeLazy } from '../../../src/values/binary-reader.ts'
import { encodeRaw } from '../../../src/values/binary-writer.ts'
import { SymbolDictionary } from '../../../src/values/symbols.ts'
import { int, list, nullOf, sexp, string, struct, symbol, type Value } from '../../../src/values/value.ts'
import { ionValue } from '../../support/ion-values.ts'
import { SpillWorld } from '../../support/spill-world.ts'
import { anyValue } from '../../values/alike-values.ts'

const world = new SpillWorld()
after(() => world.remove())

function roundTrip(rows: readonly (readonly Value[])[], chunkBytes?: number): Value[][] {
  const file = new RowFile(world.memory(0))
  for (const row of rows) file.add(row)
  const stream = file.rows(0, file.end, chunkBytes)
  const found: Value[][] = []
  for (let row = stream.next(); row !== undefined; row = stream.next()) found.push(row)
  file.close()
  return found
}

/** Every property of the value, so that lazy values and eager ones compare. */
function plain(value: Value): unknown {
  if (value instanceof HeldFields) return { held: value.fields.map(plain) }
  if ('items' in value)
    return { ...value, type: value.type, annotations: value.annotations, items: value.items.map(plain) }
  if ('bytes' in value) return { ...value, bytes: [...value.bytes] }
  if (value.type !== 'struct') return value
  const { names, values, annotations } = value
  return { type: 'struct', names, values: values.map(plain), annotations }
}

test('every value comes back from a temporary file as it was', () => {
  const rows = fc.array(fc.array(fc.oneof(ionValue, anyValue), { maxLength: 3 }), { maxLength: 8 })
  fc.assert(
    fc.property(rows, fc.constantFrom(1, 16, 100_000), (written, chunkBytes) => {
      assert.deepEqual(
        roundTrip(written, chunkBytes).map((row) => row.map(plain)),
        written.map((row) => row.map(plain)),
      )
    }),
    { numRuns: 500 },
  )
})

test('texts with half a surrogate pair, long texts and large numbers come back as they were', () => {
  const texts = ['\uD800', 'a\uDC00b', 'x'.repeat(33), 'é'.repeat(300), '\u{1F4A9}'.repeat(300), 'x'.repeat(300_000)]
  const row = [
    ...texts.flatMap((text) => [string(text), symbol(text, [text])]),
    ...[10n ** 40n, -(10n ** 40n), 2n ** 53n].map((number) => int(number)),
    ...[2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 31, 127, 128].map((number) => int(number)),
    list([nullOf('list')], ['a']),
  ]
  assert.deepEqual(roundTrip([row, row]), [row, row])
})

test('documents that are decoded when asked come back with fields and annotations, also when their bytes are written over', () => {
  const symbols = new SymbolDictionary()
  const document = struct(['a', 'b'], [list([int(1)]), sexp([string('x'), struct(['c'], [int(2)])])], ['t', 'u'])
  const bytes = Buffer.from(encodeRaw(document, symbols))
  const file = new RowFile(world.memory(0))
  file.add([decodeLazy(bytes, symbols), ...document.values.map((one) => decodeLazy(encodeRaw(one, symbols), symbols))])
  bytes.fill(0xff)
  assert.deepEqual(file.rows().next()?.map(plain), [document, ...document.values].map(plain))
  file.close()
})

test('more lists of names, and more symbol tables, than are shared still come back', () => {
  const rows = Array.from({ length: 2 * spillShapesMax }, (_, at) => [struct([`n${at}`], [int(at)])])
  assert.deepEqual(roundTrip(rows), rows)
  const lazies = rows.map(([value]) => {
    const symbols = new SymbolDictionary()
    return [decodeLazy(encodeRaw(value as Value, symbols), symbols)]
  })
  assert.deepEqual(
    roundTrip(lazies).map((row) => row.map(plain)),
    rows.map((row) => row.map(plain)),
  )
})

test('the held fields of a document come back', () => {
  const held = new HeldFields([int(1), string('x')])
  assert.deepEqual(roundTrip([[held]])[0]?.map(plain), [plain(held)])
})

test('parts of a file are read while rows are added', () => {
  const file = new RowFile(world.memory(0))
  const first = file.add([int(1)])
  const second = file.add([int(2)])
  const rows = file.rows(first, second)
  file.add([int(3)])
  assert.deepEqual([rows.next(), rows.next()], [[int(1)], undefined])
  const rest = file.rows(second)
  assert.deepEqual([rest.next(), rest.next(), rest.next()], [[int(2)], [int(3)], undefined])
  file.close()
})
