import type { Cursor } from './cursor.ts'
import type { ParserToken } from './parser-token.ts'

/** What to write where the parser stops at a mistake that people make; undefined for any other. */
export function mistakeHelp(cursor: Cursor, at: number): string | undefined {
  const token = cursor.tokens[at]
  const before = cursor.tokens[at - 1]
  if (token === undefined || before === undefined) return undefined
  return (
    beginningHelp(cursor, at) ??
    listHelp(cursor, at, token, before) ??
    conditionHelp(cursor, at, token) ??
    literalHelp(cursor, at, token, before) ??
    starHelp(cursor, at) ??
    orderHelp(cursor, at, token)
  )
}

/** `DELETE t`, `INSERT t`, `UPDATE t a = 1`, `INSERT INTO t SET a = 1` */
function beginningHelp(cursor: Cursor, at: number): string | undefined {
  const [first] = cursor.tokens
  const written = (index: number) => cursor.textOf(cursor.tokens[index] as ParserToken)
  if (first?.word === 'DELETE' && at === 1) {
    const isStar = cursor.tokens[1]?.word === '*'
    return isStar ? 'write DELETE FROM t: whole documents are deleted' : `write DELETE FROM ${written(1)}`
  }
  if (first?.word === 'INSERT' && at === 1) return `write INSERT INTO ${written(1)}`
  if (first?.word === 'INSERT' && at === 3 && cursor.tokens[3]?.word === 'SET') {
    return "write INSERT INTO t VALUE {'a': 1}, or INSERT INTO t (a) VALUES (1)"
  }
  if (first?.word === 'UPDATE' && cursor.tokens[at]?.word === '=') return `write SET before ${written(at - 1)}`
  if (first?.word === 'UPDATE' && at === 2 && cursor.tokens[2]?.word === 'WHERE') return 'WHERE comes after SET'
  if (cursor.tokens[at]?.word === 'TABLE' && /^(?:INSERT|UPDATE|DELETE)$/.test(first?.word ?? '')) {
    return `leave TABLE out: ${cursor.tokens[at - 1]?.word} ${written(at + 1)}`
  }
  if (/^(?:REPLACE|UPSERT)$/.test(first?.word ?? '') && at === 1) return `write ${first?.word} INTO ${written(1)}`
  if (first?.word === 'INSERT' && cursor.tokens[at]?.word === ',' && cursor.tokens[at + 1]?.word === '{') {
    return 'several documents stand in a bag: INSERT INTO t << {…}, {…} >>'
  }
  return undefined
}

/** A comma too many, MySQL's `LIMIT 10, 5`, `EXISTS x`, `> ALL x`. */
function listHelp(cursor: Cursor, at: number, token: ParserToken, before: ParserToken): string | undefined {
  const isClause = /^(?:GROUP|ORDER)$/.test(token.word) && cursor.tokens[at + 1]?.word === 'BY'
  if (before.word === ',' && (isClause || /^(?:FROM|WHERE|\)|\]|\}|>>)$/.test(token.word))) {
    return `remove the comma before ${cursor.textOf(token)}`
  }
  if (token.word === ',' && cursor.tokens[at - 2]?.word === 'LIMIT') {
    const [skipped, count] = [before, cursor.tokens[at + 1]].map((one) =>
      one === undefined ? 'n' : cursor.textOf(one),
    )
    return `write LIMIT ${count} OFFSET ${skipped}`
  }
  const next = cursor.tokens[at + 1]
  if (next === undefined || next.word === '(') return undefined
  if (token.word === 'EXISTS' && (next.kind === 'name' || next.kind === 'quoted-name')) {
    return `EXISTS takes a sub-query in parentheses; of a field write ${cursor.textOf(next)} IS NOT MISSING`
  }
  const isQuantifier = /^(?:ALL|ANY|SOME)$/.test(token.word) && /^(?:=|<>|<|<=|>|>=)$/.test(before.word)
  return isQuantifier ? `${token.word} takes a list or a sub-query in parentheses` : undefined
}

/** `DELETE FROM t a = 1`, `SELECT * FROM t a = 1` */
function conditionHelp(cursor: Cursor, at: number, token: ParserToken): string | undefined {
  const words = cursor.tokens.slice(0, at).map(({ word }) => word)
  if (!/^(?:=|<>|<|<=|>|>=|IN|LIKE|IS|BETWEEN)$/.test(token.word) || !words.includes('FROM')) return undefined
  const isCondition = words.includes('WHERE') || words.includes('ON') || words.includes('HAVING')
  return isCondition
    ? undefined
    : `a condition begins with WHERE: WHERE ${cursor.textOf(cursor.tokens[at - 1] as ParserToken)} …`
}

/** `IS 'x'`, `'a' 'b'`, `N'x'` */
function literalHelp(cursor: Cursor, at: number, token: ParserToken, before: ParserToken): string | undefined {
  const isLiteral = token.kind === 'string' || token.kind === 'number'
  const written = cursor.textOf(token)
  if (isLiteral && before.word === 'IS') return `write = ${written}`
  if (isLiteral && before.word === 'NOT' && cursor.tokens[at - 2]?.word === 'IS') return `write <> ${written}`
  if (token.kind !== 'string') return undefined
  if (before.kind === 'string') return `|| joins strings: ${cursor.textOf(before)} || ${written}`
  return before.end === token.start ? prefixes[before.word] : undefined
}

/** Letters that other databases write before a string. */
const prefixes: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  B: 'there are no bit strings',
  E: "write U&'…' for a string with escapes: U&'\\000a'",
  N: "write 'text': every string is Unicode",
  R: "write 'text': a backslash does not escape",
  X: 'write bytes as Ion: `{{aGVsbG8=}}`',
}

/** `SELECT * EXCEPT (a) FROM t` */
function starHelp(cursor: Cursor, at: number): string | undefined {
  for (let index = at; index > 0; index -= 1) {
    const words = [-1, 0, 1].map((step) => cursor.tokens[index + step]?.word)
    if (words[0] !== '*' || words[2] !== '(') continue
    if (words[1] === 'EXCEPT' || words[1] === 'EXCLUDE') return 'write SELECT * EXCLUDE t.a, t.b FROM t'
    if (words[1] === 'REPLACE') return 'name the fields: SELECT t.a, … AS b FROM t'
  }
  return undefined
}

const clauseOrder = ['WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT']

/** `ORDER BY a WHERE b = 1`: a clause that stands too late. */
function orderHelp(cursor: Cursor, at: number, token: ParserToken): string | undefined {
  const place = clauseOrder.indexOf(token.word)
  const isClause = !/^(?:GROUP|ORDER)$/.test(token.word) || cursor.tokens[at + 1]?.word === 'BY'
  if (place < 0 || !isClause) return undefined
  const late = cursor.tokens.slice(0, at).find(({ word }) => clauseOrder.indexOf(word) > place)
  return late === undefined ? undefined : `${token.word} stands before ${late.word}`
}

/** What other databases call a type. */
const otherTypes: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  array: 'LIST',
  binary: 'BLOB',
  bytes: 'BLOB',
  bytea: 'BLOB',
  datetime: 'TIMESTAMP',
  json: 'STRUCT or LIST',
  long: 'BIGINT',
  number: 'DECIMAL',
  nvarchar: 'STRING',
  object: 'STRUCT',
  signed: 'INT',
  text: 'STRING',
  timestamptz: 'TIMESTAMP',
  unsigned: 'INT',
  uuid: 'STRING',
})

/** For a name where a type is wanted. */
export function typeHelp(name: string): string {
  const other = otherTypes[name.toLowerCase()]
  return other === undefined
    ? 'types are BOOL, INT, DECIMAL, FLOAT, STRING, TIMESTAMP, DATE, TIME, LIST, STRUCT, BAG and others (docs/partiql.md)'
    : `write ${other}`
}
