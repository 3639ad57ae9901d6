import { LedgerError } from '../base/errors.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { type TruncPart, truncParts } from '../values/datetime-parts.ts'
import { equals } from '../values/compare.ts'
import type { DateValue, TimestampValue, Value } from '../values/value.ts'
import { truncated } from './functions/calendar.ts'
import {
  beginsPattern,
  fitsPattern,
  hidesHalfDay,
  mistakenOrder,
  mistakenPattern,
} from './functions/timestamp-pattern.ts'
import { textOf } from './impossible-texts.ts'

/** Why a function of moments never gives a value. */
export function notOfMoment(expression: PlanExpression, value: Value): string | undefined {
  if (expression.kind !== 'call') return undefined
  const { name, args } = expression
  if (name === 'date_trunc') return notTruncated(textIn(args[0]), value)
  const text = textOf(value)
  const pattern = name === 'to_string' ? textIn(args[1]) : undefined
  if (pattern === undefined || text === undefined || fitsPattern(text, pattern)) return undefined
  return `TO_STRING gives texts like '${pattern}'`
}

/** What is hardly meant of moments and their texts. */
export interface MistakenMoment {
  readonly parts: readonly PlanExpression[]
  readonly of: 'pattern' | 'comparison'
  readonly reason: string
  /** A change is refused; of what may be meant there is a notice alone. */
  readonly isSure: boolean
}

/**
 * `TO_STRING(d, 'yyyy-mm')`: minutes where months were meant; `TO_STRING(d, 'hh:mm')`: one text for two hours; and
 * `TO_STRING(d, 'yyyy-MM-dd') < '2023-2-1'`, which compares characters of texts that are written differently.
 */
export function mistakenMoment(expression: PlanExpression): MistakenMoment | undefined {
  if (expression.kind === 'binary' && /^[<>]=?$/.test(expression.op)) {
    const { left, right } = expression
    return mistakenTexts(left, [right]) ?? mistakenTexts(right, [left])
  }
  if (expression.kind === 'between') return mistakenTexts(expression.operand, [expression.low, expression.high])
  if (expression.kind !== 'call' || !/^to_(string|timestamp)$/.test(expression.name)) return undefined
  const part = expression.args[1]
  const pattern = textIn(part)
  if (part === undefined || pattern === undefined) return undefined
  const reason = mistakenPattern(pattern)
  if (reason !== undefined) return { parts: [part], of: 'pattern', reason, isSure: true }
  if (!hidesHalfDay(pattern)) return undefined
  const hours = 'hh counts to 12 and needs a, AM or PM; HH counts to 24'
  return { parts: [part], of: 'pattern', reason: hours, isSure: false }
}

function mistakenTexts(operand: PlanExpression, others: readonly PlanExpression[]): MistakenMoment | undefined {
  const pattern = operand.kind === 'call' && operand.name === 'to_string' ? textIn(operand.args[1]) : undefined
  if (pattern === undefined) return undefined
  const written = others.map(textIn).filter((text) => text !== undefined)
  const reason =
    mistakenOrder(pattern) ??
    (written.some((text) => !beginsPattern(text, pattern)) ? `TO_STRING gives texts like '${pattern}'` : undefined)
  return reason === undefined ? undefined : { parts: [operand, ...others], of: 'comparison', reason, isSure: true }
}

function textIn(part: PlanExpression | undefined): string | undefined {
  return part?.kind === 'constant' ? textOf(part.value) : undefined
}

function notTruncated(written: string | undefined, value: Value): string | undefined {
  const part = truncParts.find((one) => one === written?.toLowerCase())
  if (part === undefined || (value.type !== 'date' && value.type !== 'timestamp')) return undefined
  if (value.type === 'timestamp' && mayBeLocal(value)) return undefined
  const start = startOf(part, value)
  return start === undefined || equals(start, value) ? undefined : `DATE_TRUNC gives the first moment of a ${part}`
}

/** Whether it may be a local midnight, written with another offset. */
function mayBeLocal({ precision, second, fraction }: TimestampValue): boolean {
  return !/^(year|month|day)$/.test(precision) && second === 0 && fraction === 0n
}

function startOf(part: TruncPart, value: DateValue | TimestampValue): Value | undefined {
  try {
    return truncated(part, value)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}
