import type { Question } from '../shell/risk.ts'
import type { ShellState } from '../shell/shell.ts'
import { highlight } from './highlight.ts'
import { layoutPrompt, type PromptLayout, wrapWords } from './prompt-layout.ts'
import type { SessionState } from './session.ts'
import type { Theme } from './theme.ts'

/** Rows that the live region takes at most: it must stay below the screen's height, or Ink would wipe the scrollback. */
const liveRowsMax = 12
/** A statement that runs longer shows that it does. In milliseconds. */
const progressAfterMs = 1000

export interface ViewInput {
  readonly state: SessionState
  readonly theme: Theme
  readonly shell: ShellState
  readonly columns: number
  readonly rows: number
  readonly nowMs: number
  /** Documents read by the statement that runs, and when it began; undefined when none does. */
  readonly rowsRead: { readonly count: number; readonly sinceMs: number } | undefined
}

export interface LiveView {
  readonly rows: readonly string[]
  readonly cursor: { readonly x: number; readonly y: number } | undefined
}

/** What the live region shows: a pure function of the session, the shell and the terminal's size. */
export function liveView(input: ViewInput): LiveView {
  switch (input.state.mode) {
    case 'suspended':
    case 'ended':
      return { rows: [], cursor: undefined }
    case 'running':
      return { rows: runningRows(input), cursor: undefined }
    case 'editing':
      return editingView(input)
    case 'asking':
      return askingView(input)
    default:
      return input.state.mode satisfies never
  }
}

/** The prompt with the whole text, as it goes into the scrollback when it is submitted. */
export function promptRows(
  input: Pick<ViewInput, 'state' | 'theme' | 'shell' | 'columns'>,
  rowsMax: number,
): PromptLayout {
  const { state, theme, shell } = input
  const { text, caret } = state.editor
  if (state.question !== undefined) return questionRows(state.question, input, rowsMax)
  const prompt = shell.prompt
  return layoutPrompt({
    prompt,
    continuation: '-> '.padStart(prompt.length),
    text,
    caret,
    columns: input.columns,
    rowsMax,
    spans: highlight(text, theme),
    paintPrompt: shell.transaction === undefined ? theme.prompt : theme.openTransaction,
  })
}

/** What would happen, wrapped between words, and under it the question with the answer so far. */
function questionRows(
  { text, prompt }: Question,
  { state, theme, columns }: Pick<ViewInput, 'state' | 'theme' | 'columns'>,
  rowsMax: number,
): PromptLayout {
  const { editor } = state
  const explanation = wrapWords(text, columns - 1).slice(0, Math.max(1, rowsMax - 2))
  const answer = layoutPrompt({
    prompt,
    continuation: '',
    text: editor.text,
    caret: editor.caret,
    columns,
    rowsMax: 1,
    spans: [],
    paintPrompt: theme.warning,
  })
  return { ...answer, rows: [...explanation, ...answer.rows], caretRow: explanation.length + answer.caretRow }
}

function askingView(input: ViewInput): LiveView {
  const { state, theme, columns } = input
  const { rows, caretRow, caretColumn } = promptRows(input, Math.max(2, Math.min(liveRowsMax, input.rows - 3)))
  const hint = state.hint === undefined ? [] : [theme.faint(cut(state.hint, columns))]
  return { rows: [...rows, ...hint], cursor: { x: caretColumn, y: caretRow } }
}

function editingView(input: ViewInput): LiveView {
  const { state, theme } = input
  if (state.recall.search !== undefined) return searchView(input)
  const status = statusLine(input)
  const room = Math.max(1, Math.min(liveRowsMax, input.rows - 2) - (status === undefined ? 0 : 1))
  const { rows, caretRow, caretColumn } = promptRows(input, room)
  return {
    rows: status === undefined ? rows : [...rows, theme.faint(cut(status, input.columns))],
    cursor: { x: caretColumn, y: caretRow },
  }
}

/** The line under the prompt: a hint, or how long an open transaction may still live. */
function statusLine({ state, shell, nowMs }: ViewInput): string | undefined {
  if (state.hint !== undefined) return state.hint
  const mode = state.vi.mode === 'normal' ? 'normal mode' : undefined
  if (shell.transaction === undefined) return mode
  const leftMs = shell.transaction.startedMs + shell.transaction.ageMsMax - nowMs
  const id = `${mode === undefined ? '' : `${mode}; `}transaction ${shell.transaction.id}`
  return leftMs > 0
    ? `${id}: ${Math.ceil(leftMs / 1000)} s left`
    : `${id}: open for ${Math.floor((nowMs - shell.transaction.startedMs) / 1000)} s`
}

function searchView({ state, columns, theme }: ViewInput): LiveView {
  const search = state.recall.search
  const wanted = search?.wanted ?? ''
  const entry = search === undefined || search.found === -1 ? '' : (state.recall.entries[search.found] as string)
  const lead = search?.found === -1 && wanted !== '' ? '(not found) search: ' : 'search: '
  const layout = layoutPrompt({
    prompt: lead,
    continuation: '',
    text: wanted,
    caret: wanted.length,
    columns,
    rowsMax: 1,
    spans: [],
    paintPrompt: theme.prompt,
  })
  const found = cut(entry.replaceAll('\n', ' '), columns)
  return { rows: [...layout.rows, theme.faint(found)], cursor: { x: layout.caretColumn, y: layout.caretRow } }
}

function runningRows({ nowMs, rowsRead, theme, columns }: ViewInput): string[] {
  if (rowsRead === undefined || nowMs - rowsRead.sinceMs < progressAfterMs) return []
  const seconds = ((nowMs - rowsRead.sinceMs) / 1000).toFixed(1)
  const read = rowsRead.count === 0 ? '' : `, ${rowsRead.count.toLocaleString('en-US')} documents read`
  return [theme.faint(cut(`running for ${seconds} s${read}; Ctrl-C stops it`, columns))]
}

function cut(text: string, columns: number): string {
  return text.length < columns ? text : text.slice(0, Math.max(0, columns - 1))
}
