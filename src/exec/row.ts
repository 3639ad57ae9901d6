import type { Span } from '../base/span.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { struct, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileFindBytes, compileFindField } from './field-path.ts'
import type { Evaluate } from './frame.ts'
import type { Compiler } from './compiler.ts'
import type { HeldColumn } from './held-rows.ts'
import { compileWritten, constructing } from './written-values.ts'

type RowExpression = Extract<PlanExpression, { kind: 'row' }>

/** What a SELECT list makes of a row: a struct of its columns, without those whose value is MISSING. */
export function compileRow({ parts, span }: RowExpression, compiler: Compiler): Evaluate {
  const only = parts[0]
  if (parts.length === 1 && only?.kind === 'all') return wholeRow(compileExpression(only.value, compiler), only)
  if (parts.every((part) => part.kind === 'field')) return columns(parts as readonly Column[], span, compiler)
  const compiled = parts.map((part) => {
    const evaluate =
      part.kind === 'field' ? compileColumn(part, compiler) : compileExpression(part.value, constructing(compiler))
    return { ...part, evaluate }
  })
  return (frame) => {
    const names: string[] = []
    const values: Value[] = []
    const size = frame.values.sum(span)
    for (const part of compiled) {
      const value = part.evaluate(frame)
      size.add(value)
      if (part.kind === 'all' && value.type === 'struct') {
        for (const name of value.names) names.push(name)
        for (const field of value.values) values.push(field)
      } else if (!(part.kind === 'all' ? hasNoFields(value, part) : value.type === 'missing')) {
        names.push(part.kind === 'all' ? part.otherwise : part.name)
        values.push(value)
      }
    }
    return struct(names, values)
  }
}

/** `SELECT *` from one source: the document itself, not yet decoded where it is lazy. */
function wholeRow(evaluate: Evaluate, part: Whole): Evaluate {
  return (frame) => {
    const value = evaluate(frame)
    if (value.type === 'struct' && value.annotations === undefined) return value
    if (value.type === 'struct') return struct(value.names, value.values)
    return hasNoFields(value, part) ? struct([], []) : struct([part.otherwise], [value])
  }
}

type Whole = Extract<RowExpression['parts'][number], { kind: 'all' }>

function hasNoFields({ type }: Value, { skipsNull }: Whole): boolean {
  return type === 'missing' || (skipsNull && type === 'null')
}

type Column = Extract<RowExpression['parts'][number], { kind: 'field' }>

function columns(parts: readonly Column[], span: Span, compiler: Compiler): Evaluate {
  const names = parts.map((part) => part.name)
  // The only column of a sub-query in COALESCE is what COALESCE gets.
  const isConsumed = compiler.role === 'excuse' && parts.length === 1
  const evaluate = parts.map((part) =>
    isConsumed ? compileExpression(part.value, compiler) : compileColumn(part, compiler),
  )
  const count = parts.length
  return (frame) => {
    const values = new Array<Value>(count)
    const size = frame.values.sum(span)
    for (let at = 0; at < count; at += 1) {
      const value = (evaluate[at] as Evaluate)(frame)
      size.add(value)
      values[at] = value
    }
    return rowOf(names, values)
  }
}

function compileColumn({ name, value }: Column, compiler: Compiler): Evaluate {
  return compileWritten(value, `the column '${name}'`, constructing(compiler))
}

/** The struct of columns, without those that are MISSING. */
export function rowOf(names: readonly string[], values: readonly Value[]): Value {
  if (!hasMissing(values)) return struct(names, values)
  return struct(
    names.filter((_, at) => values[at]?.type !== 'missing'),
    values.filter((value) => value.type !== 'missing'),
  )
}

function hasMissing(values: readonly Value[]): boolean {
  for (let at = 0; at < values.length; at += 1) if ((values[at] as Value).type === 'missing') return true
  return false
}

/** The columns of a SELECT list, to be held; undefined for one with `.*` in it. */
export function heldColumns({ parts }: RowExpression, compiler: Compiler) {
  const columns: HeldColumn[] = []
  for (const part of parts) {
    if (part.kind !== 'field') return undefined
    const evaluate = compileExpression(part.value, compiler)
    columns.push({
      evaluate,
      findBytes: compileFindBytes(part.value, compiler),
      findField: compileFindField(part.value, compiler),
    })
  }
  return { names: parts.map((part) => (part as Column).name), columns }
}
