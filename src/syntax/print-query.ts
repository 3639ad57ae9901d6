import { unreachable } from '../base/assert.ts'
import type {
  Expression,
  FromSource,
  GroupBy,
  PivotQuery,
  Projection,
  Query,
  SelectItem,
  SelectQuery,
  SetQuery,
} from './ast.ts'
import { isQuery } from './parse-query.ts'
import { printExpression, printInner, printName, printParts, printSortKey, printWindow } from './print-expression.ts'

/** A query in canonical text, on one line, without parentheses around it. */
export function printQuery(query: Query): string {
  switch (query.kind) {
    case 'select':
      return printSelect(query)
    case 'pivot':
      return joinWords(
        `PIVOT ${printInner(query.value)} AT ${printInner(query.at)}`,
        `FROM ${printFrom(query.from)}`,
        ...printClauses(query),
        ...printTail(query),
      )
    case 'values':
      return `VALUES ${query.rows.map((row) => `(${row.map(printInner).join(', ')})`).join(', ')}`
    case 'with': {
      const bindings = query.bindings.map(({ name, columns, query: bound }) => {
        const names = columns === undefined ? '' : ` (${columns.map((column) => printName(column)).join(', ')})`
        return `${printName(name)}${names} AS (${printExpression(bound)})`
      })
      return `WITH ${query.recursive ? 'RECURSIVE ' : ''}${bindings.join(', ')} ${printExpression(query.query)}`
    }
    case 'set-operation':
      if (query.before !== undefined) {
        const parts = [...query.before, { ...query, before: undefined }]
        return printParts(parts.map((part) => () => printQuery(part)))
      }
      return joinWords(
        printLeft(query),
        query.outer && 'OUTER',
        query.op.toUpperCase(),
        query.quantifier?.toUpperCase(),
        printCorresponding(query.corresponding),
        printOperand(query.right),
        ...printTail(query),
      )
    default:
      return unreachable(query)
  }
}

function joinWords(...words: readonly (string | false | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== false && word !== '').join(' ')
}

/** The left operand. Behind `previous` a chain continues, which needs no parentheses. */
function printLeft({ op, left }: SetQuery): string {
  return left.kind === 'set-operation' && goesOn(left) && (op !== 'intersect' || left.op === 'intersect')
    ? printQuery(left)
    : printOperand(left)
}

function goesOn({ left }: SetQuery): boolean {
  return left.kind === 'previous' || (left.kind === 'set-operation' && goesOn(left))
}

function printOperand(operand: Expression): string {
  return isQuery(operand) ? `(${printQuery(operand)})` : printInner(operand)
}

function printCorresponding(names: Extract<Query, { kind: 'set-operation' }>['corresponding']): string | undefined {
  if (names === undefined) return undefined
  return names === 'all' ? 'CORRESPONDING' : `CORRESPONDING BY (${names.map((name) => printName(name)).join(', ')})`
}

function printSelect(query: SelectQuery): string {
  return joinWords(
    'SELECT',
    query.quantifier?.toUpperCase(),
    printProjection(query.projection),
    query.exclude && `EXCLUDE ${query.exclude.map(printInner).join(', ')}`,
    query.from && `FROM ${printFrom(query.from)}`,
    ...printClauses(query),
    query.windows.length > 0 &&
      `WINDOW ${query.windows.map(({ name, window }) => `${printName(name)} AS ${printWindow(window)}`).join(', ')}`,
    ...printTail(query),
  )
}

function printClauses(query: SelectQuery | PivotQuery): (string | undefined)[] {
  const lets = query.lets.map(({ value, name }) => `${printInner(value)} AS ${printName(name)}`)
  return [
    lets.length === 0 ? undefined : `LET ${lets.join(', ')}`,
    query.where && `WHERE ${printInner(query.where)}`,
    query.groupBy && printGroupBy(query.groupBy),
    query.having && `HAVING ${printInner(query.having)}`,
  ]
}

function printTail(query: Exclude<Query, { kind: 'values' | 'with' }>): (string | undefined)[] {
  return [
    query.orderBy && `ORDER BY ${query.orderBy.map(printSortKey).join(', ') || 'PRESERVE'}`,
    query.limit && `LIMIT ${printInner(query.limit)}`,
    query.offset && `OFFSET ${printInner(query.offset)}`,
  ]
}

function printGroupBy(groupBy: GroupBy): string {
  const keys = groupBy.keys.map(({ value, alias }) => printInner(value) + (alias ? ` AS ${printName(alias)}` : ''))
  const groupAs = groupBy.groupAs && `GROUP AS ${printName(groupBy.groupAs)}`
  if (keys.length === 0) return joinWords('GROUP ALL', groupAs)
  return joinWords('GROUP', groupBy.partial && 'PARTIAL', 'BY', keys.join(', '), groupAs)
}

function printProjection(projection: Projection): string {
  switch (projection.kind) {
    case 'star':
      return '*'
    case 'value':
      return `VALUE ${printInner(projection.value)}`
    case 'items':
      return projection.items.map(printItem).join(', ')
    default:
      return unreachable(projection)
  }
}

/** A path with `.*` that is a value keeps its parentheses, so that it is no star. */
function printItem(item: SelectItem): string {
  const { value } = item
  if (item.kind === 'star') {
    const isPrimary = value.kind === 'variable' || value.kind === 'path' || value.kind === 'call'
    return isPrimary ? `${printInner(value)}.*` : `(${printExpression(value)}).*`
  }
  const starred = value.kind === 'path' && value.steps.some((step) => step.kind === 'each-field')
  const text = starred ? `(${printInner(value)})` : printInner(value)
  return item.alias === undefined ? text : `${text} AS ${printName(item.alias)}`
}

/** Sources of FROM: joins from the left, one on the right side in parentheses. */
export function printFrom(source: FromSource): string {
  switch (source.kind) {
    case 'scan':
      return printInner(source.value) + printAliases(source)
    case 'unpivot':
      return `UNPIVOT ${printInner(source.value)}${printAliases(source)}`
    case 'join': {
      const right = source.right.kind === 'join' ? `(${printFrom(source.right)})` : printFrom(source.right)
      if (source.comma) return `${printFrom(source.left)}, ${right}`
      const kind = source.join === 'cross' ? '' : `${source.join.toUpperCase()} `
      const on = source.on === undefined ? '' : ` ON ${printInner(source.on)}`
      return `${printFrom(source.left)} ${kind}${source.on === undefined ? 'CROSS ' : ''}JOIN ${right}${on}`
    }
    default:
      return unreachable(source)
  }
}

function printAliases({ as, columns, at, by }: Exclude<FromSource, { kind: 'join' }>): string {
  const names = columns === undefined ? '' : ` (${columns.map((name) => printName(name)).join(', ')})`
  return (
    (as ? ` AS ${printName(as)}${names}` : '') + (at ? ` AT ${printName(at)}` : '') + (by ? ` BY ${printName(by)}` : '')
  )
}
