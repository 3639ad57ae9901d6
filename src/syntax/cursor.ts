import { LedgerError } from '../base/errors.ts'
import { parameterHelp } from '../base/hints.ts'
import { passLoop } from '../base/interruption.ts'
import { chainOperandsMax, clauseStepsMax, nestingDepthMax } from '../base/limits.ts'
import type { Span } from '../base/span.ts'
import type { FromSource, Name } from './ast.ts'
import type { Spelling } from './statement-ast.ts'
import { isClauseWord, isStructuralWord } from './keywords.ts'
import { type Token, type TokenKind, tokenAt } from './lexer.ts'
import type { ParserToken } from './parser-token.ts'
import { type Account, tokenCost } from './reading-cost.ts'

/** The tokens of one statement that matter, and where the parser stands among them. */
export class Cursor {
  readonly text: string
  readonly tokens: readonly ParserToken[]
  position = 0
  /** Parameters seen so far. */
  parameters = 0
  /** The last pair of parentheses read around one expression: the position of the first, and behind the second. */
  group = { open: -1, end: -1 }
  /** Spellings of other features that QLDB did not have: the tree does not keep them. */
  readonly beyondQldb: Spelling[] = []
  /** Joins that stand in parentheses of their own. */
  readonly wrappedSources = new WeakSet<FromSource>()
  #depth = 0

  /**
   * Throws LedgerError for a stray character, a malformed number and anything unterminated, the first in the text, and
   * what the account throws.
   */
  constructor(text: string, account?: Account) {
    this.text = text
    this.tokens = tokensOf(text, account)
  }

  get token(): ParserToken {
    return this.tokens[this.position] as ParserToken
  }

  /** The token `ahead` of the present one; the end stays the end. */
  peek(ahead = 1): ParserToken {
    return this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)] as ParserToken
  }

  /** Takes the present token. */
  advance(): ParserToken {
    const token = this.token
    passLoop()
    if (token.kind !== 'end') this.position += 1
    return token
  }

  get atEnd(): boolean {
    return this.token.kind === 'end'
  }

  at(word: string): boolean {
    return this.token.word === word
  }

  /** Whether the next tokens are these words. */
  atWords(...words: readonly string[]): boolean {
    return words.every((word, index) => this.peek(index).word === word)
  }

  /** Takes the present token if it is that word or sign. */
  accept(word: string): boolean {
    if (this.token.word !== word) return false
    this.position += 1
    return true
  }

  /** Takes the words if all of them follow. */
  acceptWords(...words: readonly string[]): boolean {
    if (!this.atWords(...words)) return false
    this.position += words.length
    return true
  }

  expect(word: string): ParserToken {
    if (this.token.word !== word) throw this.unexpected(word)
    return this.advance()
  }

  /** Where the last taken token ends: the end of the node that is being made. */
  get lastEnd(): number {
    return this.position === 0 ? 0 : (this.tokens[this.position - 1] as ParserToken).end
  }

  spanFrom(start: number): Span {
    return { start, end: this.lastEnd }
  }

  textOf(span: Span): string {
    return this.text.slice(span.start, span.end)
  }

  /** Whether a name stands here: a quoted one, or a word that is not structural. */
  atName(token: ParserToken = this.token): boolean {
    if (token.kind === 'quoted-name') return true
    return (token.kind === 'name' || token.kind === 'keyword') && !isStructuralWord(token.word)
  }

  /** Whether a name stands here, or `ahead` of here, that may be an alias without AS. */
  atBareAlias(ahead = 0): boolean {
    const token = this.peek(ahead)
    if (!this.atName(token) || isClauseWord(token.word)) return false
    return !this.atWindowClause(ahead) && !this.atFetch(ahead)
  }

  /** `FETCH FIRST`, `FETCH NEXT`: the word alone is a name. */
  atFetch(ahead = 0): boolean {
    const next = this.peek(ahead + 1).word
    return this.peek(ahead).word === 'FETCH' && (next === 'FIRST' || next === 'NEXT')
  }

  /** `WINDOW w AS (`: the word alone is a name. */
  atWindowClause(ahead = 0): boolean {
    return (
      this.peek(ahead).word === 'WINDOW' &&
      this.atName(this.peek(ahead + 1)) &&
      this.peek(ahead + 2).word === 'AS' &&
      this.peek(ahead + 3).word === '('
    )
  }

  /** Takes a name. `claim` begins the message when there is none, e.g. `expected identifier for alias`. */
  name(claim = 'expected identifier'): Name {
    if (!this.atName()) throw this.complain(claim)
    return this.anyName()
  }

  /** Takes any word, also a keyword, as a name: after a dot. */
  anyName(): Name {
    const token = this.advance()
    const quoted = token.kind === 'quoted-name'
    const text = this.text
    return {
      text: quoted ? unquote(text.slice(token.start + 1, token.end - 1), '"') : text.slice(token.start, token.end),
      quoted,
      span: { start: token.start, end: token.end },
    }
  }

  /** Call before parsing anything that may hold itself, and `leave` afterwards. */
  enter(): void {
    this.#depth += 1
    if (this.#depth > nestingDepthMax) throw tooDeep(this.token)
  }

  leave(): void {
    this.#depth -= 1
  }

  /** The error for a present token that is not what was wanted: `unexpected token, expected X but found Y`. */
  unexpected(...expected: readonly string[]): LedgerError {
    const wanted = expected.length < 2 ? expected.join('') : `${expected.slice(0, -1).join(', ')} or ${expected.at(-1)}`
    if (this.token.kind === 'end') {
      return new LedgerError('parser/unexpected-end', `unexpected end of the statement, expected ${wanted}`, {
        span: spanOfToken(this.token),
      })
    }
    return new LedgerError(
      'parser/unexpected-token',
      `unexpected token, expected ${wanted} but found ${this.found()}`,
      {
        span: spanOfToken(this.token),
      },
    )
  }

  /** The error with a text of PartiQL's own: `expected type name, found 'x'`. */
  complain(claim: string, details: { help?: string; token?: ParserToken } = {}): LedgerError {
    const token = details.token ?? this.token
    const code = token.kind === 'end' ? 'parser/unexpected-end' : 'parser/unexpected-token'
    const wantsName = claim.includes('identifier') && token.kind === 'keyword'
    const text = claim.includes('identifier') && token.kind === 'string' ? this.textOf(token).slice(1, -1) : undefined
    const written = text === undefined ? undefined : `names take double quotes: "${text.replaceAll('"', '""')}"`
    const help = details.help ?? (wantsName ? this.quotingHelp(token) : (written ?? this.#parameterHelp(claim, token)))
    return new LedgerError(code, `${claim}, found ${this.found(token)}`, {
      span: spanOfToken(token),
      ...(help === undefined ? {} : { help }),
    })
  }

  /** For `:id`, `%s` and `%(id)s`, as other drivers write parameters. */
  #parameterHelp(claim: string, token: ParserToken): string | undefined {
    if (claim !== 'expected expression') return undefined
    return /^(?::[A-Za-z_]\w*|%s|%\(\w+\)s|%d)/.test(this.text.slice(token.start)) ? parameterHelp : undefined
  }

  /** What to tell whoever wrote a keyword where a name may have been meant. */
  quotingHelp(token: ParserToken): string {
    return `'${this.textOf(token)}' is a keyword; as a name it needs double quotes: "${this.textOf(token)}"`
  }

  found(token: ParserToken = this.token): string {
    if (token.kind === 'end') return 'the end of the statement'
    const text = this.textOf(token)
    return `'${text.length > 40 ? `${text.slice(0, 40)}…` : text}'`
  }
}

/** Tokens whose memory is charged at once. */
const chargedTokens = 1024

function tokensOf(text: string, account: Account | undefined): ParserToken[] {
  const tokens: ParserToken[] = []
  let start = 0
  let cost = text.length
  while (start < text.length) {
    passLoop()
    const token = tokenAt(text, start)
    if (token.problem !== undefined) throw lexicalError(text, token)
    if (token.kind === 'number') refuseDate(text, token)
    if (token.kind !== 'whitespace' && token.kind !== 'comment') {
      const found = { kind: token.kind, word: wordOf(text, token), start: token.start, end: token.end }
      cost += tokenCost(found, text)
      tokens.push(found)
      if (tokens.length % chargedTokens === 0 || found.kind === 'ion') {
        account?.charge(cost)
        cost = 0
      }
    }
    start = token.end
  }
  tokens.push({ kind: 'end', word: '', start: text.length, end: text.length })
  account?.charge(cost)
  return tokens
}

export function spanOfToken(token: Span): Span {
  return { start: token.start, end: token.end }
}

export function tooDeep(place: Span): LedgerError {
  return new LedgerError('parser/nesting-too-deep', `the statement nests deeper than ${nestingDepthMax} levels`, {
    span: spanOfToken(place),
    help: 'split it into several statements, or bind parts of it with LET or WITH',
  })
}

/** Joins, bindings of LET and windows, each over the one before. */
export function tooManySteps(place: Span): LedgerError {
  const message = `more than ${clauseStepsMax} joins, bindings of LET or windows stand in a row`
  return new LedgerError('statement/too-large', message, {
    span: spanOfToken(place),
    help: 'split it into several statements',
  })
}

export function checkChainLength(operands: number, place: Span): void {
  if (operands <= chainOperandsMax) return
  throw new LedgerError('statement/too-large', `a chain of operators has at most ${chainOperandsMax} operands`, {
    span: spanOfToken(place),
    help: 'use a list, a table or several statements',
  })
}

/** Well formed, but not something that this engine does. */
export function unsupported(message: string, span: Span, help?: string): LedgerError {
  return new LedgerError('parser/unsupported', message, {
    span: spanOfToken(span),
    ...(help === undefined ? {} : { help }),
  })
}

/** A rule of the language that one construct breaks. */
export function invalid(message: string, span: Span): LedgerError {
  return new LedgerError('parser/invalid', message, { span: spanOfToken(span) })
}

/** The text between quotes with doubled quotes made single. */
export function unquote(inner: string, quote: string): string {
  return inner.includes(quote) ? inner.replaceAll(quote + quote, quote) : inner
}

function wordOf(text: string, token: Token): string {
  switch (token.kind) {
    case 'name':
    case 'keyword':
      return text.slice(token.start, token.end).toUpperCase()
    case 'operator':
    case 'punctuation': {
      const word = text.slice(token.start, token.end)
      return word === '!=' ? '<>' : word
    }
    case 'parameter':
      return '?'
    default:
      return ''
  }
}

function lexicalError(text: string, token: Token): LedgerError {
  const written = text.slice(token.start, Math.min(token.end, token.start + 40))
  const span = { start: token.start, end: token.end }
  if (token.problem === 'unterminated') {
    const ending: Partial<Record<TokenKind, readonly [string, string]>> = {
      string: ['string', "'"],
      'quoted-name': ['quoted name', '"'],
      ion: ['Ion literal', '`'],
      comment: ['comment', '*/'],
    }
    const [what, end] = ending[token.kind] ?? ['literal', '']
    return new LedgerError('lexer/unterminated', `the ${what} that begins here is never closed, expected ${end}`, {
      span: { start: token.start, end: token.start + 1 },
    })
  }
  const day = /\d{4}-\d\d-$/.exec(text.slice(Math.max(0, token.start - 8), token.start))?.[0]
  if (token.kind === 'number' && day !== undefined && /^\d\d[Tt]/.test(written)) {
    return new LedgerError('lexer/invalid-literal', `invalid literal at, ${day}${written}`, {
      span: { start: token.start - day.length, end: token.end },
      help: "write timestamps in backticks, such as `2024-01-01T10:00Z`, and dates as DATE '2024-01-01'",
    })
  }
  if (token.kind === 'number') {
    return new LedgerError('lexer/invalid-literal', `invalid literal at, ${written}`, {
      span,
      help: 'a number is digits, a point and an exponent; a name that begins with a digit needs double quotes',
    })
  }
  const help = characterHelp(written === '!' && text[span.end] === '~' ? '~' : written)
  return new LedgerError('lexer/invalid-character', `invalid character at, '${written}'`, {
    span,
    ...(help === undefined ? {} : { help }),
  })
}

/** What to write in place of a character that begins nothing. */
function characterHelp(character: string): string | undefined {
  if (/^\p{L}/u.test(character)) return 'names with other letters than a to z need double quotes'
  if (/^[\u2018\u2019\u201a\u201b]/.test(character)) return "strings take straight quotes: 'text'"
  if (/^[\u201c-\u201f\u00ab\u00bb]/.test(character)) return 'names take straight double quotes: "name"'
  return characterHelps[character]
}

const characterHelps: Readonly<Record<string, string>> = {
  '~': "'~' is not supported: use LIKE, whose wildcards are % and _",
  '!': "write 'NOT', or '<>' for not equal",
  '^': "'^' is not supported: use POWER(a, b)",
  '|': "write '||' to join texts, 'OR' for conditions",
  '#': "comments begin with '--'",
  '\\': 'a backslash begins commands of the shell, at the beginning of a line',
}

/** `2024-01-01` would be 2022: two subtractions. With blanks it still is. */
function refuseDate(text: string, { start, end }: Token): void {
  if (end - start !== 4 || text.charCodeAt(end) !== 45) return
  const day = /^\d{4}-\d\d-\d\d(?![\w.])/.exec(text.slice(start, start + 11))?.[0]
  if (day === undefined) return
  throw new LedgerError('lexer/invalid-literal', `invalid literal at, ${day}`, {
    span: { start, end: start + day.length },
    help: `a date is written DATE '${day}', a timestamp \`${day}T\`; a difference takes blanks: ${day.replaceAll('-', ' - ')}`,
  })
}
