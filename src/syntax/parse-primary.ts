import { LedgerError } from '../base/errors.ts'
import { numberDigitsMax } from '../base/limits.ts'
import { falseValue, missing, nullValue, string, trueValue, type Value } from '../values/value.ts'
import { parseIon } from '../values/text-reader.ts'
import type { Expression, PathStep } from './ast.ts'
import { type Cursor, spanOfToken, unquote, unsupported } from './cursor.ts'
import type { ParserToken } from './parser-token.ts'
import { isStructuralWord } from './keywords.ts'
import { dateTimeLiteral, numberOf } from './literals.ts'
import { callOf, parseCall } from './parse-call.ts'
import { parseCase } from './parse-case.ts'
import { parseExpression } from './parse-expression.ts'
import { atUnicodeLiteral, parseUnicodeLiteral } from './unicode-literal.ts'
import { parseTypeName } from './parse-type.ts'

/** Structural words that are functions too when a parenthesis follows. */
const callableWords: ReadonlySet<string> = new Set(['EXISTS', 'ANY', 'SOME', 'LEFT', 'RIGHT', 'OVERLAPS'])

/** Words that stand where an operand should because one has been forgotten, not because they are meant as names. */
const clauseBeginnings: ReadonlySet<string> = new Set(
  'AND AS BY ELSE END FROM GROUP HAVING IN INTO IS JOIN LIKE LIMIT ON OR ORDER SELECT SET THEN UNION WHEN WHERE'.split(
    ' ',
  ),
)

/** A literal, a name, a call, a constructor, CASE, CAST, or anything in parentheses. */
export function parsePrimary(cursor: Cursor): Expression {
  const { kind } = cursor.token
  if (kind === 'punctuation') return bracketed[cursor.token.word]?.(cursor) ?? parseLocal(cursor)
  if (kind === 'name' || kind === 'keyword') return parseWord(cursor, cursor.token)
  return parseSimple(cursor, cursor.token)
}

function parseSimple(cursor: Cursor, token: ParserToken): Expression {
  switch (token.kind) {
    case 'string':
      return takeLiteral(cursor, string(unquote(cursor.text.slice(token.start + 1, token.end - 1), "'")))
    case 'number':
      return takeLiteral(cursor, numberIn(cursor, token))
    case 'ion': {
      const value = ionOf(cursor, token)
      cursor.advance()
      return { kind: 'literal', value, source: 'ion', span: spanOfToken(token) }
    }
    case 'parameter': {
      cursor.advance()
      cursor.parameters += 1
      return { kind: 'parameter', ordinal: cursor.parameters - 1, span: spanOfToken(token) }
    }
    case 'quoted-name':
      return { kind: 'variable', name: cursor.anyName(), local: false, span: spanOfToken(token) }
    default:
      throw cursor.complain('expected expression')
  }
}

function takeLiteral(cursor: Cursor, value: Value): Expression {
  const token = cursor.advance()
  return { kind: 'literal', value, source: 'partiql', span: spanOfToken(token) }
}

function numberIn(cursor: Cursor, token: ParserToken): Value {
  const value = numberOf(cursor.textOf(token))
  if (value !== undefined) return value
  const message = `invalid literal at, ${cursor.found()}: more than ${numberDigitsMax} digits or an exponent out of range`
  throw new LedgerError('lexer/invalid-literal', message, { span: spanOfToken(token) })
}

function ionOf(cursor: Cursor, token: ParserToken): Value {
  try {
    return parseIon(cursor.text.slice(token.start + 1, token.end - 1))
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    const offset = token.start + 1
    const span = error.span ? { start: error.span.start + offset, end: error.span.end + offset } : spanOfToken(token)
    if (error.kind === 'limit') throw new LedgerError(error.code, error.message, { span, cause: error })
    throw new LedgerError('lexer/invalid-ion', `invalid ion literal at, ${error.message}`, { span, cause: error })
  }
}

/** What an opening sign begins. */
const bracketed: Readonly<Record<string, ((cursor: Cursor) => Expression) | undefined>> = {
  '(': parseGroup,
  '[': parseList,
  '<<': parseBag,
  '{': parseStruct,
}

function parseList(cursor: Cursor): Expression {
  const { start } = cursor.expect('[')
  const items = parseItems(cursor, ']')
  return { kind: 'list', items, form: 'bracket', span: cursor.spanFrom(start) }
}

function parseBag(cursor: Cursor): Expression {
  const { start } = cursor.expect('<<')
  const items = parseItems(cursor, '>>')
  return { kind: 'bag', items, span: cursor.spanFrom(start) }
}

/** @name */
function parseLocal(cursor: Cursor): Expression {
  const { start } = cursor.token
  if (!cursor.accept('@')) throw cursor.complain('expected expression')
  const name = cursor.name('identifier expected after `@` symbol')
  return { kind: 'variable', name, local: true, span: cursor.spanFrom(start) }
}

/** `(e)` is e, `(a, b)` and `()` are lists. */
function parseGroup(cursor: Cursor): Expression {
  const open = cursor.position
  const { start } = cursor.expect('(')
  if (cursor.accept(')')) return { kind: 'list', items: [], form: 'paren', span: cursor.spanFrom(start) }
  const first = parseExpression(cursor)
  if (cursor.at(',')) {
    const items = [first]
    while (cursor.accept(',')) items.push(parseExpression(cursor))
    if (!cursor.accept(')')) throw cursor.unexpected(',', ')')
    return { kind: 'list', items, form: 'paren', span: cursor.spanFrom(start) }
  }
  if (!cursor.accept(')')) throw cursor.complain('expected right parenthesis')
  cursor.group = { open, end: cursor.position }
  return first
}

/** Expressions with commas between them up to a closing sign, which is taken. */
export function parseItems(cursor: Cursor, close: string): Expression[] {
  const items: Expression[] = []
  if (cursor.accept(close)) return items
  do items.push(parseExpression(cursor))
  while (cursor.accept(','))
  if (!cursor.accept(close)) throw cursor.unexpected(',', close)
  return items
}

function parseStruct(cursor: Cursor): Expression {
  const { start } = cursor.token
  return { kind: 'struct', fields: parseFields(cursor), span: cursor.spanFrom(start) }
}

function parseMap(cursor: Cursor): Expression {
  const { start } = cursor.advance()
  return { kind: 'map', fields: parseFields(cursor), span: cursor.spanFrom(start) }
}

/** `{name: value, …}` */
function parseFields(cursor: Cursor) {
  cursor.expect('{')
  const fields: { name: Expression; value: Expression }[] = []
  if (!cursor.accept('}')) {
    do {
      const name = parseExpression(cursor)
      cursor.expect(':')
      fields.push({ name, value: parseExpression(cursor) })
    } while (cursor.accept(','))
    if (!cursor.accept('}')) throw cursor.unexpected(',', '}')
  }
  return fields
}

function parseWord(cursor: Cursor, token: ParserToken): Expression {
  const called = cursor.peek().word === '('
  if (atUnicodeLiteral(cursor)) return parseUnicodeLiteral(cursor)
  switch (token.word) {
    case 'NULL':
      return takeLiteral(cursor, nullValue)
    case 'MISSING':
      return takeLiteral(cursor, missing)
    case 'TRUE':
      return takeLiteral(cursor, trueValue)
    case 'FALSE':
      return takeLiteral(cursor, falseValue)
    case 'CASE':
      return parseCase(cursor)
    case 'CAST':
      return parseCast(cursor, 'cast')
    case 'CAN_CAST':
      if (called) return parseCast(cursor, 'can-cast')
      break
    case 'CAN_LOSSLESS_CAST':
      if (called) return parseCast(cursor, 'can-lossless-cast')
      break
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'INTERVAL': {
      const value = dateTimeLiteral(cursor)
      return { kind: 'literal', value, source: 'partiql', span: cursor.spanFrom(token.start) }
    }
    case 'CURRENT_DATE':
    case 'CURRENT_TIME':
    case 'CURRENT_TIMESTAMP':
    case 'CURRENT_USER':
      if (called) break
      cursor.advance()
      return callOf(token.word.toLowerCase(), spanOfToken(token), [], spanOfToken(token))
    case 'MAP':
      if (cursor.peek().word === '{') return parseMap(cursor)
      break
    case 'LIST':
    case 'ROW':
    case 'SEXP':
    case 'BAG':
      if (called) return parseSequence(cursor, token.word)
      break
    default:
      break
  }
  if (isStructuralWord(token.word)) {
    if (called && callableWords.has(token.word)) return parseCall(cursor)
    throw cursor.complain(
      'expected expression',
      clauseBeginnings.has(token.word) ? {} : { help: cursor.quotingHelp(token) },
    )
  }
  if (called) return parseCall(cursor)
  return { kind: 'variable', name: cursor.anyName(), local: false, span: spanOfToken(token) }
}

/** LIST(a, b), SEXP(a, b) and BAG(a, b); ROW(a, b) is SQL's spelling of the list (a, b). */
function parseSequence(cursor: Cursor, word: 'LIST' | 'ROW' | 'SEXP' | 'BAG'): Expression {
  const { start } = cursor.advance()
  cursor.expect('(')
  const items = parseItems(cursor, ')')
  const span = cursor.spanFrom(start)
  cursor.beyondQldb.push({ feature: `${word}(…)`, span })
  if (word === 'LIST' || word === 'ROW') return { kind: 'list', items, form: 'bracket', span }
  return { kind: word === 'BAG' ? 'bag' : 'sexp', items, span }
}

function parseCast(cursor: Cursor, form: 'cast' | 'can-cast' | 'can-lossless-cast'): Expression {
  const { start } = cursor.advance()
  if (!cursor.accept('(')) throw cursor.complain('expected left parenthesis after CAST')
  const operand = parseExpression(cursor)
  cursor.expect('AS')
  const type = parseTypeName(cursor)
  if (!cursor.accept(')')) throw cursor.complain('expected right parenthesis')
  return { kind: 'cast', form, operand, type, span: cursor.spanFrom(start) }
}

/** The steps behind a root: `.name`, `.*`, `[e]`, `[*]`. Without any, the root itself. */
export function parsePostfix(cursor: Cursor, root: Expression): Expression {
  if (!cursor.at('.') && !cursor.at('[')) return root
  const steps: PathStep[] = []
  for (;;) {
    const { start, end } = cursor.token
    if (cursor.accept('.')) {
      if (cursor.accept('*')) steps.push({ kind: 'each-field', span: cursor.spanFrom(start) })
      else steps.push({ kind: 'field', name: pathName(cursor, end), span: cursor.spanFrom(start) })
    } else if (cursor.accept('[')) {
      if (cursor.at(':')) throw slice(cursor)
      const index = cursor.at('*') ? undefined : parseExpression(cursor)
      if (cursor.at(':') && cursor.peek().word !== ':') throw slice(cursor)
      if (index === undefined) cursor.advance()
      cursor.expect(']')
      const span = cursor.spanFrom(start)
      steps.push(index === undefined ? { kind: 'each', span } : { kind: 'index', index, span })
    } else {
      return { kind: 'path', root, steps, span: cursor.spanFrom(root.span.start) }
    }
  }
}

function slice(cursor: Cursor): LedgerError {
  const help = 'use SUBSTRING for texts, and FROM list AS x AT i … WHERE i BETWEEN 1 AND 3 for lists'
  return unsupported('a slice such as [1:3] is not supported', cursor.token, help)
}

/**
 * A string names a field exactly (specification, section 4). Any word may follow a dot; a keyword only without a blank, so
 * that `a. FROM t` does not swallow its clause.
 */
function pathName(cursor: Cursor, dotEnd: number) {
  const { kind, start, end } = cursor.token
  if (kind === 'string') {
    cursor.advance()
    cursor.beyondQldb.push({ feature: "paths like a.'b'", span: { start, end } })
    return { text: unquote(cursor.text.slice(start + 1, end - 1), "'"), quoted: true, span: { start, end } }
  }
  if (kind === 'name' || kind === 'quoted-name' || (kind === 'keyword' && start === dotEnd)) return cursor.anyName()
  throw cursor.complain('Invalid path component, expecting either an IDENTIFIER or STAR')
}
