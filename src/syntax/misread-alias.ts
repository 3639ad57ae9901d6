import { nearName } from '../base/near-name.ts'
import type { Cursor } from './cursor.ts'

/** What joins begin with. */
const joinWords: ReadonlySet<string> = new Set(['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'OUTER', 'CROSS'])
/** Joins and clauses of other databases: words that are names here. */
const otherJoins: ReadonlySet<string> = new Set(['SEMI', 'ANTI', 'ASOF', 'POSITIONAL'])
const otherClauses: ReadonlySet<string> = new Set(['SORT', 'CLUSTER', 'DISTRIBUTE'])

/**
 * Refuses a word that would be read as the alias of a source but begins a clause: `FROM t ODER BY x` sorts nothing,
 * `FROM t SEMI JOIN u` and `FROM t LEFFT JOIN u` are inner joins. With AS, or where the statement uses it (`lefft.x`), it is
 * an alias.
 */
export function refuseMisreadAlias(cursor: Cursor): void {
  const { token } = cursor
  if (token.kind !== 'name') return
  const next = cursor.peek().word
  const meant = next === 'BY' ? clauseMeant(token.word) : joinWords.has(next) ? joinMeant(token.word, next) : undefined
  if (meant === undefined || isUsed(cursor)) return
  const written = cursor.textOf(token)
  throw cursor.complain('expected a clause, an alias or BY', {
    token,
    help: `did you mean ${meant} ${next}? An alias of that name needs AS: AS ${written} ${next} …`,
  })
}

function clauseMeant(word: string): string | undefined {
  if (otherClauses.has(word)) return 'ORDER'
  const meant = nearName(word, ['GROUP', 'ORDER', 'PARTITION'])
  return meant === undefined || word.startsWith(meant) ? undefined : meant
}

function joinMeant(word: string, next: string): string | undefined {
  if (otherJoins.has(word)) return 'LEFT'
  return next === 'JOIN' || next === 'OUTER' ? nearName(word, ['INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS']) : undefined
}

/** Whether a path of the statement begins with the word that stands here. */
function isUsed(cursor: Cursor): boolean {
  const { tokens, position, token } = cursor
  return tokens.some(
    ({ word, kind }, at) => at !== position && kind === 'name' && word === token.word && tokens[at + 1]?.word === '.',
  )
}
