import { rootSlot } from '../plan/fields-asked.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { expressionKey } from '../plan/walk-plan.ts'
import type { BytesPlace, TextPlace } from '../values/lazy-values.ts'
import { FileRow } from '../values/file-row.ts'
import { LazyStruct } from '../values/lazy-values.ts'
import { FieldPath } from '../values/symbols.ts'
import { hasLoneSurrogate } from '../values/text-quoted.ts'
import type { Value } from '../values/value.ts'
import type { Evaluate, Frame, Test } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { HeldFields } from './held-fields.ts'

/** The way from a row's variable to a value in it. */
interface RowPath {
  readonly slot: number
  readonly path: FieldPath
  /** Which of a held row's fields it leads to; -1 where rows of this variable are held whole. */
  readonly position: number
}

/** Undefined for what is no plain path, and in strict typing, where every step is checked. */
function fieldPathOf(expression: PlanExpression, compiler: Compiler): RowPath | undefined {
  if (compiler.strict) return undefined
  const names: string[] = []
  let at = expression
  for (; at.kind === 'field'; at = at.operand) names.unshift(at.name)
  if (at.kind !== 'slot' || names.length === 0) return undefined
  const asked = rootSlot(expression) === undefined ? undefined : compiler.fieldsAsked.get(at.slot)
  const position = asked?.get(expressionKey(expression))?.position ?? -1
  return { slot: at.slot, path: new FieldPath(names), position }
}

/**
 * A path into a stored document: straight to the value where the document has it, by `slow`, which may
 * do anything, where it does not.
 */
export function withFieldPath(expression: PlanExpression, slow: Evaluate, compiler: Compiler): Evaluate {
  const found = fieldPathOf(expression, compiler)
  if (found === undefined) return slow
  const { slot, path, position } = found
  const mark = compiler.sites.pathMark(expression)
  if (position === -1) {
    return (frame) => {
      const row = frame.slots[slot]
      return valueIn(row, path) ?? slow(frame)
    }
  }
  return (frame) => {
    const row = frame.slots[slot]
    if (row instanceof HeldFields) {
      const held = row.fields[position] as Value
      if (held.type === 'missing') frame.marks[mark] = 1
      return held
    }
    return valueIn(row, path) ?? slow(frame)
  }
}

/** What lies in a row's bytes at a path; undefined where that must be found out in another way. */
function valueIn(row: Value | undefined, path: FieldPath): Value | undefined {
  return row instanceof FileRow || row instanceof LazyStruct ? row.getPath(path) : undefined
}

/** Where in the bytes of a row's document a path's string lies; false where it leads to anything else. */
export type FindText = (frame: Frame, place: TextPlace) => boolean

/** Undefined for an expression that is no plain path. */
export function compileFindText(expression: PlanExpression, compiler: Compiler): FindText | undefined {
  const found = fieldPathOf(expression, compiler)
  if (found === undefined) return undefined
  const { slot, path } = found
  return (frame, place) => {
    const row = frame.slots[slot]
    return (row instanceof FileRow || row instanceof LazyStruct) && row.findText(path, place)
  }
}

/** Where in a row's document the bytes of a path's value lie; false where the path itself must be evaluated. */
export type FindBytes = (frame: Frame, place: BytesPlace) => boolean

/** Undefined for an expression that is no plain path. */
export function compileFindBytes(expression: PlanExpression, compiler: Compiler): FindBytes | undefined {
  const found = fieldPathOf(expression, compiler)
  if (found === undefined) return undefined
  const { slot, path } = found
  return (frame, place) => {
    const row = frame.slots[slot]
    return row instanceof LazyStruct && row.findBytes(path, place)
  }
}

/** Where in the bytes of a file's row a path's value lies, and its form (packed-fields.ts); -1 where it must be evaluated. */
export type FindField = (frame: Frame, place: TextPlace) => number

/** Undefined for an expression that is no plain path. */
export function compileFindField(expression: PlanExpression, compiler: Compiler): FindField | undefined {
  const found = fieldPathOf(expression, compiler)
  if (found === undefined) return undefined
  const { slot, path } = found
  return (frame, place) => {
    const row = frame.slots[slot]
    return row instanceof FileRow ? row.findField(path, place) : -1
  }
}

/** `a.b = 'text'`, the text the same for all rows: compares the document's own bytes. Undefined for other conditions. */
export function textTest(
  field: PlanExpression,
  wanted: { readonly expression: PlanExpression; readonly evaluate: Evaluate },
  whenEqual: boolean,
  slow: Test,
  compiler: Compiler,
  mark: number,
): Test | undefined {
  const found = fieldPathOf(field, compiler)
  if (found === undefined || !/^(constant|parameter|once)$/.test(wanted.expression.kind)) return undefined
  const { slot, path } = found
  let known: Value | undefined
  let text: WantedText | undefined
  return (frame) => {
    const row = frame.slots[slot]
    // While the comparison is watched, the values themselves are.
    if (frame.marks[mark] === 0 || !(row instanceof FileRow || row instanceof LazyStruct)) return slow(frame)
    const value = wanted.evaluate(frame)
    if (value !== known) {
      known = value
      text = textOf(value)
    }
    const isEqual = text && hasText(row, path, text)
    if (isEqual === undefined) return slow(frame)
    return isEqual === whenEqual
  }
}

function hasText(row: FileRow | LazyStruct, path: FieldPath, text: WantedText): boolean | undefined {
  return row instanceof FileRow ? row.hasTextAt(path, text.bytes) : row.hasTextAt(path, text.value, text.bytes)
}

interface WantedText {
  readonly value: string
  readonly bytes: Uint8Array
}

function textOf(value: Value): WantedText | undefined {
  if ((value.type !== 'string' && value.type !== 'symbol') || hasLoneSurrogate(value.value)) return undefined
  return { value: value.value, bytes: Buffer.from(value.value) }
}
