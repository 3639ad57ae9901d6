import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Expression, SelectQuery } from '../../src/syntax/ast.ts'
import type { DmlStatement, Statement } from '../../src/syntax/statement-ast.ts'
import { parseStatement } from '../../src/syntax/parser.ts'
import { printExpression, printStatement } from '../../src/syntax/print-ast.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { spansOf, statements } from './trees.ts'

function expression(text: string): Expression {
  const statement = parseStatement(text)
  assert.ok(statement.kind === 'query')
  return statement.query
}

function select(text: string): SelectQuery {
  const query = expression(text)
  assert.ok(query.kind === 'select')
  return query
}

function dml(text: string): DmlStatement {
  const statement = parseStatement(text)
  assert.ok(statement.kind === 'dml')
  return statement
}

/** A tree with all its parentheses, for looking at precedence. */
function shape(one: Expression): string {
  switch (one.kind) {
    case 'binary':
      return `(${shape(one.left)} ${one.op} ${shape(one.right)})`
    case 'unary':
      return `(${one.op} ${shape(one.operand)})`
    case 'in':
      return `(${shape(one.operand)} in ${shape(one.collection)})`
    case 'is':
      return `(${shape(one.operand)} is ${one.type.name})`
    case 'between':
      return `(${shape(one.operand)} between ${shape(one.low)} ${shape(one.high)})`
    case 'list':
      return `[${one.items.map(shape).join(' ')}]`
    case 'set-operation':
      return `(${shape(one.left)} ${one.outer ? 'outer ' : ''}${one.op} ${shape(one.right)})`
    default:
      return printExpression(one)
  }
}

test('precedence', () => {
  const trees: readonly (readonly [string, string])[] = [
    ['a or b and not c = d', '(a or (b and (not (c = d))))'],
    ['a || b + c * -d', '(a || (b + (c * (- d))))'],
    ['a - b - c', '((a - b) - c)'],
    ['a * b % c / d', '(((a * b) % c) / d)'],
    ['a + b = c || d', '((a + b) = (c || d))'],
    ['a = b is null', '((a = b) is null)'],
    ['a between b and c and d', '((a between b c) and d)'],
    ['not a in b', '(not (a in b))'],
    ['-a.b', '(- a.b)'],
    ['a union b intersect c except d', '((a union (b intersect c)) except d)'],
    ['a outer union b', '(a outer union b)'],
    ['(a, b) in ((1, 2), (3, 4))', '([a b] in [[1 2] [3 4]])'],
    ['a in (b)', '(a in [b])'],
    ['a in ((b))', '(a in [b])'],
    ['a in (b) + c', '(a in (b + c))'],
    ['a in (select b from c)', '(a in SELECT b FROM c)'],
    ['a in ((select b from c) union (select d from e))', '(a in (SELECT b FROM c union SELECT d FROM e))'],
    ['a in (values (1), (2))', '(a in VALUES (1), (2))'],
    ['a in ?', '(a in ?)'],
  ]
  for (const [text, tree] of trees) assert.equal(shape(expression(text)), tree, text)
})

test('ORDER BY and LIMIT behind a set operation are its own', () => {
  const union = expression('select a from b union select c from d order by e limit 1')
  assert.ok(union.kind === 'set-operation' && union.right.kind === 'select')
  assert.equal(union.right.orderBy, undefined)
  assert.equal(union.orderBy?.length, 1)
  const outer = expression('((select a from b limit 1) union (select c from d)) order by e')
  assert.ok(outer.kind === 'set-operation' && outer.left.kind === 'select')
  assert.ok(outer.left.limit && outer.orderBy)
  assert.equal(select('(select a from b) limit 2').limit?.kind, 'literal')
})

test('names, quotes and cases', () => {
  const query = select('Select Status, "Year", date_of From "my table" As T')
  assert.ok(query.projection.kind === 'items')
  const names = query.projection.items.map((item) => item.value.kind === 'variable' && item.value.name)
  assert.deepEqual(
    names.map((name) => name && [name.text, name.quoted]),
    [
      ['Status', false],
      ['Year', true],
      ['date_of', false],
    ],
  )
  assert.equal(printStatement(parseStatement('select t.value, t.order from t')), 'SELECT t.value, t.order FROM t')
})

test('sources', () => {
  const { from } = select('SELECT * FROM a AS x AT i BY d, @x.y z LEFT JOIN UNPIVOT z.w AS v AT n ON n = i')
  assert.ok(from?.kind === 'join' && from.join === 'left' && from.right.kind === 'unpivot')
  assert.ok(from.left.kind === 'join' && from.left.join === 'cross' && from.left.comma)
  const first = from.left.left
  assert.ok(first.kind === 'scan')
  assert.deepEqual([first.as?.text, first.at?.text, first.by?.text], ['x', 'i', 'd'])
  const second = from.left.right
  assert.ok(second.kind === 'scan' && second.value.kind === 'path' && second.value.root.kind === 'variable')
  assert.equal(second.value.root.local, true)
  assert.equal(second.as?.text, 'z')
})

test('parentheses in FROM: a join, an expression, a query', () => {
  const fromOf = (text: string) => select(`SELECT * FROM ${text}`).from
  const join = fromOf('a JOIN (b JOIN c ON d) ON e')
  assert.ok(join?.kind === 'join' && join.right.kind === 'join')
  assert.equal(fromOf('(((a JOIN b ON c)))')?.kind, 'join')
  assert.equal(fromOf('(a, b)')?.kind, 'join')
  const list = fromOf('(a, b) AS x')
  assert.ok(list?.kind === 'scan' && list.value.kind === 'list')
  const nested = fromOf('((a, b), c) IN d')
  assert.ok(nested?.kind === 'scan' && shape(nested.value) === '([[a b] c] in d)')
  const path = fromOf('(SELECT * FROM x).a AS y')
  assert.ok(path?.kind === 'scan' && path.value.kind === 'path' && path.value.root.kind === 'select')
  const union = fromOf('((SELECT 1 FROM a) UNION (SELECT 2 FROM b)) AS x')
  assert.ok(union?.kind === 'scan' && union.value.kind === 'set-operation')
  const sum = fromOf('((a) + b) * c AS x')
  assert.ok(sum?.kind === 'scan' && shape(sum.value) === '((a + b) * c)')
})

test('parameters are numbered as they stand', () => {
  const query = select('SELECT ? FROM t WHERE a = ? AND b IN (?, ?) LIMIT ?')
  assert.ok(query.limit?.kind === 'parameter')
  assert.equal(query.limit.ordinal, 4)
})

test('changes of documents', () => {
  const update = dml('UPDATE t AS x BY id SET x.a = 1, b[0] = 2 REMOVE c INSERT INTO d VALUE 3 AT 0 WHERE id = ?')
  assert.deepEqual(
    update.changes.map((change) => change.kind),
    ['set', 'set', 'remove', 'insert'],
  )
  assert.ok(update.where && update.from.kind === 'scan' && update.from.by?.text === 'id')
  const from = dml('FROM t r, @r.list AS o WHERE o.id = ?SET o.id = 2')
  assert.deepEqual([from.form, from.from.kind, from.changes.length], ['from', 'join', 1])
  const remove = dml('DELETE FROM t BY id WHERE id = ? RETURNING MODIFIED OLD *')
  assert.deepEqual([remove.changes[0]?.kind, remove.returning?.[0]?.which], ['delete', 'modified-old'])
})

test('inserts', () => {
  const inserted = (text: string) => {
    const statement = parseStatement(text)
    assert.ok(statement.kind === 'insert')
    return [statement.command, statement.form, statement.value.kind, statement.onConflict?.action]
  }
  assert.deepEqual(inserted("INSERT INTO t VALUE {'a': 1}"), ['insert', 'one', 'struct', undefined])
  assert.deepEqual(inserted('INSERT INTO t << ?, ? >>'), ['insert', 'many', 'bag', undefined])
  assert.deepEqual(inserted('INSERT INTO t `{a: 1}`'), ['insert', 'many', 'literal', undefined])
  assert.deepEqual(inserted('INSERT INTO t SELECT * FROM u'), ['insert', 'many', 'select', undefined])
  assert.deepEqual(inserted('INSERT INTO t ? ON CONFLICT DO NOTHING'), ['insert', 'many', 'parameter', 'nothing'])
  assert.deepEqual(inserted('UPSERT INTO t ?'), ['upsert', 'many', 'parameter', undefined])
  assert.deepEqual(inserted('INSERT INTO t AS x ? ON CONFLICT (id) DO UPDATE EXCLUDED WHERE x.a'), [
    ...['insert', 'many', 'parameter', 'update-excluded'],
  ])
  assert.deepEqual(inserted('INSERT INTO t ? ON CONFLICT (a, b) DO UPDATE SET c = 1, d.e = 2 WHERE t.a'), [
    ...['insert', 'many', 'parameter', 'update-set'],
  ])
  assert.deepEqual(inserted('REPLACE INTO t ? ON CONFLICT (id)'), ['replace', 'many', 'parameter', 'command'])
})

test('statements about tables', () => {
  const kinds = (text: string) => parseStatement(text) as Statement & { purge?: boolean; args?: unknown[] }
  assert.ok(parseStatement("CREATE TABLE t WITH (aws_tags = `{'a': 'b'}`)").kind === 'create-table')
  assert.equal(kinds('DROP INDEX "i" ON t WITH (purge = true);').purge, true)
  assert.equal(kinds('undrop table "id"').kind, 'undrop-table')
  assert.equal(kinds("exec redact_revision `{a: 1}`, 't', ?").args?.length, 3)
  const index = parseStatement('CREATE INDEX ON t(a."b", c)')
  assert.ok(index.kind === 'create-index')
  assert.deepEqual(
    index.paths.map((path) => path.map((name) => name.text)),
    [['a', 'b'], ['c']],
  )
})

test('EXPLAIN, its options, and a name that is spelt like it', () => {
  const options = (text: string) => {
    const statement = parseStatement(text)
    return statement.kind === 'explain' ? statement.options.map((option) => option.text) : statement.kind
  }
  assert.deepEqual(options('EXPLAIN SELECT * FROM t'), [])
  assert.deepEqual(options('EXPLAIN (analyze, verbose) DELETE FROM t'), ['analyze', 'verbose'])
  assert.deepEqual(options('EXPLAIN ANALYZE SELECT * FROM t'), ['ANALYZE'])
  assert.deepEqual(options('EXPLAIN analyze'), [])
  assert.deepEqual(options('EXPLAIN analyze + 1'), [])
  assert.deepEqual(options('EXPLAIN (a)'), [])
  assert.deepEqual(options('EXPLAIN (a, b) || c'), [])
  assert.equal(options('explain + 1'), 'query')
})

test('literals', () => {
  const printed = (text: string) => {
    const one = expression(text)
    assert.ok(one.kind === 'literal', text)
    return printIon(one.value)
  }
  const literals: readonly (readonly [string, string])[] = [
    ['011401', '11401'],
    ['9223372036854775808', '9223372036854775808'],
    ['42.20', '42.20'],
    ["'it''s'", '"it\'s"'],
    ['`null.int`', 'null.int'],
    ["DATE'2024-02-29'", '$date::2024-02-29'],
    ["TIMESTAMP '2024-12-31 23:59:59.999'", '2024-12-31T23:59:59.999-00:00'],
    ["TIMESTAMP (0) '2024-12-31 23:59:59.5+01:00'", '2025-01-01T00:00:00+01:00'],
  ]
  for (const [text, ion] of literals) assert.equal(printed(text), ion)
})

test('intervals', () => {
  const months = (text: string) => {
    const one = expression(text)
    assert.ok(one.kind === 'literal' && one.value.type === 'interval')
    return [one.value.months, one.value.nanoseconds]
  }
  assert.deepEqual(months("INTERVAL '-1-11' YEAR TO MONTH"), [-23n, 0n])
  assert.deepEqual(months("INTERVAL '3 8:45' DAY TO MINUTE"), [
    0n,
    (3n * 86_400n + 8n * 3_600n + 45n * 60n) * 10n ** 9n,
  ])
  assert.deepEqual(months("INTERVAL '123.123456789' SECOND(3,3)"), [0n, 123_123_000_000n])
  assert.deepEqual(months("INTERVAL '+0.5' SECOND"), [0n, 500_000_000n])
  assert.deepEqual(months("INTERVAL '1.123456789' SECOND"), [0n, 1_123_456_000n])
  assert.deepEqual(months("INTERVAL '1.123456789' SECOND(2, 9)"), [0n, 1_123_456_789n])
})

test('spans: within the text, around their children, and names exactly', () => {
  fc.assert(
    fc.property(statements(2), (tree) => {
      const text = printStatement(tree)
      const statement = parseStatement(text)
      for (const { path, span } of spansOf(statement)) {
        assert.ok(span.start >= 0 && span.start <= span.end && span.end <= text.length, `${path}: ${text}`)
        assert.ok(span.start < span.end, `${path}: ${text}`)
      }
      checkNesting(statement, text)
    }),
    { numRuns: 500 },
  )
})

/** A node's span holds those of the nodes in it; a name's span is its spelling. */
function checkNesting(node: object, text: string): void {
  const own = (node as { span?: { start: number; end: number } }).span
  for (const child of Object.values(node) as unknown[]) {
    if (typeof child !== 'object' || child === null || 'annotations' in child) continue
    const inner = (child as { span?: { start: number; end: number } }).span
    if (own && inner)
      assert.ok(inner.start >= own.start && inner.end <= own.end, `${(node as { kind?: string }).kind}: ${text}`)
    const name = child as { text?: string; quoted?: boolean }
    if (inner && name.quoted === false) assert.equal(text.slice(inner.start, inner.end), name.text)
    checkNesting(child, text)
  }
}
