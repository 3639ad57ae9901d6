import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FormatName, resultFormat } from '../../src/shell/formats/formats.ts'
import { string, struct } from '../../src/values/value.ts'

const rows = ['select a', '  filter b = "x"', '  \u001b[31m'].map((line) => struct(['plan'], [string(line)]))

function shown(name: FormatName, statement: string): string {
  const format = resultFormat(name, { width: 80, statement })
  return format.start() + format.values(rows) + format.end(true)
}

test('a plan is shown as its lines, with nothing that a terminal would act upon', () => {
  const lines = 'select a\n  filter b = "x"\n  \\x1b[31m\n'
  assert.equal(shown('table', 'EXPLAIN SELECT a FROM b'), lines)
  assert.equal(shown('table', 'explain\nSELECT a'), lines)
})

test('in every other format, and of every other statement, it is rows as any others', () => {
  assert.match(shown('ion', 'EXPLAIN SELECT a'), /^\{plan:"select a"\}\n/)
  assert.match(shown('table', 'SELECT plan FROM explained'), /^plan\s*\n─+\nselect a\s*\n" {2}filter/)
})
