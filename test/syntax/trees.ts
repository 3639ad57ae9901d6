import fc from 'fast-check'
import { isWrittenScalar } from '../../src/syntax/parse-expression.ts'
import type { Span } from '../../src/base/span.ts'
import type {
  BinaryOperator,
  CallExpression,
  Expression,
  FrameBound,
  FromSource,
  Name,
  PathStep,
  SelectItem,
  SortKey,
  TypeName,
  WindowSpecification,
} from '../../src/syntax/ast.ts'
import type { Change, OnConflict, Statement } from '../../src/syntax/statement-ast.ts'
import { decimal, int, nullValue, string, symbol, trueValue, type Value } from '../../src/values/value.ts'

/** The same tree without any span and spelling, for comparing. */
export function withoutSpans(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutSpans)
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node
  const prototype = Object.getPrototypeOf(node)
  if (prototype !== Object.prototype && prototype !== null) return node
  const entries = Object.entries(node).filter(([key]) => !/^(span|opSpan|nameSpan|bareSpan|beyondQldb)$/.test(key))
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutSpans(value)]))
}

/** Every span in a tree with the path that leads to it. */
export function spansOf(node: unknown, path = '', found: { path: string; span: Span }[] = []) {
  if (typeof node !== 'object' || node === null) return found
  for (const [key, value] of Object.entries(node)) {
    if (/^(span|opSpan|nameSpan|bareSpan)$/.test(key)) found.push({ path: `${path}/${key}`, span: value as Span })
    else if (key !== 'value' || typeof value !== 'object' || !('annotations' in (value ?? {}))) {
      spansOf(value, `${path}/${key}`, found)
    }
  }
  return found
}

const span: Span = { start: 0, end: 0 }

const name: fc.Arbitrary<Name> = fc.oneof(
  fc
    .constantFrom('a', 'b', 'data', 'name', 'Status', '_x', 'year', 'count')
    .map((text) => ({ text, quoted: false, span })),
  fc
    .constantFrom('a', 'select', 'with "quotes"', 'Größe', '', "it's", '`;--')
    .map((text) => ({ text, quoted: true, span })),
)

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 70n }).map((number) => int(number)),
  fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 70n }), fc.integer({ min: -60, max: 60 })).map(([c, e]) => decimal(c, e)),
  fc.string().map((text) => string(text)),
  fc.constantFrom<Value>(nullValue, trueValue),
)

const literal: fc.Arbitrary<Expression> = fc.oneof(
  value.map((one): Expression => ({ kind: 'literal', value: one, source: 'partiql', span })),
  fc.constantFrom('x', 'a`b', "q'q").map((text): Expression => {
    return { kind: 'literal', value: symbol(text), source: 'ion', span }
  }),
)

const variable: fc.Arbitrary<Expression> = fc
  .tuple(name, fc.boolean())
  .map(([one, local]): Expression => ({ kind: 'variable', name: one, local, span }))

const type: fc.Arbitrary<TypeName> = fc
  .constantFrom<[string, number[], boolean]>(
    ['int', [], false],
    ['decimal', [10, 2], false],
    ['double precision', [], false],
    ['time', [3], true],
    ['interval day to second', [3, 2], false],
    ['interval second', [2, 3], false],
    ['character varying', [5], false],
  )
  .map(([text, args, withTimeZone]) => ({ name: text, args, withTimeZone, span }))

const operators: readonly BinaryOperator[] = [
  ...(['or', 'and', '=', '<>', '<', '<=', '>', '>='] as const),
  ...(['||', '+', '-', '*', '/', '%', '&', 'is distinct from', 'is not distinct from'] as const),
]

function call(text: string, args: readonly Expression[]): Expression {
  const rest = { star: false, quantifier: undefined, orderBy: undefined, filter: undefined, over: undefined }
  return { kind: 'call', name: text, nameSpan: span, args, ...rest, span }
}

function expressions(depth: number): fc.Arbitrary<Expression> {
  if (depth <= 0) return fc.oneof(literal, variable)
  const inner = expressions(depth - 1)
  const many = fc.array(inner, { maxLength: 3 })
  const flag = fc.boolean()
  return fc.oneof(
    { depthSize: 'small' },
    literal,
    variable,
    fc.tuple(fc.constantFrom(...operators), inner, inner).map(([op, left, right]): Expression => {
      return { kind: 'binary', op, left, right, opSpan: span, span }
    }),
    fc.tuple(fc.constantFrom('-', '+', 'not'), inner).map(([op, operand]): Expression => {
      return { kind: 'unary', op: op as 'not', operand, span }
    }),
    fc.tuple(inner, fc.array(step(inner), { minLength: 1, maxLength: 3 })).map(([root, steps]): Expression => {
      return { kind: 'path', root, steps, span }
    }),
    fc.tuple(inner, many, flag).map(([operand, items, negated]): Expression => {
      return { kind: 'in', operand, collection: { kind: 'list', items, form: 'paren', span }, negated, span }
    }),
    fc.tuple(inner, queries(depth - 1), flag).map(([operand, collection, negated]): Expression => {
      return { kind: 'in', operand, collection, negated, span }
    }),
    fc.tuple(inner, inner, inner, flag).map(([operand, low, high, negated]): Expression => {
      return { kind: 'between', operand, low, high, negated, span }
    }),
    fc
      .tuple(inner, inner, fc.option(inner, { nil: undefined }), flag)
      .map(([operand, pattern, escaped, negated]): Expression => {
        return { kind: 'like', operand, pattern, escape: escaped, negated, span }
      }),
    fc
      .tuple(
        fc.constantFrom('=', '<>', '<', '>='),
        fc.constantFrom('any', 'all'),
        inner,
        fc.oneof(
          inner,
          queries(depth - 1),
          many.filter(({ length }) => length !== 1),
        ),
      )
      .map(([op, quantifier, operand, of]): Expression => {
        const items = Array.isArray(of) ? of : isWrittenScalar(of) ? [of] : undefined
        const collection: Expression =
          items === undefined ? (of as Expression) : { kind: 'list', items, form: 'paren', span }
        return { kind: 'quantified', op: op as '=', quantifier: quantifier as 'any', operand, collection, span }
      }),
    fc.tuple(inner, inner, flag).map(([x, key, isDown]): Expression => {
      const orderBy: SortKey[] = [{ value: key, direction: isDown ? 'desc' : 'asc', nulls: undefined, span }]
      return { ...(call('array_agg', [x]) as CallExpression), orderBy }
    }),
    fc.tuple(inner, type, flag).map(([operand, is, negated]): Expression => {
      return { kind: 'is', operand, type: is, negated, span }
    }),
    fc
      .tuple(fc.constantFrom('cast', 'can-cast', 'can-lossless-cast'), inner, type)
      .map(([form, operand, to]): Expression => {
        return { kind: 'cast', form: form as 'cast', operand, type: to, span }
      }),
    fc
      .tuple(
        fc.option(inner, { nil: undefined }),
        fc.array(fc.tuple(inner, inner), { minLength: 1, maxLength: 2 }),
        inner,
      )
      .map(([operand, branches, otherwise]): Expression => {
        return { kind: 'case', operand, branches: branches.map(([when, then]) => ({ when, then })), otherwise, span }
      }),
    many.map((items): Expression => ({ kind: 'list', items, form: 'bracket', span })),
    fc
      .array(inner, { minLength: 2, maxLength: 3 })
      .map((items): Expression => ({ kind: 'list', items, form: 'paren', span })),
    many.map((items): Expression => ({ kind: 'bag', items, span })),
    many.map((items): Expression => ({ kind: 'sexp', items, span })),
    fc.array(fc.tuple(inner, inner), { maxLength: 2 }).map((pairs): Expression => {
      return { kind: 'struct', fields: pairs.map(([field, of]) => ({ name: field, value: of })), span }
    }),
    fc
      .tuple(fc.constantFrom('f', 'upper', 'exists', 'overlaps', 'count'), many)
      .map(([text, args]) => call(text, args)),
    fc.tuple(inner, inner).map(([a, b]) => call('position', [a, b])),
    fc
      .tuple(inner, inner)
      .map(([a, b]) => call('trim', [{ kind: 'literal', value: string('leading'), source: 'partiql', span }, a, b])),
    fc
      .tuple(fc.constantFrom('row_number', 'nth_value', 'f'), many, windowName)
      .map(([text, args, base]): Expression => ({ ...(call(text, args) as CallExpression), over: overName(base) })),
    fc
      .tuple(inner, windows(inner))
      .map(([arg, over]): Expression => ({ ...(call('lag', [arg]) as CallExpression), over })),
    fc.tuple(inner, fc.array(inner, { maxLength: 2 }), fc.array(sortKey(inner), { maxLength: 2 })).map(
      ([arg, partitionBy, orderBy]): Expression => ({
        ...(call('sum', [arg]) as CallExpression),
        quantifier: 'distinct',
        filter: arg,
        over: { base: undefined, isName: false, partitionBy, orderBy, frame: undefined, span },
      }),
    ),
    queries(depth - 1),
  )
}

function step(inner: fc.Arbitrary<Expression>): fc.Arbitrary<PathStep> {
  return fc.oneof(
    name.map((one): PathStep => ({ kind: 'field', name: one, span })),
    inner.map((index): PathStep => ({ kind: 'index', index, span })),
    fc.constantFrom<PathStep>({ kind: 'each', span }, { kind: 'each-field', span }),
  )
}

function sortKey(inner: fc.Arbitrary<Expression>): fc.Arbitrary<SortKey> {
  return fc
    .tuple(inner, fc.constantFrom('asc', 'desc'), fc.constantFrom('first', 'last', undefined))
    .map(([of, direction, nulls]) => ({ value: of, direction: direction as 'asc', nulls: nulls as 'first', span }))
}

/** Words that begin what may stand in a window are no bases there. */
const windowName = name.filter(({ text }) => !/^(rows|range|groups|partition)$/i.test(text))

function overName(base: Name): WindowSpecification {
  return { base, isName: true, partitionBy: [], orderBy: [], frame: undefined, span }
}

function windows(inner: fc.Arbitrary<Expression>): fc.Arbitrary<WindowSpecification> {
  const bound = fc.oneof(
    fc.constant<FrameBound>({ side: 'current-row', offset: undefined, span }),
    fc
      .tuple(fc.constantFrom('preceding' as const, 'following' as const), fc.option(inner, { nil: undefined }))
      .map(([side, offset]): FrameBound => ({ side, offset, span })),
  )
  const frame = fc.record({
    unit: fc.constantFrom('rows' as const, 'range' as const, 'groups' as const),
    start: bound,
    end: bound,
    span: fc.constant(span),
  })
  return fc.record({
    base: fc.option(windowName, { nil: undefined }),
    isName: fc.constant(false),
    partitionBy: fc.array(inner, { maxLength: 1 }),
    orderBy: fc.array(sortKey(inner), { maxLength: 1 }),
    frame: fc.option(frame, { nil: undefined }),
    span: fc.constant(span),
  })
}

const optionalName = fc.option(name, { nil: undefined })
const optionalNames = fc.option(fc.array(name, { minLength: 1, maxLength: 3 }), { nil: undefined })

function sources(depth: number): fc.Arbitrary<FromSource> {
  const inner = expressions(depth - 1).filter((one) => one.kind !== 'list' || one.form !== 'paren')
  const leaf = fc
    .tuple(fc.constantFrom('scan', 'unpivot'), inner, optionalName, optionalNames, optionalName, optionalName)
    .map(([kind, of, as, names, at, by]): FromSource => {
      const columns = as === undefined ? undefined : names
      return { kind: kind as 'scan', value: of, as, columns, at, by, span }
    })
  if (depth <= 0) return leaf
  const side = sources(depth - 1)
  const joins = fc
    .tuple(fc.constantFrom('inner', 'left', 'right', 'full', 'cross'), side, side, inner, fc.boolean())
    .map(([join, left, right, on, crossed]): FromSource => {
      const without = join === 'cross' || (crossed && join !== 'inner')
      return {
        kind: 'join',
        join: join as 'left',
        comma: join === 'cross' && crossed,
        left,
        right,
        on: without ? undefined : on,
        span,
      }
    })
  // Commas between nameless sources in parentheses read as a list in one place and as a join in another.
  return fc.oneof(
    leaf,
    joins.filter((join) => join.kind !== 'join' || join.right.kind !== 'join' || !join.right.comma),
  )
}

function queries(depth: number): fc.Arbitrary<Expression> {
  const inner = expressions(depth - 1)
  const maybe = fc.option(inner, { nil: undefined })
  const tail = fc.record({
    orderBy: fc.option(fc.array(sortKey(inner), { maxLength: 2 }), { nil: undefined }),
    limit: maybe,
    offset: maybe,
  })
  const item: fc.Arbitrary<SelectItem> = fc.oneof(
    fc.tuple(inner, optionalName).map(([of, alias]): SelectItem => ({ kind: 'expression', value: of, alias, span })),
    variable.map((of): SelectItem => ({ kind: 'star', value: of, span })),
  )
  const quantifier = fc.constantFrom<'distinct' | 'all' | undefined>('distinct', 'all', undefined)
  const clauses = fc.record({
    lets: fc.array(
      fc.tuple(inner, name).map(([of, as]) => ({ value: of, name: as, span })),
      { maxLength: 1 },
    ),
    where: maybe,
    groupBy: fc.option(
      fc
        .record({
          keys: fc.array(
            fc.tuple(inner, optionalName).map(([of, alias]) => ({ value: of, alias, span })),
            { maxLength: 2 },
          ),
          partial: fc.boolean(),
          groupAs: optionalName,
          span: fc.constant(span),
        })
        .map((groupBy) => ({ ...groupBy, partial: groupBy.partial && groupBy.keys.length > 0 })),
      { nil: undefined },
    ),
    having: maybe,
  })
  const named = fc.array(
    fc.tuple(windowName, windows(inner)).map(([as, window]) => ({ name: as, window, span })),
    { maxLength: 1 },
  )
  const select = fc
    .tuple(quantifier, fc.array(item, { minLength: 1, maxLength: 2 }), sources(depth - 1), clauses, named, tail)
    .map(
      ([distinct, items, from, rest, named, last]): Expression => ({
        kind: 'select',
        quantifier: distinct,
        projection: { kind: 'items', items, span },
        exclude: undefined,
        from,
        ...rest,
        windows: named,
        ...last,
        span,
      }),
    )
  const selectValue = fc.tuple(inner, fc.option(sources(depth - 1), { nil: undefined })).map(
    ([of, from]): Expression => ({
      kind: 'select',
      quantifier: undefined,
      projection: { kind: 'value', value: of, span },
      exclude: undefined,
      from,
      lets: [],
      where: undefined,
      groupBy: undefined,
      having: undefined,
      windows: [],
      orderBy: undefined,
      limit: undefined,
      offset: undefined,
      span,
    }),
  )
  const values = fc.array(fc.array(inner, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 })
  const simple = fc.oneof(
    select,
    selectValue,
    values.map((rows): Expression => ({ kind: 'values', rows, span })),
  )
  if (depth <= 0) return simple
  const setOperation = fc
    .tuple(fc.constantFrom('union', 'intersect', 'except'), fc.boolean(), quantifier, inner, inner, tail)
    .map(
      ([op, outer, distinct, left, right, last]): Expression => ({
        kind: 'set-operation',
        op: op as 'union',
        outer,
        quantifier: distinct,
        corresponding: undefined,
        left,
        right,
        ...last,
        span,
      }),
    )
  const withQuery = fc.tuple(name, inner, inner).map(
    ([one, bound, of]): Expression => ({
      kind: 'with',
      recursive: false,
      bindings: [{ name: one, columns: undefined, query: bound }],
      query: of,
      span,
    }),
  )
  return fc.oneof(simple, setOperation, withQuery)
}

/** A target of a change: a name and steps. */
function target(depth: number): fc.Arbitrary<Expression> {
  const plain = name.map((one): Expression => ({ kind: 'variable', name: one, local: false, span }))
  const steps = fc.array(step(expressions(depth - 1)), { minLength: 1, maxLength: 2 })
  return fc.oneof(
    plain,
    fc.tuple(plain, steps).map(([root, of]): Expression => ({ kind: 'path', root, steps: of, span })),
  )
}

function changes(depth: number): fc.Arbitrary<Change> {
  const inner = expressions(depth - 1)
  return fc.oneof(
    fc.tuple(target(depth), inner).map(([at, of]): Change => ({ kind: 'set', target: at, value: of, span })),
    target(depth).map((at): Change => ({ kind: 'remove', target: at, span })),
    fc.tuple(target(depth), inner, fc.option(inner, { nil: undefined })).map(([to, of, at]): Change => {
      return { kind: 'insert', target: to, value: of, at, form: 'one', span }
    }),
  )
}

/** Statements of every kind, with trees of some levels; parameters are numbered in the order of the text elsewhere. */
export function statements(depth = 3): fc.Arbitrary<Statement> {
  const inner = expressions(depth)
  const maybe = fc.option(inner, { nil: undefined })
  const dml = fc.tuple(
    target(1),
    optionalName,
    optionalName,
    maybe,
    fc.array(changes(depth), { minLength: 1, maxLength: 3 }),
    fc.constantFrom('update', 'from'),
  )
  return fc.oneof(
    inner.map((query): Statement => ({ kind: 'query', query, span })),
    queries(depth).map((query): Statement => ({ kind: 'query', query, span })),
    queries(depth).map((query): Statement => {
      return { kind: 'explain', options: [], statement: { kind: 'query', query, span }, span }
    }),
    dml.map(([of, as, by, where, list, form]): Statement => {
      const from: FromSource = { kind: 'scan', value: of, as, columns: undefined, at: undefined, by, span }
      return { kind: 'dml', form: form as 'from', from, where, changes: list, returning: undefined, span }
    }),
    fc.tuple(name, inner, fc.constantFrom('insert', 'upsert', 'replace')).map(
      ([one, of, command]): Statement => ({
        kind: 'insert',
        table: { names: [one], span },
        as: undefined,
        columns: undefined,
        form: 'one',
        value: of,
        at: undefined,
        onConflict: undefined,
        command: command as 'insert',
        returning: [{ which: 'all-new', expression: '*', span }],
        span,
      }),
    ),
    fc.tuple(name, fc.array(name, { minLength: 1, maxLength: 2 }), conflictAction(inner, maybe)).map(
      ([one, key, action]): Statement => ({
        kind: 'insert',
        table: { names: [one], span },
        as: undefined,
        columns: undefined,
        form: 'one',
        value: { kind: 'struct', fields: [], span },
        at: undefined,
        onConflict: { target: key, ...action, span },
        command: 'insert',
        returning: undefined,
        span,
      }),
    ),
    fc
      .tuple(name, fc.array(inner, { maxLength: 3 }))
      .map(([procedure, args]): Statement => ({ kind: 'exec', procedure, args, span })),
    fc.tuple(name, name, fc.boolean()).map(([indexId, table, conditional]): Statement => {
      return { kind: 'drop-index', indexId, table, purge: true, conditional, span }
    }),
    fc.tuple(name, maybe, fc.boolean()).map(([one, tags, conditional]): Statement => {
      return { kind: 'create-table', name: one, tags, conditional, span }
    }),
    fc.tuple(name, optionalNames, fc.array(inner, { minLength: 1, maxLength: 3 })).map(
      ([one, columns, row]): Statement => ({
        kind: 'insert',
        table: { names: [one], span },
        as: undefined,
        columns,
        form: 'many',
        value: { kind: 'values', rows: [row], span },
        at: undefined,
        onConflict: undefined,
        command: 'insert',
        returning: undefined,
        span,
      }),
    ),
  )
}

function conflictAction(
  inner: fc.Arbitrary<Expression>,
  maybe: fc.Arbitrary<Expression | undefined>,
): fc.Arbitrary<Pick<OnConflict, 'action' | 'where' | 'changes'>> {
  const sets = fc.tuple(target(1), inner).map(([to, value]): Change => ({ kind: 'set', target: to, value, span }))
  const excluded = fc.constantFrom<OnConflict['action']>('replace-excluded', 'update-excluded')
  return fc.oneof(
    fc.constant({ action: 'nothing', where: undefined, changes: [] } as const),
    fc.tuple(excluded, maybe).map(([action, where]) => ({ action, where, changes: [] })),
    fc
      .tuple(maybe, fc.array(sets, { minLength: 1, maxLength: 3 }))
      .map(([where, changes]) => ({ action: 'update-set', where, changes }) as const),
  )
}
