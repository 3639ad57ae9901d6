import { LedgerError } from '../base/errors.ts'
import type { Expression } from '../syntax/ast.ts'
import type { PlanExpression } from './plan.ts'
import { expressionKey } from './walk-plan.ts'

/** `name = "name"`, true of every document that has a name: the string 'name' was meant. */
export function refuseSelfComparison(part: unknown): void {
  if (typeof part !== 'object' || part === null) return
  if (Array.isArray(part)) {
    for (const item of part) refuseSelfComparison(item)
    return
  }
  const node = part as Partial<Extract<PlanExpression, { kind: 'binary' }>>
  if (node.kind === ('constant' as string)) return
  const { left, right } = node
  if (left?.kind === 'field' && right?.kind === 'field' && left.quoted !== right.quoted) {
    if (expressionKey(left) === expressionKey(right)) {
      throw new LedgerError('semantic/invalid', `both sides are the field '${right.name}'`, {
        span: (right.quoted ? right : left).span,
        help: `strings take single quotes: '${right.name}'`,
      })
    }
  }
  for (const [name, below] of Object.entries(part)) if (name !== 'span' && name !== 'table') refuseSelfComparison(below)
}

/**
 * `'City' <> 'Kent'`, `'City' IS NOT NULL`: the same for every document, for the field City was meant. `1 = 1`, which
 * programs write, is no such mistake, and neither is `? = 'all'`.
 */
export function refuseConstantTexts(part: unknown): void {
  if (typeof part !== 'object' || part === null) return
  if (Array.isArray(part)) {
    for (const item of part) refuseConstantTexts(item)
    return
  }
  const node = part as Expression
  if (node.kind === 'literal') return
  const operands = comparedBy(node)
  const name = operands.length > 0 ? constantText(operands, node.kind === 'binary') : undefined
  if (name !== undefined) {
    throw new LedgerError('semantic/invalid', `the condition is the same for every document: '${name}' is a string`, {
      span: node.span,
      help: `a field takes double quotes, or none: "${name}"; for all documents leave out WHERE`,
    })
  }
  for (const [name, below] of Object.entries(node)) if (!/[sS]pan$/.test(name)) refuseConstantTexts(below)
}

/** What a predicate compares; nothing of what is no predicate. */
function comparedBy(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'binary':
      return /^(=|<>|<|<=|>|>=|is .*)$/.test(node.op) ? [node.left, node.right] : []
    case 'in':
    case 'quantified':
      return [node.operand, node.collection]
    case 'between':
      return [node.operand, node.low, node.high]
    case 'like':
      return [node.operand, node.pattern]
    case 'is':
      return [node.operand]
    default:
      return []
  }
}

/** The first string in operands that are all constants; undefined where they are not, or have none. */
function constantText(operands: readonly Expression[], isBinary: boolean): string | undefined {
  const [first, ...others] = operands
  const isByParameter = isBinary && others.some(({ kind }) => kind === 'parameter')
  if (isByParameter ? first?.kind !== 'literal' : !operands.every(isConstant)) return undefined
  return operands.map(textIn).find((text) => text !== undefined)
}

function isConstant(node: Expression): boolean {
  if (node.kind === 'literal') return true
  return partsOf(node).length > 0 && partsOf(node).every(isConstant)
}

function textIn(node: Expression): string | undefined {
  if (node.kind !== 'literal')
    return partsOf(node)
      .map(textIn)
      .find((text) => text !== undefined)
  return node.source === 'partiql' && node.value.type === 'string' && /\S/.test(node.value.value)
    ? node.value.value
    : undefined
}

function partsOf(node: Expression): readonly Expression[] {
  if (node.kind === 'list' || node.kind === 'bag') return node.items
  if (node.kind === 'unary') return [node.operand]
  if (node.kind === 'binary') return [node.left, node.right]
  // EXTRACT(month FROM …) is a call with the string 'month' first.
  if (node.kind === 'call') return node.name === 'extract' ? node.args.slice(1) : node.args
  return []
}

/** `SET a = true AND b = 2`, which would store a boolean: nobody writes a literal before AND otherwise. */
export function refuseJoinedAssignments(value: Expression): void {
  if (value.kind !== 'binary' || value.op !== 'and') return
  let first: Expression = value
  let hasAssignment = false
  while (first.kind === 'binary' && first.op === 'and') {
    hasAssignment ||= first.right.kind === 'binary' && first.right.op === '='
    first = first.left
  }
  if (!hasAssignment || first.kind !== 'literal') return
  throw new LedgerError('semantic/invalid', 'AND between assignments', {
    span: value.span,
    help: 'commas separate them: SET a = 1, b = 2',
  })
}
