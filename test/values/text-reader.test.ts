import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { nestingDepthMax, numberDigitsMax } from '../../src/base/limits.ts'
import { ionEquals } from '../../src/values/ion-equals.ts'
import { parseAllIon, parseIon } from '../../src/values/text-reader.ts'
import {
  blob,
  bool,
  clob,
  decimal,
  float,
  int,
  list,
  nullOf,
  sexp,
  string,
  struct,
  symbol,
  timestamp,
  unknownSymbolText,
  type Value,
} from '../../src/values/value.ts'

function assertReads(cases: Readonly<Record<string, Value>>): void {
  for (const [text, expected] of Object.entries(cases)) {
    const found = parseIon(text)
    assert.ok(ionEquals(found, expected), `${text}: found ${JSON.stringify(found, bigintAsText)}`)
    if (found.type === 'struct' && expected.type === 'struct') assert.deepEqual(found.names, expected.names)
  }
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}

function refusal(text: string): LedgerError {
  try {
    parseAllIon(text)
  } catch (error) {
    assert.ok(error instanceof LedgerError, String(error))
    return error
  }
  return assert.fail(`${text} was accepted`)
}

function assertRefuses(texts: readonly string[]): void {
  for (const text of texts) {
    const { code, span } = refusal(text)
    assert.equal(code, 'ion/malformed', text)
    assert.ok(
      span !== undefined && span.start <= span.end && span.end <= text.length,
      `${text}: ${JSON.stringify(span)}`,
    )
  }
}

test('nulls and bools', () => {
  assertReads({
    null: nullOf('null'),
    'null.null': nullOf('null'),
    'null.int': nullOf('int'),
    'null.struct': nullOf('struct'),
    'a::null.clob': nullOf('clob', ['a']),
    true: bool(true),
    'a::false': bool(false, ['a']),
  })
  assertRefuses(['null.', 'null.number', 'null .int', 'null. int', 'null/**/.int'])
})

test('integers in three bases, with underscores', () => {
  assertReads({
    '0': int(0),
    '-0': int(0),
    '1_000_000': int(1_000_000),
    '-12': int(-12),
    '9007199254740993': int(9007199254740993n),
    '-123456789012345678901234567890': int(-123456789012345678901234567890n),
    '0x1F': int(31),
    '-0Xff_ff': int(-65535),
    '0b1_01': int(5),
    '-0B1': int(-1),
    '0xFFFFFFFFFFFFFFFF': int(18446744073709551615n),
  })
  assertRefuses(['01', '1_', '_1:', '1__0', '0x', '0x_1', '0b2', '0b', '+1', '1a', '1:', '1/', '--1', '0x1G'])
})

test('decimals keep their precision', () => {
  assertReads({
    '42.20': decimal(4220n, -2),
    '0.': decimal(0n, 0),
    '-0.': decimal(0n, 0, true),
    '-0.00': decimal(0n, -2, true),
    '1d3': decimal(1n, 3),
    '1D-3': decimal(1n, -3),
    '1.5d+2': decimal(15n, 1),
    '1_0.2_5': decimal(1025n, -2),
    '0d2147483648': decimal(0n, 2147483648),
    '123456789012345678901234567890.5': decimal(1234567890123456789012345678905n, -1),
  })
  assert.equal(Object.is((parseIon('0d-0') as ReturnType<typeof decimal>).exponent, 0), true)
  assertRefuses(['.5', '1._5', '1.5_', '1d', '1d1_0', '1.5.5', '1d9007199254740992'])
})

test('floats', () => {
  assertReads({
    '1e0': float(1),
    '-0e0': float(-0),
    '1.5E-3': float(0.0015),
    '1e400': float(Infinity),
    nan: float(Number.NaN),
    '+inf': float(Infinity),
    '-inf': float(-Infinity),
    'a::-inf': float(-Infinity, ['a']),
  })
  assertRefuses(['1e', '1e+', '+nan', '+infinity', '-info', '1e1.5'])
})

test('timestamps of every precision', () => {
  assertReads({
    '2020T': timestamp('year', { year: 2020 }),
    '2020-02T': timestamp('month', { year: 2020, month: 2 }),
    '2020-02-29': timestamp('day', { year: 2020, month: 2, day: 29 }),
    '2020-02-29T': timestamp('day', { year: 2020, month: 2, day: 29 }),
    '2020-02-29T01:02Z': timestamp('minute', { year: 2020, month: 2, day: 29, hour: 1, minute: 2, offset: 0 }),
    '2020-02-29T01:02-00:00': timestamp('minute', { year: 2020, month: 2, day: 29, hour: 1, minute: 2 }),
    '9999-12-31T23:59:59.999999999Z': timestamp('second', {
      ...{ year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59 },
      ...{ fraction: 999999999n, fractionDigits: 9, offset: 0 },
    }),
  })
  assertRefuses(['2020-1T', '2020-02', '2020-02-30', '2019-02-29T', '2020T01:00Z', '2020-01-01T01Z', '-2020T'])
  assertRefuses([
    '2020-01-01T00:00',
    '2020-01-01T24:00Z',
    '2020-01-01T00:00+24:00',
    '0000T',
    '2020-01-01t',
    '2020-01-01T1',
  ])
  assertRefuses(['0001-01-01T00:00+00:01', '9999-12-31T23:59-00:01', `2020-01-01T00:00:00.${'0'.repeat(1001)}Z`])
})

test('strings, their escapes and long segments', () => {
  assertReads({
    '""': string(''),
    '"a\tb"': string('a\tb'),
    '"\\0\\a\\b\\t\\n\\f\\r\\v\\"\\\'\\?\\\\\\/"': string('\0\x07\b\t\n\f\r\v"\'?\\/'),
    '"\\x41\\u00e9\\U0001F600"': string('Aé😀'),
    '"\\uD83D\\uDE00"': string('😀'),
    '"a\\\nb\\\r\nc"': string('abc'),
    "''''''": string(''),
    "'''a''' '''b'''": string('ab'),
    "'''foo''' /*c*/ '''bar''' // d\n'''!'''": string('foobar!'),
    "'''a\r\nb\rc\nd\\\r\ne'''": string('a\nb\nc\nde'),
    "'''it's ''quoted'' '''": string("it's ''quoted'' "),
    "a::'''b'''": string('b', ['a']),
  })
  assertRefuses([
    '"a',
    '"a\nb"',
    '"\\q"',
    '"\\x4"',
    '"\\u12"',
    '"\\U00110000"',
    '"\\uD83D"',
    '"\\U0000D83D"',
    '"\uD83D"',
  ])
  assertRefuses(["'''a", "'''\\uD83D''' '''\\uDE00'''", '"\x01"', "'''a''' '''b", '"\\'])
})

test('symbols, quoted and unquoted, and operators in sexps', () => {
  assertReads({
    a_$1: symbol('a_$1'),
    "''": symbol(''),
    "'null'": symbol('null'),
    "'$1'": symbol('$1'),
    $1: symbol('$ion'),
    $0: symbol(unknownSymbolText),
    "$0::'a b'": symbol('a b', [unknownSymbolText]),
    '(a+b)': sexp([symbol('a'), symbol('+'), symbol('b')]),
    '(a.b)': sexp([symbol('a'), symbol('.'), symbol('b')]),
    '(-1 - 1 --1)': sexp([int(-1), symbol('-'), int(1), symbol('--'), int(1)]),
    '(+inf +info)': sexp([float(Infinity), symbol('+'), symbol('info')]),
    '(<=/*c*/>= a::+)': sexp([symbol('<='), symbol('>='), symbol('+', ['a'])]),
    '(null.int a::b::"c")': sexp([nullOf('int'), string('c', ['a', 'b'])]),
  })
  assertRefuses([
    '+',
    '[+]',
    '$10',
    "'a",
    "'a\nb'",
    'null::1',
    'true::1',
    '(+::a)',
    'a::',
    'a: :1',
    '"a"::1',
    "'''a'''::1",
  ])
})

test('blobs and clobs', () => {
  assertReads({
    '{{}}': blob(Uint8Array.of()),
    '{{ aGVs\n bG8= }}': blob(Buffer.from('hello')),
    '{{+/+/}}': blob(Uint8Array.of(0xfb, 0xff, 0xbf)),
    '{{"a\\xff\\n"}}': clob(Uint8Array.of(97, 255, 10)),
    "{{'''a\r\nb''' '''c'''}}": clob(Buffer.from('a\nbc')),
  })
  assertRefuses(['{{a}}', '{{aGVsbG8}}', '{{aGV=bG8=}}', '{{====}}', '{{aGVsbG8=}', '{{aGVsbG8=} }', '{{/*c*/}}'])
  assertRefuses(['{{"é"}}', '{{"\\u0041"}}', '{{"a"/**/}}', '{{"a" "b"}}', '{{"a"', "{{'''a''' \"b\"}}"])
})

test('containers', () => {
  assertReads({
    '[]': list([]),
    '[1,[2,],]': list([int(1), list([int(2)])]),
    '()': sexp([]),
    '{}': struct([], []),
    "{b:1,\"a\":2,'''b'''/**/'''c''':3,b:4,}": struct(
      ['b', 'a', 'bc', 'b'],
      [1, 2, 3, 4].map((n) => int(n)),
    ),
    '{$4:a::{}}': struct(['name'], [struct([], [], ['a'])]),
    '{__proto__:1}': struct(['__proto__'], [int(1)]),
  })
  assertRefuses([
    '[',
    '[1',
    '[1 2]',
    '[,]',
    '[1,,2]',
    '(1,2)',
    '(',
    '{a}',
    '{a:}',
    '{:1}',
    '{a:1 b:2}',
    '{a::1}',
    '{null:1}',
    ']',
  ])
  assertRefuses(['{', '{a', '{a:1', '{1:1}', '{{a:1}}', '{a:1,,b:2}'])
})

test('white space and comments stand anywhere between tokens', () => {
  const text = '\ufeff/*a*/[ // b\r1\v,\f/**/2/* * */]\t// end'
  assert.ok(ionEquals(parseIon(text), list([int(1), int(2)])))
  assertRefuses(['/* never closed', '1 /'])
})

test('streams: version markers and symbol tables are taken in silently', () => {
  const texts = (text: string) => parseAllIon(text).map((value) => (value.type === 'symbol' ? value.value : value.type))
  assert.deepEqual(texts('$ion_1_0 a $ion_1_0 b'), ['a', 'b'])
  assert.deepEqual(texts("$ion_symbol_table::{symbols:[\"x\",'''y''',3]} $10 $11 $12"), ['x', 'y', unknownSymbolText])
  const appended =
    '$ion_symbol_table::{symbols:["x"]} $ion_symbol_table::{imports:$ion_symbol_table,symbols:["y"]} $10 $11'
  assert.deepEqual(texts(appended), ['x', 'y'])
  const imported = '$ion_symbol_table::{imports:[{name:"t",version:1,max_id:2}],symbols:["x"]} $10 $11 $12'
  assert.deepEqual(texts(imported), [unknownSymbolText, unknownSymbolText, 'x'])
  assert.deepEqual(
    texts("$ion_1_0::a '$ion_1_0'"),
    ['a'],
    'a symbol that looks like a marker means nothing in a stream',
  )
  assertRefuses(['$ion_1_1 a', '$ion_2_0', '$ion_symbol_table::{symbols:["x"]} $ion_1_0 $10'])
  assertRefuses(['$ion_symbol_table::{symbols:[],symbols:[]}', '$ion_symbol_table::{imports:[{name:"t"}]}'])
})

test('parseIon takes exactly one value', () => {
  assert.throws(() => parseIon(' // nothing'), { code: 'ion/malformed' })
  assert.throws(() => parseIon('1 2'), { code: 'ion/malformed', span: { start: 1, end: 3 } })
  assert.ok(ionEquals(parseIon("'$ion_1_0'"), symbol('$ion_1_0')))
})

test('an error says what Ion does not allow there', () => {
  for (const [text, message] of [
    ['{a::1}', "a field name takes no annotation: expected ':', found '::'"],
    ['{"a"::1}', "a field name takes no annotation: expected ':', found '::'"],
    ['null.', "expected a type after 'null.', such as 'null.int', found the end of the text"],
    ['[null.]', "expected a type after 'null.', such as 'null.int', found ']'"],
    ['true::1', "the keyword 'true' must be quoted as an annotation"],
    ['[a::null.int::2]', "the keyword 'null.int' must be quoted as an annotation"],
    ['{{ aGk= /* c */ }}', "comments are not allowed inside '{{' and '}}'"],
    ['{{ // c\n aGk= }}', "comments are not allowed inside '{{' and '}}'"],
    ['{{ aG*= }}', "expected base 64, found '*'"],
  ] as const)
    assert.equal(refusal(text).message, message, text)
  assert.ok(ionEquals(parseIon('{{ ab//cd== }}'), parseIon('{{ab//cd==}}')))
})

test('an error says what was found, what was expected and where', () => {
  const error = refusal('{a:1, b:[1 2]}')
  assert.equal(error.message, "expected ',' or ']', found '2'")
  assert.deepEqual(error.span, { start: 11, end: 12 })
  assert.equal(refusal('[1,').message, "expected ',' or ']', found the end of the text")
  assert.equal(refusal('[\x07]').message, 'expected an Ion value, found the character U+0007')
  assert.deepEqual(refusal('[2020-02-30]').span, { start: 1, end: 11 })
})

test('nesting and digits are bounded', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  assert.equal(parseIon(nested(nestingDepthMax)).type, 'list')
  assert.throws(() => parseIon(nested(nestingDepthMax + 1)), { code: 'ion/nesting-too-deep' })
  assert.throws(() => parseIon('{a:('.repeat(100_000)), { code: 'ion/nesting-too-deep' })
  assert.equal(parseIon('9'.repeat(numberDigitsMax)).type, 'int')
  assertRefuses(['9'.repeat(numberDigitsMax + 1), `1.${'0'.repeat(numberDigitsMax + 1)}`])
})

test('long texts take linear time', () => {
  const size = 1_000_000
  const texts = [
    `"${'\\n'.repeat(size)}"`,
    "'''a'''".repeat(size / 4),
    `[${'1,'.repeat(size)}]`,
    `${'a::'.repeat(size / 4)}1`,
    `{{${'AAAA'.repeat(size)}}}`,
    '/**/'.repeat(size) + '1',
    `{${'a:1,'.repeat(size / 4)}}`,
  ]
  for (const text of texts) assert.ok(parseIon(text))
})
