import { type EditorSnapshot, type EditorState, edit } from './editor.ts'
import type { Key } from './key-decoder.ts'
import { commandOf } from './keymap.ts'
import { after, before, border, graphemes, lineEnd, lineStart } from './text-steps.ts'
import { type Find, findMotion, firstNonBlank, lastInLine, type Motion, motionOf, operatorWord } from './vi-motions.ts'

/**
 * Keys of vi (POSIX vi, and GNU Readline's vi mode for what the prompt adds: the history on j, k and /), as a pure reducer
 * over the line editor's state. In insert mode the keys are those of the emacs mode, but for Escape.
 */
export interface ViState {
  readonly mode: 'insert' | 'normal'
  /** A command that is not complete: digits, an operator with the digits before it, a key that wants one more. */
  readonly count: string
  readonly operator: { readonly name: Operator; readonly count: string } | undefined
  readonly waiting: Waiting | undefined
  readonly find: Find | undefined
  /** What undo goes back to when this insertion ends: an insertion is undone as one. */
  readonly insertion: { readonly before: EditorSnapshot; readonly undo: readonly EditorSnapshot[] } | undefined
  /** The keys of the command that is being given, and of the last one that changed the text, for `.`. */
  readonly keys: readonly Key[]
  readonly change: readonly Key[]
}

type Operator = 'd' | 'c' | 'y'
type Waiting = 'r' | 'g' | Find['kind']

export interface ViStep {
  readonly vi: ViState
  readonly editor: EditorState
  /** What the prompt has to do; `pass`: the key means what it means in emacs mode. */
  readonly ask?: 'pass' | 'enter' | 'up' | 'down' | 'search' | 'search-again'
}

/** At the beginning of each input. */
export const freshVi: ViState = {
  mode: 'insert',
  count: '',
  operator: undefined,
  waiting: undefined,
  find: undefined,
  insertion: undefined,
  keys: [],
  change: [],
}

/** A key as vi reads it: in normal mode each character by itself; what came with Escape before it (Meta) as two keys. */
export function viKeys(mode: ViState['mode'], key: Key): Key[] {
  const plain = key.meta ? [{ ...key, name: 'escape' as const, text: '', meta: false }] : []
  const rest = { ...key, meta: false }
  if (key.meta && key.name === 'letter' && !key.ctrl) return [...plain, { ...rest, name: 'text' }]
  if (key.name !== 'text' || mode === 'insert') return [...plain, rest]
  return [...plain, ...graphemes(key.text).map((text) => ({ ...rest, text }))]
}

/** One key of viKeys. */
export function viStep(vi: ViState, editor: EditorState, key: Key): ViStep {
  if (vi.mode === 'normal') return normalStep(vi, editor, key)
  if (key.name === 'escape') return leaveInsert(vi, editor)
  const keys = vi.keys.length === 0 ? vi.keys : [...vi.keys, key]
  const started = vi.insertion === undefined ? { ...vi, insertion: snapshotOf(editor) } : vi
  return { vi: { ...started, keys }, editor, ask: 'pass' }
}

function snapshotOf({ text, caret, undo }: EditorState): ViState['insertion'] {
  return { before: { text, caret }, undo }
}

function leaveInsert(vi: ViState, editor: EditorState): ViStep {
  const { insertion, keys } = vi
  const isChanged = insertion !== undefined && insertion.before.text !== editor.text
  const undo = isChanged ? [...insertion.undo, insertion.before] : (insertion?.undo ?? editor.undo)
  const caret = editor.caret === lineStart(editor.text, editor.caret) ? editor.caret : before(editor.text, editor.caret)
  const change = keys.length > 0 ? [...keys, escapeKey] : vi.change
  return {
    vi: { ...vi, mode: 'normal', insertion: undefined, keys: [], change },
    editor: { ...moveTo(editor, caret), undo },
  }
}

const escapeKey: Key = { name: 'escape', text: '', ctrl: false, meta: false, shift: false }

const glyphByName: Partial<Record<Key['name'], string>> = {
  left: 'h',
  right: 'l',
  up: 'k',
  down: 'j',
  home: '0',
  end: '$',
  backspace: 'h',
  delete: 'x',
  enter: '\n',
  escape: '\x1b',
}

function normalStep(vi: ViState, editor: EditorState, key: Key): ViStep {
  const glyph = key.name === 'text' ? key.text : key.ctrl ? undefined : glyphByName[key.name]
  if (glyph === undefined) return { vi: idle(vi), editor, ask: 'pass' }
  if (glyph === '\x1b') return { vi: idle(vi), editor }
  const keys = [...vi.keys, key]
  const step = command({ ...vi, keys }, editor, glyph)
  const isOpen = step.vi.count !== '' || step.vi.operator !== undefined || step.vi.waiting !== undefined
  if (isOpen || step.vi.mode === 'insert') return step
  const isChange = step.editor.text !== editor.text && glyph !== 'u' && glyph !== '.'
  const change = isChange && vi.mode === 'normal' ? keys : step.vi.change
  return { ...step, vi: { ...step.vi, keys: [], change }, editor: clamped(step.editor) }
}

/** Nothing begun, nothing to wait for. */
function idle(vi: ViState): ViState {
  return { ...vi, count: '', operator: undefined, waiting: undefined, keys: [] }
}

function command(vi: ViState, editor: EditorState, glyph: string): ViStep {
  if (vi.waiting !== undefined) return answered(vi, editor, vi.waiting, glyph)
  if (/^[1-9]$/.test(glyph) || (glyph === '0' && vi.count !== '')) {
    return { vi: { ...vi, count: (vi.count + glyph).slice(0, 6) }, editor }
  }
  if (isWaitingKey(glyph, vi)) return { vi: { ...vi, waiting: glyph as Waiting }, editor }
  if (vi.operator !== undefined) return operated(vi, editor, vi.operator.name, glyph)
  if (glyph === 'd' || glyph === 'c' || glyph === 'y')
    return { vi: { ...vi, operator: { name: glyph, count: vi.count }, count: '' }, editor }
  const { text, caret } = editor
  const motion =
    glyph === ';' || glyph === ',' ? repeatedFind(vi, editor, glyph) : motionOf(glyph, text, caret, countOf(vi))
  if (motion !== undefined) return { vi: idle(vi), editor: moveTo(editor, motion.to) }
  return simple(vi, editor, glyph)
}

function isWaitingKey(glyph: string, vi: ViState): boolean {
  return /^[fFtTg]$/.test(glyph) || (glyph === 'r' && vi.operator === undefined)
}

/** The product of the digits before the operator and before the motion. */
function countOf({ count, operator }: ViState): number {
  return Math.min(Number(count || '1') * Number(operator?.count || '1'), 999_999)
}

/** The key that `r`, `g`, `f`, `F`, `t` or `T` waited for. */
function answered(vi: ViState, editor: EditorState, waiting: Waiting, glyph: string): ViStep {
  const { text, caret } = editor
  const count = countOf(vi)
  const done = idle(vi)
  if (waiting === 'r') return { vi: done, editor: replaced(editor, count, glyph) }
  const find = waiting === 'g' ? vi.find : { kind: waiting, glyph }
  const motion =
    waiting === 'g'
      ? glyph === 'g'
        ? motionOf('gg', text, caret, 1)
        : undefined
      : findMotion(find as Find, text, caret, count)
  const next = { ...done, find }
  if (motion === undefined) return { vi: next, editor }
  if (vi.operator === undefined) return { vi: next, editor: moveTo(editor, motion.to) }
  return operate({ ...vi, find, waiting: undefined }, editor, vi.operator.name, motion)
}

/** `;` and `,`: the last search inside a line again, there or back. */
function repeatedFind({ find, ...vi }: ViState, { text, caret }: EditorState, glyph: ';' | ','): Motion | undefined {
  if (find === undefined) return undefined
  const other = { f: 'F', F: 'f', t: 'T', T: 't' } as const
  const kind = glyph === ';' ? find.kind : other[find.kind]
  const motion = findMotion({ ...find, kind }, text, caret, countOf({ find, ...vi }))
  // `t` has stopped before the sign already: it looks for the next one.
  if (motion?.to !== caret || (kind !== 't' && kind !== 'T')) return motion
  return findMotion({ ...find, kind }, text, caret, countOf({ find, ...vi }) + 1)
}

/** The key after an operator: the operator again for whole lines, or a motion. */
function operated(vi: ViState, editor: EditorState, operator: Operator, glyph: string): ViStep {
  const { text, caret } = editor
  const count = countOf(vi)
  if (glyph === operator) {
    const last = count === 1 ? caret : (motionOf('j', text, caret, count - 1)?.to ?? caret)
    return operate(vi, editor, operator, { to: last, takes: 'lines' })
  }
  const isWord = glyph === 'w' || glyph === 'W'
  const isFind = glyph === ';' || glyph === ','
  const motion = isWord
    ? operatorWord(operator, glyph, text, caret, count)
    : isFind
      ? repeatedFind(vi, editor, glyph)
      : motionOf(glyph, text, caret, count)
  return motion === undefined ? { vi: idle(vi), editor } : operate(vi, editor, operator, motion)
}

function operate(vi: ViState, editor: EditorState, operator: Operator, { to, takes }: Motion): ViStep {
  const { text, caret } = editor
  if (takes === 'lines') return operateLines(vi, editor, operator, Math.min(caret, to), Math.max(caret, to))
  const from = Math.min(caret, to)
  const last = Math.max(caret, to)
  const end = takes === 'target' && last < lineEnd(text, last) ? after(text, last) : last
  const killed = text.slice(from, end)
  const done = idle(vi)
  if (operator === 'y') return { vi: done, editor: { ...moveTo(editor, from), killed } }
  const cut = { ...spliced(editor, from, end, '', from), killed }
  return operator === 'c' ? startInsert(vi, cut, editor) : { vi: done, editor: cut }
}

/** A register that ends with a line end holds whole lines. */
function operateLines(vi: ViState, editor: EditorState, operator: Operator, first: number, last: number): ViStep {
  const { text } = editor
  const start = lineStart(text, first)
  const end = lineEnd(text, last)
  const killed = `${text.slice(start, end)}\n`
  if (operator === 'y') return { vi: idle(vi), editor: { ...moveTo(editor, Math.min(editor.caret, first)), killed } }
  if (operator === 'c') return startInsert(vi, { ...spliced(editor, start, end, '', start), killed }, editor)
  const isLast = end === text.length
  const from = isLast && start > 0 ? start - 1 : start
  const cut = spliced(editor, from, isLast ? end : end + 1, '', from)
  return { vi: idle(vi), editor: { ...moveTo(cut, firstNonBlank(cut.text, cut.caret)), killed } }
}

/** Commands of one key that abbreviate an operator with its motion. */
const shortForms: ReadonlyMap<string, readonly [Operator, string]> = new Map([
  ['x', ['d', 'l']],
  ['X', ['d', 'h']],
  ['D', ['d', '$']],
  ['C', ['c', '$']],
  ['s', ['c', 'l']],
  ['S', ['c', 'c']],
  ['Y', ['y', 'y']],
])

/** Commands of one key. */
function simple(vi: ViState, editor: EditorState, glyph: string): ViStep {
  const { text, caret } = editor
  const short = shortForms.get(glyph)
  if (short !== undefined) {
    const [name, motion] = short
    return operated({ ...vi, operator: { name, count: vi.count }, count: '' }, editor, name, motion)
  }
  switch (glyph) {
    case '\n':
      return { vi: idle(vi), editor, ask: 'enter' }
    case 'j':
    case 'k':
      return { vi: idle(vi), editor, ask: glyph === 'j' ? 'down' : 'up' }
    case '/':
    case '?':
      return { vi: idle(vi), editor, ask: 'search' }
    case 'n':
      return { vi: idle(vi), editor, ask: 'search-again' }
    case 'i':
      return startInsert(vi, editor, editor)
    case 'a':
      return startInsert(vi, moveTo(editor, caret === lineEnd(text, caret) ? caret : after(text, caret)), editor)
    case 'I':
      return startInsert(vi, moveTo(editor, firstNonBlank(text, caret)), editor)
    case 'A':
      return startInsert(vi, moveTo(editor, lineEnd(text, caret)), editor)
    case 'o':
      return startInsert(vi, spliced(editor, lineEnd(text, caret), lineEnd(text, caret), '\n'), editor)
    case 'O':
      return startInsert(
        vi,
        spliced(editor, lineStart(text, caret), lineStart(text, caret), '\n', lineStart(text, caret)),
        editor,
      )
    case 'p':
    case 'P':
      return { vi: idle(vi), editor: put(editor, glyph, countOf(vi)) }
    case '~':
      return { vi: idle(vi), editor: caseToggled(editor, countOf(vi)) }
    case 'u':
      return { vi: idle(vi), editor: edit(editor, { type: 'undo' }) }
    case '.':
      return replay(idle(vi), editor)
    default:
      return { vi: idle(vi), editor }
  }
}

/** Insert mode; what the command has done already is undone together with what is typed. */
function startInsert(vi: ViState, editor: EditorState, before: EditorState): ViStep {
  return { vi: { ...idle(vi), keys: vi.keys, mode: 'insert', insertion: snapshotOf(before) }, editor }
}

/** The keys of the last change once more. */
function replay(vi: ViState, editor: EditorState): ViStep {
  let step: ViStep = { vi: { ...vi, change: [] }, editor }
  for (const key of vi.change) {
    const next = viStep(step.vi, step.editor, key)
    const typed = next.ask === 'pass' ? commandOf(key) : undefined
    step = { vi: next.vi, editor: typed?.kind === 'edit' ? edit(next.editor, typed.action) : next.editor }
  }
  return { vi: { ...step.vi, change: vi.change, keys: [] }, editor: step.editor }
}

function put(editor: EditorState, glyph: 'p' | 'P', count: number): EditorState {
  const { text, caret, killed } = editor
  if (killed === '') return editor
  const times = Math.min(count, 1000)
  if (!killed.endsWith('\n')) {
    const at = glyph === 'P' || caret === lineEnd(text, caret) ? caret : after(text, caret)
    const next = spliced(editor, at, at, killed.repeat(times))
    return moveTo(next, before(next.text, next.caret))
  }
  const lines = killed.repeat(times).slice(0, -1)
  if (glyph === 'P') {
    const start = lineStart(text, caret)
    const next = spliced(editor, start, start, `${lines}\n`, start)
    return moveTo(next, firstNonBlank(next.text, start))
  }
  const end = lineEnd(text, caret)
  const next = spliced(editor, end, end, `\n${lines}`, end + 1)
  return moveTo(next, firstNonBlank(next.text, end + 1))
}

/** `r`: replaces this many graphemes with one; does nothing when the line has fewer. */
function replaced(editor: EditorState, count: number, glyph: string): EditorState {
  const end = forward(editor, count)
  if (end === undefined) return editor
  const next = spliced(editor, editor.caret, end, glyph === '\n' ? '\n' : glyph.repeat(count))
  return glyph === '\n' ? next : moveTo(next, before(next.text, next.caret))
}

function caseToggled(editor: EditorState, count: number): EditorState {
  const { text, caret } = editor
  let end = caret
  for (let done = 0; done < count && end < lineEnd(text, caret); done += 1) end = after(text, end)
  const turned = graphemes(text.slice(caret, end)).map((glyph) => {
    const upper = glyph.toUpperCase()
    return glyph === upper ? glyph.toLowerCase() : upper
  })
  return caret === end ? editor : spliced(editor, caret, end, turned.join(''))
}

function forward({ text, caret }: EditorState, count: number): number | undefined {
  let at = caret
  for (let done = 0; done < count; done += 1) {
    if (at >= lineEnd(text, caret)) return undefined
    at = after(text, at)
  }
  return at
}

/** A stretch of the text replaced, as one step of undo; the caret after it, or where the caller wants it. */
function spliced(editor: EditorState, from: number, to: number, text: string, caret = from + text.length): EditorState {
  if (from === to && text === '') return moveTo(editor, caret)
  const whole = editor.text.slice(0, from) + text + editor.text.slice(to)
  const next = edit(editor, { type: 'set', text: whole, caret })
  return next.text === whole ? next : moveTo(next, Math.min(caret, next.text.length))
}

function moveTo(editor: EditorState, caret: number): EditorState {
  return { ...editor, caret, lastWasKill: false, wantedColumn: undefined }
}

/** For a text that the history has put there. */
export function shownInVi({ mode }: ViState, editor: EditorState): EditorState {
  return mode === 'normal' ? clamped(editor) : editor
}

/** In normal mode the caret stands on a grapheme, not behind the last one of a line. */
function clamped(editor: EditorState): EditorState {
  const { text } = editor
  const caret = border(text, Math.min(editor.caret, text.length))
  return { ...editor, caret: caret === lineEnd(text, caret) ? lastInLine(text, caret) : caret }
}
