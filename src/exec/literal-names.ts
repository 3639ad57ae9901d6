import { passLoop } from '../base/interruption.ts'
import type { Span } from '../base/span.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { partsOf, type PlanPart } from '../plan/plan-parts.ts'

type Constant = Extract<PlanExpression, { kind: 'constant' }>

/** A text in a statement that may have been meant as the name of a field. */
export interface LiteralName {
  readonly text: string
  readonly span: Span
  /** The mark of the comparison that it stands in by itself. */
  readonly comparison?: number | undefined
  /** A pattern of LIKE: the field's name in other letters as well. */
  readonly anyCase?: boolean
}

/** Strings that only strings are compared with or that a function takes, and symbols: MySQL quotes names with backticks. */
export function textsOf(constant: Constant): readonly LiteralName[] {
  const { written } = constant
  return written === undefined ? symbolsIn(constant) : [...askedTexts(written), ...symbolsIn(written)]
}

/** All of them: of what is the same for every row. */
export function textsIn(part: object): readonly LiteralName[] {
  return [...stringsIn(part), ...symbolsIn(part)]
}

/** The text of a string constant. */
export function stringOf(part: PlanExpression | undefined): LiteralName | undefined {
  if (part?.kind !== 'constant' || part.value.type !== 'string') return undefined
  return { text: part.value.value, span: part.span }
}

/** Strings that `||` joins with fields, or that a call takes beside them; EXTRACT's part has no quotes. */
export function textsBeside(expression: PlanExpression): readonly LiteralName[] {
  const parts =
    expression.kind === 'chain'
      ? [expression.first, ...expression.rest.map(({ operand }) => operand)]
      : expression.kind === 'binary' && expression.op === '||'
        ? [expression.left, expression.right]
        : expression.kind === 'call'
          ? expression.args
          : []
  return parts.flatMap((part) => stringOf(part) ?? [])
}

/** A string, or those of a list, that the statement writes. */
export function stringsOf(part: PlanExpression): readonly LiteralName[] {
  if (part.kind === 'sequence') return part.items.flatMap((item) => stringOf(item) ?? [])
  if (part.kind === 'constant' && part.written?.kind === 'sequence') return stringsOf(part.written)
  return [stringOf(part)].flatMap((found) => found ?? [])
}

/** The strings that a predicate compares or a call takes; none of any other expression. */
function askedTexts(written: PlanExpression): readonly LiteralName[] {
  switch (written.kind) {
    case 'binary':
      return /^(?:=|<>|<|<=|>|>=|and|or|is .*)$/.test(written.op) ? stringsIn([written.left, written.right]) : []
    case 'unary':
      return written.op === 'not' ? stringsIn(written.operand) : []
    case 'case':
      return stringsIn([written.operand, ...written.branches.map(({ when }) => when)])
    case 'in':
    case 'quantified':
    case 'between':
    case 'like':
    case 'is':
    case 'call':
      return stringsIn(written)
    default:
      return []
  }
}

function stringsIn(part: object): readonly LiteralName[] {
  return constantsIn(part).flatMap((constant) => stringOf(constant) ?? [])
}

function symbolsIn(part: object): readonly LiteralName[] {
  return constantsIn(part).flatMap(({ value, span }) => (value.type === 'symbol' ? [{ text: value.value, span }] : []))
}

/** The constants of an expression, as they are written. */
function constantsIn(part: object): readonly Constant[] {
  passLoop()
  const node = part as PlanPart
  if (node.kind === 'constant') return node.written === undefined ? [node] : constantsIn(node.written)
  return partsOf(part).flatMap(constantsIn)
}
