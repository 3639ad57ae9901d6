import { type EditorState, edit } from './editor.ts'

/**
 * Walking through what was typed before (up, down) and searching in it (Ctrl-R), as pure functions. The newest entry
 * is last. What stood in the editor before the walk began comes back below the newest entry.
 */
export interface RecallState {
  readonly entries: readonly string[]
  /** Index of the entry shown; entries.length for the line that is being written. */
  readonly index: number
  readonly draft: string
  /** While Ctrl-R searches. */
  readonly search: SearchState | undefined
  /** What the last search looked for. */
  readonly sought: string
}

export interface SearchState {
  readonly wanted: string
  /** Index of the entry found, or -1. */
  readonly found: number
}

export function recallOf(entries: readonly string[]): RecallState {
  return { entries, index: entries.length, draft: '', search: undefined, sought: '' }
}

export function walk(recall: RecallState, editor: EditorState, by: number): [RecallState, EditorState] {
  const index = recall.index + by
  if (index < 0 || index > recall.entries.length) return [recall, editor]
  const draft = recall.index === recall.entries.length ? editor.text : recall.draft
  const text = index === recall.entries.length ? draft : (recall.entries[index] as string)
  return [{ ...recall, index, draft }, edit(editor, { type: 'set', text })]
}

export function startSearch(recall: RecallState): RecallState {
  return { ...recall, search: { wanted: '', found: -1 } }
}

/** Looks for `wanted` from the newest entry, or, with `further`, from the one before the last hit. */
export function searchFor(recall: RecallState, wanted: string, further = false): RecallState {
  const last = recall.search?.found ?? -1
  const from = further && last > 0 ? last - 1 : further && last === 0 ? -1 : recall.entries.length - 1
  const lower = wanted.toLowerCase()
  for (let index = from; index >= 0 && wanted !== ''; index -= 1) {
    if ((recall.entries[index] as string).toLowerCase().includes(lower))
      return { ...recall, search: { wanted, found: index } }
  }
  return { ...recall, search: { wanted, found: further ? last : -1 } }
}

/** Ends the search; the entry found, if any, goes into the editor, and up and down continue from there. */
export function endSearch(recall: RecallState, editor: EditorState, take: boolean): [RecallState, EditorState] {
  const { found, wanted } = recall.search ?? { found: -1, wanted: '' }
  const ended = { ...recall, search: undefined, sought: wanted === '' ? recall.sought : wanted }
  if (!take || found === -1) return [ended, editor]
  return walk(ended, editor, found - recall.index)
}

/** The next older entry that the last search would have found; nothing changes when there is none. */
export function searchAgain(recall: RecallState, editor: EditorState): [RecallState, EditorState] {
  const { entries, index, sought } = recall
  const lower = sought.toLowerCase()
  for (let at = index - 1; at >= 0 && sought !== ''; at -= 1) {
    if ((entries[at] as string).toLowerCase().includes(lower)) return walk(recall, editor, at - index)
  }
  return [recall, editor]
}
