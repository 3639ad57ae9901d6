import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import type { Expression, Name, PathStep, SortKey } from '../syntax/ast.ts'
import { nodesBelow } from '../syntax/nodes-below.ts'
import { findVariable, type PlanContext, type Scope } from './scope.ts'

/**
 * A key of ORDER BY behind a set operation, whose names must be columns of the result: those of the left side, since it
 * names them (SQL-92, 7.10 and 13.1). A key that is a name alone finds its column in any case, as an alias does
 * elsewhere. Throws `semantic/no-such-variable` for every other name that stands for nothing around the query.
 */
export function ofColumns(key: SortKey, columns: readonly string[], parent: Scope, context: PlanContext): SortKey {
  const { value } = key
  if (value.kind === 'variable' && !value.local) {
    const column = columnOf(value.name, columns)
    if (column !== undefined)
      return { ...key, value: { ...value, name: { ...value.name, text: column, quoted: true } } }
  }
  refuseOthers(value, columns, parent, context)
  return key
}

function columnOf({ text, quoted }: Name, columns: readonly string[]): string | undefined {
  if (columns.includes(text)) return text
  const fitting = quoted ? [] : columns.filter((column) => column.toLowerCase() === text.toLowerCase())
  return fitting.length === 1 ? fitting[0] : undefined
}

function refuseOthers(part: object, columns: readonly string[], parent: Scope, context: PlanContext): void {
  const node = part as Expression
  // A sub-query has its own sources.
  if (['select', 'pivot', 'with', 'set-operation', 'literal'].includes(node.kind)) return
  const name = node.kind === 'path' && node.root.kind === 'variable' ? node.root : node
  if (name.kind === 'variable') {
    const isKnown = columns.includes(name.name.text) || findVariable(parent, name.name, context) !== undefined
    if (!isKnown) throw noColumn(name.name, node.kind === 'path' ? node.steps : [], columns)
    if (node === name) return
  }
  for (const below of nodesBelow(node)) if (below !== name) refuseOthers(below, columns, parent, context)
}

function noColumn(name: Name, [step]: readonly PathStep[], columns: readonly string[]): LedgerError {
  const field = step?.kind === 'field' ? step.name : undefined
  const near = (field && columnOf(field, columns)) ?? columnOf(name, columns) ?? nearName(name.text, columns)
  const listed = columns.map((column) => `'${column}'`).join(', ')
  return new LedgerError('semantic/no-such-variable', `the result of the set operation has no column '${name.text}'`, {
    span: name.span,
    help: near === undefined ? `ORDER BY sees its columns: ${listed}` : `did you mean '${near}'?`,
  })
}
