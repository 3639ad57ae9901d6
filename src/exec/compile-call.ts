import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import type { Span } from '../base/span.ts'
import { aggregateNames, hasTrait, insteadOfFunction } from '../plan/function-facts.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { mapOf } from '../values/map.ts'
import { bag, isAbsent, list, missing, nullValue, sexp, struct, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileExists } from './compile-query.ts'
import type { Doubts } from './doubts.ts'
import { type Evaluate, type Frame, placed } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { type FunctionContext, findFunction, functionNames } from './functions/functions.ts'
import { differInKind, doubtMissing } from './sure-conditions.ts'
import { failed, mistyped, neverTrue, siteOf, type Untruth } from './type-errors.ts'
import { isWritten } from './written-values.ts'

type Call = Extract<PlanExpression, { kind: 'call' }>

/**
 * A call of a built-in function; its name and the number of its arguments are checked before anything runs. In what a
 * change writes COALESCE and NULLIF consume a path that leads nowhere; QLDB's functions all do, and give NULL
 * (DG/ql-functions: "the function returns null if any argument is null or missing").
 */
export function compileCall(call: Call, compiler: Compiler): Evaluate {
  const { name, args, span } = call
  const rows = args[0]
  if (name === 'exists' && args.length === 1 && rows?.kind === 'query' && !compiler.raises) {
    const exists = compileExists(rows, compiler)
    if (exists !== undefined) return exists
  }
  const excuses = hasTrait(name, 'excuses') || compiler.nullsMissing
  const forArguments = excuses && isWritten(compiler) ? compiler.family.excuse : compiler
  const compiled = args.map((argument) => compileExpression(argument, forArguments))
  if (name === 'tupleunion') return compileTupleUnion(call, compiled, compiler)
  const definition = findFunction(name)
  const error = checkCall(name, args.length, span)
  if (definition === undefined || error !== undefined) {
    compiler.errors.add(error as LedgerError)
    return () => missing
  }
  // QLDB's own functions refuse a literal that they can never take before anything runs, as QLDB and the conformance
  // suite's static cases do. For all others a wrong type is met when it comes: MISSING in permissive typing.
  if (hasTrait(name, 'literals')) placed(span, () => definition.check(args.map(knownValue)))
  const propagates = definition.absent === 'propagate'
  const evaluate = hasTrait(name, 'lazy') ? untilPresent : evaluateAll
  const isExists = name === 'exists'
  const site = siteOf(call, compiler, isExists ? 'truth' : 'value')
  const { doubts } = compiler
  const mark = compiler.sites.comparisonMark(call)
  return (frame) => {
    const before = doubts?.count
    const values = evaluate(compiled, frame)
    if (before !== doubts?.count && !propagates && values.some(isAbsent)) return missing
    if (doubts !== undefined && name === 'nullif' && isDoubtful(values, doubts, span)) return missing
    if (isExists && isScalar(values[0] as Value)) return neverTrue(site, scalarExists(values[0] as Value), frame)
    if (propagates) {
      const absent = values.find((value) => value.type === 'missing') ?? values.find((value) => value.type === 'null')
      if (absent !== undefined) {
        const wrong = compiler.nullsMissing ? undefined : mistypedArgument(() => definition.check(values))
        if (wrong !== undefined) return failed(wrong, site, frame)
        return absent.type === 'missing' && !compiler.nullsMissing ? missing : nullValue
      }
    }
    try {
      const result = frame.made(definition.call(values, functionContext(frame, compiler)))
      frame.marks[site.mark] = 1
      if (frame.marks[mark] === 0) frame.observation?.comparedEach(mark, values[0] as Value, values.slice(1, 2))
      return result
    } catch (error) {
      return failed(error, site, frame)
    }
  }
}

/** EXISTS asks whether a collection has something in it; of a field it was meant to ask whether it is there. */
function isScalar(value: Value): boolean {
  return !isAbsent(value) && value.type !== 'struct' && value.type !== 'map' && !('items' in value)
}

function scalarExists(value: Value): Untruth {
  const message = `EXISTS takes a list, a bag or a struct, not ${value.type}`
  return { message, help: 'x IS NOT MISSING asks for a field' }
}

/** NULLIF gives its first argument where the second is of another kind, or MISSING. */
function isDoubtful([first, second]: readonly Value[], doubts: Doubts, span: Span): boolean {
  if (first === undefined || second === undefined) return false
  if (second.type === 'missing') return doubtMissing(doubts, 'an argument of NULLIF', span)
  doubts.decided(span)
  return differInKind(first, second, doubts, span)
}

function evaluateAll(args: readonly Evaluate[], frame: Frame): Value[] {
  return args.map((argument) => argument(frame))
}

/** COALESCE is a CASE in SQL: what stands behind the first value that is not absent is not evaluated. */
function untilPresent(args: readonly Evaluate[], frame: Frame): Value[] {
  const values: Value[] = []
  for (const argument of args) {
    const value = argument(frame)
    values.push(value)
    if (!isAbsent(value)) break
  }
  return values
}

/** A wrong type counts before an absent argument does (specification, section 7.1), but not in QLDB's own typing. */
function mistypedArgument(check: () => void): unknown {
  try {
    check()
    return undefined
  } catch (error) {
    return error
  }
}

/** What is wrong with a call's name or number of arguments, in QLDB's words; undefined if both are right. */
export function checkCall(name: string, argumentCount: number, span: Span): LedgerError | undefined {
  const definition = findFunction(name)
  if (definition === undefined) return name === 'tupleunion' ? undefined : noSuchFunction(name, span)
  const { argumentsMin, argumentsMax } = definition
  if (argumentCount >= argumentsMin && argumentCount <= argumentsMax) return undefined
  const max = Number.isFinite(argumentsMax) ? `, max = ${argumentsMax}` : ''
  const message = `Incorrect number of arguments supplied to \`${name}\`. Min = ${argumentsMin}${max} Actual = ${argumentCount}`
  return new LedgerError('semantic/argument-count', message, { span })
}

/** With the nearest name there is. */
export function noSuchFunction(name: string, span: Span): LedgerError {
  const instead = insteadOfFunction(name)
  const near = instead === undefined ? nearName(name, [...functionNames(), ...aggregateNames]) : undefined
  const help = instead ?? (near === undefined ? undefined : `did you mean '${near}'?`)
  return new LedgerError('semantic/no-such-function', `No such function: ${name}`, {
    span,
    ...(help === undefined ? {} : { help }),
  })
}

/** What is known of an argument without a row: a literal, or an empty one of a constructor's type; else MISSING. */
export function knownValue(argument: PlanExpression): Value {
  if (argument.kind === 'constant')
    return argument.written === undefined ? argument.value : knownValue(argument.written)
  if (argument.kind === 'once') return knownValue(argument.value)
  if (argument.kind === 'struct') return struct([], [])
  if (argument.kind === 'map') return mapOf([])
  if (argument.kind === 'sequence') return { list, sexp, bag }[argument.type]([])
  return missing
}

function functionContext({ context, values }: Frame, compiler: Compiler): FunctionContext {
  return {
    values,
    typing: compiler.nullsMissing ? 'qldb' : compiler.strict ? 'strict' : 'permissive',
    get nowMs() {
      return context.nowMs
    },
    get transactionId() {
      return context.transactionId ?? ''
    },
  }
}

/** TUPLEUNION(a, b, …): the fields of all (specification, section 6). */
function compileTupleUnion(call: Call, args: readonly Evaluate[], compiler: Compiler): Evaluate {
  const { span } = call
  const site = siteOf(call, compiler)
  return (frame) => {
    const names: string[] = []
    const values: Value[] = []
    const size = frame.values.sum(span)
    for (const argument of args) {
      const value = argument(frame)
      if (value.type !== 'struct') {
        if (value.type === 'missing') continue
        return mistyped(site, `TUPLEUNION takes structs, not ${value.type}`, frame)
      }
      size.add(value)
      for (const name of value.names) names.push(name)
      for (const field of value.values) values.push(field)
    }
    frame.marks[site.mark] = 1
    return struct(names, values)
  }
}
