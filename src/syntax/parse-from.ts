import type { Expression, FromSource } from './ast.ts'
import { type Cursor, unsupported } from './cursor.ts'
import type { ParserToken } from './parser-token.ts'
import { isClauseWord, isStructuralWord } from './keywords.ts'
import { refuseMisreadAlias } from './misread-alias.ts'
import { isOperator, parseExpression, parseOr } from './parse-expression.ts'
import { atQuery, parseNames } from './parse-query.ts'

/** What stands behind FROM: sources joined from the left, commas and joins alike (PartiQL grammar, tableReference). */
export function parseFrom(cursor: Cursor): FromSource {
  let left = parseSource(cursor)
  for (;;) {
    if (cursor.accept(',')) {
      const right = parseSource(cursor)
      left = joined(cursor, { kind: 'join', join: 'cross', comma: true, left, right, on: undefined, span: left.span })
      continue
    }
    const join = parseJoinWords(cursor)
    if (join === undefined) return left
    const right = parseSource(cursor)
    const on = join.cross ? undefined : parseCondition(cursor)
    const kind = join.cross && join.kind === 'inner' ? 'cross' : join.kind
    left = joined(cursor, { kind: 'join', join: kind, comma: false, left, right, on, span: left.span })
  }
}

function joined(cursor: Cursor, join: FromSource): FromSource {
  return { ...join, span: cursor.spanFrom(join.span.start) }
}

function parseCondition(cursor: Cursor): Expression {
  if (cursor.at('USING')) {
    const help = 'name the fields that must be equal: JOIN … ON a.x = b.x'
    throw unsupported('JOIN … USING is not supported', cursor.token, help)
  }
  if (!cursor.accept('ON')) throw cursor.complain('malformed use of FROM with JOIN: expected ON')
  return parseOr(cursor)
}

interface JoinWords {
  readonly kind: 'inner' | 'left' | 'right' | 'full'
  readonly cross: boolean
}

const joinKinds: Readonly<Record<string, JoinWords['kind'] | undefined>> = {
  INNER: 'inner',
  LEFT: 'left',
  RIGHT: 'right',
  FULL: 'full',
}

/** [INNER | LEFT [OUTER] | RIGHT [OUTER] | FULL [OUTER] | OUTER] [CROSS] JOIN, or undefined when no join follows. */
function parseJoinWords(cursor: Cursor): JoinWords | undefined {
  const { word } = cursor.token
  if (word === 'NATURAL') {
    const help = 'name the fields that must be equal: JOIN … ON a.x = b.x'
    throw unsupported('NATURAL JOIN is not supported', cursor.token, help)
  }
  let kind = joinKinds[word]
  if (kind !== undefined) {
    cursor.advance()
    if (kind !== 'inner') cursor.accept('OUTER')
  } else if (word === 'OUTER' && (cursor.peek().word === 'JOIN' || cursor.peek().word === 'CROSS')) {
    cursor.advance()
    kind = 'full'
  } else if (word !== 'JOIN' && word !== 'CROSS') {
    return undefined
  }
  const cross = cursor.accept('CROSS')
  cursor.expect('JOIN')
  return { kind: kind ?? 'inner', cross }
}

function parseSource(cursor: Cursor): FromSource {
  if (atLateral(cursor)) {
    const { start, end } = cursor.advance()
    cursor.beyondQldb.push({ feature: 'LATERAL', span: { start, end } })
  }
  if (cursor.at('UNPIVOT')) return parseUnpivot(cursor)
  if (cursor.at('(') && !atQuery(cursor, 1)) return parseWrapped(cursor)
  return scanOf(cursor, parseOr(cursor))
}

/** LATERAL says what every source may do anyway: see the sources to its left (specification, section 5.7). */
function atLateral(cursor: Cursor): boolean {
  if (!cursor.at('LATERAL')) return false
  const next = cursor.peek()
  return (
    next.word === '(' || next.word === '@' || next.word === 'UNPIVOT' || next.kind === 'quoted-name' || startsName(next)
  )
}

function startsName({ kind, word }: ParserToken): boolean {
  return (kind === 'name' || kind === 'keyword') && !isStructuralWord(word) && !isClauseWord(word)
}

function parseUnpivot(cursor: Cursor): FromSource {
  const { start } = cursor.expect('UNPIVOT')
  const value = parseOr(cursor)
  const names = parseAliases(cursor)
  return { kind: 'unpivot', value, ...names, span: cursor.spanFrom(start) }
}

/** A source and the names behind it. */
export function scanOf(cursor: Cursor, value: Expression): FromSource {
  const names = parseAliases(cursor)
  return { kind: 'scan', value, ...names, span: cursor.spanFrom(value.span.start) }
}

/** [[AS] name [(columns)]] [AT name] [BY name] */
function parseAliases(cursor: Cursor): Pick<FromSource & { kind: 'scan' }, 'as' | 'columns' | 'at' | 'by'> {
  let as = cursor.accept('AS') ? cursor.name('expected identifier for alias') : undefined
  if (as === undefined && cursor.atBareAlias()) {
    refuseMisreadAlias(cursor)
    as = cursor.name()
  }
  const columns = as !== undefined && cursor.at('(') ? parseNames(cursor) : undefined
  const at = cursor.accept('AT') ? cursor.name('expected identifier for AT name') : undefined
  const by = cursor.accept('BY') ? cursor.name('expected identifier for BY name') : undefined
  return { as, columns, at, by }
}

/**
 * A parenthesis in FROM holds a join, `(a JOIN b ON …)`, or an expression, `(a.b) AS x`, `(a, b) AS x`. Both are read
 * as sources; one without any name that turns out to be an expression becomes its first operand.
 */
function parseWrapped(cursor: Cursor): FromSource {
  const open = cursor.position
  const { start } = cursor.expect('(')
  cursor.enter()
  let inner = parseFrom(cursor)
  const bare = bareValue(inner)
  if (bare !== undefined && !cursor.at(')')) inner = { ...inner, value: parseExpression(cursor, bare) } as FromSource
  cursor.leave()
  if (!cursor.accept(')')) throw cursor.complain('expected right parenthesis')
  cursor.group = { open, end: cursor.position }
  const value = bareValue(inner)
  if (value !== undefined) return scanOf(cursor, parseOr(cursor, value))
  const items = endsSource(cursor) ? undefined : bareItems(cursor, inner)
  if (items !== undefined) {
    const list: Expression = { kind: 'list', items, form: 'paren', span: cursor.spanFrom(start) }
    return scanOf(cursor, parseOr(cursor, list))
  }
  cursor.wrappedSources.add(inner)
  return inner
}

/** The value of a scan that has been given no name. */
function bareValue(source: FromSource): Expression | undefined {
  const isBare = source.kind === 'scan' && (source.as ?? source.at ?? source.by) === undefined
  return isBare ? source.value : undefined
}

/** The values of sources with commas between them, none of which has a name; lists in parentheses among them. */
function bareItems(cursor: Cursor, source: FromSource): Expression[] | undefined {
  const items: Expression[] = []
  let rest = source
  while (rest.kind === 'join' && rest.comma && (rest === source || !cursor.wrappedSources.has(rest))) {
    const right = bareItem(cursor, rest.right)
    if (right === undefined) return undefined
    items.push(right)
    rest = rest.left
  }
  const first = bareItem(cursor, rest)
  return first === undefined || items.length === 0 ? undefined : [...items, first].reverse()
}

function bareItem(cursor: Cursor, source: FromSource): Expression | undefined {
  const items = cursor.wrappedSources.has(source) ? bareItems(cursor, source) : undefined
  return items ? { kind: 'list', items, form: 'paren', span: source.span } : bareValue(source)
}

/** Whether nothing follows that could belong to an expression in the parentheses just closed. */
function endsSource(cursor: Cursor): boolean {
  const { word } = cursor.token
  return !(cursor.atBareAlias() || isOperator(word) || ['AS', 'AT', 'BY', '.', '['].includes(word))
}
