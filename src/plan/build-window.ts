import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import type { CallExpression, FrameBound, Name, NamedWindow, WindowFrame, WindowSpecification } from '../syntax/ast.ts'
import { buildExpression } from './build-expression.ts'
import { buildSortKey } from './build-group.ts'
import { aggregateNames, factsAbout, windowNames } from './function-facts.ts'
import type { FrameBoundPlan, FramePlan, PlanExpression, WindowCallPlan } from './plan.ts'
import { type PlanContext, type ResolvedWindow, Scope, unresolved } from './scope.ts'

/** Refuses a window function without OVER. */
export function checkHasWindow({ name, nameSpan }: CallExpression): void {
  if (!windowNames.has(name)) return
  throw new LedgerError('semantic/invalid', `the window function '${name}' needs OVER`, {
    span: nameSpan,
    help: `write ${name.toUpperCase()}(…) OVER (PARTITION BY … ORDER BY …)`,
  })
}

/** `f(…) OVER (PARTITION BY … ORDER BY …)`: computed by an operator of its own before the projection. */
export function buildWindowCall(call: CallExpression, at: Scope, context: PlanContext): PlanExpression {
  const scope = at.windowScope ?? at
  const { over, span } = call
  if (scope.windows === undefined || over === undefined) {
    throw new LedgerError('semantic/invalid', `the window function '${call.name}' is not allowed here`, {
      span: call.nameSpan,
      help: 'window functions are allowed in SELECT and ORDER BY; to filter by one, select it in a sub-query',
    })
  }
  const error = checkWindowCall(call, context)
  if (error !== undefined) {
    context.note(error)
    return unresolved(span)
  }
  const window =
    over.isName && over.base !== undefined ? named(over.base, scope, context) : resolve(over, scope, context)
  // NTILE takes one number for the whole partition: no field of the rows.
  const argumentScope = call.name === 'ntile' ? outside(scope) : scope
  const planned: Omit<WindowCallPlan, 'slot'> = {
    name: call.name,
    args: call.args.map((argument) => buildExpression(argument, argumentScope, context)),
    distinct: call.quantifier === 'distinct',
    filter: call.filter && buildExpression(call.filter, scope, context),
    frame: window.frame ?? defaultFrame(over, window.orderBy.length > 0),
    span: call.nameSpan,
  }
  const slot = scope.windows.add(planned, window, () => context.newSlot())
  return { kind: 'slot', slot, name: call.name, span }
}

function checkWindowCall(call: CallExpression, context: PlanContext): LedgerError | undefined {
  const { name, nameSpan: span } = call
  const isAggregate = aggregateNames.has(name)
  const facts = isAggregate || windowNames.has(name) ? factsAbout(name) : undefined
  if (facts === undefined) return noSuchWindowFunction(call, context)
  if (isAggregate) {
    const wanted = call.star && name === 'count' ? 0 : facts.argumentsMin
    if (call.args.length === wanted) return undefined
    const what = wanted === 2 ? 'a value and a separator' : 'one argument'
    return new LedgerError('semantic/argument-count', `the aggregate '${name}' takes ${what}`, { span })
  }
  const extra = call.star ? '(*)' : call.quantifier !== undefined ? call.quantifier.toUpperCase() : undefined
  if (extra !== undefined || call.filter !== undefined) {
    return new LedgerError('semantic/invalid', `the function '${name}' does not take ${extra ?? 'FILTER'}`, { span })
  }
  const { argumentsMin: min, argumentsMax: max } = facts
  if (call.args.length >= min && call.args.length <= max) return undefined
  const message = `Incorrect number of arguments supplied to \`${name}\`. Min = ${min}, max = ${max} Actual = ${call.args.length}`
  return new LedgerError('semantic/argument-count', message, { span })
}

/** A plain function with OVER, or a name that is nobody's. */
function noSuchWindowFunction({ name, args, nameSpan: span }: CallExpression, context: PlanContext): LedgerError {
  const problem = context.options.checkCall?.(name, args.length, span)
  if (context.options.checkCall !== undefined && problem?.code !== 'semantic/no-such-function') {
    return new LedgerError('semantic/invalid', `'${name}' is not a window function`, { span, help: 'remove OVER' })
  }
  const instead = new Map([
    ['row_num', 'row_number'],
    ['rownum', 'row_number'],
    ['rank_dense', 'dense_rank'],
    ['mean', 'avg'],
  ])
  const near = instead.get(name) ?? nearName(name, [...windowNames, ...aggregateNames])
  return new LedgerError('semantic/no-such-function', `No such window function: ${name}`, {
    span,
    ...(near === undefined ? {} : { help: `did you mean '${near}'?` }),
  })
}

/** The windows of a WINDOW clause; each may begin with one before it. */
export function buildNamedWindows(windows: readonly NamedWindow[], scope: Scope, context: PlanContext): void {
  for (const { name, window } of windows) {
    if (findWindow(name, scope, context) !== undefined) {
      throw new LedgerError('semantic/duplicate-variable', `the window '${name.text}' is defined twice`, {
        span: name.span,
      })
    }
    scope.namedWindows.add({ ...resolve(window, scope, context), name: name.text })
  }
}

function findWindow(name: Name, { namedWindows }: Scope, context: PlanContext): ResolvedWindow | undefined {
  return (context.isExact(name) ? namedWindows.exactly(name.text) : namedWindows.inAnyCase(name.text))[0]
}

function named(name: Name, scope: Scope, context: PlanContext): ResolvedWindow {
  const found = findWindow(name, scope, context)
  if (found !== undefined) return found
  const near = nearName(
    name.text,
    scope.namedWindows.all.map((one) => one.name),
  )
  throw new LedgerError('semantic/invalid', `No such window: ${name.text}`, {
    span: name.span,
    help: near === undefined ? 'define it behind HAVING: WINDOW name AS (…)' : `did you mean '${near}'?`,
  })
}

/** What stands in the parentheses of a window (SQL:2016, section 7.15). */
function resolve(window: WindowSpecification, scope: Scope, context: PlanContext): ResolvedWindow {
  const base = window.base && named(window.base, scope, context)
  const name = `'${window.base?.text}'`
  const refuse = (what: string): never => {
    throw new LedgerError('semantic/invalid', what, { span: window.span })
  }
  if (base !== undefined && window.partitionBy.length > 0) refuse(`a window based on ${name} takes no PARTITION BY`)
  if (base !== undefined && window.orderBy.length > 0 && base.orderBy.length > 0)
    refuse(`the window ${name} has an ORDER BY already`)
  if (base?.frame !== undefined) refuse(`the window ${name} has a frame, so no other can be based on it`)
  const ownOrder = window.orderBy.map((key) => buildSortKey(key, scope, context))
  const orderBy = ownOrder.length > 0 ? ownOrder : (base?.orderBy ?? [])
  return {
    partitionBy: base?.partitionBy ?? window.partitionBy.map((key) => buildExpression(key, scope, context)),
    orderBy,
    frame: window.frame && buildFrame(window.frame, orderBy.length, scope, context),
  }
}

/** Without a frame: the rows up to the present one and its peers, with ORDER BY; else the whole partition. */
function defaultFrame({ span }: WindowSpecification, isOrdered: boolean): FramePlan {
  const bound = (side: FrameBoundPlan['side']): FrameBoundPlan => ({ side, offset: undefined, span })
  return { unit: 'range', start: bound('preceding'), end: bound(isOrdered ? 'current-row' : 'following') }
}

function buildFrame(frame: WindowFrame, keys: number, scope: Scope, context: PlanContext): FramePlan {
  const { unit, start, end, span } = frame
  const refuse = (message: string): never => {
    throw new LedgerError('semantic/invalid', message, { span })
  }
  if (isUnbounded(start, 'following')) refuse('a frame does not start at UNBOUNDED FOLLOWING')
  if (isUnbounded(end, 'preceding')) refuse('a frame does not end at UNBOUNDED PRECEDING')
  const order = { preceding: 0, 'current-row': 1, following: 2 }
  if (order[start.side] > order[end.side]) {
    refuse(`a frame that starts at ${boundText(start)} does not end at ${boundText(end)}`)
  }
  const hasOffset = start.offset !== undefined || end.offset !== undefined
  if (unit === 'range' && hasOffset && keys !== 1) refuse(`RANGE with an offset takes one ORDER BY key, found ${keys}`)
  if (unit === 'groups' && keys === 0) refuse('GROUPS takes an ORDER BY')
  // An offset is one number for all rows, as LIMIT's is.
  const build = (bound: FrameBound): FrameBoundPlan => ({
    side: bound.side,
    offset: bound.offset && buildExpression(bound.offset, outside(scope), context),
    span: bound.offset?.span ?? bound.span,
  })
  return { unit, start: build(start), end: build(end) }
}

function isUnbounded({ side, offset }: FrameBound, which: FrameBound['side']): boolean {
  return side === which && offset === undefined
}

function boundText({ side, offset }: FrameBound): string {
  if (side === 'current-row') return 'CURRENT ROW'
  return `${offset === undefined ? 'UNBOUNDED' : '…'} ${side.toUpperCase()}`
}

/** The scope around a query, where none of its own rows' variables is known. */
function outside(scope: Scope): Scope {
  return scope.parent ?? new Scope(undefined)
}
