import { after, before, border, graphemes, lineEnd, lineStart, wordEnd, wordStart } from './text-steps.ts'

/**
 * The line editor as a pure reducer: no React, no terminal. The caret is an offset into the text that always stands
 * between two graphemes (Unicode Standard Annex 29), so an emoji or a letter with its accents is one step.
 */
export interface EditorState {
  readonly text: string
  readonly caret: number
  /** What the last kill took; consecutive kills add up. */
  readonly killed: string
  readonly lastWasKill: boolean
  /** Where up and down want to be, in graphemes from the line's start; undefined after any other move. */
  readonly wantedColumn: number | undefined
  readonly undo: readonly EditorSnapshot[]
}

export interface EditorSnapshot {
  readonly text: string
  readonly caret: number
}

export type EditorAction =
  | { readonly type: 'insert'; readonly text: string }
  | { readonly type: 'set'; readonly text: string; readonly caret?: number }
  | { readonly type: 'left' | 'right' | 'word-left' | 'word-right' }
  | { readonly type: 'up' | 'down' }
  | { readonly type: 'line-start' | 'line-end' | 'text-start' | 'text-end' }
  | { readonly type: 'erase-left' | 'erase-right' }
  | { readonly type: 'kill-to-end' | 'kill-to-start' | 'kill-word-left' | 'kill-word-right' }
  | { readonly type: 'yank' | 'transpose' | 'undo' }

/** Steps kept for undo. */
const undoStepsMax = 200

export const emptyEditor: EditorState = {
  text: '',
  caret: 0,
  killed: '',
  lastWasKill: false,
  wantedColumn: undefined,
  undo: [],
}

export function edit(state: EditorState, action: EditorAction): EditorState {
  const next = apply(state, action)
  const caret = border(next.text, next.caret)
  return caret === next.caret ? next : { ...next, caret }
}

function apply(state: EditorState, action: EditorAction): EditorState {
  switch (action.type) {
    case 'insert':
      return replace(state, state.caret, state.caret, cleaned(action.text))
    case 'set': {
      const text = cleaned(action.text)
      return { ...moved(state, Math.min(action.caret ?? text.length, text.length)), text, undo: pushUndo(state) }
    }
    case 'left':
      return moved(state, before(state.text, state.caret))
    case 'right':
      return moved(state, after(state.text, state.caret))
    case 'word-left':
      return moved(state, wordStart(state.text, state.caret))
    case 'word-right':
      return moved(state, wordEnd(state.text, state.caret))
    case 'up':
    case 'down':
      return vertical(state, action.type)
    case 'line-start':
      return moved(state, lineStart(state.text, state.caret))
    case 'line-end':
      return moved(state, lineEnd(state.text, state.caret))
    case 'text-start':
      return moved(state, 0)
    case 'text-end':
      return moved(state, state.text.length)
    case 'erase-left':
      return replace(state, before(state.text, state.caret), state.caret, '')
    case 'erase-right':
      return replace(state, state.caret, after(state.text, state.caret), '')
    case 'kill-to-end': {
      const end = lineEnd(state.text, state.caret)
      return kill(state, state.caret, end === state.caret ? after(state.text, state.caret) : end)
    }
    case 'kill-to-start':
      return kill(state, lineStart(state.text, state.caret), state.caret)
    case 'kill-word-left':
      return kill(state, wordStart(state.text, state.caret), state.caret)
    case 'kill-word-right':
      return kill(state, state.caret, wordEnd(state.text, state.caret))
    case 'yank':
      return replace(state, state.caret, state.caret, state.killed)
    case 'transpose':
      return transpose(state)
    case 'undo':
      return undo(state)
    default:
      return action satisfies never
  }
}

/** Whether the caret stands in the first, or in the last, line: then up and down mean the history. */
export function onFirstLine(state: EditorState): boolean {
  return !state.text.slice(0, state.caret).includes('\n')
}
export function onLastLine(state: EditorState): boolean {
  return !state.text.slice(state.caret).includes('\n')
}

/** Line ends become `\n`, a tab two spaces; other control characters, which no statement needs, are dropped. */
function cleaned(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '  ')
    .replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, '')
}

function moved(state: EditorState, caret: number): EditorState {
  return { ...state, caret, lastWasKill: false, wantedColumn: undefined }
}

function replace(state: EditorState, from: number, to: number, text: string): EditorState {
  if (from === to && text === '') return moved(state, state.caret)
  return {
    ...moved(state, from + text.length),
    text: state.text.slice(0, from) + text + state.text.slice(to),
    undo: pushUndo(state),
  }
}

function pushUndo(state: EditorState): readonly EditorSnapshot[] {
  return [...state.undo.slice(-(undoStepsMax - 1)), { text: state.text, caret: state.caret }]
}

function undo(state: EditorState): EditorState {
  const last = state.undo.at(-1)
  if (last === undefined) return state
  return { ...moved(state, last.caret), text: last.text, undo: state.undo.slice(0, -1) }
}

function kill(state: EditorState, from: number, to: number): EditorState {
  if (from === to) return state
  const taken = state.text.slice(from, to)
  const killed = !state.lastWasKill ? taken : from < state.caret ? taken + state.killed : state.killed + taken
  return { ...replace(state, from, to, ''), killed, lastWasKill: true }
}

function transpose(state: EditorState): EditorState {
  const right = state.caret === state.text.length ? state.caret : after(state.text, state.caret)
  const middle = before(state.text, right)
  const left = before(state.text, middle)
  if (left === middle) return state
  const swapped = state.text.slice(middle, right) + state.text.slice(left, middle)
  return replace(state, left, right, swapped)
}

function vertical(state: EditorState, direction: 'up' | 'down'): EditorState {
  const start = lineStart(state.text, state.caret)
  const column = state.wantedColumn ?? graphemes(state.text.slice(start, state.caret)).length
  const end = lineEnd(state.text, state.caret)
  if (direction === 'up' ? start === 0 : end === state.text.length) return state
  const target = direction === 'up' ? lineStart(state.text, start - 1) : end + 1
  const line = state.text.slice(target, lineEnd(state.text, target))
  const caret = target + graphemes(line).slice(0, column).join('').length
  return { ...moved(state, caret), wantedColumn: column }
}
