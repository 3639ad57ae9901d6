import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type EditorState, edit, emptyEditor } from '../../src/ui/editor.ts'
import { KeyDecoder } from '../../src/ui/key-decoder.ts'
import { commandOf } from '../../src/ui/keymap.ts'
import { freshVi, type ViState, viKeys, viStep } from '../../src/ui/vi.ts'

interface Both {
  readonly vi: ViState
  readonly editor: EditorState
}

/** Bytes as they would be typed, handled as the session does. */
function type(start: Both, bytes: string): Both {
  const decoder = new KeyDecoder()
  let { vi, editor } = start
  for (const whole of [...decoder.push(bytes), ...decoder.flush()]) {
    for (const key of viKeys(vi.mode, whole)) {
      const step = viStep(vi, editor, key)
      const passed = step.ask === 'pass' ? commandOf(key) : undefined
      vi = step.vi
      editor = passed?.kind === 'edit' ? edit(step.editor, passed.action) : step.editor
    }
  }
  return { vi, editor }
}

/** A state from a picture: `|` is before the caret. */
const at = (picture: string, mode: ViState['mode'] = 'normal'): Both => ({
  vi: { ...freshVi, mode },
  editor: { ...emptyEditor, text: picture.replace('|', ''), caret: picture.indexOf('|') },
})
const picture = ({ editor }: Both): string => `${editor.text.slice(0, editor.caret)}|${editor.text.slice(editor.caret)}`

const table: readonly (readonly [string, string, string])[] = [
  // motions
  ['|abc', 'l', 'a|bc'],
  ['ab|c', 'l', 'ab|c'],
  ['|abc', 'h', '|abc'],
  ['|abcdef', '3l', 'abc|def'],
  ['|one two, three', 'w', 'one |two, three'],
  ['one |two, three', 'w', 'one two|, three'],
  ['one |two, three', 'W', 'one two, |three'],
  ['one two, |three', 'b', 'one two|, three'],
  ['one two, |three', 'B', 'one |two, three'],
  ['one two, |three', '3b', '|one two, three'],
  ['|one two', 'e', 'on|e two'],
  ['on|e two', 'e', 'one tw|o'],
  ['|a.b c', 'E', 'a.|b c'],
  ['  ab |cd', '0', '|  ab cd'],
  ['  ab |cd', '^', '  |ab cd'],
  ['a|b cd\nef', '$', 'ab c|d\nef'],
  ['a|bc\ndef', 'j', 'abc\nd|ef'],
  ['ab|c\nd', 'j', 'abc\n|d'],
  ['abc\nd|ef', 'k', 'a|bc\ndef'],
  ['ab|c\nde\nf', 'G', 'abc\nde\n|f'],
  ['abc\nde\n|f', 'gg', '|abc\nde\nf'],
  ['|a(b,c)', 'fc', 'a(b,|c)'],
  ['|a(b,c)', 'tc', 'a(b|,c)'],
  ['a,b,c|d', 'F,', 'a,b|,cd'],
  ['a,b,c|d', '2F,', 'a|,b,cd'],
  ['a,b,c|d', 'T,', 'a,b,|cd'],
  ['|a,b,c', 'f,;', 'a,b|,c'],
  ['|a,b,c', 't,;', 'a,|b,c'],
  ['|a,b,c', 'f,;,', 'a|,b,c'],
  ['|abc', 'fx', '|abc'],
  ['|f(a, (b))', '%', 'f(a, (b)|)'],
  ['f(a, (b)|)', '%', 'f|(a, (b))'],
  ['|日本👩‍👩‍👧x', '2l', '日本|👩‍👩‍👧x'],
  // changes
  ['a|bc', 'x', 'a|c'],
  ['ab|c', 'x', 'a|b'],
  ['a|bcd', '2x', 'a|d'],
  ['a|bc', 'X', '|bc'],
  ['|👩‍👩‍👧x', 'x', '|x'],
  ['one |two three', 'dw', 'one |three'],
  ['one |two', 'dw', 'one| '],
  ['one |two\nthree', 'dw', 'one| \nthree'],
  ['|one two three', '2dw', '|three'],
  ['|one two three', 'd2w', '|three'],
  ['|one two', 'de', '| two'],
  ['one two|x', 'db', 'one |x'],
  ['one| two\nx', 'D', 'on|e\nx'],
  ['one| two\nx', 'd$', 'on|e\nx'],
  ['one| two', 'd0', '| two'],
  ['a(b|c)d', 'dt)', 'a(b|)d'],
  ['a(b|c)d', 'df)', 'a(b|d'],
  ['|(a)b', 'd%', '|b'],
  ['a\nb|c\nd', 'dd', 'a\n|d'],
  ['a\nb|c', 'dd', '|a'],
  ['a|b', 'dd', '|'],
  ['|a\nb\nc\nd', '2dd', '|c\nd'],
  ['|a\nb\nc\nd', 'dj', '|c\nd'],
  ['a\nb\n|c', 'dk', '|a'],
  ['a|bc', '~', 'aB|c'],
  ['|abc', '3~', 'AB|C'],
  ['a|bc', 'rx', 'a|xc'],
  ['|abc', '2rx', 'x|xc'],
  ['ab|c', '2rx', 'ab|c'],
  // insertions
  ['|one two', 'cwx\x1b', '|x two'],
  ['|one two', 'ce1\x1b', '|1 two'],
  ['one| two', 'Cx\x1b', 'one|x'],
  ['a\n  b|c\nd', 'ccx\x1b', 'a\n|x\nd'],
  ['a|bc', 'sx\x1b', 'a|xc'],
  ['a|bc', 'Sx\x1b', '|x'],
  ['a|bc', 'ix\x1b', 'a|xbc'],
  ['a|bc', 'ax\x1b', 'ab|xc'],
  ['  a|bc', 'Ix\x1b', '  |xabc'],
  ['|abc\nd', 'Ax\x1b', 'abc|x\nd'],
  ['|abc\nd', 'ox\x1b', 'abc\n|x\nd'],
  ['abc\n|d', 'Ox\x1b', 'abc\n|x\nd'],
  // registers
  ['|ab', 'xp', 'b|a'],
  ['|one two', 'ywwP', 'one one| two'],
  ['|a\nb', 'yyp', 'a\n|a\nb'],
  ['|a\nb', 'ddp', 'b\n|a'],
  ['a\n|b', 'ddP', '|b\na'],
  ['|abc', 'xx2p', 'cb|b'],
  // undo, repeat
  ['|abc', 'xxu', '|bc'],
  ['|abc', 'xxuu', '|abc'],
  ['|abc', 'ixyz\x1bu', '|abc'],
  ['|one two', 'cwx y\x1bu', '|one two'],
  ['|abcd', 'x.', '|cd'],
  ['|one two three', 'dw.', '|three'],
  ['|one two', 'cwx\x1bw.', 'x |x'],
  ['|a\nb', 'A;\x1bj.', 'a;\nb|;'],
  // what is not complete, or is no command
  ['a|bc', 'd\x1bx', 'a|c'],
  ['a|bc', '3\x1bx', 'a|c'],
  ['a|bc', 'dqx', 'a|c'],
  ['a|bc', 'Zx', 'a|c'],
]
for (const [before, keys, after] of table) {
  test(`vi: ${JSON.stringify(before)} ${JSON.stringify(keys)}`, () => {
    assert.equal(picture(type(at(before), keys)), after)
  })
}

test('vi: Escape leaves insert mode, one to the left; text typed there is text', () => {
  const state = type({ vi: freshVi, editor: emptyEditor }, 'SELECT dd\x1b')
  assert.equal(state.vi.mode, 'normal')
  assert.equal(picture(state), 'SELECT d|d')
})

test('vi: any keys leave the caret on a grapheme of its line, and undo leads back to the start', () => {
  const keys = fc.constantFrom(
    ...'hjklwbeWBE0^$xXDCsSiIaAoOpPu~.;,|%G/n123dcyrftT'.split(''),
    '\x1b',
    '\x1b\x1b',
    'gg',
    'a日\x1b',
    'ix y\x1b',
    'o(\x1b',
    '\x1b[A',
    '\x7f',
    '👩‍👩‍👧',
  )
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 40 }), (typed) => {
      const start = at('one |two(日本)\n\n  👩‍👩‍👧 x;')
      let state = start
      for (const key of [...typed, '\x1b', '\x1b']) state = type(state, key)
      const { text, caret } = state.editor
      assert.equal(state.vi.mode, 'normal')
      assert.ok(caret >= 0 && caret <= text.length)
      const glyphs = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)]
      assert.ok(caret === text.length || glyphs.some(({ index }) => index === caret))
      const lineIsEmpty = text[caret - 1] === '\n' || caret === 0
      assert.ok(lineIsEmpty || (caret < text.length && text[caret] !== '\n'), JSON.stringify([text, caret]))
      while (state.editor.undo.length > 0) state = type(state, 'u')
      assert.equal(state.editor.text, start.editor.text)
    }),
    { numRuns: 300 },
  )
})
