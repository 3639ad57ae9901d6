import { LedgerError } from '../base/errors.ts'
import type { Expression, Name } from '../syntax/ast.ts'
import type { Change, InsertStatement, OnConflict } from '../syntax/statement-ast.ts'
import { buildExpression } from './build-expression.ts'
import type { TableInfo } from './catalog.ts'
import { checkAssignedOnce, refuseDefault, targetStep } from './change-steps.ts'
import type { PlanExpression } from './plan.ts'
import type { ChangeStep, ConflictPlan, TargetStep } from './change-plan.ts'
import { refuseConstantTexts, refuseSameForAll } from './refuse-mistakes.ts'
import { declare, findVariable, type PlanContext, Scope } from './scope.ts'

/**
 * ON CONFLICT, UPSERT and REPLACE INTO (PartiQL RFC 0011 and 0030). Tables have no unique index from which the key could
 * be inferred, so the statement names it: the RFC wants an error where the inference is not certain, and a wrong guess
 * would overwrite another document.
 */
export function buildConflict(
  statement: InsertStatement,
  table: TableInfo,
  context: PlanContext,
): ConflictPlan | undefined {
  const { command, onConflict } = statement
  if (command === 'insert' && onConflict === undefined) return undefined
  if (onConflict?.target === undefined) throw unnamedKey(statement, table)
  const key = keyFields(onConflict.target)
  const scope = new Scope(undefined)
  const alias = statement.as ?? (statement.table.names[0] as Name)
  const slots = declareVersions(alias, scope, context)
  const changes = onConflict.changes.map((change) => conflictStep(change, scope, context))
  checkAssignedOnce(changes)
  const where = onConflict.where && conflictCondition(onConflict.where, scope, context)
  const index = table.indexes.find(({ field }) => key.includes(field))
  const { span } = onConflict
  return { key, index, action: actionOf(command, onConflict.action), changes, where, ...slots, span }
}

function actionOf(command: InsertStatement['command'], action: OnConflict['action']): ConflictPlan['action'] {
  if (command !== 'insert') return command === 'upsert' ? 'update' : 'replace'
  if (action === 'nothing') return 'nothing'
  return action === 'replace-excluded' ? 'replace' : 'update'
}

function unnamedKey({ command, onConflict, span, table: path }: InsertStatement, table: TableInfo): LedgerError {
  const what = command === 'insert' ? 'ON CONFLICT' : `${command.toUpperCase()} INTO`
  const field = table.indexes.length === 1 ? (table.indexes[0]?.field as string) : 'field'
  const action = onConflict === undefined || onConflict.action === 'command' ? '' : ' DO …'
  return new LedgerError('semantic/invalid', `${what} does not say which fields are the key`, {
    span: onConflict?.span ?? { start: span.start, end: path.span.end },
    help: `name them: … ON CONFLICT (${field})${action}`,
  })
}

function keyFields(target: readonly Name[]): readonly string[] {
  const key = target.map(({ text }) => text)
  const seen = new Set<string>()
  const again = target.find(({ text }) => seen.size === seen.add(text).size)
  if (again === undefined) return key
  throw new LedgerError('semantic/invalid', `'${again.text}' appears twice in the key`, { span: again.span })
}

/** The existing document by its table's name or alias, the inserted one as EXCLUDED. */
function declareVersions(alias: Name, scope: Scope, context: PlanContext) {
  if (alias.text.toLowerCase() === 'excluded') {
    throw new LedgerError('semantic/duplicate-variable', `'${alias.text}' names the inserted document`, {
      span: alias.span,
      help: 'give the table another name: INSERT INTO … AS t',
    })
  }
  scope.sourceCount = 2
  const [existingSlot, excludedSlot] = [context.newSlot(), context.newSlot()]
  declare(scope, context, alias.text, 'source', existingSlot, alias.span)
  const excluded = declare(scope, context, 'EXCLUDED', 'source', excludedSlot, alias.span)
  // A keyword in SQL: read in any case.
  if (!context.foldsCase) scope.variables.add({ ...excluded, name: 'excluded' })
  return { existingSlot, excludedSlot, idSlot: context.newSlot() }
}

function conflictCondition(where: Expression, scope: Scope, context: PlanContext): PlanExpression {
  refuseConstantTexts(where)
  const condition = buildExpression(where, scope, context)
  refuseSameForAll(condition)
  return condition
}

/** `field = expression`: the left side names a field of the existing document, without the table's name. */
function conflictStep(change: Change, scope: Scope, context: PlanContext): ChangeStep {
  if (change.kind !== 'set')
    throw new LedgerError('semantic/invalid', 'only SET is allowed here', { span: change.span })
  const { target, span } = change
  refuseDefault(change.value)
  const path = fieldPath(target, scope, context)
  return { kind: 'set', path, value: buildExpression(change.value, scope, context, 'scalar'), span }
}

function fieldPath(target: Expression, scope: Scope, context: PlanContext): TargetStep[] {
  const root = target.kind === 'path' ? target.root : target
  const steps = target.kind === 'path' ? target.steps : []
  if (root.kind !== 'variable')
    throw new LedgerError('semantic/invalid', 'the target of a change must be a path', { span: target.span })
  if (steps.length > 0 && findVariable(scope, root.name, context) !== undefined) {
    const [step] = steps
    throw new LedgerError(
      'semantic/invalid',
      `SET behind ON CONFLICT names a field without '${root.name.text}' before it`,
      {
        span: root.span,
        ...(step?.kind === 'field' ? { help: `write 'SET ${step.name.text} = …'` } : {}),
      },
    )
  }
  const first: TargetStep = { kind: 'field', name: root.name.text, exact: context.isExact(root.name) }
  return [first, ...steps.map((step) => targetStep(step, scope, context))]
}
