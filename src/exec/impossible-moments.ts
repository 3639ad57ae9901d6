import { LedgerError } from '../base/errors.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { type TruncPart, truncParts } from '../values/datetime-parts.ts'
import { equals } from '../values/compare.ts'
import type { DateValue, TimestampValue, Value } from '../values/value.ts'
import { truncated } from './functions/calendar.ts'
import { fitsPattern, mistakenPattern } from './functions/timestamp-pattern.ts'
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

/** `TO_STRING(d, 'yyyy-mm')`: minutes where months were meant. */
export function mistakenMinutes(
  expression: PlanExpression,
): { readonly part: PlanExpression; readonly reason: string } | undefined {
  if (expression.kind !== 'call' || !/^to_(string|timestamp)$/.test(expression.name)) return undefined
  const part = expression.args[1]
  const pattern = textIn(part)
  const reason = pattern === undefined ? undefined : mistakenPattern(pattern)
  return part === undefined || reason === undefined ? undefined : { part, reason }
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
