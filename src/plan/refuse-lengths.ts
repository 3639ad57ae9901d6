import { LedgerError } from '../base/errors.ts'
import type { Expression } from '../syntax/ast.ts'

/** `(a, b) <> (1, 2, 3)` and `(a, b) NOT IN ((1, 2, 3))`: true of every document, whatever it holds. */
export function refuseOtherLengths(node: Expression): void {
  const [operand, others] = sidesOf(node)
  const length = lengthOf(operand)
  const lengths = others.map(lengthOf)
  const [other] = lengths
  if (length === undefined || other === undefined || lengths.some((one) => one === undefined || one === length)) return
  throw new LedgerError('semantic/invalid', `the condition compares lists of ${length} and of ${other} values`, {
    span: node.span,
    help: 'write as many values on both sides',
  })
}

function sidesOf(node: Expression): readonly [Expression | undefined, readonly Expression[]] {
  if (node.kind === 'binary' && /^(=|<>|<|<=|>|>=|is .*distinct from)$/.test(node.op)) return [node.left, [node.right]]
  if (node.kind === 'in' && node.collection.kind === 'list') return [node.operand, node.collection.items]
  return [undefined, []]
}

/** Of a list that the statement writes. */
function lengthOf(node: Expression | undefined): number | undefined {
  return node?.kind === 'list' ? node.items.length : undefined
}
