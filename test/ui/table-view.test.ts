import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { TableFormat } from '../../src/shell/formats/format-table.ts'
import { layoutTable } from '../../src/shell/formats/table-layout.ts'
import { drawTable } from '../../src/ui/table-view.tsx'
import { themeOf } from '../../src/ui/theme.ts'
import { bool, decimal, int, list, nullOf, string, struct, symbol, type Value } from '../../src/values/value.ts'

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    '日本語',
    '👩‍👩‍👧 family',
    'e\u0301tude',
    'a\x1b[31mred\x1b[0m',
    'two\nlines',
    '\u202eabc',
    '   ',
    '',
  ),
)
const scalar: fc.Arbitrary<Value> = fc.oneof(
  text.map((value) => string(value)),
  fc.constantFrom('s', 'a b').map((value) => symbol(value)),
  fc.integer().map((value) => int(value)),
  fc.integer().map((value) => decimal(BigInt(value), -2)),
  fc.boolean().map((value) => bool(value)),
  fc.constant(nullOf('int')),
)
const cell = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }).map((items) => list(items)),
)
const row = fc.oneof(
  cell,
  fc.array(fc.tuple(fc.constantFrom('VIN', 'Year', 'Owners', '名前'), cell), { maxLength: 5 }).map((fields) =>
    struct(
      fields.map(([name]) => name),
      fields.map(([, value]) => value),
    ),
  ),
)

/** Control sequences that set colours, and nothing else. */
const colours = /\x1b\[[0-9;]*m/g

test('a table drawn by Ink looks as the plain writer writes it, at every width', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), fc.integer({ min: 20, max: 100 }), (rows, columns) => {
      const plain = new TableFormat(columns).values(rows)
      const { lines } = layoutTable(rows, columns)
      assert.equal(drawTable(lines, themeOf(false), columns), plain)
      const coloured = drawTable(lines, themeOf(true), columns)
      assert.equal(coloured.replace(colours, ''), plain)
      for (const line of plain.split('\n')) assert.ok(stringWidth(line) <= columns)
    }),
    { numRuns: 60 },
  )
})

test('a table in colour has no control sequence but colours', () => {
  const drawn = drawTable(layoutTable([string('a\x1b[2Jb'), string('\x9b31m')], 60).lines, themeOf(true), 60)
  assert.ok(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(drawn.replace(colours, '')))
})
