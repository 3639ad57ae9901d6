import type { Expression, FromSource, Name } from './ast.ts'
import type { TablePath, Change, InsertStatement, OnConflict, Returning, Statement } from './statement-ast.ts'
import { type Cursor, unsupported } from './cursor.ts'
import { parseExpression, parseOr } from './parse-expression.ts'
import { parseFrom, scanOf } from './parse-from.ts'
import { parsePostfix } from './parse-primary.ts'
import { atQuery, parseNames } from './parse-query.ts'

/** INSERT, UPSERT and REPLACE INTO a table. */
export function parseInsert(cursor: Cursor): InsertStatement {
  const command = cursor.token.word.toLowerCase() as InsertStatement['command']
  const { start } = cursor.advance()
  cursor.expect('INTO')
  const table = parseTablePath(cursor)
  const as = cursor.accept('AS') ? cursor.name('expected identifier for alias') : undefined
  const columns = columnsFollow(cursor) ? parseNames(cursor) : undefined
  const form = columns === undefined && cursor.accept('VALUE') ? 'one' : 'many'
  const value = parseInserted(cursor, columns !== undefined)
  const at = form === 'one' && cursor.accept('AT') ? parseExpression(cursor) : undefined
  const onConflict = parseOnConflict(cursor, command)
  const returning = parseReturning(cursor)
  return {
    kind: 'insert',
    table,
    as,
    columns,
    form,
    value,
    at,
    onConflict,
    command,
    returning,
    span: cursor.spanFrom(start),
  }
}

/** Whether `(a, b)` stands here with VALUES or a query behind it. */
function columnsFollow(cursor: Cursor): boolean {
  if (!cursor.at('(')) return false
  let ahead = 1
  while (cursor.atName(cursor.peek(ahead)) && cursor.peek(ahead + 1).word === ',') ahead += 2
  if (!cursor.atName(cursor.peek(ahead)) || cursor.peek(ahead + 1).word !== ')') return false
  return atQuery(cursor, ahead + 2) || cursor.peek(ahead + 2).word === 'VALUE'
}

/** What is inserted; with a list of columns SQL's VALUES or a query. */
function parseInserted(cursor: Cursor, hasColumns: boolean): Expression {
  if (hasColumns && cursor.at('VALUE')) {
    const help = 'write VALUES (1, 2), or VALUE {…} without the columns'
    throw unsupported('INSERT … VALUE with a list of columns is not supported', cursor.token, help)
  }
  if (cursor.at('VALUES') && !hasColumns && ['{', '[', '<<'].includes(cursor.peek(1).word)) {
    const help = 'write VALUE {…} for one document, << {…}, {…} >> without VALUES for several'
    throw cursor.complain('expected left parenthesis', { help, token: cursor.peek(1) })
  }
  return parseExpression(cursor)
}

/** `t`, `"t"`, `a.b` */
function parseTablePath(cursor: Cursor): TablePath {
  const { start } = cursor.token
  const names = [cursor.name()]
  while (cursor.accept('.')) names.push(cursor.anyName())
  if (cursor.at('[') && indexesElement(cursor)) {
    const help = 'write FROM table … INSERT INTO path VALUE …'
    throw unsupported('INSERT INTO an element needs the table in a FROM before it', cursor.token, help)
  }
  return { names, span: cursor.spanFrom(start) }
}

/** Whether `[…]` behind a table is an index, with VALUE behind it, and no list of documents. */
function indexesElement(cursor: Cursor): boolean {
  let depth = 0
  for (let ahead = 0; cursor.peek(ahead).kind !== 'end'; ahead += 1) {
    const { word } = cursor.peek(ahead)
    if (word === '[') depth += 1
    else if (word === ']') depth -= 1
    if (depth === 0) return ['VALUE', '.', '['].includes(cursor.peek(ahead + 1).word)
  }
  return false
}

/** ON CONFLICT [(names)] DO NOTHING | DO REPLACE EXCLUDED | DO UPDATE EXCLUDED | DO UPDATE SET …; behind UPSERT no action. */
function parseOnConflict(cursor: Cursor, command: InsertStatement['command']): OnConflict | undefined {
  const { start } = cursor.token
  if (!cursor.acceptWords('ON', 'CONFLICT')) return undefined
  if (cursor.at('ON')) {
    throw unsupported('ON CONFLICT ON CONSTRAINT is not supported', cursor.token, 'name the key: ON CONFLICT (field)')
  }
  const target = cursor.at('(') ? parseNames(cursor) : undefined
  const made = (action: OnConflict['action'], where?: Expression, changes: readonly Change[] = []): OnConflict => {
    return { target, where, action, changes, span: cursor.spanFrom(start) }
  }
  if (command !== 'insert') return made('command')
  const where = target === undefined && cursor.accept('WHERE') ? parseOr(cursor) : undefined
  cursor.expect('DO')
  if (cursor.accept('NOTHING')) return made('nothing', where)
  if (where !== undefined) throw cursor.unexpected('NOTHING')
  if (!cursor.at('REPLACE') && !cursor.at('UPDATE')) throw cursor.unexpected('NOTHING', 'REPLACE', 'UPDATE')
  const action = cursor.advance().word === 'REPLACE' ? 'replace-excluded' : 'update-excluded'
  if (action === 'replace-excluded' && (cursor.at('SET') || cursor.at('VALUE'))) {
    const what = `ON CONFLICT … DO REPLACE ${cursor.token.word} is not supported`
    throw unsupported(what, cursor.token, 'write DO REPLACE EXCLUDED or DO UPDATE SET')
  }
  const changes: Change[] = []
  if (cursor.at('SET')) parseAssignments(cursor, changes)
  else if (!cursor.accept('EXCLUDED')) throw cursor.unexpected(...conflictActions[action])
  const condition = cursor.accept('WHERE') ? parseOr(cursor) : undefined
  return made(changes.length > 0 ? 'update-set' : action, condition, changes)
}

const conflictActions = { 'replace-excluded': ['EXCLUDED'], 'update-excluded': ['EXCLUDED', 'SET'] } as const

/** RETURNING (MODIFIED | ALL) (OLD | NEW) (* | path), … */
function parseReturning(cursor: Cursor): Returning[] | undefined {
  if (!cursor.accept('RETURNING')) return undefined
  const columns: Returning[] = []
  do {
    const { start } = cursor.token
    if (!cursor.at('MODIFIED') && !cursor.at('ALL')) throw cursor.unexpected('MODIFIED', 'ALL')
    const status = cursor.advance().word === 'ALL' ? 'all' : 'modified'
    if (!cursor.at('OLD') && !cursor.at('NEW')) throw cursor.unexpected('OLD', 'NEW')
    const age = cursor.advance().word === 'OLD' ? 'old' : 'new'
    const expression = cursor.accept('*') ? '*' : parseOr(cursor)
    columns.push({ which: `${status}-${age}`, expression, span: cursor.spanFrom(start) })
  } while (cursor.accept(','))
  return columns
}

/** UPDATE source changes [WHERE c] [RETURNING …] */
export function parseUpdate(cursor: Cursor): Statement {
  const { start } = cursor.expect('UPDATE')
  const from = parseTarget(cursor)
  const changes = parseChanges(cursor)
  if (changes.length === 0) throw cursor.unexpected('SET', 'INSERT INTO', 'REMOVE')
  const where = cursor.accept('WHERE') ? parseOr(cursor) : undefined
  const returning = parseReturning(cursor)
  return { kind: 'dml', form: 'update', from, where, changes, returning, span: cursor.spanFrom(start) }
}

/** FROM sources [WHERE c] changes [RETURNING …] */
export function parseFromStatement(cursor: Cursor): Statement {
  const { start } = cursor.expect('FROM')
  const from = parseFrom(cursor)
  const where = cursor.accept('WHERE') ? parseOr(cursor) : undefined
  const changes = parseChanges(cursor)
  if (changes.length === 0) {
    const isWhole = cursor.token.kind === 'end' && where === undefined
    const help = isWhole ? { help: 'to read: SELECT * FROM …; to change: FROM … SET, INSERT INTO or REMOVE' } : {}
    throw cursor.complain('expected DML or SELECT operation after FROM', help)
  }
  const returning = parseReturning(cursor)
  return { kind: 'dml', form: 'from', from, where, changes, returning, span: cursor.spanFrom(start) }
}

/** DELETE FROM target [WHERE c] [RETURNING …] */
export function parseDelete(cursor: Cursor): Statement {
  const { start } = cursor.expect('DELETE')
  cursor.expect('FROM')
  const from = parseTarget(cursor)
  const changes: readonly Change[] = [{ kind: 'delete', span: from.span }]
  const where = cursor.accept('WHERE') ? parseOr(cursor) : undefined
  const returning = parseReturning(cursor)
  return { kind: 'dml', form: 'delete', from, where, changes, returning, span: cursor.spanFrom(start) }
}

/** One table or path, with its names. */
function parseTarget(cursor: Cursor): FromSource {
  return scanOf(cursor, parsePath(cursor))
}

function parsePath(cursor: Cursor): Expression {
  const name: Name = cursor.name()
  return parsePostfix(cursor, { kind: 'variable', name, local: false, span: name.span })
}

/** Any number of SET, INSERT INTO and REMOVE, in order. */
function parseChanges(cursor: Cursor): Change[] {
  const changes: Change[] = []
  for (;;) {
    if (cursor.at('SET')) parseAssignments(cursor, changes)
    else if (cursor.at('INSERT')) changes.push(parseInsertInto(cursor))
    else if (cursor.at('REMOVE')) {
      const { start } = cursor.advance()
      changes.push({ kind: 'remove', target: parsePath(cursor), span: cursor.spanFrom(start) })
    } else return changes
  }
}

/** SET path = expression, … */
function parseAssignments(cursor: Cursor, changes: Change[]): void {
  cursor.expect('SET')
  do {
    if (cursor.at('WHERE') && changes.length > 0) {
      throw cursor.complain('expected an assignment', { help: 'remove the comma before WHERE' })
    }
    const target = parsePath(cursor)
    if (!cursor.accept('=')) throw cursor.complain('expected assignment for SET')
    const value = parseExpression(cursor)
    changes.push({ kind: 'set', target, value, span: cursor.spanFrom(target.span.start) })
  } while (cursor.accept(','))
}

/** INSERT INTO path VALUE e [AT key], INSERT INTO path e */
function parseInsertInto(cursor: Cursor): Change {
  const { start } = cursor.expect('INSERT')
  cursor.expect('INTO')
  const target = parsePath(cursor)
  const form = cursor.accept('VALUE') ? 'one' : 'many'
  const value = parseExpression(cursor)
  const at = form === 'one' && cursor.accept('AT') ? parseExpression(cursor) : undefined
  return { kind: 'insert', target, value, at, form, span: cursor.spanFrom(start) }
}
