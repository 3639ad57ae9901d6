import { LedgerError } from '../base/errors.ts'
import type { PlanExpression } from '../plan/plan.ts'
import type { ChangeStep } from '../plan/change-plan.ts'
import { compileExpression } from './compile-expression.ts'
import { Doubts, keepsRows, newScope, type Scope, standingDoubt } from './doubts.ts'
import type { Doubt } from './doubt.ts'
import type { Frame } from './frame.ts'
import { type Compiler, doubting } from './compiler.ts'
import { decides, valueHelp } from './sure-conditions.ts'
import { partsOf, type PlanPart } from '../plan/plan-parts.ts'

/**
 * A value that is written must not come from a mistake alone: `SET lines = (SELECT VALUE l FROM t.lines AS l WHERE l.qty =
 * '1')` empties every list, and `CASE WHEN n = '1' THEN lines END` takes NULL for it. So a value that compares is evaluated
 * a second time as a condition is (sure-conditions.ts): an error where it is in doubt and nothing in all rows of the
 * statement excuses that. A field that is not there may be consumed by CASE and its like, but not by the condition of a
 * query whose rows are written: it must have been there for one row.
 */
export interface ValueLook {
  start(): void
  /** Looks at the values for the row that the frame holds. */
  row(frame: Frame): void
  /** Throws where one is in doubt. */
  end(): void
}

/** Undefined where no value compares. `idSlot`: of the document that it is written to. */
export function compileSureValues(
  values: readonly PlanExpression[],
  idSlot: number | undefined,
  compiler: Compiler,
): ValueLook | undefined {
  const looks = values.filter((value) => decides(value)).map((value) => lookAt(value, idSlot, compiler.family.read))
  if (looks.length === 0) return undefined
  return {
    start: () => looks.forEach((look) => void look.start()),
    row: (frame) => looks.forEach((look) => void look.row(frame)),
    end: () => looks.forEach((look) => void look.end()),
  }
}

export function valuesOf(changes: readonly ChangeStep[]): readonly PlanExpression[] {
  return changes.flatMap((step) => (step.kind === 'remove' ? [] : [step.value]))
}

function lookAt(value: PlanExpression, idSlot: number | undefined, compiler: Compiler): ValueLook {
  const doubts = new Doubts(conditionsOf(value))
  const doubted = doubting(compiler, doubts)
  const evaluate = compileExpression(value, doubted)
  let scope: Scope | undefined
  /** The first document for which it is in doubt. */
  let inDoubt: string | undefined
  return {
    start() {
      scope = newScope(doubted.sites.marks)
      inDoubt = undefined
      doubts.start()
    },
    row(frame) {
      const { observation } = frame
      const before = doubts.count
      frame.observation = undefined
      try {
        doubts.within(scope as Scope, frame, () => evaluate(frame))
      } finally {
        frame.observation = observation
      }
      if (doubts.count !== before) inDoubt ??= documentOf(frame, idSlot)
    },
    end() {
      const doubt = inDoubt !== undefined && scope !== undefined ? standingDoubt(scope) : undefined
      scope = undefined
      if (doubt !== undefined) throw refusal(doubt, inDoubt ?? '')
    },
  }
}

/** ` (document 'x')`, for a message. */
function documentOf({ slots }: Frame, idSlot: number | undefined): string {
  const id = idSlot === undefined ? undefined : slots[idSlot]
  return id?.type === 'string' ? ` (document '${id.value}')` : ''
}

function refusal({ message, span, help }: Doubt, place: string): LedgerError {
  const text = `the value holds only because ${message}${place}`
  return new LedgerError('evaluator/type-mismatch', text, { span, help: help ?? valueHelp })
}

/** Those of a query whose rows are written as they are, and of its sub-queries. */
function conditionsOf(value: PlanExpression): ReadonlySet<PlanExpression> {
  const query = queryOf(value)
  const found = new Set<PlanExpression>()
  if (query !== undefined && keepsRows(query.query)) collectConditions(query.query, found)
  return found
}

function collectConditions(operator: PlanPart, into: Set<PlanExpression>): void {
  if (operator.kind === 'filter') for (const condition of operator.conditions) into.add(condition)
  if (operator.kind === 'join') {
    const { left = [], right = [] } = operator.hash ?? {}
    for (const condition of [...operator.on, ...left, ...right]) into.add(condition)
  }
  for (const part of partsOf(operator)) collectConditions(part, into)
}

/** A query whose rows are the value: also below a CAST to a list. */
function queryOf(value: PlanExpression): Extract<PlanExpression, { kind: 'query' }> | undefined {
  if (value.kind === 'cast') return queryOf(value.operand)
  return value.kind === 'query' ? value : undefined
}
