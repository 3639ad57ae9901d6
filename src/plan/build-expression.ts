import { passLoop } from '../base/interruption.ts'
import { LedgerError } from '../base/errors.ts'
import type { Expression, Name, PathStep, TypeName } from '../syntax/ast.ts'
import { string } from '../values/value.ts'
import { buildAggregate, groupedExpression, isAggregate, pathThatIsNoKey } from './build-group.ts'
import { buildQuery } from './build-query.ts'
import { columnsOf } from './column-list.ts'
import { buildWindowCall, checkHasWindow } from './build-window.ts'
import { hasTrait, insteadOfFunction } from './function-facts.ts'
import { refuseMistakenAlias, withTableNamed } from './refuse-aliases.ts'
import type { Coercion, FieldPlan, PlanExpression, PlanType, SpreadStep } from './plan.ts'
import {
  findVariable,
  illegalGlobal,
  isUngrouped,
  noSuchVariable,
  notGrouped,
  type PlanContext,
  type Scope,
  slotOf,
  unresolved,
} from './scope.ts'

/**
 * Resolves an expression. `coercion` says what a SELECT with one column becomes when it is a sub-query here; every
 * operand of an expression wants a scalar, sources and collection functions want the rows (specification, section 9).
 */
export function buildExpression(
  expression: Expression,
  scope: Scope,
  context: PlanContext,
  coercion: Coercion = 'scalar',
): PlanExpression {
  passLoop()
  const grouped = groupedExpression(expression, scope, context)
  if (grouped !== undefined) return grouped
  const build = (operand: Expression) => buildExpression(operand, scope, context)
  const { span } = expression
  switch (expression.kind) {
    case 'literal':
      return { kind: 'constant', value: expression.value, span }
    case 'variable':
      return resolveName(expression.name, expression.local, scope, context)
    case 'parameter':
      context.parameters = Math.max(context.parameters, expression.ordinal + 1)
      return { kind: 'parameter', ordinal: expression.ordinal, span }
    case 'path':
      return buildWholePath(expression, scope, context)
    case 'unary':
      return { kind: 'unary', op: expression.op, operand: build(expression.operand), span }
    case 'binary':
      return buildBinary(expression, scope, context)
    case 'chain': {
      const rest = expression.rest.map(({ op, opSpan, operand }) => ({ op, operand: build(operand), place: opSpan }))
      return { kind: 'chain', first: build(expression.first), rest, span }
    }
    case 'steps': {
      const parts = expression.parts.map((part) => () => build(part))
      return buildSteps(parts, span, context)
    }
    case 'previous':
      return context.previous ?? unresolved(span)
    case 'list':
    case 'sexp':
    case 'bag':
      return { kind: 'sequence', type: expression.kind, items: expression.items.map(build), span }
    case 'struct':
    case 'map':
      return { kind: expression.kind, fields: buildFields(expression, scope, context), span }
    case 'call':
      return buildCall(expression, scope, context)
    case 'select':
    case 'pivot':
    case 'set-operation':
    case 'values':
    case 'with':
      return buildQuery(expression, scope, context, coercion)
    default:
      return buildPredicate(expression, scope, context)
  }
}

function buildWholePath(
  path: Extract<Expression, { kind: 'path' }>,
  scope: Scope,
  context: PlanContext,
): PlanExpression {
  const noKey = pathThatIsNoKey(path, scope, context)
  if (noKey !== undefined) {
    context.note(noKey)
    return unresolved(path.span)
  }
  const root = buildExpression(path.root, scope, context, 'none')
  if (path.root.kind !== 'variable' || path.steps[0]?.kind !== 'field') {
    return buildPath(root, path.steps, scope, context)
  }
  refuseMistakenAlias(root, path.root.name, scope, context)
  return buildPath(withTableNamed(root, path.root.name, context), path.steps, scope, context)
}

function buildBinary(
  { op, left, right, opSpan }: Extract<Expression, { kind: 'binary' }>,
  scope: Scope,
  context: PlanContext,
): PlanExpression {
  const beside = (other: Expression) => (comparisons.test(op) && other.kind === 'list' ? 'row' : 'scalar')
  return {
    kind: 'binary',
    op,
    left: buildExpression(left, scope, context, beside(right)),
    right: buildExpression(right, scope, context, beside(left)),
    span: opSpan,
  }
}

/** Parts of which each has the value of the one before as an operand. */
export function buildSteps(
  parts: readonly (() => PlanExpression)[],
  span: PlanExpression['span'],
  context: PlanContext,
): PlanExpression {
  const slot = context.newSlot()
  const outer = context.previous
  const built: PlanExpression[] = []
  for (const part of parts) {
    const last = part()
    built.push(last)
    context.previous = { kind: 'slot', slot, name: '', columns: columnsOf(last), span: last.span }
  }
  context.previous = outer
  return { kind: 'steps', slot, parts: built, span }
}

function buildFields(
  { kind, fields }: Extract<Expression, { kind: 'struct' | 'map' }>,
  scope: Scope,
  context: PlanContext,
): FieldPlan[] {
  return fields.map(({ name, value }) => ({
    name: kind === 'map' ? buildExpression(name, scope, context) : buildFieldName(name, scope, context),
    value: buildExpression(value, scope, context),
  }))
}

const comparisons = /^(=|<>|<|<=|>|>=)$/

type Predicate = Extract<Expression, { kind: 'in' | 'quantified' | 'between' | 'like' | 'is' | 'case' | 'cast' }>

function buildPredicate(expression: Predicate, scope: Scope, context: PlanContext): PlanExpression {
  const build = (operand: Expression) => buildExpression(operand, scope, context)
  const { span } = expression
  switch (expression.kind) {
    case 'in':
      return {
        kind: 'in',
        operand: build(expression.operand),
        collection: buildExpression(expression.collection, scope, context, 'values'),
        negated: expression.negated,
        span,
      }
    case 'quantified': {
      const { op, quantifier } = expression
      const collection = buildExpression(expression.collection, scope, context, 'values')
      return { kind: 'quantified', op, quantifier, operand: build(expression.operand), collection, span }
    }
    case 'between':
      return {
        kind: 'between',
        operand: build(expression.operand),
        low: build(expression.low),
        high: build(expression.high),
        negated: expression.negated,
        span,
      }
    case 'like':
      return {
        kind: 'like',
        operand: build(expression.operand),
        pattern: build(expression.pattern),
        escape: expression.escape === undefined ? undefined : build(expression.escape),
        negated: expression.negated,
        span,
      }
    case 'is': {
      const type = buildType(expression.type)
      return { kind: 'is', operand: build(expression.operand), type, negated: expression.negated, span }
    }
    case 'case':
      return {
        kind: 'case',
        operand: expression.operand === undefined ? undefined : build(expression.operand),
        branches: expression.branches.map((branch) => ({ when: build(branch.when), result: build(branch.then) })),
        otherwise: expression.otherwise === undefined ? undefined : build(expression.otherwise),
        span,
      }
    case 'cast': {
      const type = buildType(expression.type)
      return { kind: 'cast', form: expression.form, operand: build(expression.operand), type, span }
    }
  }
}

/** Binary digits of a double, Ion's only float: FLOAT(p) and REAL ask for at least some of them. */
const floatBits = 53

export function buildType(type: TypeName): PlanType {
  const [precision, scale = 0] = type.args
  if (/^(dec|decimal|numeric)$/.test(type.name) && precision !== undefined && (precision < 1 || scale > precision)) {
    throw new LedgerError('semantic/invalid', `${type.name.toUpperCase()}(${type.args.join(', ')}) is no type`, {
      span: type.span,
      help: 'the precision is at least 1 and the scale at most the precision',
    })
  }
  if (type.name === 'float' && precision !== undefined && (precision < 1 || precision > floatBits)) {
    throw new LedgerError('semantic/invalid', `FLOAT(${precision}) is no type`, {
      span: type.span,
      help: `a float has ${floatBits} binary digits, as many as any precision up to that asks for`,
    })
  }
  const plain = { name: type.name, args: type.args, withTimeZone: type.withTimeZone }
  return type.of === undefined ? plain : { ...plain, of: [buildType(type.of[0]), buildType(type.of[1])] }
}

function buildCall(call: Extract<Expression, { kind: 'call' }>, scope: Scope, context: PlanContext): PlanExpression {
  if (call.over !== undefined && call.orderBy !== undefined) {
    const message = `ORDER BY inside '${call.name}' is not supported together with OVER`
    throw new LedgerError('semantic/unsupported', message, { span: call.nameSpan, help: 'order the window' })
  }
  if (call.over !== undefined) return buildWindowCall(call, scope, context)
  if (isAggregate(call)) return buildAggregate(call, scope, context)
  checkHasWindow(call)
  const overAll = call.quantifier !== undefined && call.name.startsWith('coll_')
  const overDistinct = overAll && call.quantifier === 'distinct'
  const orders = call.orderBy !== undefined
  if (call.star || (call.quantifier !== undefined && !overAll) || call.filter !== undefined || orders) {
    const what = call.star
      ? '(*)'
      : call.filter !== undefined
        ? 'FILTER'
        : orders
          ? 'ORDER BY'
          : call.quantifier?.toUpperCase()
    throw new LedgerError('semantic/invalid', `the function '${call.name}' does not take ${what}`, {
      span: call.nameSpan,
    })
  }
  const instead = insteadOfFunction(call.name)
  if (instead !== undefined) {
    const message = `No such function: ${call.name}`
    context.note(new LedgerError('semantic/no-such-function', message, { span: call.nameSpan, help: instead }))
    return unresolved(call.span)
  }
  if (hasTrait(call.name, 'clock')) context.asksClock = true
  const rows = hasTrait(call.name, 'rows') ? 'none' : 'scalar'
  const args = call.args.map((argument) => buildExpression(argument, scope, context, rows))
  const name = overDistinct ? `${call.name}_distinct` : call.name
  context.checkCall(name, args.length, call.nameSpan)
  return { kind: 'call', name, args, span: call.nameSpan }
}

/** Follows steps from a value. From the first `[*]` or `.*` on the rest is a spread over its elements. */
export function buildPath(
  root: PlanExpression,
  steps: readonly PathStep[],
  scope: Scope,
  context: PlanContext,
): PlanExpression {
  let value = root
  for (const [position, step] of steps.entries()) {
    if (step.kind === 'each' || step.kind === 'each-field') {
      const rest = steps.slice(position).map((one) => spreadStep(one, scope, context))
      return { kind: 'spread', operand: value, steps: rest, span: step.span }
    }
    const { span } = step
    if (step.kind === 'field') {
      value = {
        kind: 'field',
        operand: value,
        name: step.name.text,
        exact: context.isExact(step.name),
        ...quoting(step.name),
        fallback: undefined,
        span,
      }
      continue
    }
    const name = literalText(step.index)
    value =
      name === undefined
        ? { kind: 'index', operand: value, ...indexStep(step.index, scope, context), span }
        : { kind: 'field', operand: value, name, exact: true, fallback: undefined, span }
  }
  return value
}

function spreadStep(step: PathStep, scope: Scope, context: PlanContext): SpreadStep {
  switch (step.kind) {
    case 'each':
    case 'each-field':
      return { kind: step.kind }
    case 'field':
      return { kind: 'field', name: step.name.text, exact: context.isExact(step.name) }
    case 'index': {
      const name = literalText(step.index)
      if (name !== undefined) return { kind: 'field', name, exact: true }
      return { kind: 'index', ...indexStep(step.index, scope, context) }
    }
  }
}

/** The index of a step; `byName`: a text may name a field. */
export function indexStep(index: Expression, scope: Scope, context: PlanContext) {
  const byName = index.kind === 'parameter' || index.kind === 'cast'
  return { index: buildExpression(index, scope, context), byName }
}

/** The text of a string literal. */
export function literalText(expression: Expression): string | undefined {
  return expression.kind === 'literal' && expression.value.type === 'string' ? expression.value.value : undefined
}

/**
 * What a name stands for outside of FROM: the nearest variable; else, in a block with one source, a field of that
 * source; else a global. A global value is the fallback where the field is absent; a table is not (QLDB: with one
 * source "even the name of a table becomes a path into that source"). `@x` is never a field: a variable, else a global.
 */
export function resolveName(name: Name, local: boolean, scope: Scope, context: PlanContext): PlanExpression {
  if (isUngrouped(scope, name, context)) {
    context.note(notGrouped(name))
    return unresolved(name.span)
  }
  const variable = findVariable(scope, name, context)
  if (variable !== undefined) {
    if (variable.role === 'key' && scope.grouping?.ambiguous.has(variable.name)) throw severalKeys(name)
    return slotOf(variable, name.span)
  }
  const global = globalValue(name, context)
  const only = nearestSources(scope)?.onlySource
  if (only !== undefined && !local) {
    const fallback = global?.kind === 'global' ? global : undefined
    const exact = context.isExact(name)
    const operand = slotOf(only, name.span)
    return { kind: 'field', operand, name: name.text, exact, ...quoting(name), fallback, span: name.span }
  }
  if (global === undefined) {
    context.note(noSuchVariable(name, scope, context, local ? 'local' : 'value'))
    return unresolved(name.span)
  }
  if (global.kind === 'table' && context.options.strictQldb) throw illegalGlobal(name)
  return global
}

function quoting({ quoted }: Name): { quoted?: true } {
  return quoted ? { quoted } : {}
}

function severalKeys(name: Name): LedgerError {
  return new LedgerError('semantic/invalid', `'${name.text}' is the name of several keys of the groups`, {
    span: name.span,
    help: 'write the whole path, or name the keys in GROUP BY with AS',
  })
}

function nearestSources(scope: Scope): Scope | undefined {
  let block: Scope | undefined = scope
  while (block !== undefined && block.sourceCount === 0) block = block.parent
  return block
}

function globalValue(name: Name, context: PlanContext): PlanExpression | undefined {
  const found = context.findGlobal(name)
  if (found === undefined) return undefined
  if (found.kind === 'value') return { kind: 'global', name: found.name, span: name.span }
  return { kind: 'table', source: { kind: 'table', table: found.table, view: 'user' }, span: name.span }
}

/** The name of a field in a struct constructor: a bare word that stands for nothing else is the name itself. */
function buildFieldName(name: Expression, scope: Scope, context: PlanContext): PlanExpression {
  const isBare = name.kind === 'variable' && !name.name.quoted && !name.local && !context.options.strictQldb
  if (!isBare || findVariable(scope, name.name, context) !== undefined) return buildExpression(name, scope, context)
  if (globalValue(name.name, context)?.kind === 'global') return buildExpression(name, scope, context)
  return { kind: 'constant', value: string(name.name.text), span: name.span }
}
