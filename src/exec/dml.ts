import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { ChangePlan, ChangeStep, InsertPlan, ReturningPlan, TargetPath } from '../plan/plan.ts'
import { equals } from '../values/compare.ts'
import { missing, string, struct, structOf, type StructValue, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { type Change, changeAt, type Step, withoutMarks } from './edit-document.ts'
import { type Compiler, type Evaluate, type Frame, placed, present, writing } from './frame.ts'
import { compileOperator } from './operators.ts'
import { checkAssignedOnce, copiedIdSlot, hinting, namingDocument, removalHint, targetName } from './change-errors.ts'
import { forEachRow } from './saved-rows.ts'
import type { DocumentSink } from './source.ts'
import { compileSure } from './sure-conditions.ts'

/** A compiled statement that changes something: gives its result rows when all is done. */
export type Execute = (frame: Frame) => readonly Value[]

export function sinkOf(frame: Frame, span: Span): DocumentSink {
  const { sink } = frame.context
  if (sink !== undefined) return sink
  throw new LedgerError('evaluator/invalid', 'only queries are allowed here', { span })
}

/** INSERT: all documents are known before the first is put in; one row {documentId} for each, in their order. */
export function compileInsert(plan: InsertPlan, compiler: Compiler): Execute {
  const values = writing(compiler)
  const isQuery = plan.value.kind === 'query'
  const written = compileExpression(plan.value, isQuery ? values.family.copy : values)
  const idSlot = isQuery ? copiedIdSlot(plan.value) : undefined
  const evaluate = idSlot === undefined ? written : namingDocument(written, idSlot, compiler)
  const returning = compileReturning(plan.returning, compiler)
  return (frame) => {
    const value = present(evaluate(frame), 'the document', plan.value.span)
    const isMany = plan.form === 'many' && (value.type === 'bag' || value.type === 'list')
    const documents = isMany ? value.items : [value]
    const sink = sinkOf(frame, plan.span)
    return documents.map((document) => {
      const documentId = placed(plan.span, () => sink.insert(plan.table.tableId, document))
      frame.step()
      if (returning === undefined) return structOf({ documentId: string(documentId) })
      return returning(frame, undefined, document.type === 'struct' ? document : undefined)
    })
  }
}

export interface DocumentChange {
  readonly path: readonly Step[]
  readonly change: Change
  readonly span: Span
}

interface Target {
  readonly documentId: string
  readonly before: StructValue
  readonly changes: DocumentChange[]
}

/**
 * UPDATE, DELETE and FROM …: first all rows are read and every right-hand side evaluated against the documents as they
 * were; then each document is changed and put back. So no change is seen by the statement itself.
 */
export function compileChange(plan: ChangePlan, compiler: Compiler): Execute {
  const open = compileOperator(plan.input, compiler)
  const values = writing(compiler)
  const steps = plan.changes.map((step) => namingDocument(compileStep(step, values), plan.idSlot, compiler))
  const sure = compileSure(plan.input, compiler)
  const checkRow = sure && namingDocument(sure, plan.idSlot, compiler)
  const returning = compileReturning(plan.returning, compiler)
  const { tableId } = plan.table
  const rowsPerDocument = compiler.nullsMissing ? assignmentRows(plan) : 1
  return (frame) => {
    const targets = new Map<string, Target>()
    forEachRow(open(frame), () => {
      checkRow?.(frame)
      const id = frame.slots[plan.idSlot]
      const documentId = id?.type === 'string' ? id.value : ''
      let target = targets.get(documentId)
      if (target === undefined) {
        target = { documentId, before: frame.slots[plan.documentSlot] as StructValue, changes: [] }
        targets.set(documentId, target)
      }
      for (const step of steps) target.changes.push(...step(frame))
    })
    const sink = sinkOf(frame, plan.span)
    const rows = [...targets.values()].map((target) => {
      const after = changed(target)
      placed(plan.span, () => {
        if (after === undefined) sink.remove(tableId, target.documentId)
        else sink.replace(tableId, target.documentId, after)
      })
      frame.step()
      if (returning === undefined) return structOf({ documentId: string(target.documentId) })
      return returning(frame, target.before, after?.type === 'struct' ? after : undefined)
    })
    return rowsPerDocument === 1 ? rows : rows.flatMap((row) => new Array<Value>(rowsPerDocument).fill(row))
  }
}

/**
 * QLDB gave a row for each assignment of each document: the Node sample's test of RenewDriversLicense, which sets two
 * dates, asserts two equal rows (aws-samples/amazon-qldb-dmv-sample-nodejs, src/test/Sequence.test.ts at 4d722f7).
 */
function assignmentRows({ changes }: ChangePlan): number {
  return Math.max(1, changes.filter(({ kind }) => kind === 'set').length)
}

function changed({ before, changes }: Target): Value | undefined {
  let document: Value = before
  if (changes.length > 1) checkAssignedOnce(changes)
  for (const { path, change, span } of changes) {
    if (path.length === 0 && change.kind === 'remove') return undefined
    document = placed(span, () => changeAt(document, path, change))
  }
  const leavesMarks = changes.some(({ path, change }) => change.kind === 'remove' && path.at(-1)?.kind === 'index')
  return leavesMarks ? withoutMarks(document) : document
}

type CompiledStep = (frame: Frame) => Target['changes']

function compileStep(step: ChangeStep, compiler: Compiler): CompiledStep {
  const path = compileTarget(step.path, compiler)
  const { span } = step
  if (step.kind === 'remove') return (frame) => [{ path: path(frame), change: { kind: 'remove' }, span }]
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
        position === undefined ? { kind: 'append', value: one } : { kind: 'insert', at: position, value: one }
      return { path: target, change, span }
    })
  }
}

/** The steps of a target for the present row. */
function compileTarget(target: TargetPath, compiler: Compiler): (frame: Frame) => readonly Step[] {
  const parts = target.map((step): ((frame: Frame) => Step | undefined) => {
    if (step.kind === 'field') return () => step
    const index: Evaluate =
      step.kind === 'index' ? compileExpression(step.index, compiler) : (frame) => frame.slots[step.slot] as Value
    return (frame) => stepOf(index(frame), step.kind === 'element')
  })
  const mark = compiler.sites.pathMark(target)
  return (frame) => {
    frame.marks[mark] = 1
    return parts.map((part) => part(frame)).filter((step) => step !== undefined)
  }
}

function stepOf(index: Value, isElement: boolean): Step | undefined {
  if (index.type === 'int') return { kind: 'index', index: Number(index.value) }
  if (index.type === 'string' || index.type === 'symbol') return { kind: 'field', name: index.value, exact: true }
  // The value was no list: the source stood for it as a whole.
  if (isElement) return undefined
  throw new LedgerError('evaluator/type-mismatch', `a path takes an integer or a string in brackets, not ${index.type}`)
}

type CompiledReturning = (frame: Frame, before: StructValue | undefined, after: StructValue | undefined) => Value

function compileReturning(plan: ReturningPlan | undefined, compiler: Compiler): CompiledReturning | undefined {
  if (plan === undefined) return undefined
  const row = compileExpression(plan.row, compiler)
  return (frame, before, after) => {
    for (const { which, slot } of plan.versions) {
      const isOld = which === 'all-old' || which === 'modified-old'
      const [document, other] = isOld ? [before, after] : [after, before]
      const shown = which.startsWith('modified') && document !== undefined ? modified(document, other) : document
      frame.slots[slot] = shown ?? missing
    }
    return row(frame)
  }
}

/** The top-level fields that differ from the other version. */
function modified(document: StructValue, other: StructValue | undefined): StructValue {
  const kept = document.names.flatMap((name, at): [string, Value][] => {
    const value = document.values[at] as Value
    const counterpart = other?.get(name)
    return counterpart !== undefined && equals(value, counterpart) ? [] : [[name, value]]
  })
  return struct(
    kept.map(([name]) => name),
    kept.map(([, value]) => value),
  )
}
