import type { Span } from '../base/span.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { type MapEntry, mapOf, repeatsKey } from '../values/map.ts'
import { isAbsent, missing, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { absentKey } from './compile-path.ts'
import type { Evaluate, Frame } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { failed, mistyped, siteOf } from './type-errors.ts'
import { constructing } from './written-values.ts'

/**
 * MAP {key: value}. An entry whose value is MISSING is left out. In permissive typing so is one whose key is absent, and of
 * equal keys the last counts; in strict typing an absent key makes the map NULL or MISSING, and equal keys are an error.
 */
export function compileMap(expression: Extract<PlanExpression, { kind: 'map' }>, around: Compiler): Evaluate {
  const { fields, span } = expression
  const compiler = constructing(around)
  const parts = fields.map(({ name, value }) => ({
    key: compileExpression(name, compiler),
    value: compileExpression(value, compiler),
  }))
  const site = siteOf(expression, compiler)
  return (frame) => {
    const entries = parts.map((part): MapEntry => [part.key(frame), part.value(frame)])
    const absent = compiler.raises ? worstKey(entries) : undefined
    if (absent !== undefined) return absent
    const present = entries.filter(([key, value]) => !isAbsent(key) && value.type !== 'missing')
    if (compiler.raises && repeatsKey(present)) return mistyped(site, 'two keys of the map are equal', frame)
    try {
      const made = make(present, frame, span)
      frame.marks[site.mark] = 1
      return made
    } catch (error) {
      return failed(error, site, frame)
    }
  }
}

function make(entries: readonly MapEntry[], frame: Frame, span: Span): Value {
  const size = frame.values.sum(span)
  for (const part of entries.flat()) size.add(part)
  return mapOf(entries)
}

/** MISSING before NULL, as where a function gets both. */
function worstKey(entries: readonly MapEntry[]): Value | undefined {
  const keys = entries.map(([key]) => key).filter(isAbsent)
  return keys.some(({ type }) => type === 'missing') ? missing : keys[0] && absentKey(keys[0])
}
