import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import { partsOf, type PlanPart } from '../plan/plan-parts.ts'
import type { ChangePlan, InsertPlan } from '../plan/change-plan.ts'
import { foldConstants } from '../plan/fold-constants.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { type Compiler, settingsOf } from './compiler.ts'
import { evaluateConstant } from './evaluate-constant.ts'
import type { Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { impossibleComparison } from './impossible-comparison.ts'
import { mistakenMoment } from './impossible-moments.ts'
import { impossiblePattern, impossibleValue } from './impossible-values.ts'
import { comparisonsOf } from './watched-comparisons.ts'

/** What a function's result is compared with. */
interface ComparedCall {
  readonly call: PlanExpression
  readonly other: PlanExpression
  readonly isPattern: boolean
}

/**
 * A change must not be chosen by a comparison that is the same for every document: `UPPER(make) <> 'Ford'` is true of all of
 * them. Gives what checks the parameters of a run; undefined where there is nothing to check.
 */
export function compileRefuseImpossible(
  plan: ChangePlan | InsertPlan,
  compiler: Compiler,
): ((frame: Frame) => void) | undefined {
  const found: ComparedCall[] = []
  const settings = settingsOf(compiler)
  // Whether the planner folds constants must not decide what is refused.
  collect(
    foldConstants(plan, (expression, purpose) => evaluateConstant(expression, settings, purpose)),
    found,
  )
  const later: ComparedCall[] = []
  for (const one of found) {
    if (one.other.kind === 'parameter') later.push(one)
    else for (const value of valuesOf(one.other)) refuse(one, value)
  }
  if (later.length === 0) return undefined
  return ({ context }) => {
    for (const one of later) {
      const value = one.other.kind === 'parameter' ? context.parameters[one.other.ordinal] : undefined
      for (const each of value === undefined ? [] : itemsOf(value)) refuse(one, each)
    }
  }
}

function collect(part: PlanPart, into: ComparedCall[]): void {
  if (part.kind === 'constant') return
  const node = part as PlanExpression
  refuseAtOnce(node)
  if (node.kind === 'like') add(node.operand, node.pattern, true, into)
  for (const { parts, isOrder, isListed, relation } of comparisonsOf(node)) {
    const [left, right] = parts
    if (isOrder === true || relation !== undefined || left === undefined || right === undefined) continue
    add(left, right, false, into)
    if (isListed !== true) add(right, left, false, into)
  }
  for (const below of partsOf(part)) collect(below, into)
}

/** What takes no parameter: a program may give one that chooses all on purpose. */
function refuseAtOnce(node: PlanExpression): void {
  const isOrder =
    node.kind === 'between' || node.kind === 'quantified' || (node.kind === 'binary' && /^[<>]=?$/.test(node.op))
  const found = isOrder ? impossibleComparison(node) : undefined
  if (found !== undefined && found.isNatural !== true) throw sameForAll(found.reason, node.span)
  const moment = mistakenMoment(node)
  const [first] = moment?.parts ?? []
  if (moment?.isSure === true && first !== undefined) {
    throw new LedgerError('semantic/invalid', `the ${moment.of} is mistaken: ${moment.reason}`, {
      span: moment.of === 'comparison' ? node.span : first.span,
      ...(moment.of === 'comparison' ? { help: 'compare the timestamps themselves, without TO_STRING' } : {}),
    })
  }
}

function add(call: PlanExpression, other: PlanExpression, isPattern: boolean, into: ComparedCall[]): void {
  if (other.kind === 'once') add(call, other.value, isPattern, into)
  if (!/^(call|binary|chain|cast|case|query)$/.test(call.kind)) return
  if (other.kind === 'sequence') for (const item of other.items) add(call, item, isPattern, into)
  else if (other.kind === 'constant' || other.kind === 'parameter') into.push({ call, other, isPattern })
}

function valuesOf(other: PlanExpression): readonly Value[] {
  return other.kind === 'constant' ? itemsOf(other.value) : []
}

/** IN takes a list. */
function itemsOf(value: Value): readonly Value[] {
  return value.type === 'list' || value.type === 'bag' ? value.items : [value]
}

function refuse({ call, other, isPattern }: ComparedCall, value: Value): void {
  const reason = (isPattern ? impossiblePattern : impossibleValue)(call, value)
  if (reason !== undefined) throw sameForAll(reason, other.span)
}

function sameForAll(reason: string, span: Span): LedgerError {
  return new LedgerError('semantic/invalid', `the comparison is the same for every document: ${reason}`, { span })
}
