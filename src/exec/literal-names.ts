import type { Span } from '../base/span.ts'
import type { PlanExpression } from '../plan/plan.ts'

type Constant = Extract<PlanExpression, { kind: 'constant' }>

/** A text in a statement that may have been meant as the name of a field. */
interface LiteralName {
  readonly text: string
  readonly span: Span
}

/** Two strings that are compared, and symbols, which stand in backticks: MySQL quotes names with them. */
export function textsOf({ value, written, span }: Constant): readonly LiteralName[] {
  if (written !== undefined) return [...comparedTexts(written), ...symbolsIn(written)]
  return value.type === 'symbol' ? [{ text: value.value, span }] : []
}

function comparedTexts(written: PlanExpression): readonly LiteralName[] {
  if (written.kind !== 'binary' || !/^(?:=|<>|<|<=|>|>=)$/.test(written.op)) return []
  const texts = [written.left, written.right].flatMap((side) => {
    return side.kind === 'constant' && side.value.type === 'string'
      ? [{ text: side.value.value, span: written.span }]
      : []
  })
  return texts.length === 2 ? texts : []
}

function symbolsIn(part: unknown): readonly LiteralName[] {
  if (typeof part !== 'object' || part === null) return []
  if ((part as PlanExpression).kind === 'constant') return textsOf(part as Constant)
  return Object.values(part).flatMap(symbolsIn)
}
