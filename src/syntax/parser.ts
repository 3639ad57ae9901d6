import { asLimit } from '../base/limit-error.ts'
import type { Expression, Name } from './ast.ts'
import type { Statement } from './statement-ast.ts'
import { Cursor, unsupported } from './cursor.ts'
import type { ParserToken } from './parser-token.ts'
import { explainError } from './explain-error.ts'
import { parseDelete, parseFromStatement, parseInsert, parseUpdate } from './parse-dml.ts'
import { parseExpression } from './parse-expression.ts'
import type { Account } from './reading-cost.ts'
import { checkTreeDepth } from './tree-depth.ts'

/**
 * One statement of PartiQL or QLDB; a `;` may end it. Throws LedgerError with codes `lexer/…` and `parser/…` and the
 * span of the offending token. Time is linear in the text; nesting is bounded by nestingDepthMax. The account is charged
 * for the memory that reading and planning the statement takes, before it is taken.
 */
export function parseStatement(text: string, account?: Account): Statement {
  const cursor = new Cursor(text, account)
  if (cursor.atEnd || cursor.at(';')) throw cursor.unexpected('a statement')
  try {
    const statement = parseOne(cursor)
    expectEnd(cursor)
    checkTreeDepth(statement, cursor.tokens.length, account)
    const { beyondQldb } = cursor
    return beyondQldb.length === 0 ? statement : { ...statement, beyondQldb }
  } catch (error) {
    throw explainError(asLimit(error), cursor)
  }
}

function expectEnd(cursor: Cursor): void {
  const ended = cursor.accept(';')
  if (cursor.atEnd) return
  if (ended) throw cursor.complain('expected one statement only', { help: 'send one statement at a time' })
  throw cursor.unexpected('the end of the statement')
}

function parseOne(cursor: Cursor): Statement {
  switch (cursor.token.word) {
    case 'INSERT':
      return parseInsert(cursor)
    case 'UPSERT':
    case 'REPLACE':
      if (cursor.peek().word === 'INTO') return parseInsert(cursor)
      break
    case 'UPDATE':
      return parseUpdate(cursor)
    case 'DELETE':
      return parseDelete(cursor)
    case 'FROM':
      return parseFromStatement(cursor)
    case 'CREATE':
      return parseCreate(cursor)
    case 'DROP':
      return parseDrop(cursor)
    case 'UNDROP':
      return parseUndrop(cursor)
    case 'EXEC':
      return parseExec(cursor)
    case 'EXPLAIN':
      if (atExplain(cursor)) return parseExplain(cursor)
      break
    default:
      break
  }
  const query = parseExpression(cursor)
  return { kind: 'query', query, span: query.span }
}

/** CREATE TABLE name [WITH (aws_tags = e)], CREATE INDEX ON table (path, …) */
function parseCreate(cursor: Cursor): Statement {
  const { start } = cursor.expect('CREATE')
  if (cursor.accept('TABLE')) {
    const conditional = cursor.acceptWords('IF', 'NOT', 'EXISTS')
    const name = cursor.name()
    if (cursor.at('(')) throw unsupported('a table has no columns here: documents are open', cursor.token)
    const tags = cursor.at('WITH') ? parseTags(cursor) : undefined
    return { kind: 'create-table', name, tags, conditional, span: cursor.spanFrom(start) }
  }
  if (!cursor.accept('INDEX')) throw cursor.unexpected('TABLE', 'INDEX')
  const conditional = cursor.acceptWords('IF', 'NOT', 'EXISTS')
  if (cursor.atName()) throw unsupported('an index has no name of its own, expected ON', cursor.token)
  cursor.expect('ON')
  const table = cursor.name()
  if (!cursor.accept('(')) throw cursor.complain('expected left parenthesis')
  const paths: Name[][] = []
  do {
    const path = [cursor.name()]
    while (cursor.accept('.')) path.push(cursor.anyName())
    paths.push(path)
  } while (cursor.accept(','))
  if (!cursor.accept(')')) throw cursor.unexpected(',', ')')
  return { kind: 'create-index', table, paths, conditional, span: cursor.spanFrom(start) }
}

/** WITH (aws_tags = e) */
function parseTags(cursor: Cursor): Expression {
  cursor.expect('WITH')
  cursor.expect('(')
  if (!cursor.accept('AWS_TAGS')) throw cursor.unexpected('aws_tags')
  cursor.expect('=')
  const tags = parseExpression(cursor)
  cursor.expect(')')
  return tags
}

/** DROP TABLE name, DROP INDEX "id" ON table [WITH (purge = true)] */
function parseDrop(cursor: Cursor): Statement {
  const { start } = cursor.expect('DROP')
  if (cursor.accept('TABLE')) {
    const conditional = cursor.acceptWords('IF', 'EXISTS')
    const name = cursor.name()
    return { kind: 'drop-table', name, conditional, span: cursor.spanFrom(start) }
  }
  if (!cursor.accept('INDEX')) throw cursor.unexpected('TABLE', 'INDEX')
  const conditional = cursor.acceptWords('IF', 'EXISTS')
  const indexId = cursor.name()
  cursor.expect('ON')
  const table = cursor.name()
  let purge: boolean | undefined
  if (cursor.accept('WITH')) {
    cursor.expect('(')
    if (!cursor.accept('PURGE')) throw cursor.unexpected('purge')
    cursor.expect('=')
    if (!cursor.at('TRUE') && !cursor.at('FALSE')) throw cursor.unexpected('true', 'false')
    purge = cursor.advance().word === 'TRUE'
    cursor.expect(')')
  }
  return { kind: 'drop-index', indexId, table, purge, conditional, span: cursor.spanFrom(start) }
}

/** UNDROP TABLE "id" */
function parseUndrop(cursor: Cursor): Statement {
  const { start } = cursor.expect('UNDROP')
  cursor.expect('TABLE')
  const tableId = cursor.name()
  return { kind: 'undrop-table', tableId, span: cursor.spanFrom(start) }
}

/** EXEC procedure [argument, …] */
function parseExec(cursor: Cursor): Statement {
  const { start } = cursor.expect('EXEC')
  const procedure = cursor.name()
  const args: Expression[] = []
  if (!cursor.atEnd && !cursor.at(';')) {
    do args.push(parseExpression(cursor))
    while (cursor.accept(','))
  }
  return { kind: 'exec', procedure, args, span: cursor.spanFrom(start) }
}

/** EXPLAIN begins a statement unless it is a name: alone, or with an operator behind it. */
function atExplain(cursor: Cursor): boolean {
  const next = cursor.peek()
  if (next.kind === 'end' || next.kind === 'operator') return false
  return next.kind !== 'punctuation' || ['(', '[', '{', '<<', '@'].includes(next.word)
}

/** EXPLAIN [ANALYZE | (option, …)] statement. A lone expression in parentheses is the statement. */
function parseExplain(cursor: Cursor): Statement {
  const { start } = cursor.expect('EXPLAIN')
  const options: Name[] = []
  if (cursor.at('ANALYZE') && startsStatement(cursor.peek())) options.push(cursor.anyName())
  else if (optionsFollow(cursor)) {
    do {
      cursor.advance()
      options.push(cursor.anyName())
    } while (cursor.at(','))
    cursor.expect(')')
  }
  if (cursor.at('EXPLAIN')) throw cursor.unexpected('a statement other than EXPLAIN')
  const statement = parseOne(cursor)
  return { kind: 'explain', options, statement, span: cursor.spanFrom(start) }
}

/** Whether `(name, …)` stands here with the beginning of a statement behind it. */
function optionsFollow(cursor: Cursor): boolean {
  if (!cursor.at('(')) return false
  let ahead = 1
  while (cursor.atName(cursor.peek(ahead)) && cursor.peek(ahead + 1).word === ',') ahead += 2
  if (!cursor.atName(cursor.peek(ahead)) || cursor.peek(ahead + 1).word !== ')') return false
  return startsStatement(cursor.peek(ahead + 2))
}

/** Whether a token behind a name or a parenthesis begins a statement of its own. */
function startsStatement(next: ParserToken): boolean {
  if (next.kind === 'end' || next.kind === 'operator') return false
  return ![
    ';',
    '.',
    '[',
    'OUTER',
    'UNION',
    'INTERSECT',
    'EXCEPT',
    'AND',
    'OR',
    'IN',
    'IS',
    'LIKE',
    'NOT',
    'BETWEEN',
    'OVERLAPS',
  ].includes(next.word)
}
