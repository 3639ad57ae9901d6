import { keywords } from '../syntax/keywords.ts'
import { tokenize } from '../syntax/lexer.ts'
import { commands } from './commands.ts'
import { settingDefinitions, settingName, settingNames } from './settings.ts'

/** What could stand at the caret: `words` replace the text from `start` to the caret. */
export interface Completion {
  readonly start: number
  readonly words: readonly string[]
}

/** Words after which a table's name is what is wanted. */
const tableLeads = new Set(['from', 'into', 'update', 'join', 'on', 'table', 'history', ','])
/** More candidates than this are no help. */
const wordsMax = 200

/**
 * The words that could complete the one before the caret: commands and statement words at the beginning, settings and
 * their values after `set`, tables after FROM and the like, else keywords and tables. Keywords take the case of what was
 * typed; fields (those of the results so far) follow a dot, and stand wherever a keyword may. Nothing inside strings, Ion and
 * comments, and nothing for an empty word but where only few could follow.
 */
export function complete(
  text: string,
  caret: number,
  tables: readonly string[],
  fields: readonly string[] = [],
): Completion {
  const before = text.slice(0, caret)
  const word = /[\p{L}\p{N}_$-]*$/u.exec(before)?.[0] ?? ''
  const start = caret - word.length
  const lead = before.slice(0, start)
  const none = { start, words: [] }
  if (isQuoted(text, caret)) return none
  const found = lead.endsWith('.') ? fields : candidates(lead, word, tables, fields)
  const words = [...new Set(found)].filter((candidate) => candidate.toLowerCase().startsWith(word.toLowerCase()))
  return words.length > wordsMax || (words.length === 1 && words[0] === word) ? none : { start, words: words.sort() }
}

function candidates(lead: string, word: string, tables: readonly string[], fields: readonly string[]): string[] {
  const spoken = lead.trim().replace(/^\\/, '').toLowerCase()
  if (/^set\s+(\S+)$/.test(spoken)) return valuesOf(spoken.slice(4).trim())
  if (spoken === 'set') return [...settingNames]
  if (/^(?:describe|d)$/.test(spoken)) return [...tables]
  const names = commands.flatMap((command) => command.names)
  if (lead.trim() === '\\') return names
  if (lead.trim() === '') return word === '' ? [] : [...names, ...cased(word)]
  const last = /(\w+|,)\s*\(?\s*$/.exec(lead)?.[1]?.toLowerCase() ?? ''
  if (tableLeads.has(last)) return [...tables, ...(word === '' ? [] : cased(word))]
  return word === '' ? [] : [...tables, ...fields, ...cased(word)]
}

/** The beginning of a file's name after `include` and `output`, up to the caret; undefined for any other text. */
export function fileToComplete(text: string, caret: number): string | undefined {
  return /^\s*(?:\\?(?:include|output)|\\[io])\s+(\S*)$/i.exec(text.slice(0, caret))?.[1]
}

function valuesOf(name: string): string[] {
  const known = settingName(name)
  const choices: readonly string[] | undefined = known === undefined ? undefined : settingDefinitions[known].choices
  return [...(choices ?? [])]
}

/** Keywords as the word is written: lower case when its letters are. */
function cased(word: string): string[] {
  const isLower = word === word.toLowerCase()
  return [...keywords].map((keyword) => (isLower ? keyword.toLowerCase() : keyword.toUpperCase()))
}

function isQuoted(text: string, caret: number): boolean {
  const token = tokenize(text).find(({ start, end }) => start < caret && caret <= end)
  if (token === undefined) return false
  const isLineComment = token.kind === 'comment' && text.startsWith('--', token.start)
  const isInside = caret < token.end || token.problem === 'unterminated' || isLineComment
  return isInside && ['string', 'quoted-name', 'ion', 'comment'].includes(token.kind)
}

/** The longest beginning that all words share, letters compared without case; the first word's spelling. */
export function sharedBeginning(words: readonly string[]): string {
  const first = words[0] ?? ''
  let length = first.length
  for (const word of words) {
    while (!word.toLowerCase().startsWith(first.slice(0, length).toLowerCase())) length -= 1
  }
  return first.slice(0, length)
}
