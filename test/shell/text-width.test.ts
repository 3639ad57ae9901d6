import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { padText, takeStart, textWidth, textWidthUpTo } from '../../src/shell/formats/text-width.ts'
import { escapeInQuotes, isSafeText, visibleLines, visibleText } from '../../src/shell/visible-text.ts'

const grapheme = fc.constantFrom('a', 'é', 'e\u0301', '東', 'ｶﾞ', '👨‍👩‍👧‍👦', '🇩🇪', '👍🏽', ' ', '한')
const graphemes = fc.array(grapheme, { maxLength: 40 })

test('a text is cut to its width between graphemes', () => {
  fc.assert(
    fc.property(graphemes, fc.integer({ min: 1, max: 60 }), (parts, width) => {
      const text = parts.join('')
      const cut = takeStart(text, width)
      assert.ok(textWidth(cut) <= width)
      if (textWidth(text) <= width) assert.equal(cut, text)
      else {
        assert.ok(cut.endsWith('…'))
        const kept = Array.from(new Intl.Segmenter().segment(cut.slice(0, -1)), ({ segment }) => segment)
        const all = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
        assert.deepEqual(kept, all.slice(0, kept.length))
      }
      assert.equal(textWidthUpTo(text, width) > width, textWidth(text) > width)
      assert.equal(textWidth(padText(cut, width, 'right')), width)
    }),
  )
})

test('a text of megabytes is cut in no time', () => {
  const started = performance.now()
  assert.equal(takeStart('é'.repeat(2_000_000), 10), 'ééééééééé…')
  assert.equal(takeStart(`e${'\u0301'.repeat(2_000)}${'x'.repeat(2_000_000)}`, 3), `e${'\u0301'.repeat(2_000)}x…`)
  assert.ok(textWidthUpTo('東'.repeat(2_000_000), 80) > 80)
  assert.ok(performance.now() - started < 2_000)
})

test('what a terminal would obey is made visible', () => {
  assert.equal(visibleText('a\x1b[31m\r\n\t\x7f\x9b\u202e\ud800z'), 'a\\x1b[31m\\r\\n\\t\\x7f\\x9b\\u202e\\ud800z')
  assert.equal(visibleLines('a\x07\r\nb'), 'a\\x07\nb')
  assert.equal(escapeInQuotes('"\x7f\u2066"'), '"\\u007f\\u2066"')
  assert.ok(isSafeText('Müller 東京 👍'))
  assert.ok(isSafeText('👩‍👩‍👧'))
  assert.equal(visibleText('ad\u200bm\u00adi\u061cn\u2060'), 'ad\\u200bm\\xadi\\u061cn\\u2060')
  assert.equal(escapeInQuotes('"ad\u200bm\u00adin"'), '"ad\\u200bm\\u00adin"')
})
