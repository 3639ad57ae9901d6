import type { PlanExpression } from '../plan/plan.ts'
import { isCorrelated } from '../plan/walk-plan.ts'
import { compare, equals, equalityKey } from '../values/compare.ts'
import { bool, falseValue, isAbsent, missing, nullValue, trueValue, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileSubquery } from './compile-query.ts'
import { absentOf, cannotCompare, checkTexts, orderTests } from './compile-operators.ts'
import type { Evaluate, Frame, KeyedCollection } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { compileLikePattern } from './like.ts'
import { kindOf } from './value-kinds.ts'
import { differInKind } from './sure-conditions.ts'
import { failed, mistyped, siteOf } from './type-errors.ts'

type Kind<K extends PlanExpression['kind']> = Extract<PlanExpression, { kind: K }>

/** Number of elements above which a constant collection is looked up by key instead of compared one by one. */
const comparedElementsMax = 8

/**
 * `x IN c`: TRUE when an element equals x; otherwise NULL when x or an element is absent, else FALSE (SQL's rule).
 * A `c` that is no collection is a type error.
 */
export function compileIn(expression: Kind<'in'>, compiler: Compiler): Evaluate {
  const { span } = expression
  const { doubts } = compiler
  const left = compileExpression(expression.operand, compiler)
  const right = compileCollection(expression.collection, compiler)
  const isListed = isWrittenList(expression.collection)
  const yes = expression.negated ? falseValue : trueValue
  const no = expression.negated ? trueValue : falseValue
  const mark = compiler.sites.comparisonMark(expression)
  const site = { compiler, span, mark: doubts === undefined ? 0 : siteOf(expression, compiler).mark }
  return (frame) => {
    const value = left(frame)
    const before = doubts?.point()
    const within = right(frame)
    const isDoubtful = before?.count !== doubts?.count
    if (!isAbsent(within) && within.type !== 'list' && within.type !== 'bag' && within.type !== 'sexp') {
      if (frame.marks[mark] === 0) frame.observation?.foundNoList(mark, value, within)
      if (compiler.nullsMissing && isAbsent(value)) return nullValue
      return mistyped(site, `IN takes a list or a bag, not ${within.type.toUpperCase()}`, frame)
    }
    if (within.type === 'missing' || value.type === 'missing') return absentOf(missing, missing, compiler)
    if (within.type === 'null') return nullValue
    frame.marks[site.mark] = 1
    const { items } = within
    if (value.type === 'null') return items.length === 0 && !isDoubtful ? no : nullValue
    doubts?.compared(span, value)
    if (frame.marks[mark] === 0) frame.observation?.comparedEach(mark, value, items)
    const keyed = items.length > comparedElementsMax ? keyedOnSecondUse(frame, expression, within) : undefined
    if (keyed !== undefined && (doubts === undefined || areAllOfKind(keyed.kinds, value))) {
      if (keyed.keys.has(equalityKey(value))) return yes
      return keyed.hasAbsent || isDoubtful ? nullValue : no
    }
    let hasAbsent = isDoubtful
    for (const item of items) {
      if (isAbsent(item) || (doubts !== undefined && differInKind(value, item, doubts, span, isListed))) {
        hasAbsent = true
      } else if (equals(value, item)) return yes
    }
    if (!hasAbsent) return no
    // A list that is written must not be chosen by a name that is misspelt among the elements.
    return doubts?.deciding !== undefined && items.some(({ type }) => type === 'missing') ? missing : nullValue
  }
}

/**
 * `x > ANY c` is the OR, `x > ALL c` the AND of the comparisons with the elements (SQL:2016 section 8.9): what can't be
 * compared counts as unknown in permissive typing. No element: FALSE for ANY, TRUE for ALL.
 */
export function compileQuantified(expression: Kind<'quantified'>, compiler: Compiler): Evaluate {
  const { op, quantifier, span } = expression
  const left = compileExpression(expression.operand, compiler)
  const right = compileCollection(expression.collection, compiler)
  const isListed = isWrittenList(expression.collection)
  const decisive = quantifier === 'any'
  const mark = compiler.sites.comparisonMark(expression)
  const site = siteOf(expression, compiler)
  const { doubts } = compiler
  const test = orderTests[op]
  /** Undefined for unknown. */
  const holds = (value: Value, item: Value): boolean | undefined => {
    if (isAbsent(value) || isAbsent(item)) return undefined
    if (doubts !== undefined && differInKind(value, item, doubts, span, isListed)) return undefined
    if (test === undefined) return equals(value, item) === (op === '=')
    const order = compare(value, item)
    if (order !== undefined) return test(order)
    cannotCompare(value, item, compiler, span)
    return undefined
  }
  return (frame) => {
    const value = left(frame)
    const before = doubts?.count
    const within = right(frame)
    const isDoubtful = before !== doubts?.count
    if (within.type === 'missing' || value.type === 'missing') return absentOf(missing, missing, compiler)
    if (within.type === 'null') return nullValue
    if (within.type !== 'list' && within.type !== 'bag' && within.type !== 'sexp') {
      const word = quantifier.toUpperCase()
      return mistyped(
        site,
        `${word} takes a collection, not ${within.type}: write ${word} ([…]) for a list of one`,
        frame,
      )
    }
    frame.marks[site.mark] = 1
    if (doubts !== undefined && differsFromOne(expression, within.items)) {
      doubts.note({ message: '<> ANY is true of every value beside several', span, help: 'write <> ALL, or NOT IN' })
      return missing
    }
    if (frame.marks[mark] === 0) frame.observation?.comparedEach(mark, value, within.items)
    let isUnknown = isDoubtful
    for (const item of within.items) {
      const found = holds(value, item)
      if (found === decisive) return bool(decisive)
      if (found === undefined) isUnknown = true
    }
    return isUnknown ? nullValue : bool(!decisive)
  }
}

/** Whether `x <> ANY (SELECT …)` holds for every value: the sub-query does not depend on the row, and gives several values. */
function differsFromOne({ op, quantifier, collection }: Kind<'quantified'>, items: readonly Value[]): boolean {
  if (op !== '<>' || quantifier !== 'any' || collection.kind !== 'query' || isCorrelated(collection.query)) return false
  const present = items.filter((item) => !isAbsent(item))
  return present.some((item) => !equals(item, present[0] as Value))
}

/** Of a sub-query that is in doubt the sure rows. */
function compileCollection(collection: PlanExpression, compiler: Compiler): Evaluate {
  if (compiler.doubts !== undefined && collection.kind === 'query') return compileSubquery(collection, compiler, true)
  return compileExpression(collection, compiler)
}

function isWrittenList({ kind }: PlanExpression): boolean {
  return kind === 'sequence' || kind === 'constant' || kind === 'parameter'
}

/** A collection that is looked into for the second time in a row, by key: one of each row's own is not worth it. */
function keyedOnSecondUse(
  frame: Frame,
  expression: object,
  collection: Extract<Value, { type: 'list' | 'bag' | 'sexp' }>,
): KeyedCollection | undefined {
  const last = frame.collections.get(expression)
  if (last === undefined || last.of !== collection) {
    frame.collections.set(expression, { of: collection, keys: undefined, hasAbsent: false })
    return undefined
  }
  if (last.keys !== undefined) return last as KeyedCollection
  const present = collection.items.filter((item) => !isAbsent(item))
  const hasAbsent = present.length < collection.items.length
  const kinds = new Set(present.map((item) => kindOf(item.type)))
  const keyed = { of: collection, keys: new Set(present.map(equalityKey)), kinds, hasAbsent }
  frame.collections.set(expression, keyed)
  return keyed
}

function areAllOfKind(kinds: ReadonlySet<string>, value: Value): boolean {
  const kind = kindOf(value.type)
  return !/^(list|sexp|bag|struct|map)$/.test(kind) && kinds.size === 1 && kinds.has(kind)
}

/** `x BETWEEN a AND b` is `x >= a AND x <= b`, each with SQL's NULL. */
export function compileBetween(expression: Kind<'between'>, compiler: Compiler): Evaluate {
  const { span } = expression
  const operand = compileExpression(expression.operand, compiler)
  const low = compileExpression(expression.low, compiler)
  const high = compileExpression(expression.high, compiler)
  const yes = expression.negated ? falseValue : trueValue
  const no = expression.negated ? trueValue : falseValue
  const mark = compiler.sites.comparisonMark(expression)
  const highMark = compiler.sites.comparisonMark(expression.high)
  const isHighKnown = isKnown(expression.high)
  const areKnown = isHighKnown && isKnown(expression.low)
  const { doubts } = compiler
  /** TRUE when sign * (a - b) >= 0. */
  const atLeast = (a: Value, b: Value, sign: number): Value => {
    if (isAbsent(a) || isAbsent(b)) return absentOf(a, b, compiler)
    doubts?.compared(span, a, b)
    const order = compare(a, b)
    if (order === undefined) return cannotCompare(a, b, compiler, span, true)
    return order * sign >= 0 ? trueValue : falseValue
  }
  return (frame) => {
    const value = operand(frame)
    const least = low(frame)
    if (frame.marks[mark] === 0) frame.observation?.comparedEach(mark, value, [least])
    const before = doubts?.count
    const above = atLeast(value, least, 1)
    if (above === falseValue && doubts === undefined) {
      if (frame.marks[highMark] === 0 && isHighKnown) frame.observation?.comparedEach(highMark, value, [high(frame)])
      return no
    }
    const most = high(frame)
    if (frame.marks[highMark] === 0 && above !== missing) frame.observation?.comparedEach(highMark, value, [most])
    const below = atLeast(value, most, -1)
    if (areKnown && doubts !== undefined && (compare(least, most) ?? 0) > 0) {
      doubts.note({ message: 'nothing lies between its bounds: the first is greater than the second', span })
    }
    // A bound of the wrong type leaves the result MISSING, even if the other bound alone would decide it.
    if (before !== doubts?.count) return missing
    if (above === falseValue) return no
    if (below === falseValue) return no
    if (above === trueValue && below === trueValue) return yes
    return above === missing || below === missing ? missing : nullValue
  }
}

function isKnown({ kind }: PlanExpression): boolean {
  return kind === 'constant' || kind === 'parameter'
}

export function compileLike(expression: Kind<'like'>, compiler: Compiler): Evaluate {
  const { span } = expression
  const operand = compileExpression(expression.operand, compiler)
  const pattern = compileExpression(expression.pattern, compiler)
  checkTexts('LIKE', [expression.pattern], span)
  const escapedBy = expression.escape && compileExpression(expression.escape, compiler)
  const yes = expression.negated ? falseValue : trueValue
  const no = expression.negated ? trueValue : falseValue
  const site = siteOf(expression, compiler)
  const mark = compiler.sites.comparisonMark(expression)
  let last: { pattern: string; escape: string | undefined; matches: (text: string) => boolean } | undefined
  return (frame) => {
    const value = operand(frame)
    const wanted = pattern(frame)
    const escaped = escapedBy?.(frame)
    const operands = escaped === undefined ? [value, wanted] : [value, wanted, escaped]
    if (operands.some(isAbsent)) {
      const isWrong = !compiler.nullsMissing && operands.some((one) => !isAbsent(one) && !isText(one))
      if (isWrong) return mistyped(site, notText(operands), frame)
      return operands.some((one) => one.type === 'missing') ? absentOf(missing, missing, compiler) : nullValue
    }
    if (!isText(value) || !isText(wanted) || (escaped !== undefined && !isText(escaped))) {
      return mistyped(site, notText(operands), frame)
    }
    if (last?.pattern !== wanted.value || last.escape !== escaped?.value) {
      try {
        const matches = compileLikePattern(wanted.value, escaped?.value)
        last = { pattern: wanted.value, escape: escaped?.value, matches }
      } catch (error) {
        return failed(error, site, frame)
      }
    }
    frame.marks[site.mark] = 1
    if (frame.marks[mark] === 0) frame.observation?.compared(mark, value, wanted)
    return last.matches(value.value) ? yes : no
  }
}

function notText(operands: readonly Value[]): string {
  const found = operands.find((one) => !isAbsent(one) && !isText(one))
  return `LIKE takes strings, not ${found?.type}`
}

function isText(value: Value): value is Extract<Value, { type: 'string' | 'symbol' }> {
  return value.type === 'string' || value.type === 'symbol'
}
