import type { AnalyzePlan } from '../plan/plan.ts'
import { printPlan } from '../plan/print-plan.ts'
import { string, structOf } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { compileRowSource, hasRows } from './compile-query.ts'
import type { Execute } from './dml.ts'
import type { Frame } from './frame.ts'
import { type Compiler, profiling } from './compiler.ts'
import { msText, Profile } from './step-profile.ts'

/** EXPLAIN ANALYZE: runs a query to its end, and gives its plan with the rows and the time of each step. */
export function compileAnalyze({ value }: AnalyzePlan, compiler: Compiler): Execute {
  const run = compileRun(value, profiling(compiler))
  return (frame) => {
    const profile = new Profile(frame.context.clockMs ?? (() => 0))
    frame.profile = profile
    const startMs = profile.nowMs()
    run(frame)
    const tree = printPlan({ kind: 'query', value }, profile.noteOf)
    const lines = [...tree, totals(frame), `time: ${msText(profile.nowMs() - startMs)}`]
    return lines.map((line) => structOf({ plan: string(line) }))
  }
}

function compileRun(value: AnalyzePlan['value'], compiler: Compiler): (frame: Frame) => void {
  if (value.kind !== 'query' || !hasRows(value.query)) return compileExpression(value, compiler)
  const { open } = compileRowSource(value.query, compiler)
  return (frame) => {
    const rows = open(frame)
    while (rows.next().done !== true);
  }
}

function totals({ memory, context }: Frame): string {
  const parts = [`memory: ${bytesText(memory.peakBytes)}`]
  if (memory.spilledBytes > 0) parts.push(`spilled: ${bytesText(memory.spilledBytes)}`)
  const { readIos } = context.meter
  if (readIos > 0) parts.push(`read IOs: ${readIos}`)
  return parts.join(', ')
}

const units = ['bytes', 'KiB', 'MiB', 'GiB']

/** With one digit behind the point. */
function bytesText(bytes: number): string {
  let unit = 0
  let number = bytes
  while (number >= 1024 && unit + 1 < units.length) {
    number /= 1024
    unit += 1
  }
  return `${unit === 0 ? number : number.toFixed(1)} ${units[unit]}`
}
