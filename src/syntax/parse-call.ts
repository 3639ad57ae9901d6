import { nearName } from '../base/near-name.ts'
import type { Span } from '../base/span.ts'
import { dateParts, extractParts, truncParts } from '../values/datetime-parts.ts'
import { string } from '../values/value.ts'
import type { CallExpression, Expression } from './ast.ts'
import { type Cursor, invalid } from './cursor.ts'
import { parseExpression, parseOperators, parseOr, tightness } from './parse-expression.ts'
import { parseSortKeys } from './parse-query.ts'
import { parseOver } from './parse-window.ts'

/** Calls that may count `*`. */
const starCalls: ReadonlySet<string> = new Set(['count', 'coll_count'])

/** A plain call: no quantifier, filter or window. */
export function callOf(name: string, nameSpan: Span, args: readonly Expression[], span: Span): CallExpression {
  return {
    kind: 'call',
    name,
    nameSpan,
    args,
    star: false,
    quantifier: undefined,
    orderBy: undefined,
    filter: undefined,
    over: undefined,
    span,
  }
}

/** A call, from its name on; a parenthesis is known to follow. */
export function parseCall(cursor: Cursor): Expression {
  const token = cursor.advance()
  const name = cursor.textOf(token).toLowerCase()
  const nameSpan = { start: token.start, end: token.end }
  cursor.expect('(')
  const special = specialCalls[name]
  if (special !== undefined) {
    const args = special(cursor)
    if (!cursor.accept(')')) throw cursor.complain('expected right parenthesis')
    const over = parseOver(cursor, name)
    return { ...callOf(name, nameSpan, args, cursor.spanFrom(token.start)), over }
  }
  const head = parseArguments(cursor, name)
  const filter = parseFilter(cursor)
  const over = parseOver(cursor, name)
  return { kind: 'call', name, nameSpan, ...head, filter, over, span: cursor.spanFrom(token.start) }
}

type CallHead = Pick<CallExpression, 'args' | 'star' | 'quantifier' | 'orderBy'>

function parseArguments(cursor: Cursor, name: string): CallHead {
  if (cursor.at('*')) {
    const star = cursor.advance()
    if (!starCalls.has(name)) {
      throw invalid('function call, other than COUNT, with (*) as parameter is not supported', star)
    }
    cursor.expect(')')
    return { args: [], star: true, quantifier: undefined, orderBy: undefined }
  }
  const quantifier = parseQuantifier(cursor)
  if (quantifier !== undefined && cursor.at('*')) throw invalid('COUNT(DISTINCT *) is not supported', cursor.token)
  const { start } = cursor.token
  const args: Expression[] = []
  if (!cursor.at(')')) {
    do args.push(parseArgument(cursor, name))
    while (cursor.accept(','))
  }
  const orderBy = args.length > 0 && cursor.acceptWords('ORDER', 'BY') ? parseSortKeys(cursor) : undefined
  if (!cursor.accept(')')) throw cursor.unexpected(',', ')')
  if (quantifier !== undefined && args.length !== 1 && name !== 'string_agg') {
    throw invalid(`Aggregate function calls take 1 argument only, found ${args.length}`, cursor.spanFrom(start))
  }
  return { args, star: false, quantifier, orderBy }
}

/** ORDER BY behind a query in parentheses belongs to an aggregate that takes one, not to the query. */
function parseArgument(cursor: Cursor, name: string): Expression {
  const collects = name === 'array_agg' || name === 'string_agg'
  if (!collects || !cursor.at('(')) return parseExpression(cursor)
  const first = parseOr(cursor)
  return cursor.atWords('ORDER', 'BY') ? first : parseExpression(cursor, first)
}

/** DISTINCT, ALL or nothing. */
export function parseQuantifier(cursor: Cursor): 'distinct' | 'all' | undefined {
  if (cursor.accept('DISTINCT')) return 'distinct'
  return cursor.accept('ALL') ? 'all' : undefined
}

/** FILTER (WHERE condition) */
function parseFilter(cursor: Cursor): Expression | undefined {
  if (!cursor.acceptWords('FILTER', '(', 'WHERE')) return undefined
  const condition = parseExpression(cursor)
  cursor.expect(')')
  return condition
}

/** Functions with a syntax of their own: what stands between the parentheses, as the plain arguments. */
const specialCalls: Readonly<Record<string, ((cursor: Cursor) => Expression[]) | undefined>> = {
  __proto__: null as never,
  trim: parseTrim,
  extract: parseExtract,
  date_add: parseDatePart,
  date_diff: parseDatePart,
  date_trunc: parseTrunc,
  substring: parseSubstring,
  position: parsePosition,
  overlay: parseOverlay,
}

const trimSides: ReadonlySet<string> = new Set(['LEADING', 'TRAILING', 'BOTH'])

/** TRIM(s), TRIM([side] [characters] FROM s); the defaults are BOTH and a blank. */
function parseTrim(cursor: Cursor): Expression[] {
  const { start, end, word } = cursor.token
  const sided = trimSides.has(word) && cursor.peek().word !== ')' && cursor.peek().word !== '.'
  if (sided) cursor.advance()
  const side = literal(sided ? word.toLowerCase() : 'both', { start, end })
  if (cursor.accept('FROM')) return [side, literal(' ', side.span), parseExpression(cursor)]
  const first = parseExpression(cursor)
  if (cursor.accept('FROM')) return [side, first, parseExpression(cursor)]
  if (sided) throw cursor.unexpected('FROM')
  return [first]
}

/** EXTRACT(part FROM t) */
function parseExtract(cursor: Cursor): Expression[] {
  const part = parsePart(cursor, extractParts)
  cursor.expect('FROM')
  return [part, parseExpression(cursor)]
}

/** DATE_ADD(part, quantity, t), DATE_DIFF(part, t1, t2) */
function parseDatePart(cursor: Cursor): Expression[] {
  const args = [parsePart(cursor, dateParts)]
  while (cursor.accept(',')) args.push(parseExpression(cursor))
  if (args.length === 1) throw cursor.complain('expected argument delimiter')
  return args
}

/** DATE_TRUNC(part, t), DATE_TRUNC('part', t) */
function parseTrunc(cursor: Cursor): Expression[] {
  const isPart = allParts.has(cursor.token.word.toLowerCase()) && cursor.peek().word === ','
  const args = [isPart ? parsePart(cursor, truncParts) : parseExpression(cursor)]
  while (cursor.accept(',')) args.push(parseExpression(cursor))
  return args
}

function parsePart(cursor: Cursor, parts: readonly string[]): Expression {
  const token = cursor.token
  const part = token.word.toLowerCase()
  if (!parts.includes(part)) {
    const help = partHelp(cursor, parts)
    throw cursor.complain(`expected one of: [${parts.join(', ')}]`, help === undefined ? {} : { help })
  }
  cursor.advance()
  return literal(part, token)
}

const allParts: ReadonlySet<string> = new Set(extractParts)

function partHelp(cursor: Cursor, parts: readonly string[]): string | undefined {
  const { kind } = cursor.token
  const written = cursor.textOf(cursor.token)
  const bare = kind === 'string' ? written.slice(1, -1).toLowerCase() : written.toLowerCase()
  if (kind === 'string' && parts.includes(bare)) return `write ${bare} without quotes`
  const near = nearName(bare, parts)
  return near === undefined ? undefined : `did you mean ${near}?`
}

/** SUBSTRING(s, a [, n]), SUBSTRING(s FROM a [FOR n]) */
function parseSubstring(cursor: Cursor): Expression[] {
  const args = [parseExpression(cursor)]
  if (cursor.accept('FROM')) {
    args.push(parseExpression(cursor))
    if (cursor.accept('FOR')) args.push(parseExpression(cursor))
    return args
  }
  if (!cursor.at(',') && !cursor.at(')')) throw cursor.unexpected('FROM', ',')
  while (cursor.accept(',')) args.push(parseExpression(cursor))
  return args
}

/** POSITION(a IN s), POSITION(a, s) */
function parsePosition(cursor: Cursor): Expression[] {
  const wanted = parseOperators(cursor, tightness.concat)
  if (!cursor.accept('IN') && !cursor.accept(',')) throw cursor.unexpected('IN')
  return [wanted, parseExpression(cursor)]
}

/** OVERLAY(s PLACING p FROM a [FOR n]), OVERLAY(s, p, a [, n]) */
function parseOverlay(cursor: Cursor): Expression[] {
  const args = [parseExpression(cursor)]
  if (cursor.accept('PLACING')) {
    args.push(parseExpression(cursor))
    cursor.expect('FROM')
    args.push(parseExpression(cursor))
    if (cursor.accept('FOR')) args.push(parseExpression(cursor))
    return args
  }
  if (!cursor.at(',')) throw cursor.unexpected('PLACING')
  while (cursor.accept(',')) args.push(parseExpression(cursor))
  return args
}

function literal(text: string, span: Span): Expression {
  return { kind: 'literal', value: string(text), source: 'partiql', span: { start: span.start, end: span.end } }
}
