import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type EditorAction, type EditorState, edit, emptyEditor } from '../../src/ui/editor.ts'
import { graphemes } from '../../src/ui/text-steps.ts'

const run = (start: EditorState, ...actions: (EditorAction | EditorAction['type'])[]): EditorState =>
  actions.reduce<EditorState>(
    (state, action) => edit(state, typeof action === 'string' ? ({ type: action } as EditorAction) : action),
    start,
  )
/** A state from a picture: `|` is the caret. */
const at = (picture: string): EditorState => ({
  ...emptyEditor,
  text: picture.replace('|', ''),
  caret: picture.indexOf('|'),
})
const picture = (state: EditorState): string => `${state.text.slice(0, state.caret)}|${state.text.slice(state.caret)}`

const table: [string, EditorAction['type'][], string][] = [
  ['SELECT| x', ['left'], 'SELEC|T x'],
  ['|x', ['left'], '|x'],
  ['x|', ['right'], 'x|'],
  ['a👩‍👩‍👧|b', ['left'], 'a|👩‍👩‍👧b'],
  ['a|👩‍👩‍👧b', ['right'], 'a👩‍👩‍👧|b'],
  ['e\u0301|x', ['erase-left'], '|x'],
  ['SELECT foo|', ['word-left'], 'SELECT |foo'],
  ['SELECT foo, |', ['word-left', 'word-left'], '|SELECT foo, '],
  ['|SELECT foo', ['word-right', 'word-right'], 'SELECT foo|'],
  ['ab\ncd|e', ['line-start'], 'ab\n|cde'],
  ['a|b\ncde', ['line-end'], 'ab|\ncde'],
  ['abc\nd|', ['up'], 'a|bc\nd'],
  ['abc|\nd\nefg', ['down', 'down'], 'abc\nd\nefg|'],
  ['a|bc\ndef', ['kill-to-end'], 'a|\ndef'],
  ['a|\ndef', ['kill-to-end'], 'a|def'],
  ['one two|', ['kill-word-left', 'kill-word-left', 'yank', 'yank'], 'one twoone two|'],
  ['x|e\u0301y z', ['kill-word-right'], 'x| z'],
  ['ab|', ['transpose'], 'ba|'],
  ['a|b', ['transpose'], 'ba|'],
  ['abc|', ['erase-left', 'erase-left', 'undo'], 'ab|'],
  ['abc|', ['erase-left', 'erase-left', 'undo', 'undo', 'undo'], 'abc|'],
]
for (const [before, actions, after] of table) {
  test(`editor: ${JSON.stringify(before)} ${actions.join(' ')}`, () => {
    assert.equal(picture(run(at(before), ...actions)), after)
  })
}

test('editor: what is inserted loses escapes and keeps line ends', () => {
  assert.equal(run(emptyEditor, { type: 'insert', text: 'a\x1b[31mb\r\nc\td\x07' }).text, 'a[31mb\nc  d')
})

test('editor: after any actions the caret stands between two graphemes and undo leads back to the start', () => {
  const types = ['left', 'right', 'word-left', 'word-right', 'up', 'down', 'line-start', 'line-end', 'text-start']
  const changes = [
    'erase-left',
    'erase-right',
    'kill-to-end',
    'kill-to-start',
    'kill-word-left',
    'kill-word-right',
    'yank',
  ]
  const action = fc.oneof(
    fc.constantFrom(...types, ...changes, 'transpose').map((type) => ({ type }) as EditorAction),
    fc
      .constantFrom('x', 'ab c', '日本', '👩‍👩‍👧', 'e\u0301', '\n')
      .map((text) => ({ type: 'insert', text }) as EditorAction),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      let state = run(emptyEditor, ...actions)
      assert.ok(state.caret >= 0 && state.caret <= state.text.length)
      const parts = graphemes(state.text)
      const borders = new Set([0])
      let offset = 0
      for (const part of parts) {
        offset += part.length
        borders.add(offset)
      }
      assert.ok(borders.has(state.caret), `${JSON.stringify(state.text)} at ${state.caret}`)
      while (state.undo.length > 0) state = edit(state, { type: 'undo' })
      assert.equal(state.text, '')
    }),
  )
})
