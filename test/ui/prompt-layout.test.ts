import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { layoutPrompt } from '../../src/ui/prompt-layout.ts'

const input = {
  prompt: 'qldb> ',
  continuation: '   -> ',
  columns: 20,
  rowsMax: 10,
  spans: [],
  paintPrompt: (text: string) => text,
}

test('prompt: lines stand under the prompt and the caret is in its cell', () => {
  const text = 'SELECT *\nFROM t'
  const layout = layoutPrompt({ ...input, text, caret: text.length })
  assert.deepEqual(layout, { rows: ['qldb> SELECT *', '   -> FROM t'], caretRow: 1, caretColumn: 12 })
})

test('prompt: a long line wraps, and the caret at the wrap is on the next row', () => {
  const text = '1234567890123456'
  assert.deepEqual(layoutPrompt({ ...input, text, caret: 13 }), {
    rows: ['qldb> 1234567890123', '456'],
    caretRow: 1,
    caretColumn: 0,
  })
})

test('prompt: wide characters are never cut and count two cells', () => {
  const text = '日本語日本語日本語'
  const layout = layoutPrompt({ ...input, text, caret: 1 })
  assert.deepEqual(layout.rows, ['qldb> 日本語日本語', '日本語'])
  assert.equal(layout.caretColumn, 8)
})

test('prompt: spans are painted across wraps', () => {
  const text = 'abcdefghijklmnop'
  const spans = [{ start: 10, end: 15, paint: (part: string) => `<${part}>` }]
  assert.deepEqual(layoutPrompt({ ...input, text, caret: 0, spans }).rows, ['qldb> abcdefghij<klm>', '<no>p'])
})

test('prompt: no row is wider than the terminal, the caret is always among the rows shown, text is not lost', () => {
  const glyph = fc.constantFrom('a', ' ', '日', '👩‍👩‍👧', 'e\u0301', '\n')
  fc.assert(
    fc.property(
      fc.array(glyph, { maxLength: 80 }),
      fc.nat(),
      fc.integer({ min: 10, max: 40 }),
      fc.integer({ min: 1, max: 6 }),
      (glyphs, seed, columns, rowsMax) => {
        const text = glyphs.join('')
        const caret = glyphs.slice(0, seed % (glyphs.length + 1)).join('').length
        const layout = layoutPrompt({ ...input, text, caret, columns, rowsMax })
        assert.ok(layout.rows.length <= rowsMax)
        for (const row of layout.rows) assert.ok(stringWidth(row) < columns)
        assert.ok(layout.caretRow >= 0 && layout.caretRow < layout.rows.length)
        assert.ok(layout.caretColumn >= 0 && layout.caretColumn < columns)
        const all = layoutPrompt({ ...input, text, caret, columns, rowsMax: 1000 }).rows
        assert.equal(all.join('').replaceAll('qldb> ', '').replaceAll('   -> ', ''), text.replaceAll('\n', ''))
      },
    ),
  )
})

test('prompt: of a huge text only the part around the caret is laid out, and it looks as if all of it were', () => {
  const line = fc.string({ unit: fc.constantFrom('a', '日', 'e\u0301'), minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 9 }), fc.nat(), (lines, seed) => {
      const text = Array.from({ length: 21_000 / lines.join('\n').length + 1 }, () => lines.join('\n')).join('\n')
      const ends = [...text.matchAll(/\n|$/g)].map(({ index }) => index)
      const caret = ends[seed % ends.length] as number
      const huge = layoutPrompt({ ...input, text, caret, columns: 40, rowsMax: 6 })
      const all = layoutPrompt({ ...input, text, caret, columns: 40, rowsMax: 1_000_000 })
      const from = all.caretRow - huge.caretRow
      assert.deepEqual(huge.rows, all.rows.slice(from, from + huge.rows.length))
      assert.equal(huge.rows.length, 6)
      assert.equal(huge.caretColumn, all.caretColumn)
    }),
    { numRuns: 30 },
  )
})

test('prompt: one line of many megabytes is laid out around the caret', () => {
  const text = 'x'.repeat(5_000_000)
  const layout = layoutPrompt({ ...input, text, caret: 2_345_678, columns: 40, rowsMax: 5 })
  assert.equal(layout.rows.length, 5)
  assert.ok(layout.caretRow < 5 && layout.caretColumn < 40)
})
