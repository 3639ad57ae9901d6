import { LedgerError } from '../base/errors.ts'
import { passLoop } from '../base/interruption.ts'
import type { ChangeStep, TargetPath } from '../plan/change-plan.ts'
import type { StructValue, Value } from '../values/value.ts'
import { checkAssignedOnce, hinting, removalHint, targetName } from './change-errors.ts'
import { changeFields, type TopFieldChange } from './change-fields.ts'
import { compileExpression } from './compile-expression.ts'
import { castHelp, computedName } from './compile-path.ts'
import type { DocumentChange } from './document-change.ts'
import { type Change, changeAt, type Step, withoutMarks } from './edit-document.ts'
import { fieldOf } from './field-of.ts'
import { type Evaluate, type Frame, placed, present } from './frame.ts'
import type { Compiler } from './compiler.ts'
import { siteOf } from './type-errors.ts'

type FieldChange = DocumentChange & TopFieldChange

/** The document after the changes; undefined where they remove it. */
export function changedDocument(before: StructValue, changes: readonly DocumentChange[]): Value | undefined {
  let document: Value = before
  if (changes.length > 1) checkAssignedOnce(changes)
  for (let at = 0; at < changes.length; ) {
    passLoop()
    const run = fieldRun(changes, at)
    if (run.length >= fieldRunMin && document.type === 'struct') {
      const changed = changeFields(document, run)
      if (changed !== undefined) {
        document = changed
        at += run.length
        continue
      }
    }
    for (const { path, change, span } of run.length === 0 ? [changes[at] as DocumentChange] : run) {
      passLoop()
      if (path.length === 0 && change.kind === 'remove') return undefined
      document = placed(span, () => changeAt(document, path, change))
      at += 1
    }
  }
  const leavesMarks = changes.some(({ path, change }) => change.kind === 'remove' && path.at(-1)?.kind === 'index')
  return leavesMarks ? withoutMarks(document) : document
}

/** Minimum number of consecutive changes of single fields that are worth one pass; fewer are made one by one. */
const fieldRunMin = 8

/** The changes from there on that set or remove a top-level field. */
function fieldRun(changes: readonly DocumentChange[], from: number): readonly FieldChange[] {
  const run: FieldChange[] = []
  for (let at = from; at < changes.length; at += 1) {
    const one = changes[at] as DocumentChange
    if (!isFieldChange(one)) break
    run.push(one)
  }
  return run
}

function isFieldChange(one: DocumentChange): one is FieldChange {
  const { change } = one
  const [step, second] = one.path
  return step?.kind === 'field' && second === undefined && (change.kind === 'set' || change.kind === 'remove')
}

export type CompiledStep = (frame: Frame) => DocumentChange[]

/** `documentSlot`: of the document before the change. */
export function compileStep(step: ChangeStep, compiler: Compiler, documentSlot: number): CompiledStep {
  const path = compileTarget(step.path, compiler)
  const { span } = step
  if (step.kind === 'remove') {
    const watch = watchRemoval(step, compiler, documentSlot)
    return (frame) => {
      const found = path(frame)
      watch?.(frame, found)
      return [{ path: found, change: { kind: 'remove' }, span }]
    }
  }
  const evaluate = compileExpression(step.value, compiler)
  if (step.kind === 'set') {
    const what = `the value for ${targetName(step.path)}`
    const hint = removalHint(step.path)
    const assigned = (frame: Frame) => present(evaluate(frame), what, step.value.span)
    return (frame) => [{ path: path(frame), change: { kind: 'set', value: hinting(assigned, frame, hint) }, span }]
  }
  const at = step.at && compileExpression(step.at, compiler)
  return (frame) => {
    const value = present(evaluate(frame), 'the value to insert', step.value.span)
    const target = path(frame)
    const isMany = step.form === 'many' && (value.type === 'bag' || value.type === 'list')
    const values = isMany ? value.items : [value]
    const position = at?.(frame)
    return values.map((one) => {
      const change: Change =
        position === undefined
          ? { kind: 'append', value: one }
          : { kind: 'insert', at: position, value: one, replaces: compiler.nullsMissing }
      return { path: target, change, span }
    })
  }
}

/** An element that no list has gets a notice, as a field does that no document has. */
function watchRemoval(step: ChangeStep, compiler: Compiler, documentSlot: number) {
  if (!step.path.some(({ kind }) => kind === 'index')) return undefined
  const site = siteOf(step, compiler, 'removal')
  return (frame: Frame, path: readonly Step[]): void => {
    if (frame.marks[site.mark] === 1) return
    if (leadsTo(frame.slots[documentSlot] as Value, path)) frame.marks[site.mark] = 1
    else frame.observation?.failed(site.mark, 'no document has that element')
  }
}

function leadsTo(document: Value, path: readonly Step[]): boolean {
  let at: Value | undefined = document
  for (const step of path) {
    if (step.kind === 'field') at = at?.type === 'struct' ? fieldOf(at, step.name, step.exact) : undefined
    else at = at?.type === 'list' || at?.type === 'sexp' ? at.items[step.index] : undefined
  }
  return at !== undefined
}

/** The steps of a target for the present row. */
function compileTarget(target: TargetPath, compiler: Compiler): (frame: Frame) => readonly Step[] {
  const parts = target.map((step): ((frame: Frame) => Step | undefined) => {
    if (step.kind === 'field') return () => step
    const index: Evaluate =
      step.kind === 'index' ? compileExpression(step.index, compiler) : (frame) => frame.slots[step.slot] as Value
    const namesFields = step.kind === 'element' || step.byName || compiler.nullsMissing
    if (step.kind === 'element') return (frame) => stepOf(index(frame), true, true)
    return (frame) => placed(step.index.span, () => stepOf(index(frame), false, namesFields))
  })
  const mark = compiler.sites.pathMark(target)
  return (frame) => {
    frame.marks[mark] = 1
    return parts.map((part) => part(frame)).filter((step) => step !== undefined)
  }
}

function stepOf(index: Value, isElement: boolean, namesFields: boolean): Step | undefined {
  if (index.type === 'int') return { kind: 'index', index: Number(index.value) }
  if (!namesFields && (index.type === 'string' || index.type === 'symbol')) {
    throw new LedgerError('evaluator/type-mismatch', computedName, { help: castHelp })
  }
  if (index.type === 'string' || index.type === 'symbol') return { kind: 'field', name: index.value, exact: true }
  // The value was no list: the source stood for it as a whole.
  if (isElement) return undefined
  throw new LedgerError('evaluator/type-mismatch', `a path takes an integer or a string in brackets, not ${index.type}`)
}
