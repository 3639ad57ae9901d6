import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { Expression } from '../syntax/ast.ts'
import type { Change, Statement } from '../syntax/statement-ast.ts'
import { isReservedWord } from '../syntax/keywords.ts'
import { nodesBelow } from '../syntax/nodes-below.ts'
import { plainParts } from '../values/datetime-parts.ts'
import { factsAbout, hasTrait, insteadOfFunction } from './function-facts.ts'

/**
 * Refuses what Amazon QLDB did not have. Its PartiQL reference says that anything not listed is not supported: one
 * SELECT over tables, inner joins and nested collections; 24 functions; no grouping, order, limit or set operation.
 */
export function checkQldb(statement: Statement): void {
  const [spelling] = statement.beyondQldb ?? []
  if (spelling !== undefined) refuse(spelling.feature, spelling.span, spellingHelp(spelling.feature))
  if (statement.kind === 'explain') refuse(explainName(statement), statement.span)
  if (statement.kind === 'query' && statement.query.kind !== 'select') refuseStatement(statement.query)
  if (statement.kind === 'insert' && statement.value.kind === 'select') refuse('INSERT … SELECT', statement.value.span)
  if (statement.kind === 'insert' && statement.command !== 'insert')
    refuse(statement.command.toUpperCase(), statement.span)
  if (statement.kind === 'insert' && statement.as !== undefined) refuse('an alias in INSERT', statement.as.span)
  if (statement.kind === 'dml') refuseManyChanges(statement.changes)
  if (statement.kind === 'drop-index' && statement.purge !== true) {
    refuse('DROP INDEX without WITH (purge = true)', statement.span)
  }
  if ('conditional' in statement && statement.conditional) {
    refuse(statement.kind.startsWith('drop') ? 'IF EXISTS' : 'IF NOT EXISTS', statement.span)
  }
  visit(statement)
}

/** SET a = 1, b = 2 was one change; a second one, or another beside it, was none (DG/ql-reference.update, .from). */
function refuseManyChanges(changes: readonly Change[]): void {
  const [first, ...others] = changes
  const other = others.find(({ kind }) => kind !== 'set' || first?.kind !== 'set')
  if (other !== undefined) refuse('several changes in one statement', other.span, 'write a statement for each of them')
}

/** What QLDB had of the same meaning. */
function spellingHelp(feature: string): string | undefined {
  return spellings[feature]
}

const spellings: Readonly<Record<string, string | undefined>> = {
  'LIST(…)': 'write [a, b]',
  'ROW(…)': 'write [a, b]',
  'BAG(…)': 'write << a, b >>',
  'SEXP(…)': 'write an s-expression in backticks: `(a b)`',
  "paths like a.'b'": 'write a."b" or a[\'b\']',
  "U&'…'": 'write the characters themselves',
  LATERAL: 'leave it out: each source sees those to its left',
  'TABLE as a query': 'write SELECT * FROM t',
}

function explainName({ options }: Extract<Statement, { kind: 'explain' }>): string {
  return options.some(({ text }) => text.toLowerCase() === 'analyze') ? 'EXPLAIN ANALYZE' : 'EXPLAIN'
}

/** A query that is no SELECT: told by its name if it has one, else in QLDB's words for a bare expression. */
function refuseStatement(query: Expression): never {
  visit(query)
  throw new LedgerError('semantic/not-in-qldb', 'Unsupported PartiQL Statement', {
    span: query.span,
    help: strictHelp('use an expression as a statement'),
  })
}

function strictHelp(purpose: string): string {
  return `leave out --strict-qldb to ${purpose}; a ledger that is set so is changed by --keep-strict-qldb off`
}

function refuse(feature: string, span: Span, help = strictHelp('use it')): never {
  throw new LedgerError('semantic/not-in-qldb', `QLDB did not have ${feature}`, {
    span,
    help,
  })
}

/** DG/ql-reference.reserved: such a word is a name only in double quotes. */
function refuseReserved(name: string, span: Span): void {
  if (!isReservedWord(name)) return
  throw new LedgerError('semantic/not-in-qldb', `'${name}' is a reserved word in QLDB`, {
    span,
    help: `as a name, write it in double quotes: "${name}"`,
  })
}

interface Node {
  readonly kind?: string
  readonly span?: Span
  readonly [key: string]: unknown
}

function visit(part: object): void {
  const node = part as Node
  if (typeof node['text'] === 'string' && node['quoted'] === false) refuseReserved(node['text'], node.span as Span)
  // A reserved word after a dot and as an indexed field was seen to work.
  if (node.kind === 'field' || node.kind === 'create-index') return
  if (node.kind === 'select') refuseClauses(node)
  const feature = node.span === undefined ? undefined : featureOf(node)
  if (feature !== undefined) refuse(feature, node.span as Span, node.kind === 'call' ? callHelp(node) : undefined)
  if (node.kind === 'literal') return
  nodesBelow(node).forEach(visit)
}

/** What a node uses that QLDB lacked. */
function featureOf(node: Node): string | undefined {
  switch (node.kind) {
    case 'pivot':
    case 'unpivot':
      return node.kind.toUpperCase()
    case 'set-operation':
      return String(node['op']).toUpperCase()
    case 'map':
      return 'MAP'
    case 'values':
      return 'VALUES'
    case 'with':
      return 'WITH'
    case 'case':
      return 'CASE'
    case 'join':
      if (node['join'] === 'cross') return node['comma'] === true ? undefined : 'CROSS JOIN'
      return node['join'] === 'inner' ? undefined : 'outer joins'
    case 'cast':
      return node['form'] === 'cast' ? typeFeature(node) : 'CAN_CAST'
    case 'is':
      return typeFeature(node)
    case 'literal':
      return literalFeature(node)
    case 'call':
      return callFeature(node)
    case 'binary':
      return binaryFeature(String(node['op']))
    case 'chain':
      return (node['rest'] as readonly Node[]).some((link) => link['op'] === '&') ? 'the operator &' : undefined
    case 'quantified':
      return `${String(node['quantifier']).toUpperCase()} behind a comparison`
    case 'scan':
    case 'insert':
      if (node['columns'] !== undefined) return 'a list of column names'
      return otherFeature(node)
    default:
      return otherFeature(node)
  }
}

function binaryFeature(op: string): string | undefined {
  if (op === '&') return 'the operator &'
  return op.startsWith('is ') ? op.toUpperCase() : undefined
}

function otherFeature(node: Node): string | undefined {
  if (node['onConflict'] !== undefined) return 'ON CONFLICT'
  return node['returning'] !== undefined ? 'RETURNING' : undefined
}

/** SQL's dates, times and intervals, integers of other sizes: QLDB's data types are Ion's (DG/ql-reference.data-types). */
function typeFeature(node: Node): string | undefined {
  const { name, withTimeZone } = node['type'] as { readonly name: string; readonly withTimeZone: boolean }
  if (withTimeZone) return `the type ${name.toUpperCase()} WITH TIME ZONE`
  if (/^(true|false|unknown)$/.test(name)) return `IS ${name.toUpperCase()}`
  return types.has(name) ? undefined : `the type ${name.toUpperCase()}`
}

/** DG/ql-functions.cast, and those that PartiQL 0.2, on which QLDB stood, had beside them. */
const types: ReadonlySet<string> = new Set(
  `bag blob bool boolean char character clob dec decimal float int integer list missing null numeric real sexp smallint
   string struct symbol timestamp tuple varchar`
    .split(/\s+/)
    .concat('character varying', 'double precision'),
)

function literalFeature(node: Node): string | undefined {
  const { type } = node['value'] as { readonly type: string }
  if (node['source'] === 'ion' || !/^(date|time|timestamp|interval)$/.test(type)) return undefined
  return `${type.toUpperCase()} literals`
}

/** Refuses the clauses of a SELECT that QLDB lacked, each at its own place. */
function refuseClauses(select: Node): void {
  const clauses: readonly (readonly [string, string])[] = [
    ['exclude', 'EXCLUDE'],
    ['lets', 'LET'],
    ['groupBy', 'GROUP BY'],
    ['having', 'HAVING'],
    ['windows', 'WINDOW'],
    ['orderBy', 'ORDER BY'],
    ['limit', 'LIMIT'],
    ['offset', 'OFFSET'],
  ]
  if (select['from'] === undefined) refuse('SELECT without FROM', select.span as Span)
  if (Array.isArray(select['orderBy']) && select['orderBy'].length === 0) refuse('ORDER BY', select.span as Span)
  const quantifier = select['quantifier']
  if (quantifier !== undefined) refuse(quantifier === 'distinct' ? 'DISTINCT' : 'SELECT ALL', select.span as Span)
  for (const [clause, feature] of clauses) {
    const [part] = [select[clause]].flat() as readonly (Node | undefined)[]
    if (part !== undefined) refuse(feature, part.span as Span)
  }
}

function callFeature(call: Node): string | undefined {
  if (call['over'] !== undefined) return 'window functions'
  if (call['filter'] !== undefined) return 'FILTER'
  const name = String(call['name'])
  const part = name === 'extract' ? firstText(call) : undefined
  if (part !== undefined && !plainParts.some((one) => one === part)) return `the part ${part.toUpperCase()} of EXTRACT`
  // history is the one that only FROM takes.
  return name === 'history' || hasTrait(name, 'qldb') ? undefined : `the function '${name}'`
}

/** What QLDB had in place of a function; advice to leave the dialect only where that would help. */
function callHelp(call: Node): string | undefined {
  const name = String(call['name'])
  if (name === 'now') return 'use UTCNOW()'
  const facts = factsAbout(name)
  if (facts?.inQldb !== undefined) return `use ${facts.inQldb}`
  if (facts !== undefined || call['over'] !== undefined) return undefined
  return insteadOfFunction(name) ?? 'there is no such function without --strict-qldb either'
}

/** A part of a date arrives as a literal in front. */
function firstText(call: Node): string | undefined {
  const [first] = call['args'] as readonly Expression[]
  return first?.kind === 'literal' && first.value.type === 'string' ? first.value.value : undefined
}
