import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import type { Span } from '../base/span.ts'
import { type Cursor, unsupported } from './cursor.ts'
import type { ParserToken } from './parser-token.ts'
import { isStructuralWord } from './keywords.ts'
import { mistakeHelp } from './usual-mistakes.ts'
import { insteadOfFunction, type Refusal, refusals } from './refused.ts'

/**
 * A parser's error, told better where what was written is known: something of another database, a keyword meant as a name,
 * a misspelt first word. Errors that have their own advice stay as they are.
 */
export function explainError(error: unknown, cursor: Cursor): unknown {
  if (!(error instanceof LedgerError) || error.kind !== 'input' || error.span === undefined) return error
  const at = cursor.tokens.findIndex(({ start }) => start >= (error.span as Span).start)
  const refused = refusedAt(cursor, at)
  if (refused !== undefined) return refused
  const mistake = at < 0 ? undefined : mistakeHelp(cursor, at)
  if (mistake !== undefined) return withHelp(error, mistake)
  if (error.help !== undefined) return error
  const help = firstWordHelp(cursor) ?? clauseHelp(cursor, at) ?? keywordHelp(cursor, at)
  return help === undefined ? error : withHelp(error, help)
}

function withHelp({ code, message, span, cause }: LedgerError, help: string): LedgerError {
  return new LedgerError(code, message, { help, cause, ...(span && { span }) })
}

/** How far before the token at which the parser stops a clause may begin. */
const lookBack = 2

function refusedAt(cursor: Cursor, at: number): LedgerError | undefined {
  const first = cursor.tokens[0] as ParserToken
  for (const refusal of refusals) {
    const begin = beginOf(refusal, cursor, at)
    const token = begin === undefined ? undefined : cursor.tokens[begin]
    if (token !== undefined) return unsupported(`${refusal.name} is not supported`, token, refusal.instead)
  }
  const called = enclosingCall(cursor, at)
  const instead = called && insteadOfFunction(cursor.textOf(called).toLowerCase())
  if (called === undefined || instead === undefined || first.kind === 'end') return undefined
  return unsupported(`${cursor.textOf(called)} is not supported`, called, instead)
}

/** The token at which a refused construct begins; undefined where it does not stand here. */
function beginOf({ seen }: Refusal, cursor: Cursor, at: number): number | undefined {
  if (seen.in === 'call') return undefined
  if (seen.in === 'beginning') return wordsAt(cursor, 0, seen.words) ? 0 : undefined
  if (seen.in === 'statement' && cursor.tokens[0]?.word !== seen.first) return undefined
  // `a NOT ILIKE b` stops at NOT.
  const last = cursor.tokens[at]?.word === 'NOT' ? at + 1 : at
  for (let begin = Math.max(0, at - lookBack); begin <= last; begin += 1) {
    const end = begin + seen.words.length
    const reaches = end >= at || (end === at - 1 && cursor.tokens[end]?.word === '(')
    if (reaches && wordsAt(cursor, begin, seen.words)) return begin
  }
  return undefined
}

/** Whether the tokens from there on are these words; signs side by side, without blanks. */
function wordsAt(cursor: Cursor, begin: number, words: readonly string[]): boolean {
  return words.every((word, index) => {
    const token = cursor.tokens[begin + index]
    if (token === undefined || token.word !== word) return false
    const before = cursor.tokens[begin + index - 1] as ParserToken
    return index === 0 || /[A-Z]/.test(word) || before.end === token.start
  })
}

/** The name before the innermost parenthesis that is open at a token. */
function enclosingCall(cursor: Cursor, at: number): ParserToken | undefined {
  let open = 0
  for (let index = at - 1; index > 0; index -= 1) {
    const { word } = cursor.tokens[index] as ParserToken
    if (word === ')') open += 1
    if (word === '(') open -= 1
    if (open >= 0) continue
    const before = cursor.tokens[index - 1] as ParserToken
    return before.kind === 'name' || before.kind === 'keyword' ? before : undefined
  }
  return undefined
}

const firstWords = [
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'FROM', 'CREATE', 'DROP', 'UNDROP', 'EXEC', 'EXPLAIN', 'WITH'],
]

/** What the first word may have been meant to be: `SELCT * FROM t` fails only at FROM. */
function firstWordHelp(cursor: Cursor): string | undefined {
  const first = cursor.tokens[0] as ParserToken
  const near = first.kind === 'name' ? nearName(first.word, firstWords) : undefined
  if (near === undefined) return undefined
  return `the statement begins with '${cursor.textOf(first)}'; did you mean ${near}?`
}

const laterWords = [
  ...['FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'OFFSET', 'UNION', 'EXCEPT', 'INTERSECT', 'JOIN', 'SET'],
  ...['VALUE', 'VALUES', 'INTO', 'REMOVE', 'BETWEEN', 'LIKE', 'DISTINCT'],
]

/** `SELECT * FORM t`, `SELECT a FROM t WERE b = 1`: the name at which the parser stops, or the alias before it, is a clause. */
function clauseHelp(cursor: Cursor, at: number): string | undefined {
  for (const index of [at, at - 1]) {
    const token = cursor.tokens[index]
    if (token?.kind !== 'name' || index < 1) continue
    const near = token.word.length < 3 ? undefined : nearName(token.word, laterWords)
    if (near !== undefined) return `'${cursor.textOf(token)}' is read as a name; did you mean ${near}?`
  }
  return undefined
}

/** Behind a keyword that was meant as a name stands what stands behind a name, not what its clause wants. */
const behindNames: ReadonlySet<string> = new Set(
  ', ) ] } . = <> < <= > >= + - * / % || FROM WHERE AS ASC DESC IN IS LIKE BETWEEN AND OR NOT JOIN ON'.split(' '),
)

function keywordHelp(cursor: Cursor, at: number): string | undefined {
  for (const index of [at, at - 1]) {
    const token = cursor.tokens[index]
    const next = cursor.tokens[index + 1]
    if (token?.kind !== 'keyword' || next === undefined || !isStructuralWord(token.word)) continue
    const before = cursor.tokens[index - 1]?.word ?? ''
    // It is the clause or the CASE that ends too early.
    if (next.kind === 'end' && /^(?:LIMIT|OFFSET|HAVING)$/.test(token.word)) continue
    if (token.word === 'END' && before === 'CASE') continue
    const followsName = next.kind === 'end' || next.word === ';' || behindNames.has(next.word)
    if (followsName && !neverNames.has(token.word) && before !== '') return cursor.quotingHelp(token)
  }
  return undefined
}

/** Words behind which the same may stand, and which nobody has as a field. */
const neverNames: ReadonlySet<string> = new Set(
  'SELECT FROM WHERE AND OR NOT AS IN IS LIKE BETWEEN ON JOIN BY INTO UNION EXCEPT INTERSECT SET NULL TRUE FALSE'.split(
    ' ',
  ),
)
