import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHex } from '../../src/base/bytes.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { integerBytesMax, nestingDepthMax } from '../../src/base/limits.ts'
import { decodeAllIon, decodeIon, decodeLazy, decodeRaw, isIonBinary } from '../../src/values/binary-reader.ts'
import { encodeAllIon, encodeIon, encodeRaw } from '../../src/values/binary-writer.ts'
import { LocalSymbolTable, SymbolDictionary } from '../../src/values/symbols.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { bag, decimal, int, list, string, struct, structOf, symbol, type Value } from '../../src/values/value.ts'
import { isEncodable } from '../../src/values/value-size.ts'

const marker = 'e00100ea'

function printed(hex: string): string {
  return decodeAllIon(fromHex(marker + hex.replaceAll(' ', '')))
    .map((value) => printIon(value))
    .join(' ')
}

/** Text on the left has these bytes, and they read back as that text. */
const encodings: Readonly<Record<string, string>> = {
  null: '0f',
  'null.int': '2f',
  'null.struct': 'df',
  false: '10',
  true: '11',
  '0': '20',
  '1': '2101',
  '-1': '3101',
  '65536': '23010000',
  '9007199254740991': '271fffffffffffff',
  '-9223372036854775808': '388000000000000000',
  '0e0': '40',
  '-0e0': '4480000000',
  '1.5e0': '443fc00000',
  '0.1e0': '483fb999999999999a',
  nan: '447fc00000',
  '0.': '50',
  '-0.': '528080',
  '0.00': '51c2',
  '1.5': '52c10f',
  '-12.8': '53c18080',
  '2000T': '63c00fd0',
  '2000-01T': '64c00fd081',
  '2000-01-02T03:04Z': '67800fd081828384',
  '2000-01-02T03:04-00:00': '67c00fd081828384',
  '2000-01-01T00:00:00.5+00:01': '6a810fcf8c9f97bb80c105',
  '""': '80',
  '"é"': '82c3a9',
  '"aaaaaaaaaaaaaa"': '8e8e6161616161616161616161616161',
  '{{"a"}}': '9161',
  '{{YQ==}}': 'a161',
  '[1,[]]': 'b32101b0',
  '(1)': 'c22101',
  '{}': 'd0',
  '{name:1,version:{}}': 'd584210185d0',
  name: '7104',
  $0: '70',
  'name::version::1': 'e58284852101',
}

test('every type as bytes, both ways', () => {
  for (const [text, hex] of Object.entries(encodings)) {
    assert.equal(toHex(encodeIon(parseIon(text))), marker + hex, text)
    assert.equal(printed(hex), text)
  }
})

test('other encodings of the same values', () => {
  const alternatives: Readonly<Record<string, string>> = {
    '21 00': '0',
    '22 00 01': '1',
    '2e 81 01': '1',
    '2e 00 81 01': '1',
    '29 00 00 00 00 00 00 00 00 07': '7',
    '48 7f f0 00 00 00 00 00 01': 'nan',
    '52 80 00': '0.',
    '63 80 0f d0': '2000T',
    '68 80 0f d0 81 82 83 84 85': '2000-01-02T03:04:05Z',
    '69 80 0f d0 81 82 83 84 85 80': '2000-01-02T03:04:05Z',
    '6a 80 0f d0 81 82 83 84 85 83 00': '2000-01-02T03:04:05Z',
    '72 00 04': 'name',
    'd1 83 84 21 01': '{name:1}',
    'de 80': '{}',
  }
  for (const [hex, text] of Object.entries(alternatives)) assert.equal(printed(hex), text, hex)
})

test('padding is skipped: at the top, in sequences, in structs', () => {
  assert.equal(printed('00 21 01 02 ff ff 21 02 0e 80'), '1 2')
  assert.equal(printed('b5 00 21 01 01 ff'), '[1]')
  assert.equal(printed('d6 84 21 01 80 01 ff'), '{name:1}')
  assert.equal(printed('d6 80 01 ff 84 21 01'), '{name:1}')
  const lazy = decodeLazy(fromHex('d7840084210185d0'), new LocalSymbolTable())
  assert.ok(lazy.type === 'struct')
  assert.equal(printIon(lazy.get('name') as Value), '1')
})

test('malformed bytes are refused with their place', () => {
  const bad: Readonly<Record<string, string>> = {
    'type 15': 'f0',
    'bool of two bytes': '12 00 00',
    'negative zero': '30',
    'negative zero of one byte': '31 00',
    'float of three bytes': '43 00 00 00',
    'value longer than the stream': '82 61',
    'length longer than the stream': '8e',
    'length without an end': '8e 01',
    'length beyond safe integers': '8e 7f 7f 7f 7f 7f 7f 7f 7f ff',
    'text that is not UTF-8': '82 c3 28',
    'half a surrogate pair as UTF-8': '83 ed a0 80',
    'symbol beyond the table': '71 0a',
    'symbol id of nine bytes': '79 01 00 00 00 00 00 00 00 00',
    'field name beyond the table': 'd3 8a 21 01',
    'annotation beyond the table': 'e4 81 8a 21 01',
    'field without a value': 'd1 81 84',
    'struct cut short': 'd5 84 21 01',
    'field longer than its struct': 'd3 84 22 01 01',
    'item longer than its list': 'b2 22 01 01',
    'ordered struct without fields': 'd1 80',
    'annotation without a value': 'e2 81 84',
    'annotations without ids': 'e3 80 21 01',
    'annotated value shorter than its wrapper': 'e5 81 84 21 01 0f',
    'annotated value longer than its wrapper': 'e3 81 84 21 01',
    'annotated padding': 'e3 81 84 00',
    'annotation of an annotation': 'e6 81 84 e3 81 85 0f',
    'null annotation': 'ef',
    'version marker in a list': 'b4 e0 01 00 ea',
    'unknown version': 'e0 02 00 ea',
    'timestamp without a year': '61 80',
    'timestamp with an hour alone': '66 80 0f d0 81 81 81',
    'month 13': '64 c0 0f d0 8d',
    '31 September': '65 c0 0f d0 89 9f',
    '29 February of a common year': '65 c0 0f d1 82 9d',
    'negative fraction': '6a 80 0f d0 81 81 80 80 80 c1 81',
    'fraction of one': '6a 80 0f d0 81 81 80 80 80 c1 0a',
    'fraction of one without an exponent': '6a 80 0f d0 81 81 80 80 80 80 01',
    'offset of a day': '68 0b a0 0f d0 81 81 80 80',
    'year 10000 by its offset': '67 81 4e 8f 8c 9f 97 bb',
  }
  for (const [what, hex] of Object.entries(bad)) {
    assert.throws(() => printed(hex), { code: 'ion/malformed', message: /at byte \d+: / }, what)
  }
  assert.throws(() => decodeIon(fromHex('2101')), { code: 'ion/malformed' }, 'no version marker')
  assert.throws(() => decodeIon(fromHex(marker)), { code: 'ion/malformed' }, 'no value')
  assert.throws(() => decodeIon(fromHex(`${marker}0f0f`)), { code: 'ion/malformed' }, 'two values')
  assert.throws(() => decodeRaw(fromHex('0f0f'), new SymbolDictionary()), { code: 'ion/malformed' })
  assert.throws(() => decodeRaw(fromHex('00'), new SymbolDictionary()), { code: 'ion/malformed' })
})

test('every cut of an encoded value is refused', () => {
  const bytes = encodeIon(
    parseIon('{a:[1,2.5,"text that is long enough"],b:c::2020-01-01T00:00:00.5Z,d:(null.int {{AAAA}})}'),
  )
  for (let length = 4; length < bytes.length; length += 1)
    assert.throws(() => decodeIon(bytes.subarray(0, length)), LedgerError, String(length))
})

test('symbol tables of a stream: own, appended, imported, reset', () => {
  const all = (texts: readonly string[]) => printed(texts.join(''))
  const table = (body: string, size: number) => `e${(size + 3).toString(16)}8183d${size.toString(16)}${body}`
  const declareX = table('87b28178', 4)
  const appendY = table('86710387b28179', 7)
  assert.equal(all([declareX, '710a']), 'x')
  assert.equal(all([declareX, appendY, '710a', '710b']), 'x y')
  assert.throws(() => all([declareX, marker, '710a']), { code: 'ion/malformed' })
  const imported = encodeIon(parseIon('{imports:[{name:"t",version:1,max_id:2}],symbols:["x"]}'))
  const body = toHex(imported).slice(marker.length)
  const wrapped = `ee${(0x80 + 2 + body.length / 2).toString(16)}8183${body}`
  assert.equal(all([wrapped, '710a', '710b', '710c']), '$0 $0 x')
  assert.throws(() => all([wrapped, '710d']), { code: 'ion/malformed' })
})

test('a value without symbols has no symbol table; one stream has one', () => {
  assert.equal(encodeIon(string('x')).length, 6)
  const one = encodeIon(structOf({ field: int(1) })).length
  assert.ok(encodeAllIon([structOf({ field: int(1) }), structOf({ field: int(2) })]).length < 2 * one - 8)
  assert.equal(encodeAllIon([]).length, 4)
  assert.ok(isIonBinary(encodeIon(int(1))))
  assert.ok(!isIonBinary(encodeRaw(int(1), new SymbolDictionary())))
})

test('what Ion has no form for is written as its annotated form', () => {
  assert.equal(printIon(decodeIon(encodeIon(bag([int(1)])))), '$bag::[1]')
})

test('what has no encoding is refused', () => {
  assert.throws(() => encodeIon(string('\ud800')), { code: 'value/out-of-range' })
  assert.throws(() => encodeIon(string(`${'long '.repeat(20)}\udc00`)), { code: 'value/out-of-range' })
  assert.throws(() => encodeIon(symbol('a\udc00')), { code: 'value/out-of-range' })
  assert.throws(() => encodeIon(int(1n << BigInt(integerBytesMax * 8))), { code: 'value/out-of-range' })
  assert.equal(printIon(decodeIon(encodeIon(int(1)))), '1', 'and the next value is not harmed')
})

test('isEncodable says beforehand what encodeIon refuses', () => {
  const end = 1n << BigInt(8 * integerBytesMax)
  const nested = (depth: number) => Array.from({ length: depth }).reduce<Value>((inner) => list([inner]), int(1))
  const taken = [
    int(end - 1n),
    int(1n - end),
    decimal(end / 2n - 1n, -3),
    decimal(1n - end / 2n, 3),
    string('\u{1F601}'),
  ]
  const refused = [
    int(end),
    int(-end),
    decimal(end / 2n, -3),
    decimal(-end / 2n, 3),
    string('\ud800'),
    symbol('\udc00'),
  ]
  const within = (value: Value): Value[] => [value, list([int(1), value]), structOf({ a: int(1), b: bag([value]) })]
  for (const value of [...taken.flatMap(within), nested(nestingDepthMax)]) {
    assert.ok(isEncodable(value))
    encodeIon(value)
  }
  const named = structOf({ a: int(1), '\udc00': int(2) })
  const annotated = int(1, ['a', '\udc00'])
  for (const value of [...[...refused, named, annotated].flatMap(within), nested(nestingDepthMax + 1)]) {
    assert.ok(!isEncodable(value))
    assert.throws(() => encodeIon(value), LedgerError)
  }
})

test('nesting is bounded in writing and in reading, eager and lazy', () => {
  const nested = (depth: number) => Array.from({ length: depth }).reduce<Value>((inner) => list([inner]), int(1))
  const symbols = new SymbolDictionary()
  const deepest = encodeRaw(nested(nestingDepthMax), symbols)
  assert.ok(decodeRaw(deepest, symbols))
  assert.throws(() => encodeIon(nested(nestingDepthMax + 1)), { code: 'ion/nesting-too-deep' })
  assert.throws(() => encodeRaw(nested(3), symbols, 2), { code: 'ion/nesting-too-deep' })
  const tooDeep = Uint8Array.from([...fromHex('be'), ...varUInt(deepest.length), ...deepest])
  assert.throws(() => decodeRaw(tooDeep, symbols), { code: 'ion/nesting-too-deep' })
  let lazy: Value | undefined = decodeLazy(tooDeep, symbols)
  assert.throws(
    () => {
      while (lazy?.type === 'list') lazy = lazy.items[0]
    },
    { code: 'ion/nesting-too-deep' },
  )
})

function varUInt(value: number): number[] {
  return [value >> 7, (value & 0x7f) | 0x80]
}

test('get on a lazy struct touches the bytes of no other field', () => {
  const symbols = new SymbolDictionary()
  const bytes = encodeRaw(
    structOf({ first: string('damage me'), wanted: string('found'), last: int(1) }),
    symbols,
  ).slice()
  const at = Buffer.from(bytes).indexOf('damage')
  bytes[at] = 0xff
  const value = decodeLazy(bytes, symbols)
  assert.ok(value.type === 'struct')
  assert.equal((value.get('wanted') as { value: string }).value, 'found')
  assert.equal(value.get('absent'), undefined)
  assert.throws(() => value.get('first'), { code: 'ion/malformed' })
  assert.throws(() => value.values, { code: 'ion/malformed' })
})

test('lazy values stay right when they are read in any order', () => {
  const symbols = new SymbolDictionary()
  const text = '{a:{b:[1,{c:2}],d:x::(y z)},e:[[3],[4]],a:5}'
  const value = decodeLazy(encodeRaw(parseIon(text), symbols), symbols)
  assert.ok(value.type === 'struct')
  const a = value.get('a')
  const e = value.get('e')
  assert.ok(a?.type === 'struct' && e?.type === 'list')
  const lists = e.items
  assert.equal(printIon(a), '{b:[1,{c:2}],d:x::(y z)}')
  assert.equal(lists.map((item) => printIon(item)).join(), '[3],[4]')
  assert.equal(printIon(value), text)
  assert.equal(value.names, value.names, 'decoded once')
})

test('a dictionary gives ids in the order texts come, the same after it was stored', () => {
  const symbols = new SymbolDictionary()
  assert.equal(symbols.idOf('name'), 4)
  assert.deepEqual([symbols.idOf('x'), symbols.idOf('y'), symbols.idOf('x')], [10, 11, 10])
  const again = new SymbolDictionary(symbols.texts.slice(10))
  assert.deepEqual([again.idOf('y'), again.textOf(10), again.textOf(12)], [11, 'x', undefined])
  const full = new SymbolDictionary(['x'], 1)
  assert.deepEqual([full.idOf('x'), full.idOf('z')], [10, 0])
  const own = encodeRaw(struct(['z'], [int(1)]), full)
  assert.ok(isIonBinary(own))
  assert.equal(printIon(decodeLazy(own, full)), '{z:1}')
})

test('blobs are copies, so that what was decoded does not change with its bytes', () => {
  const bytes = Uint8Array.from(encodeIon(parseIon('{{YQ==}}')))
  const value = decodeIon(bytes)
  bytes.fill(0)
  assert.equal(printIon(value), '{{YQ==}}')
})
