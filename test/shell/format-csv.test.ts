import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { resultFormat } from '../../src/shell/formats/formats.ts'
import { parseAllIon } from '../../src/values/text-reader.ts'
import { mapOf } from '../../src/values/map.ts'
import { int, missing, string, struct, structOf, type Value } from '../../src/values/value.ts'

const csv = (values: readonly Value[], width?: number): string => {
  const format = resultFormat('csv', { width })
  return format.start() + format.values(values) + format.end(true)
}

test('csv: a header of all fields in order of appearance, nothing for NULL and absent fields', () => {
  const rows = parseAllIon('{a: 1, b: "x"} {b: null, c: 2.50} {a: "", c: "null"}')
  assert.equal(csv(rows), 'a,b,c\n1,x,\n,,2.50\n"",,null\n')
  assert.equal(csv([struct(['a', 'b'], [missing, string('y')])]), 'a,b\n,y\n')
})

test('csv: a map is a list of its entries', () => {
  const row = structOf({ m: mapOf([[int(1), string('one')]]) })
  assert.equal(csv([row]), 'm\n"[[1,""one""]]"\n')
})

test('csv: each type as text', () => {
  const cases = [
    ['"a,b"', '"a,b"'],
    ['"say \\"x\\""', '"say ""x"""'],
    ['"two\\nlines"', '"two\nlines"'],
    ['" a"', '" a"'],
    ["'sym'", 'sym'],
    ['true', 'true'],
    ['12345678901234567890', '12345678901234567890'],
    ['42.20', '42.20'],
    ['2019-09-04T10:00-00:00', '2019-09-04T10:00-00:00'],
    ['{{AQI=}}', 'AQI='],
    ['[1, "a"]', '"[1,""a""]"'],
    ['"1.5"', '"1.5"'],
    ['"-007"', '"-007"'],
    ["'1e9'", '"1e9"'],
    ['{{1234}}', '"1234"'],
    ['"1.5.0"', '1.5.0'],
    ['nan', 'nan'],
    ['+inf', '+inf'],
    ['-inf', '-inf'],
    ['{x: {y: null}}', '"{""x"":{""y"":null}}"'],
  ] as const
  for (const [ion, cell] of cases) assert.equal(csv(parseAllIon(`{v: ${ion}}`)), `v\n${cell}\n`, ion)
})

test('csv: rows that are no structs, repeated names, a line of one empty cell, an empty result', () => {
  assert.equal(csv(parseAllIon('1 "a" x::{a: 1} {}')), 'VALUE\n1\na\n"{""a"":1}"\n{}\n')
  assert.equal(csv(parseAllIon('{} {}')), 'VALUE\n{}\n{}\n')
  assert.equal(csv(parseAllIon('{a: 1, b: 2} {} {b: 3}')), 'a,b\n1,2\n,\n,3\n')
  assert.equal(csv(parseAllIon('{a: 1, a: 2}')), 'a,a\n1,2\n')
  assert.equal(csv(parseAllIon('{a: null}')), 'a\n""\n')
  assert.equal(csv([]), '')
})

test('csv: a later page with a field that has no column is refused, not cut', () => {
  const format = resultFormat('csv', { width: undefined })
  assert.equal(format.values(parseAllIon('{a: 1} {a: 2}')), 'a\n1\n2\n')
  assert.throws(() => format.values(parseAllIon('{a: 3} {a: 4, b: 5}')), {
    code: 'format/no-column',
    message: "row 4 has a field 'b' that the first rows lack",
  })
})

test('csv: control characters are shown on a terminal and kept elsewhere', () => {
  const rows = [struct(['v'], [string('a\x1b[31m')])]
  assert.equal(csv(rows), 'v\na\x1b[31m\n')
  assert.equal(csv(rows, 80), 'v\na\\x1b[31m\n')
})

/** RFC 4180, a line feed as the line end. */
function readCsv(text: string): string[][] {
  const lines: string[][] = [[]]
  const cell = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/gy
  for (const [, quoted, plain, end] of text.matchAll(cell)) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? (plain as string))
    if (end === '\n') lines.push([])
  }
  lines.pop()
  return lines
}

test('csv: every text comes back from a reader of RFC 4180', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', '日', '', ';', "'") })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 8 }), (rows) => {
      const values = rows.map((row) =>
        struct(
          ['x', 'y'],
          row.map((cell) => string(cell)),
        ),
      )
      assert.deepEqual(readCsv(csv(values)), [['x', 'y'], ...rows])
    }),
  )
})
