import type { Expression } from '../syntax/ast.ts'

/** The name that an expression gives to its column or source: the last step of a simple path; undefined otherwise. */
export function columnName(expression: Expression): string | undefined {
  if (expression.kind === 'variable') return expression.name.text
  if (expression.kind !== 'path') return undefined
  const last = expression.steps[expression.steps.length - 1]
  if (last?.kind === 'field') return last.name.text
  if (last?.kind === 'index' && last.index.kind === 'literal' && last.index.value.type === 'string') {
    return last.index.value.value
  }
  return undefined
}
