import { LedgerError } from '../base/errors.ts'
import { limited } from '../base/limit-error.ts'
import type { Statement } from '../syntax/statement-ast.ts'
import { buildChange, buildInsert } from './build-dml.ts'
import { buildExpression } from './build-expression.ts'
import type { Catalog } from './catalog.ts'
import { checkQldb } from './check-qldb.ts'
import { foldConstants } from './fold-constants.ts'
import type { PlanSettings } from './plan.ts'
import type { PlanOptions } from './plan-options.ts'
import type { Plan, PlanStatement } from './statement-plan.ts'
import { printPlan } from './print-plan.ts'
import { PlanContext, Scope } from './scope.ts'

/**
 * Resolves a statement's names, chooses how its rows are found and gives the plan that `exec` runs.
 *
 * Throws LedgerError with a `semantic/…` code and a place; what else is wrong with names, and with calls, is in its
 * `others`. The message of a name that nothing defines is QLDB's: `No such variable named 'X'`. A plan holds table and
 * index ids: it is good for as long as the catalog stays as it is.
 */
export function buildPlan(statement: Statement, catalog: Catalog, options: PlanOptions): Plan {
  return limited(() => planOf(statement, catalog, options))
}

function planOf(statement: Statement, catalog: Catalog, options: PlanOptions): Plan {
  if (options.strictQldb) checkQldb(statement)
  const context = new PlanContext(catalog, options)
  const built = context.collect(() => buildStatement(statement, context))
  const { slots, parameters, asksClock } = context
  return { statement: folded(built, context), slots, ...settingsOf(context), parameters, asksClock }
}

function settingsOf({ options, foldsCase }: PlanContext): PlanSettings {
  const { typing, strictQldb } = options
  return { typing, qldbTyping: strictQldb && typing === 'permissive', foldsCase }
}

function folded(statement: PlanStatement, context: PlanContext): PlanStatement {
  const { evaluateConstant } = context.options
  if (evaluateConstant === undefined || context.hasCallErrors) return statement
  const settings = settingsOf(context)
  return foldConstants(statement, (expression, purpose) => evaluateConstant(expression, settings, purpose))
}

function buildStatement(statement: Statement, context: PlanContext): PlanStatement {
  const { span } = statement
  switch (statement.kind) {
    case 'query':
      return { kind: 'query', value: buildExpression(statement.query, new Scope(undefined), context, 'none') }
    case 'insert':
      return buildInsert(statement, context)
    case 'dml':
      return buildChange(statement, context)
    case 'create-table':
      return namedTable(statement)
    case 'drop-table':
      return namedTable(statement)
    case 'undrop-table':
      return { kind: 'undrop-table', tableId: statement.tableId.text, span: statement.tableId.span }
    case 'create-index':
      return {
        kind: 'create-index',
        table: statement.table.text,
        field: indexedField(statement),
        conditional: statement.conditional,
        span: statement.table.span,
      }
    case 'drop-index': {
      const { table, indexId, purge, conditional } = statement
      if (purge === false) {
        throw new LedgerError('semantic/unsupported', 'an index is always purged: purge = false is not supported', {
          span,
        })
      }
      return { kind: 'drop-index', table: table.text, indexId: indexId.text, conditional, span: indexId.span }
    }
    case 'exec': {
      const error = procedureError(statement)
      if (error !== undefined) context.note(error)
      const scope = new Scope(undefined)
      return { kind: 'redact', args: statement.args.map((argument) => buildExpression(argument, scope, context)), span }
    }
    case 'explain':
      return buildExplain(statement, context)
  }
}

type ExplainStatement = Extract<Statement, { kind: 'explain' }>

function buildExplain({ options, statement }: ExplainStatement, context: PlanContext): PlanStatement {
  const unknown = options.find(({ text }) => text.toLowerCase() !== 'analyze')
  if (unknown !== undefined) {
    throw new LedgerError('semantic/unsupported', `EXPLAIN has no option '${unknown.text}'`, {
      span: unknown.span,
      help: 'write EXPLAIN or EXPLAIN ANALYZE',
    })
  }
  if (options.length > 0 && statement.kind !== 'query') {
    throw new LedgerError('semantic/unsupported', 'EXPLAIN ANALYZE runs queries only, and changes nothing', {
      span: { start: statement.span.start, end: statement.span.end },
      help: 'EXPLAIN without ANALYZE shows the plan of this statement',
    })
  }
  const built = buildStatement(statement, context)
  if (options.length > 0 && built.kind === 'query') return { kind: 'analyze', value: built.value }
  return { kind: 'explain', lines: printPlan(folded(built, context)) }
}

function namedTable({ kind, name, conditional }: Extract<Statement, { kind: 'create-table' | 'drop-table' }>) {
  return { kind, name: name.text, conditional, span: name.span }
}

function procedureError({ procedure, args }: Extract<Statement, { kind: 'exec' }>): LedgerError | undefined {
  const { text, span } = procedure
  if (text.toLowerCase() !== 'redact_revision') {
    return new LedgerError('semantic/no-such-function', `No such stored procedure: ${text}`, { span })
  }
  if (args.length === 3) return undefined
  const message = `Incorrect number of arguments supplied to \`redact_revision\`. Min = 3, max = 3 Actual = ${args.length}`
  return new LedgerError('semantic/argument-count', message, { span })
}

/** An index is over one top-level field (QLDB: CREATE INDEX). */
function indexedField(statement: Extract<Statement, { kind: 'create-index' }>): string {
  const [path, ...others] = statement.paths
  const [field, ...deeper] = path ?? []
  if (field === undefined || others.length > 0 || deeper.length > 0) {
    throw new LedgerError('semantic/unsupported', 'an index is over one top-level field', { span: statement.span })
  }
  return field.text
}
