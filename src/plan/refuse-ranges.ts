import { LedgerError } from '../base/errors.ts'
import type { Expression, Name } from '../syntax/ast.ts'
import { compare } from '../values/compare.ts'
import type { PlanExpression } from './plan.ts'

/** `VIN NOT BETWEEN 'Z' AND 'A'`: true of every document, since nothing lies between. */
export function refuseEmptyRange({ low, high, span }: Extract<PlanExpression, { kind: 'between' }>): void {
  if (!areReversed(low, high)) return
  throw new LedgerError('semantic/invalid', 'nothing lies in this range: its start is greater than its end', {
    span,
    help: 'write the smaller one first: BETWEEN 1 AND 9',
  })
}

/** Whether two bounds are constants of which the first is greater. */
export function areReversed(low: PlanExpression, high: PlanExpression): boolean {
  if (low.kind !== 'constant' || high.kind !== 'constant') return false
  const order = compare(low.value, high.value)
  return order !== undefined && order > 0
}

/** `v.VIN <> 'v.Make'`: true of nearly every document, for the field v.Make was meant. An `=` chooses none: it gets a notice. */
export function refusePathText(node: Expression): void {
  if (node.kind !== 'binary' || !/^(<>|is distinct from)$/.test(node.op)) return
  for (const [side, other] of [
    [node.left, node.right],
    [node.right, node.left],
  ] as const) {
    const text = side.kind === 'literal' && side.value.type === 'string' ? side.value.value : undefined
    const root = other.kind === 'path' && other.root.kind === 'variable' ? other.root.name : undefined
    if (text === undefined || root === undefined || !isPathFrom(text, root)) continue
    throw new LedgerError('semantic/invalid', `'${text}' is a string, and looks like a field of ${root.text}`, {
      span: side.span,
      help: `a field takes no quotes: ${text}`,
    })
  }
}

function isPathFrom(text: string, { text: root }: Name): boolean {
  return text.toLowerCase().startsWith(`${root.toLowerCase()}.`) && /^[a-z_$][\w$]*(?:\.[a-z_$][\w$]*)+$/i.test(text)
}
