import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { resultFormat } from '../../src/shell/formats/formats.ts'
import { layoutTable, lineText } from '../../src/shell/formats/table-layout.ts'
import { textWidth } from '../../src/shell/formats/text-width.ts'
import { parseAllIon } from '../../src/values/text-reader.ts'
import { missing, string, struct, type Value } from '../../src/values/value.ts'

function table(ion: string, width?: number): string[] {
  return layoutTable(parseAllIon(ion), width).lines.map(lineText)
}

test('columns stand in order of first appearance, numbers to the right, what is absent is empty', () => {
  assert.deepEqual(table('{VIN:"A1",Year:2011} {Make:"Audi",VIN:"B22",Year:7}'), [
    'VIN │ Year │ Make',
    '────┼──────┼─────',
    'A1  │ 2011 │',
    'B22 │    7 │ Audi',
  ])
})

test('bare values, empty structs and annotated structs stand under VALUE', () => {
  assert.deepEqual(table('1 "a" {} x::{a:1} {a:2}'), [
    'VALUE    │ a',
    '─────────┼──',
    '       1 │',
    'a        │',
    '{}       │',
    'x::{a:1} │',
    '         │ 2',
  ])
})

test('different Ion values never look the same', () => {
  const ion = [
    '1',
    '1.',
    '1.0',
    '1e0',
    '"1"',
    "'1'",
    'null',
    'null.int',
    'null.struct',
    '"null"',
    'foo',
    '"foo"',
    "'a b'",
    '"a b"',
    'true',
    '"true"',
    '"2019T"',
    '2019T',
    '2019-01-01',
    '"2019-01-01"',
    '2019-01-01T00:00Z',
    '2019-01-01T00:00:00Z',
    '2019-01-01T00:00:00.0Z',
    '2019-01-01T00:00-00:00',
    'a::1',
    '"a::1"',
    '{{AQI=}}',
    '{{"AQI="}}',
    '[1]',
    '(1)',
    '"[1]"',
    '""',
    "''",
    '" a"',
    '"a "',
    '"a"',
    '"\\"a\\""',
    '-0.',
    '0.',
    '-0e0',
    '0e0',
    'nan',
    '"nan"',
    '"{a:1}"',
    '"MISSING"',
    '"a\\nb"',
    '"a\\\\nb"',
    '[{a:1}]',
    'a::"b"',
    'a::b',
    '"$x"',
    '$x',
  ]
  const seen = new Map<string, string>()
  for (const text of ion) {
    const cell = table(text)[2] as string
    const shown = cell.trim()
    assert.equal(seen.get(shown), undefined, `${text} and ${seen.get(shown)} both show ${shown}`)
    seen.set(shown, text)
  }
  assert.equal(layoutTable([missing], undefined).lines.map(lineText)[2], '')
})

test('plain words stay plain', () => {
  const plain = [
    'Audi',
    '1N4AL11D75C109151',
    'Seattle, WA',
    'Frau Müller',
    '東京',
    '2 doors',
    'a-b_c.d',
    '👍 ok',
    'nullable',
  ]
  for (const word of plain) assert.equal(layoutTable([string(word)], undefined).lines.map(lineText)[2], word)
})

test('a repeated field keeps both its values', () => {
  assert.deepEqual(table('{a:1,a:2,a:3}')[2], '1 │ 2 │ 3')
})

test('the widest columns are cut to fit, never in the middle of a grapheme', () => {
  const family = '👨‍👩‍👧‍👦'
  const values = [
    struct(['n', 'text', 'more'], [string('x'), string('東京都'.repeat(9)), string(`${family}é`.repeat(20))]),
  ]
  for (let width = 20; width < 120; width += 1) {
    for (const line of layoutTable(values, width).lines.map(lineText)) {
      assert.ok(textWidth(line) <= width, `${width}: ${line}`)
      assert.ok(!line.includes('\u200d…') && !/\p{Surrogate}/u.test(line))
    }
  }
  assert.match(lineText(layoutTable(values, 30).lines[2] as never), /^x │ .*… +│ .*…$/)
})

test('too many columns become blocks of lines', () => {
  const names = Array.from({ length: 2000 }, (_, index) => `field${index}`)
  const lines = layoutTable(
    [
      struct(
        names,
        names.map((name) => string(name)),
      ),
    ],
    undefined,
  ).lines.map(lineText)
  assert.equal(lines.length, 2001)
  assert.equal(lines[2000], 'field1999 │ field1999')
  const narrow = table('{a:"xxxxxxxxxxxx",b:"yyyyyyyyyyyy",c:"zzzzzzzzzzzz"} {a:null}', 20)
  assert.deepEqual(narrow, [
    '─[ 1 ]──────────────',
    'a │ xxxxxxxxxxxx',
    'b │ yyyyyyyyyyyy',
    'c │ zzzzzzzzzzzz',
    '─[ 2 ]──────────────',
    'a │ null',
  ])
})

test('a batch continues under its header until it needs another', () => {
  const format = resultFormat('table', { width: undefined })
  assert.equal(format.start(), '')
  assert.equal(format.values(parseAllIon('{a:1000}')), 'a\n────\n1000\n'.replace('a\n', '   a\n'))
  assert.equal(format.values(parseAllIon('{a:1} {a:22}')), '   1\n  22\n')
  assert.equal(format.values(parseAllIon('{a:3,b:"x"}')), '   a │ b\n─────┼──\n   3 │ x\n')
  assert.equal(format.values(parseAllIon('{b:"xyz"}')), '   a │ b\n─────┼────\n     │ xyz\n')
  assert.equal(format.end(true), '')
})

test('no control character reaches a line, whatever the values', () => {
  const anything: fc.Arbitrary<Value> = fc
    .array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), fc.boolean()), {
      minLength: 1,
      maxLength: 4,
    })
    .map((fields) =>
      struct(
        fields.map(([name]) => name),
        fields.map(([, text]) => string(text)),
      ),
    )
  fc.assert(
    fc.property(
      fc.array(anything, { minLength: 1, maxLength: 5 }),
      fc.option(fc.integer({ min: 10, max: 100 })),
      (values, width) => {
        for (const line of layoutTable(values, width ?? undefined).lines.map(lineText)) {
          assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
          if (width !== null) assert.ok(textWidth(line) <= width)
        }
      },
    ),
  )
})

test('a value full of escape sequences is shown, not obeyed', () => {
  assert.deepEqual(table('{a:"\\x1b[2J\\x1b]0;t\\a\\u009b31m"}')[2], '"\\x1b[2J\\x1b]0;t\\a\\x9b31m"')
})
