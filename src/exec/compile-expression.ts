import { passLoop } from '../base/interruption.ts'
import { LedgerError } from '../base/errors.ts'
import type { PlanExpression } from '../plan/plan.ts'
import {
  canCast,
  canLosslessCast,
  castTo,
  checkCastTarget,
  integerPart,
  isIntegerType,
  isOfType,
} from '../values/cast.ts'
import { equals } from '../values/compare.ts'
import {
  bag,
  bool,
  falseValue,
  isAbsent,
  list,
  missing,
  nullValue,
  sexp,
  struct,
  trueValue,
  type Value,
} from '../values/value.ts'
import { compileCall } from './compile-call.ts'
import { compileBinary, compileChain, compileTest, compileUnary } from './compile-operators.ts'
import { compileMap } from './compile-map.ts'
import { compileExclude, compileField, compileIndex, compileSpread } from './compile-path.ts'
import { compileKept, compileSubquery } from './compile-query.ts'
import type { Doubts } from './doubts.ts'
import { type Evaluate, type Frame, placed, writtenMissing } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { compileBetween, compileIn, compileLike, compileQuantified } from './predicates.ts'
import { compileRow } from './row.ts'
import { doubtMissing, settled, sureConstant, throughDoubts } from './sure-conditions.ts'
import { tableBag } from './scan.ts'
import { failed, mistyped, neverTrue, siteOf } from './type-errors.ts'
import { compileWritten, constructing } from './written-values.ts'

/** Makes a closure of a resolved expression. */
export function compileExpression(expression: PlanExpression, compiler: Compiler): Evaluate {
  const evaluate = compileKind(expression, compiler)
  return compiler.doubts === undefined ? evaluate : settled(evaluate, expression, compiler.doubts)
}

function compileKind(expression: PlanExpression, compiler: Compiler): Evaluate {
  passLoop()
  switch (expression.kind) {
    case 'constant':
      return compileConstant(expression, compiler)
    case 'once':
      return compileKept(expression, compileExpression(expression.value, compiler), compiler)
    case 'slot':
      return readSlot(expression.slot)
    case 'global': {
      const { name } = expression
      return (frame) => frame.context.source.global(name)
    }
    case 'table':
      return tableBag(expression.source, compiler)
    case 'parameter':
      return compileParameter(expression)
    case 'field':
      return compileField(expression, compiler)
    case 'index':
      return compileIndex(expression, compiler)
    case 'spread':
      return compileSpread(expression, compiler)
    case 'exclude':
      return compileExclude(expression, compiler)
    case 'unary':
      return compileUnary(expression, compiler)
    case 'binary':
      return compileBinary(expression, compiler)
    case 'chain':
      return compileChain(expression, compiler)
    case 'in':
      return compileIn(expression, compiler)
    case 'quantified':
      return compileQuantified(expression, compiler)
    case 'between':
      return compileBetween(expression, compiler)
    case 'like':
      return compileLike(expression, compiler)
    case 'is':
      return compileIs(expression, compiler)
    case 'case':
      return compileCase(expression, compiler)
    case 'cast':
      return compileCast(expression, compiler)
    case 'call':
      return compileCall(expression, compiler)
    case 'sequence':
      return compileSequence(expression, compiler)
    case 'map':
      return compileMap(expression, compiler)
    case 'struct':
      return compileStruct(expression, compiler)
    case 'row':
      return compileRow(expression, compiler)
    case 'steps':
      return compileSteps(expression, compiler)
    case 'query':
      return compileSubquery(expression, compiler)
  }
}

type Kind<K extends PlanExpression['kind']> = Extract<PlanExpression, { kind: K }>

function readSlot(slot: number): Evaluate {
  return (frame) => frame.slots[slot] as Value
}

function compileConstant(constant: Kind<'constant'>, compiler: Compiler): Evaluate {
  if (compiler.doubts !== undefined) return sureConstant(constant, compiler.doubts)
  const isLiteral = constant.written === undefined
  const isWritten = isLiteral && constant.value.type === 'missing' && compiler.role !== 'read'
  const value = isWritten ? writtenMissing : constant.value
  return () => value
}

/** In a loop: the longest chain needs no more of the stack than a short one. */
function compileSteps({ slot, parts }: Kind<'steps'>, compiler: Compiler): Evaluate {
  const steps = parts.map((part) => compileExpression(part, compiler))
  return (frame) => {
    let value: Value = missing
    for (const step of steps) {
      frame.step()
      frame.slots[slot] = value
      value = step(frame)
    }
    return value
  }
}

function boundCount(count: number): string {
  return count === 0 ? 'none was given' : `${count} ${count === 1 ? 'was' : 'were'} given`
}

function compileParameter({ ordinal, span }: Kind<'parameter'>): Evaluate {
  return (frame) => {
    const value = frame.context.parameters[ordinal]
    if (value === undefined) {
      throw new LedgerError('evaluator/unbound-parameter', 'No parameter bound for position!', {
        span,
        help: `give each ? a value ('bind' or --param in the shell): ${boundCount(frame.context.parameters.length)}`,
      })
    }
    return value
  }
}

function compileIs(expression: Kind<'is'>, compiler: Compiler): Evaluate {
  const evaluate = compileExpression(expression.operand, compiler.family.ask)
  const test = testOfIs(expression, compiler)
  if (compiler.doubts === undefined) return (frame) => test(evaluate(frame), frame)
  const seen = throughDoubts(evaluate, compiler)
  return (frame) => {
    const value = seen(frame)
    return value === undefined ? missing : test(value, frame)
  }
}

function testOfIs(expression: Kind<'is'>, compiler: Compiler): (value: Value, frame: Frame) => Value {
  const { type, negated } = expression
  const yes = negated ? falseValue : trueValue
  const no = negated ? trueValue : falseValue
  if (type.name === 'null') return (value) => (isAbsent(value) ? yes : no)
  if (type.name === 'missing') return (value) => (value.type === 'missing' ? yes : no)
  if (type.name === 'true' || type.name === 'false' || type.name === 'unknown') {
    const wanted = type.name === 'unknown' ? undefined : type.name === 'true'
    const site = siteOf(expression, compiler)
    return (value, frame) => {
      if (value.type === 'bool') {
        frame.marks[site.mark] = 1
        return value.value === wanted ? yes : no
      }
      if (isAbsent(value)) return wanted === undefined ? yes : no
      return mistyped(site, `IS ${type.name.toUpperCase()} takes a boolean, not ${value.type}`, frame)
    }
  }
  // partiql-tests: NULL IS MAP<…> is NULL, MISSING IS MAP<…> MISSING.
  const propagates = type.name === 'map'
  return (value) => {
    if (propagates && isAbsent(value)) return value.type === 'missing' ? missing : nullValue
    return isOfType(value, type) ? yes : no
  }
}

function compileCase(expression: Kind<'case'>, compiler: Compiler): Evaluate {
  const { operand, branches, otherwise } = expression
  if (compiler.doubts !== undefined) return compileDoubtedCase(expression, compiler, compiler.doubts)
  const last = otherwise === undefined ? () => nullValue : compileExpression(otherwise, compiler)
  const results = branches.map((branch) => compileExpression(branch.result, compiler))
  if (operand === undefined) {
    const tests = branches.map((branch) => compileTest(branch.when, compiler.family.ask))
    return (frame) => {
      for (let at = 0; at < tests.length; at += 1) {
        if ((tests[at] as (typeof tests)[0])(frame)) return (results[at] as Evaluate)(frame)
      }
      return last(frame)
    }
  }
  const subject = compileExpression(operand, compiler.family.ask)
  const cases = branches.map((branch) => compileExpression(branch.when, compiler.family.ask))
  const marks = branches.map((branch) => compiler.sites.comparisonMark(branch))
  return (frame) => {
    const value = subject(frame)
    for (let at = 0; at < cases.length; at += 1) {
      const wanted = (cases[at] as Evaluate)(frame)
      const mark = marks[at] as number
      if (frame.marks[mark] === 0) frame.observation?.comparedEach(mark, value, [wanted])
      if (!isAbsent(value) && !isAbsent(wanted) && equals(value, wanted)) return (results[at] as Evaluate)(frame)
    }
    return last(frame)
  }
}

/** A CASE in the second look at a change's conditions: MISSING where a condition that it comes to is. */
function compileDoubtedCase(expression: Kind<'case'>, compiler: Compiler, doubts: Doubts): Evaluate {
  const { operand, branches, otherwise, span } = expression
  const last = otherwise === undefined ? () => nullValue : compileExpression(otherwise, compiler)
  const conditions = branches.map(({ when }) => {
    const right =
      operand === undefined ? when : { kind: 'binary' as const, op: '=' as const, left: operand, right: when, span }
    return compileExpression(right, compiler)
  })
  const results = branches.map((branch) => compileExpression(branch.result, compiler))
  return (frame) => {
    for (let at = 0; at < conditions.length; at += 1) {
      const before = doubts.count
      const condition = (conditions[at] as Evaluate)(frame)
      if (condition.type === 'bool') doubts.decided(span)
      else if (doubts.count !== before) return missing
      if (condition.type === 'missing' && doubtMissing(doubts, 'a condition of CASE', span)) return missing
      if (condition === trueValue) return (results[at] as Evaluate)(frame)
    }
    return last(frame)
  }
}

/**
 * CAST(MISSING AS t) is MISSING, of NULL is NULL. QLDB also took the types NULL and MISSING themselves, to which only
 * absent values can be cast (DG/ql-functions.cast).
 */
function compileCast(expression: Kind<'cast'>, compiler: Compiler): Evaluate {
  const { form, operand, type, span } = expression
  if (compiler.nullsMissing && (type.name === 'null' || type.name === 'missing')) {
    const absent = type.name === 'null' ? nullValue : missing
    const evaluateAbsent = compileExpression(operand, compiler)
    return (frame) => {
      const value = evaluateAbsent(frame)
      if (isAbsent(value)) return absent
      const text = `Cannot convert ${value.type.toUpperCase()} to ${type.name.toUpperCase()}`
      throw new LedgerError('value/cannot-cast', text, { span })
    }
  }
  placed(span, () => checkCastTarget(type))
  const evaluate = compileExpression(operand, compiler)
  const cuts = compiler.nullsMissing && isIntegerType(type)
  if (form === 'cast') {
    const isTruth = type.name === 'bool' || type.name === 'boolean'
    const site = siteOf(expression, compiler, isTruth ? 'truth' : 'value')
    return (frame) => {
      const value = evaluate(frame)
      if (isTruth && isNoTruth(value)) return neverTrue(site, noTruth, frame)
      try {
        const result = castTo(cuts ? integerPart(value) : value, type)
        if (!isAbsent(result)) frame.marks[site.mark] = 1
        return result
      } catch (error) {
        return failed(error, site, frame)
      }
    }
  }
  const test = form === 'can-cast' ? canCast : canLosslessCast
  return (frame) => {
    const value = evaluate(frame)
    return bool(test(value, type))
  }
}

/** A text that CAST to BOOL takes for false although it does not say so. */
function isNoTruth(value: Value): boolean {
  return (value.type === 'string' || value.type === 'symbol') && !/^\s*(true|false)\s*$/i.test(value.value)
}

const noTruth = { message: "a CAST to BOOL takes any text but 'true' for false", help: "compare the text: x = 'yes'" }

function compileSequence({ type, items, span }: Kind<'sequence'>, around: Compiler): Evaluate {
  const make = { list, sexp, bag }[type]
  const inner = constructing(around)
  const compiler = inner.role === 'copy' ? inner.family.write : inner
  if (around.doubts === undefined && items.every((item) => item.kind === 'constant')) {
    const value = make(items.map((item) => (item as Kind<'constant'>).value))
    return () => value
  }
  const written = items.map((item, at) => compileWritten(item, `element ${at + 1}`, compiler))
  const parts = written.map((part, at) => knownElement(part, items[at] as PlanExpression, around.doubts))
  return (frame) => {
    const size = frame.values.sum(span)
    const values = new Array<Value>(parts.length)
    for (let at = 0; at < parts.length; at += 1) {
      const value = (parts[at] as Evaluate)(frame)
      size.add(value)
      values[at] = value
    }
    return make(values)
  }
}

/** A comparison in a list, `(n = 1, 2) <> (true, 2)`, decides nothing in the second look where it is unknown. */
function knownElement(part: Evaluate, item: PlanExpression, doubts: Doubts | undefined): Evaluate {
  const isTruth = /^(in|between|like|quantified)$/.test(item.kind) || ('op' in item && /[a-z<>=]/.test(item.op))
  if (doubts === undefined || !isTruth) return part
  return (frame) => {
    const value = part(frame)
    if (isAbsent(value)) doubts.note({ message: 'a comparison in a list is unknown', span: item.span })
    return value
  }
}

/**
 * Fields whose value is MISSING are left out, but not where a change writes them; so is one whose name is no text, in
 * permissive typing.
 */
function compileStruct({ fields, span }: Kind<'struct'>, around: Compiler): Evaluate {
  const compiler = constructing(around)
  const parts = fields.map((field) => ({
    name: compileExpression(field.name, compiler),
    site: siteOf(field.name, compiler, 'name'),
    hint: nameHint(field.name),
    value: compileWritten(field.value, fieldName(field.name), compiler),
  }))
  return (frame) => {
    const names: string[] = []
    const values: Value[] = []
    const size = frame.values.sum(span)
    for (const part of parts) {
      const name = part.name(frame)
      const value = part.value(frame)
      if (name.type !== 'string' && name.type !== 'symbol') {
        mistyped(part.site, `a field's name must be a string, not ${name.type}${part.hint}`, frame)
      } else if (value.type !== 'missing') {
        size.add(name)
        size.add(value)
        names.push(name.value)
        values.push(value)
        frame.marks[part.site.mark] = 1
      }
    }
    return struct(names, values)
  }
}

/** For JSON's `{"a": 1}`. */
function nameHint(name: PlanExpression): string {
  return name.kind === 'field' && name.quoted
    ? `: "${name.name}" is the value of that field, '${name.name}' the name`
    : ''
}

/** How an error names a field whose name is known beforehand. */
function fieldName(name: PlanExpression): string {
  const isKnown = name.kind === 'constant' && (name.value.type === 'string' || name.value.type === 'symbol')
  return isKnown ? `the field '${(name.value as Extract<Value, { type: 'string' }>).value}'` : 'a field'
}
