import type { EditorAction } from './editor.ts'
import type { Key } from './key-decoder.ts'

/** What a key asks for at the prompt: an edit of the line, or one of the prompt's own commands. */
export type Command =
  | { readonly kind: 'edit'; readonly action: EditorAction }
  | {
      readonly kind:
        | 'enter'
        | 'newline'
        | 'up'
        | 'down'
        | 'search'
        | 'interrupt'
        | 'end-of-input'
        | 'redraw'
        | 'suspend'
        | 'escape'
    }
  | { readonly kind: 'complete' }
  | undefined

type EditType = Exclude<EditorAction['type'], 'insert' | 'set'>

const editByCtrl: Record<string, EditType> = {
  a: 'line-start',
  e: 'line-end',
  b: 'left',
  f: 'right',
  h: 'erase-left',
  k: 'kill-to-end',
  u: 'kill-to-start',
  w: 'kill-word-left',
  y: 'yank',
  t: 'transpose',
  _: 'undo',
}
const editByMeta: Record<string, EditType> = {
  b: 'word-left',
  f: 'word-right',
  d: 'kill-word-right',
  '<': 'text-start',
  '>': 'text-end',
}

/** Keys to commands: one table, as in GNU Readline's emacs mode where it has the key. */
export function commandOf(key: Key): Command {
  switch (key.name) {
    case 'text':
    case 'paste':
      return { kind: 'edit', action: { type: 'insert', text: key.text } }
    case 'enter':
      return { kind: key.meta ? 'newline' : 'enter' }
    case 'tab':
      return { kind: 'complete' }
    case 'backspace':
      return edits(key.meta ? 'kill-word-left' : 'erase-left')
    case 'delete':
      return edits('erase-right')
    case 'escape':
      return { kind: 'escape' }
    case 'left':
    case 'right':
      return edits(key.ctrl || key.meta ? (key.name === 'left' ? 'word-left' : 'word-right') : key.name)
    case 'up':
    case 'down':
      return { kind: key.name }
    case 'home':
      return edits(key.ctrl ? 'text-start' : 'line-start')
    case 'end':
      return edits(key.ctrl ? 'text-end' : 'line-end')
    case 'letter':
      return key.ctrl ? ctrlCommand(key.text) : edits(editByMeta[key.text])
    default:
      return undefined
  }
}

function ctrlCommand(letter: string): Command {
  switch (letter) {
    case 'c':
      return { kind: 'interrupt' }
    case 'd':
      return { kind: 'end-of-input' }
    case 'l':
      return { kind: 'redraw' }
    case 'r':
      return { kind: 'search' }
    case 'p':
      return { kind: 'up' }
    case 'n':
      return { kind: 'down' }
    case 'z':
      return { kind: 'suspend' }
    default:
      return edits(editByCtrl[letter])
  }
}

function edits(type: EditType | undefined): Command {
  return type === undefined ? undefined : { kind: 'edit', action: { type } as EditorAction }
}
