import type { ExcludeStep, PlanExpression, SpreadStep } from '../plan/plan.ts'
import { mapGet } from '../values/map.ts'
import { bag, isAbsent, list, missing, nullValue, sexp, struct, type StructValue, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { fieldOf } from './field-of.ts'
import { withFieldPath } from './field-path.ts'
import type { Evaluate, Frame } from './frame.ts'
import { type Compiler, noSuchField, nowhere } from './compiler.ts'
import { siteOf } from './type-errors.ts'

type Kind<K extends PlanExpression['kind']> = Extract<PlanExpression, { kind: K }>

/** `e.name`: a step into NULL is NULL; into anything that lacks it, MISSING. */
export function compileField(expression: Kind<'field'>, compiler: Compiler): Evaluate {
  return withFieldPath(expression, compileStep(expression, compiler), compiler)
}

function compileStep(expression: Kind<'field'>, compiler: Compiler): Evaluate {
  const { operand, name, exact, quoted, fallback, span } = expression
  const evaluate = compileExpression(operand, compiler)
  const other = fallback && compileExpression(fallback, compiler)
  const mark = compiler.sites.pathMark(expression)
  const step = siteOfStep(expression, compiler)
  const absent = (frame: Frame, value: Value): Value => {
    if (value.type === 'map' || (value.type === 'struct' && !exact)) {
      const found = fieldOf(value, name, exact)
      if (found !== undefined) return found
    }
    frame.marks[mark] = 1
    if (other !== undefined) return other(frame)
    if (value.type === 'null') return value
    if (value.type !== 'struct') noteWrongStep(step, value, name, frame)
    return noSuchField(compiler, span, value, name, quoted)
  }
  return (frame) => {
    const value = evaluate(frame)
    if (value.type === 'struct') {
      if (compiler.strict && isRepeated(value, name, exact)) nowhere(compiler, span, `the field '${name}' is ambiguous`)
      const found = value.get(name)
      if (found !== undefined) {
        frame.marks[step] = 1
        return found
      }
    }
    return absent(frame, value)
  }
}

/** The mark of a step that no notice about fields covers: one from anything but a row. */
function siteOfStep(expression: Kind<'field'>, compiler: Compiler): number {
  let root: PlanExpression = expression
  while (root.kind === 'field' || root.kind === 'index') {
    // `FROM Car AS c WHERE Car.year = 1`: a name that may be a global.
    if (root !== expression && root.kind === 'field' && root.fallback !== undefined)
      return siteOf(expression, compiler).mark
    root = root.operand
  }
  return root.kind === 'slot' ? 0 : siteOf(expression, compiler).mark
}

function noteWrongStep(mark: number, value: Value, name: string, frame: Frame): void {
  if (frame.marks[mark] === 1 || isAbsent(value) || value.type === 'map') return
  const help =
    value.type === 'bag' || value.type === 'list' ? `FROM … AS x, x.${name} steps into its elements` : undefined
  frame.observation?.failed(mark, `.${name} takes a struct, not ${value.type}`, help)
}

function isRepeated(value: StructValue, name: string, exact: boolean): boolean {
  const fold = (text: string) => (exact ? text : text.toLowerCase())
  const wanted = fold(name)
  return value.names.filter((one) => fold(one) === wanted).length > 1
}

export function compileIndex(expression: Kind<'index'>, compiler: Compiler): Evaluate {
  const { operand, index, byName, span } = expression
  const evaluate = compileExpression(operand, compiler)
  const at = compileExpression(index, compiler)
  const { mark } = siteOf(expression, compiler)
  return (frame) => {
    const value = evaluate(frame)
    const place = at(frame)
    const found = elementOf(value, place, byName)
    if (found !== undefined) {
      if (value.type !== 'null') frame.marks[mark] = 1
      return found
    }
    if (frame.marks[mark] === 0 || compiler.doubts !== undefined) {
      const wrong = wrongIndex(value, place, byName)
      if (wrong === undefined)
        frame.marks[mark] = isAbsent(value) || isAbsent(place) ? (frame.marks[mark] as number) : 1
      else {
        frame.observation?.failed(mark, wrong.message, wrong.help)
        compiler.doubts?.note({ message: `of a type error (${wrong.message})`, span, mark, help: wrong.help })
      }
    }
    return nowhere(compiler, span, 'the index leads nowhere')
  }
}

/** A list without that element, and a struct without that field, are no type errors. */
function wrongIndex(value: Value, index: Value, byName: boolean): { message: string; help?: string } | undefined {
  if (isAbsent(value) || isAbsent(index)) return undefined
  const isText = index.type === 'string' || index.type === 'symbol'
  if (value.type === 'list' || value.type === 'sexp') {
    if (index.type === 'int') return undefined
    return { message: `elements of a list have numbers from 0 on, not ${index.type}` }
  }
  if (value.type !== 'struct' || !isText) {
    return { message: `[${index.type === 'int' ? index.value : '…'}] takes a list, not ${value.type}` }
  }
  return byName ? undefined : { message: computedName, help: castHelp }
}

/** Specification, section 4: `v[e]` steps to a field only where e is known to be a text before a row is seen. */
export const computedName = 'a name in brackets is a literal, a parameter or a CAST'
export const castHelp = 'CAST(x AS STRING) in the brackets names the field'

/** Elements count from 0; a map is asked for any key. A step into NULL is NULL. */
function elementOf(value: Value, index: Value, byName: boolean): Value | undefined {
  if (value.type === 'null') return value
  if ((value.type === 'list' || value.type === 'sexp') && index.type === 'int') return value.items[Number(index.value)]
  if (value.type === 'struct' && byName && (index.type === 'string' || index.type === 'symbol')) {
    return value.get(index.value)
  }
  if (value.type === 'map') return isAbsent(index) ? absentKey(index) : mapGet(value, index)
  return undefined
}

/** What a map gives for a key that is NULL or MISSING. */
export function absentKey(key: Value): Value {
  return key.type === 'missing' ? missing : nullValue
}

/** A path with wildcards: a bag of every value that it leads to, as SELECT VALUE gives it (specification, section 4.3). */
export function compileSpread({ operand, steps, span }: Kind<'spread'>, compiler: Compiler): Evaluate {
  const evaluate = compileExpression(operand, compiler)
  const compiled = steps.map((step) => compileSpreadStep(step, compiler))
  return (frame) => {
    let values: readonly Value[] = [evaluate(frame)]
    for (const step of compiled) {
      const found: Value[] = []
      const size = frame.values.sum(span)
      for (const value of values) {
        frame.step()
        for (const part of step(value, frame, span)) {
          size.add(part)
          found.push(part)
        }
      }
      values = found
    }
    return bag(values)
  }
}

type CompiledStep = (value: Value, frame: Frame, span: Kind<'spread'>['span']) => readonly Value[]

function compileSpreadStep(step: SpreadStep, compiler: Compiler): CompiledStep {
  switch (step.kind) {
    case 'field': {
      const mark = compiler.sites.pathMark(step)
      return (value, frame, span) => {
        const found =
          value.type === 'struct' || value.type === 'map' ? fieldOf(value, step.name, step.exact) : undefined
        if (found === undefined) frame.marks[mark] = 1
        return [found ?? noSuchField(compiler, span, value, step.name)]
      }
    }
    case 'index': {
      const at = compileExpression(step.index, compiler)
      return (value, frame, span) => {
        const found = elementOf(value, at(frame), step.byName)
        return [found ?? nowhere(compiler, span, 'the index leads nowhere')]
      }
    }
    case 'each':
      return (value, _frame, span) => {
        if (value.type === 'list' || value.type === 'bag' || value.type === 'sexp') return value.items
        nowhere(compiler, span, '[*] takes a list or a bag')
        return [value]
      }
    case 'each-field':
      return (value, _frame, span) => {
        if (value.type === 'struct') return value.values
        nowhere(compiler, span, '.* takes a struct')
        return value.type === 'missing' ? [] : [value]
      }
  }
}

export function compileExclude({ operand, paths }: Kind<'exclude'>, compiler: Compiler): Evaluate {
  const evaluate = compileExpression(operand, compiler)
  const marks = paths.map((path) => compiler.sites.pathMark(path))
  return (frame) => {
    for (const mark of marks) frame.marks[mark] = 1
    return paths.reduce<Value>(without, evaluate(frame))
  }
}

/** A value without what a path leads to; unchanged where the path leads nowhere. */
function without(value: Value, path: readonly ExcludeStep[]): Value {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (value.type === 'struct' && (step.kind === 'field' || step.kind === 'each-field')) {
    const matches = (name: string) =>
      step.kind === 'each-field' || (step.exact ? name === step.name : name.toLowerCase() === step.name.toLowerCase())
    const kept = value.names.flatMap((name, at): [string, Value][] => {
      const field = value.values[at] as Value
      if (!matches(name)) return [[name, field]]
      return rest.length === 0 ? [] : [[name, without(field, rest)]]
    })
    return struct(
      kept.map(([name]) => name),
      kept.map(([, field]) => field),
      value.annotations,
    )
  }
  if ((value.type === 'list' || value.type === 'bag' || value.type === 'sexp') && step.kind !== 'field') {
    const matches = (at: number) => step.kind === 'each' || (step.kind === 'index' && step.index === at)
    const items = value.items.flatMap((item, at) => {
      if (!matches(at)) return [item]
      return rest.length === 0 ? [] : [without(item, rest)]
    })
    return value.type === 'bag' ? bag(items) : value.type === 'list' ? list(items, value.annotations) : sexp(items)
  }
  return value
}
