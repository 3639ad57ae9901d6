import { passLoop } from '../base/interruption.ts'
import { LedgerError } from '../base/errors.ts'
import type { Expression, PathStep } from '../syntax/ast.ts'
import type { Change } from '../syntax/statement-ast.ts'
import { buildExpression, indexStep, literalText } from './build-expression.ts'
import type { ChangeStep, TargetPath, TargetStep } from './change-plan.ts'
import { findVariable, noSuchVariable, type PlanContext, type Scope } from './scope.ts'
import { expressionKey } from './walk-plan.ts'

/** An assignment that a later one of the statement undoes is a mistake (SQL). */
export function checkAssignedOnce(changes: readonly ChangeStep[]): void {
  /** What has been assigned, whole or in part: whether it was the whole. */
  const assigned = new Map<string, boolean>()
  for (const { kind, path, span } of changes) {
    if (kind === 'insert') continue
    const keys = pathKeys(path)
    const whole = keys.at(-1) as string
    const isWhole = assigned.get(whole)
    if (isWhole === undefined) {
      if (kind === 'set') for (const key of keys) if (!assigned.has(key)) assigned.set(key, key === whole)
      continue
    }
    const name = path.map((step) => (step.kind === 'field' ? step.name : '[…]')).join('.')
    const again =
      kind === 'remove' ? 'assigned and removed' : isWhole ? 'assigned twice' : 'assigned after a part of it'
    throw new LedgerError('semantic/invalid', `${name === '' ? 'the document' : `'${name}'`} is ${again}`, { span })
  }
}

/** A text for the document, for each part of it on the way, and for what the path leads to. */
function pathKeys(path: TargetPath): readonly string[] {
  const keys = ['']
  for (const step of path) keys.push(keys.at(-1) + stepKey(step))
  return keys
}

function stepKey(step: TargetStep): string {
  const { kind } = step
  return `${kind === 'field' ? JSON.stringify(step.name) : kind === 'index' ? expressionKey(step.index) : `#${step.slot}`}/`
}

export function buildStep(change: Change, scope: Scope, context: PlanContext): ChangeStep {
  passLoop()
  const { span } = change
  if (change.kind === 'delete') return { kind: 'remove', path: [], span }
  const path = targetPath(change.target, scope, context)
  if (change.kind === 'remove') return { kind: 'remove', path, span }
  refuseDefault(change.value)
  const value = buildExpression(change.value, scope, context, change.kind === 'set' ? 'scalar' : 'none')
  if (change.kind === 'set') return { kind: 'set', path, value, span }
  const at = change.at && buildExpression(change.at, scope, context)
  return { kind: 'insert', path, value, at, form: change.form, span }
}

/** `SET v = DEFAULT` is SQL's: documents have no defaults, and a field of that name would be missed. */
export function refuseDefault(value: Expression): void {
  if (value.kind !== 'variable' || value.name.quoted || value.name.text.toLowerCase() !== 'default') return
  throw new LedgerError('semantic/unsupported', 'DEFAULT is not supported: fields have no default values', {
    span: value.span,
    help: `write the value itself, or NULL; a field named '${value.name.text}' needs double quotes`,
  })
}

/** Where in the document a target stands: below an alias, or, for a name that is none, below the only source. */
function targetPath(target: Expression, scope: Scope, context: PlanContext): TargetPath {
  const root = target.kind === 'path' ? target.root : target
  const steps = target.kind === 'path' ? target.steps : []
  if (root.kind !== 'variable') {
    throw new LedgerError('semantic/invalid', 'the target of a change must be a path', { span: target.span })
  }
  const rest = steps.map((step) => targetStep(step, scope, context))
  const variable = findVariable(scope, root.name, context)
  if (variable?.origin !== undefined) return [...variable.origin, ...rest]
  if (variable !== undefined) {
    throw new LedgerError('semantic/invalid', `'${root.name.text}' is not part of the table's documents`, {
      span: root.span,
    })
  }
  const only = root.local ? undefined : scope.onlySource
  if (only === undefined) context.note(noSuchVariable(root.name, scope, context))
  return [{ kind: 'field', name: root.name.text, exact: context.isExact(root.name) }, ...rest]
}

export function targetStep(step: PathStep, scope: Scope, context: PlanContext): TargetStep {
  if (step.kind === 'field') return { kind: 'field', name: step.name.text, exact: context.isExact(step.name) }
  if (step.kind !== 'index') {
    throw new LedgerError('semantic/invalid', 'the target of a change must be a path without wildcards', {
      span: step.span,
    })
  }
  const name = literalText(step.index)
  if (name !== undefined) return { kind: 'field', name, exact: true }
  return { kind: 'index', ...indexStep(step.index, scope, context) }
}
