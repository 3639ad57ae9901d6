import type {
  Expression,
  GroupBy,
  LetBinding,
  Name,
  PathStep,
  Projection,
  Query,
  SelectItem,
  SelectQuery,
  SetQuery,
  SortKey,
  WithQuery,
} from './ast.ts'
import { int } from '../values/value.ts'
import { type Cursor, checkChainLength, invalid, unsupported } from './cursor.ts'
import { parseQuantifier } from './parse-call.ts'
import { parseExpression, parseOr } from './parse-expression.ts'
import { parseFrom } from './parse-from.ts'
import { parseItems, parsePostfix } from './parse-primary.ts'
import { parseNamedWindows } from './parse-window.ts'
import { flattened } from './set-chain.ts'

export function isQuery(expression: Expression): expression is Query {
  switch (expression.kind) {
    case 'select':
    case 'pivot':
    case 'set-operation':
    case 'values':
    case 'with':
      return true
    default:
      return false
  }
}

const queryWords: ReadonlySet<string> = new Set(['SELECT', 'PIVOT', 'VALUES', 'WITH', 'TABLE'])
const goesOnWith: ReadonlySet<string> = new Set(['UNION', 'EXCEPT', 'INTERSECT', 'OUTER'])

/** Whether a query begins here, or `ahead` of here. */
export function atQuery(cursor: Cursor, ahead = 0): boolean {
  return queryWords.has(cursor.peek(ahead).word)
}

/** Whether a set operation follows or, behind a query, an ORDER BY, LIMIT or OFFSET. */
export function goesOn(cursor: Cursor, left: Expression): boolean {
  return goesOnWith.has(cursor.token.word) || (isQuery(left) && atTail(cursor))
}

/**
 * What follows the first operand, which began at the token `begin` or (`wrapped`) stands in parentheses: UNION
 * and EXCEPT bind alike, INTERSECT tighter (SQL:2016 section 7.17); ORDER BY, LIMIT and OFFSET at the end belong to
 * the whole set operation.
 */
export function parseQueryRest(cursor: Cursor, first: Expression, begin: number, wrapped: boolean): Expression {
  let left = first
  if (isQuery(left) && atTail(cursor)) {
    const inParentheses = cursor.group.open === begin && cursor.group.end === cursor.position
    left = attachTail(cursor, left, wrapped || inParentheses)
  }
  for (let count = 1; ; count += 1) {
    checkChainLength(count, cursor.token)
    const operand = parseIntersections(cursor, left)
    const op = setOperator(cursor, 'UNION', 'EXCEPT')
    const made = op
      ? parseSetOperation(cursor, op, operand, () => parseIntersections(cursor, parseQueryTerm(cursor)))
      : operand
    if (made === left) return flattened(left)
    left = isQuery(made) && atTail(cursor) ? attachTail(cursor, made, false) : made
  }
}

function parseIntersections(cursor: Cursor, first: Expression): Expression {
  let left = first
  for (;;) {
    const op = setOperator(cursor, 'INTERSECT')
    if (op === undefined) return left === first ? left : flattened(left)
    left = parseSetOperation(cursor, op, left, () => parseQueryTerm(cursor))
  }
}

/** The word of the set operator that stands here, behind OUTER too. */
function setOperator(cursor: Cursor, ...words: readonly string[]): string | undefined {
  const word = cursor.at('OUTER') ? cursor.peek().word : cursor.token.word
  return words.includes(word) ? word : undefined
}

function parseSetOperation(cursor: Cursor, word: string, left: Expression, right: () => Expression): SetQuery {
  const outer = cursor.accept('OUTER')
  cursor.expect(word)
  const quantifier = parseQuantifier(cursor)
  const corresponding = parseCorresponding(cursor)
  const operand = right()
  return {
    kind: 'set-operation',
    op: word.toLowerCase() as SetQuery['op'],
    outer,
    quantifier,
    corresponding,
    left,
    right: operand,
    orderBy: undefined,
    limit: undefined,
    offset: undefined,
    span: cursor.spanFrom(left.span.start),
  }
}

/** CORRESPONDING [BY (names)] */
function parseCorresponding(cursor: Cursor): SetQuery['corresponding'] {
  if (!cursor.accept('CORRESPONDING')) return undefined
  return cursor.accept('BY') ? parseNames(cursor) : 'all'
}

/** `(a, b)` */
export function parseNames(cursor: Cursor): Name[] {
  cursor.expect('(')
  const names: Name[] = []
  do names.push(cursor.name())
  while (cursor.accept(','))
  if (!cursor.accept(')')) throw cursor.unexpected(',', ')')
  return names
}

/** An operand of a set operation: a query up to HAVING, or an expression. */
export function parseQueryTerm(cursor: Cursor): Expression {
  switch (cursor.token.word) {
    case 'SELECT':
      return parseSelect(cursor)
    case 'PIVOT':
      return parsePivot(cursor)
    case 'VALUES':
      return parseValues(cursor)
    case 'WITH':
      return parseWith(cursor)
    case 'TABLE':
      return parseTable(cursor)
    default:
      return parseOr(cursor)
  }
}

interface Tail {
  readonly orderBy: readonly SortKey[] | undefined
  readonly limit: Expression | undefined
  readonly offset: Expression | undefined
}

function atTail(cursor: Cursor): boolean {
  return cursor.at('ORDER') || cursor.at('LIMIT') || cursor.at('OFFSET') || cursor.atFetch()
}

function parseTail(cursor: Cursor): Tail {
  let orderBy: readonly SortKey[] | undefined
  if (cursor.accept('ORDER')) {
    cursor.expect('BY')
    orderBy = cursor.accept('PRESERVE') ? [] : parseSortKeys(cursor)
  }
  return { orderBy, ...parseBounds(cursor) }
}

/** LIMIT n or FETCH FIRST n ROWS ONLY, and OFFSET n [ROWS], in either order. */
function parseBounds(cursor: Cursor): Pick<Tail, 'limit' | 'offset'> {
  let limit: Expression | undefined
  let offset: Expression | undefined
  for (;;) {
    if (limit === undefined && cursor.accept('LIMIT')) limit = parseOr(cursor)
    else if (limit === undefined && cursor.atFetch()) limit = parseFetch(cursor)
    else if (offset === undefined && cursor.accept('OFFSET')) {
      offset = parseOr(cursor)
      if (!cursor.accept('ROWS')) cursor.accept('ROW')
    } else return { limit, offset }
  }
}

/** FETCH FIRST | NEXT [n] ROW | ROWS ONLY; without a number one row. */
function parseFetch(cursor: Cursor): Expression {
  const { start, end } = cursor.advance()
  cursor.advance()
  const atRows = () => cursor.at('ROW') || cursor.at('ROWS')
  const one: Expression = { kind: 'literal', value: int(1), source: 'partiql', span: { start, end } }
  const count = atRows() ? one : parseOr(cursor)
  if (cursor.at('PERCENT')) throw unsupported('FETCH FIRST … PERCENT is not supported', cursor.token)
  if (!atRows()) throw cursor.unexpected('ROWS')
  cursor.advance()
  if (cursor.atWords('WITH', 'TIES')) {
    const help = 'RANK() OVER (ORDER BY …) in a sub-query tells which rows are level'
    throw unsupported('FETCH FIRST … WITH TIES is not supported', cursor.token, help)
  }
  cursor.expect('ONLY')
  return count
}

/** Gives a query its ORDER BY, LIMIT and OFFSET; one in parentheses must not have any yet. */
function attachTail(cursor: Cursor, query: Query, wrapped: boolean): Expression {
  if (query.kind === 'values' || query.kind === 'with') return query
  if (wrapped && (query.orderBy !== undefined || query.limit !== undefined || query.offset !== undefined)) {
    throw unsupported(
      `${cursor.found()} after a query in parentheses that has an ORDER BY, LIMIT or OFFSET of its own`,
      cursor.token,
      'select from that query: SELECT * FROM (…) …',
    )
  }
  const start = query.span.start
  const clause = cursor.token.word
  const whole = { ...query, ...parseTail(cursor), span: cursor.spanFrom(start) }
  const op = setOperator(cursor, 'UNION', 'EXCEPT', 'INTERSECT')
  if (op !== undefined) throw afterTail(cursor, clause === 'ORDER' ? 'ORDER BY' : clause, op)
  return whole
}

/**
 * SQL takes ORDER BY, LIMIT and OFFSET before UNION only inside of parentheses, Kotlin as a part of the operand before it,
 * and behind two operands nothing says whose they are.
 */
function afterTail(cursor: Cursor, clause: string, op: string): Error {
  const help = `put the query with ${clause} in parentheses, or move ${clause} to the end, for the whole result`
  return unsupported(`${op} after ${clause} needs parentheses`, cursor.token, help)
}

export function parseSortKeys(cursor: Cursor): SortKey[] {
  const keys: SortKey[] = []
  do {
    const value = parseOr(cursor)
    const direction = cursor.accept('DESC') ? 'desc' : 'asc'
    if (direction === 'asc') cursor.accept('ASC')
    let nulls: SortKey['nulls']
    if (cursor.accept('NULLS')) {
      if (!cursor.at('FIRST') && !cursor.at('LAST')) throw cursor.unexpected('FIRST', 'LAST')
      nulls = cursor.advance().word === 'FIRST' ? 'first' : 'last'
    }
    keys.push({ value, direction, nulls, span: cursor.spanFrom(value.span.start) })
  } while (cursor.accept(','))
  return keys
}

/** SELECT up to HAVING; the rest comes with attachTail. */
function parseSelect(cursor: Cursor): SelectQuery {
  cursor.enter()
  const { start } = cursor.expect('SELECT')
  const quantifier = parseQuantifier(cursor)
  const projection = parseProjection(cursor)
  const exclude = cursor.accept('EXCLUDE') ? parseExclusions(cursor) : undefined
  const from = cursor.accept('FROM') ? parseFrom(cursor) : undefined
  const clauses = parseClauses(cursor)
  const windows = parseNamedWindows(cursor)
  cursor.leave()
  return {
    kind: 'select',
    quantifier,
    projection,
    exclude,
    from,
    ...clauses,
    windows,
    orderBy: undefined,
    limit: undefined,
    offset: undefined,
    span: cursor.spanFrom(start),
  }
}

/** PIVOT value AT name FROM … */
function parsePivot(cursor: Cursor): Expression {
  cursor.enter()
  const { start } = cursor.expect('PIVOT')
  const value = parseExpression(cursor)
  cursor.expect('AT')
  const at = parseExpression(cursor)
  cursor.expect('FROM')
  const from = parseFrom(cursor)
  const clauses = parseClauses(cursor)
  cursor.leave()
  const tail: Tail = { orderBy: undefined, limit: undefined, offset: undefined }
  return { kind: 'pivot', value, at, from, ...clauses, ...tail, span: cursor.spanFrom(start) }
}

function parseClauses(cursor: Cursor): Pick<SelectQuery, 'lets' | 'where' | 'groupBy' | 'having'> {
  const lets = cursor.accept('LET') ? parseLets(cursor) : []
  const where = cursor.accept('WHERE') ? parseOr(cursor) : undefined
  const groupBy = cursor.at('GROUP') ? parseGroupBy(cursor) : undefined
  const having = cursor.accept('HAVING') ? parseOr(cursor) : undefined
  return { lets, where, groupBy, having }
}

function parseLets(cursor: Cursor): LetBinding[] {
  const bindings: LetBinding[] = []
  do {
    const value = parseOr(cursor)
    cursor.expect('AS')
    const name = cursor.name('expected identifier for alias')
    bindings.push({ value, name, span: cursor.spanFrom(value.span.start) })
  } while (cursor.accept(','))
  return bindings
}

/** GROUP [PARTIAL] BY keys [GROUP AS name]; GROUP ALL [[GROUP] AS name], one group of all rows. */
function parseGroupBy(cursor: Cursor): GroupBy {
  const { start } = cursor.expect('GROUP')
  const all = cursor.accept('ALL')
  const partial = !all && cursor.accept('PARTIAL')
  const keys = all ? [] : parseGroupKeys(cursor)
  let groupAs: Name | undefined
  if (cursor.accept('GROUP') || (all && cursor.at('AS'))) {
    cursor.expect('AS')
    groupAs = cursor.name('expected identifier for GROUP name')
  }
  return { keys, partial, groupAs, span: cursor.spanFrom(start) }
}

function parseGroupKeys(cursor: Cursor): GroupBy['keys'] {
  cursor.expect('BY')
  const keys: GroupBy['keys'][number][] = []
  do {
    const value = parseOr(cursor)
    const alias = cursor.accept('AS') ? cursor.name('expected identifier for alias') : undefined
    keys.push({ value, alias, span: cursor.spanFrom(value.span.start) })
  } while (cursor.accept(','))
  return keys
}

function parseProjection(cursor: Cursor): Projection {
  const { start } = cursor.token
  if (cursor.at('FROM') || cursor.token.kind === 'end') throw cursor.complain('found empty SELECT list')
  if (cursor.at('VALUE')) {
    const word = cursor.advance()
    if (cursor.at('FROM')) throw cursor.complain('expected expression', { help: cursor.quotingHelp(word) })
    const value = parseOr(cursor)
    return { kind: 'value', value, span: cursor.spanFrom(start) }
  }
  const lonely = "Other expressions may not be present in the select list when '*' is used without dot notation."
  if (cursor.at('*')) {
    const star = cursor.advance()
    if (cursor.at(',')) throw invalid(lonely, star)
    return { kind: 'star', span: cursor.spanFrom(start) }
  }
  const items: SelectItem[] = []
  do {
    if (cursor.at('*')) throw invalid(lonely, cursor.token)
    items.push(parseSelectItem(cursor))
  } while (cursor.accept(','))
  return { kind: 'items', items, span: cursor.spanFrom(start) }
}

function parseSelectItem(cursor: Cursor): SelectItem {
  const begin = cursor.position
  if (cursor.atWords('(', ')')) throw cursor.complain('expected expression', { token: cursor.peek() })
  const value = parseOr(cursor)
  const wrapped = cursor.group.open === begin && cursor.group.end === cursor.position
  const starred = value.kind === 'path' && !wrapped ? starItem(value.root, value.steps) : undefined
  if (starred !== undefined) {
    if (cursor.at('AS') || cursor.atBareAlias())
      throw invalid('Invalid use of * in select list: it has no name', value.span)
    return { kind: 'star', value: starred, span: value.span }
  }
  let alias: Name | undefined
  if (cursor.accept('AS')) alias = cursor.name('expected identifier for alias')
  else if (cursor.atBareAlias()) {
    // PostgreSQL's `a ISNULL` would be the field a under another name.
    if (cursor.at('ISNULL') || cursor.at('NOTNULL')) throw cursor.complain('expected FROM')
    alias = cursor.name()
  }
  return { kind: 'expression', value, alias, span: cursor.spanFrom(value.span.start) }
}

/** What `.*` at the end of a path stands behind; undefined when the path has none. Anywhere else it is refused. */
function starItem(root: Expression, steps: readonly PathStep[]): Expression | undefined {
  const star = steps.findIndex((step) => step.kind === 'each-field')
  if (star === -1) return undefined
  if (star < steps.length - 1) {
    throw invalid('Invalid use of * in select list: expected .* at the end of a path', (steps[star] as PathStep).span)
  }
  if (star === 0) return root
  const span = { start: root.span.start, end: (steps[star - 1] as PathStep).span.end }
  return { kind: 'path', root, steps: steps.slice(0, -1), span }
}

/** EXCLUDE a.b, c[*].d: a name and steps. */
function parseExclusions(cursor: Cursor): Expression[] {
  const paths: Expression[] = []
  do {
    const name = cursor.name()
    const path = parsePostfix(cursor, { kind: 'variable', name, local: false, span: name.span })
    if (path.kind !== 'path') {
      const help = `name the source before the field: EXCLUDE t.${name.text}`
      throw cursor.complain("expected '.' or '[' after the name of a source", { help })
    }
    paths.push(path)
  } while (cursor.accept(','))
  return paths
}

/** VALUES (1, 2), (3, 4) */
function parseValues(cursor: Cursor): Expression {
  const { start } = cursor.expect('VALUES')
  const rows: Expression[][] = []
  do {
    if (!cursor.accept('(')) throw cursor.complain('expected left parenthesis')
    if (cursor.at(')')) throw cursor.complain('expected expression')
    rows.push(parseItems(cursor, ')'))
  } while (cursor.accept(','))
  return { kind: 'values', rows, span: cursor.spanFrom(start) }
}

/** WITH [RECURSIVE] name [(columns)] AS (query), … query */
function parseWith(cursor: Cursor): Expression {
  cursor.enter()
  const { start } = cursor.expect('WITH')
  const recursive = cursor.accept('RECURSIVE')
  const bindings: WithQuery['bindings'][number][] = []
  do {
    const name = cursor.name()
    const columns = cursor.at('(') ? parseNames(cursor) : undefined
    cursor.expect('AS')
    cursor.expect('(')
    const query = parseExpression(cursor)
    if (!cursor.accept(')')) throw cursor.complain('expected right parenthesis')
    bindings.push({ name, columns, query })
  } while (cursor.accept(','))
  const query = parseExpression(cursor)
  cursor.leave()
  return { kind: 'with', recursive, bindings, query, span: cursor.spanFrom(start) }
}

/** TABLE a.b is SELECT * FROM a.b (PartiQL RFC 0007). */
function parseTable(cursor: Cursor): Expression {
  const { start, end } = cursor.expect('TABLE')
  cursor.beyondQldb.push({ feature: 'TABLE as a query', span: { start, end } })
  const name = cursor.name()
  const value = parsePostfix(cursor, { kind: 'variable', name, local: false, span: name.span })
  const span = cursor.spanFrom(start)
  return {
    kind: 'select',
    quantifier: undefined,
    projection: { kind: 'star', span },
    exclude: undefined,
    from: { kind: 'scan', value, as: undefined, columns: undefined, at: undefined, by: undefined, span: value.span },
    lets: [],
    where: undefined,
    groupBy: undefined,
    having: undefined,
    windows: [],
    orderBy: undefined,
    limit: undefined,
    offset: undefined,
    span,
  }
}
