import type { TableInfo } from './catalog.ts'
import type { Access, Operator, PlanExpression, QueryPlan, TableScan, TableSource } from './plan.ts'
import type { PlanStatement } from './statement-plan.ts'
import type { ConflictPlan } from './change-plan.ts'
import { printPlanExpression } from './print-plan-expression.ts'
import { missingIndex } from './use-index.ts'
import { partsOf, type PlanPart } from './plan-parts.ts'

/** What stands behind the line of an operator or a query. */
export type NoteOf = (step: Operator | QueryPlan) => string

/** A plan as a tree of lines, the last step first: what EXPLAIN shows. Each source says how its rows are found. */
export function printPlan(statement: PlanStatement, noteOf: NoteOf = () => ''): string[] {
  const lines: string[] = []
  const line: Line = (depth, text, step) => {
    lines.push('  '.repeat(depth) + text + (step === undefined ? '' : noteOf(step)))
  }
  switch (statement.kind) {
    case 'query':
      if (statement.value.kind === 'query') printQuery(statement.value.query, 0, line)
      else {
        line(0, `value ${printPlanExpression(statement.value)}`)
        printNested(statement.value, 1, line)
      }
      break
    case 'insert':
      line(0, `insert into ${statement.table.name}`)
      if (statement.conflict !== undefined) line(1, conflictText(statement.table, statement.conflict))
      line(1, `value ${printPlanExpression(statement.value)}`)
      printNested(statement.value, 1, line)
      break
    case 'change':
      for (const change of statement.changes) {
        const path = change.path.map((step) => (step.kind === 'field' ? `.${step.name}` : '[…]')).join('')
        line(0, `${change.kind} ${statement.table.name}${path}`)
      }
      printOperator(statement.input, 1, line)
      break
    case 'explain':
      return [...statement.lines]
    default:
      line(0, statement.kind)
  }
  return lines
}

/** What happens to documents whose key is taken, and how it is found out. */
function conflictText({ name }: TableInfo, { key, index, action }: ConflictPlan): string {
  const found =
    index === undefined ? `scan ${name}: reads every document` : `look up ${name} by index on ${index.field}`
  const [field] = key
  const help = index === undefined ? `; CREATE INDEX ON ${name} (${field}) would make it a look-up` : ''
  return `on conflict (${key.join(', ')}) do ${action}, ${found}${help}`
}

type Line = (depth: number, text: string, step?: Operator | QueryPlan) => void

function printQuery(query: QueryPlan, depth: number, line: Line): void {
  switch (query.kind) {
    case 'select': {
      const words = [query.distinct ? 'distinct' : '', query.ordered ? 'in order' : ''].filter((word) => word !== '')
      line(depth, ['select', ...words, printPlanExpression(query.value)].join(' '), query)
      printBounds(query, depth + 1, line)
      printNested(query.value, depth + 1, line)
      printOperator(query.input, depth + 1, line)
      return
    }
    case 'pivot':
      line(depth, `pivot ${printPlanExpression(query.value)} at ${printPlanExpression(query.name)}`, query)
      printBounds(query, depth + 1, line)
      printOperator(query.input, depth + 1, line)
      return
    case 'set':
      line(depth, `${query.outer ? 'outer ' : ''}${query.op}${query.all ? ' all' : ''}`, query)
      printBounds(query, depth + 1, line)
      for (const side of [query.left, query.right]) printSide(side, depth + 1, line)
      return
    case 'with':
      for (const binding of query.bindings) {
        line(depth, `with ${binding.name}`)
        printSide(binding.value, depth + 1, line)
      }
      printSide(query.body, depth, line)
  }
}

function printBounds(
  query: { limit: PlanExpression | undefined; offset: PlanExpression | undefined },
  depth: number,
  line: Line,
): void {
  if (query.limit !== undefined) line(depth, `limit ${printPlanExpression(query.limit)}`)
  if (query.offset !== undefined) line(depth, `offset ${printPlanExpression(query.offset)}`)
}

function printSide(side: PlanExpression, depth: number, line: Line): void {
  if (side.kind === 'query') printQuery(side.query, depth, line)
  else line(depth, `value ${printPlanExpression(side)}`)
}

/** The sub-queries inside an expression. */
function printNested(part: object, depth: number, line: Line): void {
  const node = part as PlanPart
  if (node.kind === 'query' && 'query' in node) {
    line(depth, 'sub-query')
    printQuery(node.query, depth + 1, line)
    return
  }
  for (const below of partsOf(part)) printNested(below, depth, line)
}

/** `conditions` are those that stand right above, on the rows of a scan. */
function printOperator(
  operator: Operator,
  depth: number,
  line: Line,
  conditions: readonly PlanExpression[] = [],
): void {
  switch (operator.kind) {
    case 'one-row':
      line(depth, 'one row', operator)
      return
    case 'scan-table':
      line(
        depth,
        `${accessText(operator.source, operator.access)} as ${operator.alias}${scanNote(operator, conditions)}`,
        operator,
      )
      return
    case 'scan-value': {
      const verb = operator.unpivot ? 'unpivot' : operator.unnests ? 'unnest' : 'range over'
      line(depth, `${verb} ${printPlanExpression(operator.value)} as ${operator.alias}`, operator)
      printNested(operator.value, depth + 1, line)
      return
    }
    case 'filter':
      line(depth, `filter ${operator.conditions.map(printPlanExpression).join(' and ')}`, operator)
      printNested(operator.conditions, depth + 1, line)
      printOperator(operator.input, depth + 1, line, operator.conditions)
      return
    case 'join':
      line(depth, joinText(operator), operator)
      printOperator(operator.left, depth + 1, line)
      printOperator(operator.right, depth + 1, line)
      return
    case 'let':
      line(depth, `let ${operator.name} = ${printPlanExpression(operator.value)}`, operator)
      break
    case 'group':
      line(
        depth,
        `group by ${operator.keys.map((key) => printPlanExpression(key.value)).join(', ') || 'nothing'}`,
        operator,
      )
      break
    case 'sort':
      line(
        depth,
        `sort by ${operator.keys.map((key) => `${printPlanExpression(key.value)}${key.descending ? ' desc' : ''}`).join(', ')}`,
        operator,
      )
      break
    case 'window':
      line(depth, `window ${operator.functions.map((one) => one.name).join(', ')}`, operator)
  }
  printOperator(operator.input, depth + 1, line)
}

function joinText(join: Extract<Operator, { kind: 'join' }>): string {
  const pairs = (join.hash?.left ?? []).map((left, position) => {
    const right = join.hash?.right[position]
    return `${printPlanExpression(left)} = ${right === undefined ? '?' : printPlanExpression(right)}`
  })
  const how = join.hash === undefined ? 'nested loop' : 'hash'
  const on = [...pairs, ...join.on.map(printPlanExpression)]
  return `${join.join} join, ${how}${on.length === 0 ? '' : ` on ${on.join(' and ')}`}`
}

/** What a scan costs, and the index that would spare it. */
function scanNote(scan: TableScan, conditions: readonly PlanExpression[]): string {
  if (scan.source.kind !== 'table' || scan.access.kind !== 'scan') return ''
  const field = missingIndex(scan, conditions)
  const { name } = scan.source.table
  const help = field === undefined ? '' : `; CREATE INDEX ON ${name} (${field}) would make it a look-up`
  return `: reads every document${help}`
}

function accessText(source: TableSource, access: Access): string {
  switch (source.kind) {
    case 'system':
      return `read information_schema.${source.name}`
    case 'history':
      if (access.kind !== 'id') return `read history of ${source.table.name}`
      return `read history of ${source.table.name} by document id ${access.many ? 'in' : '='} ${printPlanExpression(access.key)}`
    case 'table': {
      const name = source.view === 'committed' ? `_ql_committed_${source.table.name}` : source.table.name
      if (access.kind === 'scan') return `scan ${name}`
      const key = `${access.many ? 'in' : '='} ${printPlanExpression(access.key)}`
      if (access.kind === 'id') return `look up ${name} by document id ${key}`
      return `look up ${name} by index on ${access.index.field} ${key}`
    }
  }
}
