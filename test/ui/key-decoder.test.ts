import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Key, KeyDecoder } from '../../src/ui/key-decoder.ts'

/** Keys as short words: `left`, `C-a`, `M-b`, `"text"`, `<paste>`. */
const words = (keys: readonly Key[]): string =>
  keys
    .map((key) => {
      const marks = (key.ctrl ? 'C-' : '') + (key.meta ? 'M-' : '') + (key.shift ? 'S-' : '')
      if (key.name === 'text') return JSON.stringify(key.text)
      if (key.name === 'paste') return `<${JSON.stringify(key.text)}>`
      return marks + (key.name === 'letter' ? key.text : key.name)
    })
    .join(' ')

const table: [string, string][] = [
  ['abc', '"abc"'],
  ['日本👩‍👩‍👧', '"日本👩‍👩‍👧"'],
  ['\r', 'enter'],
  ['a\x7f', '"a" backspace'],
  ['\x03\x04\x12', 'C-c C-d C-r'],
  ['\x1b[A\x1b[B\x1bOC\x1bOD', 'up down right left'],
  ['\x1b[1;5C\x1b[1;3D', 'C-right M-left'],
  ['\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[3~', 'home end home end delete'],
  ['\x1b[5~\x1b[6~\x1b[Z', 'page-up page-down S-tab'],
  ['\x1bb\x1bf\x1b\x7f\x1b\r', 'M-b M-f M-backspace M-enter'],
  ['\x1b[200~a\r\nb;\x1b[201~\r', '<"a\\nb;"> enter'],
  ['\x1b[200~\x1b[A\x03\x1b[201~x', '<"\\u001b[A\\u0003"> "x"'],
  ['\x1b[99;7u\x1b[?1;2cx', 'unknown unknown "x"'],
]
for (const [bytes, keys] of table) {
  test(`keys: ${JSON.stringify(bytes)}`, () => {
    assert.equal(words(new KeyDecoder().push(bytes)), keys)
  })
}

test('keys: a lone Escape waits for more and is a key of its own after a pause', () => {
  const decoder = new KeyDecoder()
  assert.equal(words(decoder.push('\x1b')), '')
  assert.ok(decoder.isWaiting)
  assert.equal(words(decoder.flush()), 'escape')
  assert.equal(words(decoder.push('[A')), '"[A"')
})

test('keys: chunks of any size give the same keys', () => {
  const piece = fc.constantFrom(...table.map(([bytes]) => bytes))
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
      (pieces, sizes) => {
        const bytes = pieces.join('\r')
        const whole = joinText(new KeyDecoder().push(bytes))
        const decoder = new KeyDecoder()
        const parts: Key[] = []
        for (let index = 0, turn = 0; index < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] as number
          parts.push(...decoder.push(bytes.slice(index, index + size)))
          index += size
        }
        assert.deepEqual(joinText(parts), whole)
      },
    ),
  )
})

/** Text typed in one go may arrive as several events. */
function joinText(keys: readonly Key[]): Key[] {
  const joined: Key[] = []
  for (const key of keys) {
    const last = joined.at(-1)
    if (key.name === 'text' && last?.name === 'text')
      joined[joined.length - 1] = { ...last, text: last.text + key.text }
    else joined.push(key)
  }
  return joined
}
