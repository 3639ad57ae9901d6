import type { Expression, SetQuery } from './ast.ts'

/** A set operation's operands from this many on do not become a tree that is as deep as the chain is long. */
const treeOperandsMax = 32

/**
 * A long chain of set operations, `a UNION b UNION c …`, as a tree of little depth that means the same: UNION and INTERSECT
 * are associative, and `a EXCEPT b EXCEPT c` is `a EXCEPT (b UNION ALL c)`. What remains long is cut into parts. What is short
 * stays as it was written.
 */
export function flattened(query: Expression): Expression {
  const spine: SetQuery[] = []
  let first = query
  while (first.kind === 'set-operation' && (spine.length === 0 || isPlain(first))) {
    spine.unshift(first)
    first = first.left
  }
  if (spine.length < treeOperandsMax) return query
  let left = first
  const before: SetQuery[] = []
  let operations = 0
  for (let from = 0; from < spine.length; ) {
    let to = from + 1
    if (operations === treeOperandsMax) {
      before.push(left as SetQuery)
      left = { kind: 'previous', span: left.span }
      operations = 0
    }
    operations += 1
    while (to < spine.length && isAlike(spine[from] as SetQuery, spine[to] as SetQuery)) to += 1
    left = joined(left, spine.slice(from, to))
    from = to
  }
  const { orderBy, limit, offset } = query as SetQuery
  const last = { ...(left as SetQuery), orderBy, limit, offset, span: query.span }
  return before.length === 0 ? last : { ...last, before }
}

function isPlain({ orderBy, limit, offset }: SetQuery): boolean {
  return orderBy === undefined && limit === undefined && offset === undefined
}

function isAlike(a: SetQuery, b: SetQuery): boolean {
  const isSame = a.op === b.op && a.outer === b.outer && (a.quantifier === 'all') === (b.quantifier === 'all')
  return isSame && a.corresponding === undefined && b.corresponding === undefined
}

/** `left` with operations of one kind behind it. */
function joined(left: Expression, operations: readonly SetQuery[]): Expression {
  const [model] = operations as [SetQuery]
  const operands = operations.map((operation) => operation.right)
  if (operations.length === 1) return node(model, left, operands[0] as Expression)
  if (model.op !== 'except') return balanced(model, [left, ...operands])
  return node(model, left, balanced({ ...model, op: 'union', quantifier: 'all' }, operands))
}

function balanced(model: SetQuery, operands: readonly Expression[]): Expression {
  if (operands.length === 1) return operands[0] as Expression
  const middle = (operands.length + 1) >> 1
  return node(model, balanced(model, operands.slice(0, middle)), balanced(model, operands.slice(middle)))
}

function node(model: SetQuery, left: Expression, right: Expression): SetQuery {
  const span = { start: left.span.start, end: right.span.end }
  return { ...model, left, right, orderBy: undefined, limit: undefined, offset: undefined, span }
}
