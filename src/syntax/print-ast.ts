import { unreachable } from '../base/assert.ts'
import type { Name } from './ast.ts'
import type { Change, DmlStatement, InsertStatement, Returning, Statement } from './statement-ast.ts'
import { printExpression, printInner, printName } from './print-expression.ts'
import { printFrom } from './print-query.ts'

export { printExpression } from './print-expression.ts'

/** A statement in canonical text on one line, without `;`. Parsing it gives the same tree, spans apart. */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'query':
      return printExpression(statement.query)
    case 'insert':
      return printInsert(statement)
    case 'dml':
      return printDml(statement)
    case 'create-table': {
      const tags = statement.tags === undefined ? '' : ` WITH (aws_tags = ${printInner(statement.tags)})`
      return `CREATE TABLE ${condition(statement, 'IF NOT EXISTS ')}${printName(statement.name)}${tags}`
    }
    case 'drop-table':
      return `DROP TABLE ${condition(statement, 'IF EXISTS ')}${printName(statement.name)}`
    case 'undrop-table':
      return `UNDROP TABLE ${printName(statement.tableId)}`
    case 'create-index': {
      const paths = statement.paths.map(printDotted).join(', ')
      return `CREATE INDEX ${condition(statement, 'IF NOT EXISTS ')}ON ${printName(statement.table)} (${paths})`
    }
    case 'drop-index': {
      const purge = statement.purge === undefined ? '' : ` WITH (purge = ${statement.purge})`
      return `DROP INDEX ${condition(statement, 'IF EXISTS ')}${printName(statement.indexId)} ON ${printName(statement.table)}${purge}`
    }
    case 'exec': {
      const args = statement.args.length === 0 ? '' : ` ${statement.args.map(printInner).join(', ')}`
      return `EXEC ${printName(statement.procedure)}${args}`
    }
    case 'explain': {
      const options = statement.options.map((option) => printName(option)).join(', ')
      const explained = printStatement(statement.statement)
      const lead = `EXPLAIN ${options === '' ? '' : `(${options}) `}`
      return /^[+-]/.test(explained) ? `${lead}(${explained})` : lead + explained
    }
    default:
      return unreachable(statement)
  }
}

function condition({ conditional }: { readonly conditional: boolean }, words: string): string {
  return conditional ? words : ''
}

function printDotted(names: readonly Name[]): string {
  return names.map((name, index) => printName(name, index > 0)).join('.')
}

function printInsert(statement: InsertStatement): string {
  const { value, at, onConflict, form } = statement
  let text = `${statement.command.toUpperCase()} INTO ${printDotted(statement.table.names)}`
  if (statement.as !== undefined) text += ` AS ${printName(statement.as)}`
  if (statement.columns !== undefined) text += ` (${statement.columns.map((name) => printName(name)).join(', ')})`
  text += form === 'one' ? ` VALUE ${printInner(value)}` : ` ${printExpression(value)}`
  if (at !== undefined) text += ` AT ${printInner(at)}`
  if (onConflict !== undefined) text += printOnConflict(onConflict)
  return text + printReturning(statement.returning)
}

function printOnConflict({ target, where, action, changes }: NonNullable<InsertStatement['onConflict']>): string {
  const fields = target === undefined ? '' : ` (${target.map((name) => printName(name)).join(', ')})`
  const condition = where === undefined ? '' : ` WHERE ${printInner(where)}`
  const lead = ` ON CONFLICT${fields}`
  switch (action) {
    case 'command':
      return lead
    case 'nothing':
      return `${lead}${condition} DO NOTHING`
    case 'replace-excluded':
      return `${lead} DO REPLACE EXCLUDED${condition}`
    case 'update-excluded':
      return `${lead} DO UPDATE EXCLUDED${condition}`
    case 'update-set':
      return `${lead} DO UPDATE${printChanges(changes)}${condition}`
  }
}

function printReturning(columns: readonly Returning[] | undefined): string {
  if (columns === undefined) return ''
  const printed = columns.map(({ which, expression }) => {
    return `${which.toUpperCase().replace('-', ' ')} ${expression === '*' ? '*' : printInner(expression)}`
  })
  return ` RETURNING ${printed.join(', ')}`
}

function printDml(statement: DmlStatement): string {
  const where = statement.where === undefined ? '' : ` WHERE ${printInner(statement.where)}`
  const returning = printReturning(statement.returning)
  const from = printFrom(statement.from)
  switch (statement.form) {
    case 'delete':
      return `DELETE FROM ${from}${where}${returning}`
    case 'update':
      return `UPDATE ${from}${printChanges(statement.changes)}${where}${returning}`
    case 'from':
      return `FROM ${from}${where}${printChanges(statement.changes)}${returning}`
    default:
      return unreachable(statement.form)
  }
}

/** Assignments side by side share one SET. */
function printChanges(changes: readonly Change[]): string {
  let text = ''
  changes.forEach((change, index) => {
    switch (change.kind) {
      case 'set': {
        const lead = changes[index - 1]?.kind === 'set' ? ', ' : ' SET '
        text += `${lead}${printInner(change.target)} = ${printInner(change.value)}`
        break
      }
      case 'remove':
        text += ` REMOVE ${printInner(change.target)}`
        break
      case 'insert': {
        const at = change.at === undefined ? '' : ` AT ${printInner(change.at)}`
        const lead = change.form === 'one' ? 'VALUE ' : ''
        text += ` INSERT INTO ${printInner(change.target)} ${lead}${printInner(change.value)}${at}`
        break
      }
      case 'delete':
        break
      default:
        unreachable(change)
    }
  })
  return text
}
