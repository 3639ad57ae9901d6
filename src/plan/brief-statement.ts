import { briefItemsMax, briefSourcesMax } from '../base/limits.ts'
import type { Expression, FromSource, SelectQuery } from '../syntax/ast.ts'
import type { DmlStatement, InsertStatement, Statement } from '../syntax/statement-ast.ts'
import { hasTrait } from './function-facts.ts'

/**
 * Whether a statement is of the kind that applications run all day, and whose work for a single row is small whatever
 * the data: one SELECT, INSERT, UPDATE or DELETE over tables, with paths, literals, parameters, comparisons and plain
 * aggregates. Such a statement can be stopped at any row, so it may share a thread with others. One that computes (products,
 * concatenations, patterns, other functions), nests queries or groups may spend any time on a single row.
 */
export function isBrief(statement: Statement): boolean {
  switch (statement.kind) {
    case 'query':
      return statement.query.kind === 'select' && isBriefSelect(statement.query)
    case 'insert':
      return isBriefInsert(statement)
    case 'dml':
      return isBriefChange(statement)
    case 'create-table':
    case 'drop-table':
    case 'undrop-table':
      return true
    default:
      return false
  }
}

function isBriefSelect(query: SelectQuery): boolean {
  const { quantifier, projection, exclude, from, lets, where, groupBy, having, orderBy, limit, offset } = query
  if (quantifier === 'distinct' || exclude !== undefined || groupBy !== undefined || having !== undefined) return false
  if (lets.length > 0) return false
  if (from !== undefined && !areTables(from)) return false
  const items = projection.kind === 'items' ? projection.items.map(({ value }) => value) : []
  if (projection.kind === 'value') items.push(projection.value)
  if (items.length > briefItemsMax || !items.every(isPlainOrAggregate)) return false
  return [where, limit, offset, ...(orderBy ?? []).map(({ value }) => value)].every(isPlain)
}

function isBriefInsert({ value, at, onConflict, returning }: InsertStatement): boolean {
  return onConflict === undefined && returning === undefined && isPlain(value) && isPlain(at)
}

function isBriefChange({ from, where, changes, returning }: DmlStatement): boolean {
  if (returning !== undefined || !areTables(from) || !isPlain(where)) return false
  return changes.every((change) => {
    if (change.kind === 'delete') return true
    return isPlain(change.target) && (change.kind === 'remove' || isPlain(change.value))
  })
}

/** Tables by their names, a few of them: what a path or a function gives may be of any size. */
function areTables(source: FromSource): boolean {
  let count = 0
  const waiting: FromSource[] = [source]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    count += 1
    if (count > briefSourcesMax) return false
    if (next.kind === 'join') {
      if (!isPlain(next.on)) return false
      waiting.push(next.left, next.right)
    } else if (next.kind === 'unpivot' || !isName(next.value)) return false
  }
  return true
}

/** `t`, `information_schema.user_tables`. */
function isName(value: Expression): boolean {
  if (value.kind === 'variable') return true
  return value.kind === 'path' && value.root.kind === 'variable' && value.steps.every(({ kind }) => kind === 'field')
}

function isPlainOrAggregate(value: Expression): boolean {
  if (value.kind !== 'call') return isPlain(value)
  const { name, args, quantifier, filter, over } = value
  if (!hasTrait(name, 'brief') || quantifier === 'distinct' || over !== undefined) return false
  return args.every(isPlain) && isPlain(filter)
}

const plainOperators: ReadonlySet<string> = new Set(['or', 'and', '=', '<>', '<', '<=', '>', '>=', '+', '-'])

/** Whether evaluating it once takes a time in proportion to its text and to what it reads. Without recursion: texts nest. */
function isPlain(expression: Expression | undefined): boolean {
  const waiting: (Expression | undefined)[] = [expression]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (next === undefined) continue
    const parts = partsOfPlain(next)
    if (parts === undefined) return false
    waiting.push(...parts)
  }
  return true
}

/** The parts of an expression that is plain if they are; undefined when it is not. */
function partsOfPlain(node: Expression): readonly Expression[] | undefined {
  switch (node.kind) {
    case 'literal':
    case 'variable':
    case 'parameter':
      return []
    case 'path': {
      const indexes: Expression[] = [node.root]
      for (const step of node.steps) {
        if (step.kind === 'each' || step.kind === 'each-field') return undefined
        if (step.kind === 'index') indexes.push(step.index)
      }
      return indexes
    }
    case 'unary':
    case 'is':
      return [node.operand]
    case 'binary':
      return plainOperators.has(node.op) ? [node.left, node.right] : undefined
    case 'in':
      return [node.operand, node.collection]
    case 'between':
      return [node.operand, node.low, node.high]
    case 'list':
    case 'bag':
    case 'sexp':
      return node.items
    case 'struct':
    case 'map':
      return node.fields.flatMap(({ name, value }) => [name, value])
    default:
      return undefined
  }
}
