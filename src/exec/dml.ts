import { LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { ChangePlan, InsertPlan, ReturningPlan } from '../plan/change-plan.ts'
import { equals } from '../values/compare.ts'
import { missing, string, struct, structOf, type StructValue, type Value } from '../values/value.ts'
import { refuseAbsentNames } from './refuse-absent-names.ts'
import { compileExpression } from './compile-expression.ts'
import { type Frame, placed, present } from './frame.ts'
import { type Compiler, writing } from './compiler.ts'
import { compileOperator } from './operators.ts'
import { copiedIdSlot, namingDocument, plainPath } from './change-errors.ts'
import { changedDocument, compileStep } from './change-steps.ts'
import { compileStepRemarks, remarkInserted } from './change-remarks.ts'
import type { DocumentChange } from './document-change.ts'
import { compileConflict, type Resolution } from './insert-conflict.ts'
import { forEachRow } from './saved-rows.ts'
import { compileRefuseContradictions } from './refuse-contradictions.ts'
import { compileRefuseImpossible } from './refuse-impossible.ts'
import type { DocumentSink } from './source.ts'
import { compileSure } from './sure-conditions.ts'
import { compileLook } from './watch-scan.ts'
import { compileSureCopies, compileSureRows } from './sure-rows.ts'
import { compileSureValues, valuesOf } from './sure-values.ts'

/** A compiled statement that changes something: gives its result rows when all is done. */
export type Execute = (frame: Frame) => readonly Value[]

export function sinkOf(frame: Frame, span: Span): DocumentSink {
  const { sink } = frame.context
  if (sink !== undefined) return sink
  throw new LedgerError('evaluator/invalid', 'only queries are allowed here', { span })
}

/**
 * INSERT: all documents are known, and what ON CONFLICT makes of each, before the first is put in. One row {documentId}
 * for each that is put in or changed, in their order.
 */
export function compileInsert(plan: InsertPlan, compiler: Compiler): Execute {
  const values = writing(compiler)
  const isQuery = plan.value.kind === 'query'
  const written = compileExpression(plan.value, isQuery ? values.family.copy : values)
  const idSlot = isQuery ? copiedIdSlot(plan.value) : undefined
  const evaluate = idSlot === undefined ? written : namingDocument(written, idSlot, compiler)
  const refuseImpossible = compileRefuseImpossible(plan, compiler)
  const refuseContradictions = compileRefuseContradictions(plan)
  const checkCopies = compileSureCopies(plan.value, compiler)
  const sureValue = isQuery ? undefined : compileSureValues([plan.value], undefined, compiler)
  const resolve = plan.conflict === undefined ? undefined : compileConflict(plan.conflict, plan, compiler)
  const returning = compileReturning(plan.returning, compiler)
  const { tableId } = plan.table
  return (frame) => {
    refuseImpossible?.(frame)
    refuseContradictions?.(frame)
    const value = present(evaluate(frame), 'the document', plan.value.span)
    const isMany = plan.form === 'many' && (value.type === 'bag' || value.type === 'list')
    const documents = isMany ? value.items : [value]
    checkCopies?.(frame, documents.length)
    sureValue?.start()
    sureValue?.row(frame)
    sureValue?.end()
    const sink = sinkOf(frame, plan.span)
    const resolutions = resolve?.(frame, documents) ?? documents.map(inserted)
    if (resolutions.some((one) => one !== undefined)) refuseAbsentNames(frame)
    remarkInserted(plan, documents, resolutions, frame)
    const rows: Value[] = []
    for (const resolution of resolutions) {
      frame.step()
      if (resolution === undefined) continue
      const { existing, document } = resolution
      const documentId = placed(plan.span, () => {
        if (existing === undefined) return sink.insert(tableId, document)
        sink.replace(tableId, existing.documentId, document)
        return existing.documentId
      })
      if (returning === undefined) rows.push(structOf({ documentId: string(documentId) }))
      else rows.push(returning(frame, existing?.value, document.type === 'struct' ? document : undefined))
    }
    return rows
  }
}

function inserted(document: Value): Resolution {
  return { existing: undefined, document }
}

interface Target {
  readonly documentId: string
  rows: number
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
  const steps = plan.changes.map((step) =>
    namingDocument(compileStep(step, values, plan.documentSlot), plan.idSlot, compiler),
  )
  const sure = compileSure(plan.input, compiler)
  const checkRow = sure && namingDocument(sure, plan.idSlot, compiler)
  const checkRows = compileSureRows(plan, compiler)
  const refuseImpossible = compileRefuseImpossible(plan, compiler)
  const refuseContradictions = compileRefuseContradictions(plan)
  const sureValues = compileSureValues(valuesOf(plan.changes), plan.idSlot, compiler)
  const remarks = compileStepRemarks(plan.changes)
  const returning = compileReturning(plan.returning, compiler)
  const { tableId } = plan.table
  const change = ({ before, changes }: Target) => {
    try {
      return changedDocument(before, changes)
    } catch (error) {
      throw compiler.nullsMissing ? error : plainPath(error)
    }
  }
  const rowsPerDocument = compiler.nullsMissing ? assignmentRows(plan) : 1
  return (frame) => {
    refuseImpossible?.(frame)
    refuseContradictions?.(frame)
    const targets = new Map<string, Target>()
    sureValues?.start()
    const remarked = remarks(frame)
    forEachRow(open(frame), () => {
      checkRow?.(frame)
      const target = targetOf(frame, plan, targets)
      for (const [at, step] of steps.entries()) {
        const made = step(frame)
        remarked?.see(at, target.before, made)
        target.changes.push(...made)
      }
      sureValues?.row(frame)
    })
    checkRows?.(frame, targets)
    sureValues?.end()
    if (targets.size > 0) refuseAbsentNames(frame)
    remarked?.end()
    const sink = sinkOf(frame, plan.span)
    const rows = [...targets.values()].map((target) => {
      const after = change(target)
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

/** That of the present row. */
function targetOf(frame: Frame, plan: ChangePlan, targets: Map<string, Target>): Target {
  const documentId = documentIdOf(frame, plan)
  const before = frame.slots[plan.documentSlot] as StructValue
  const target = targets.get(documentId) ?? { documentId, rows: 0, before, changes: [] }
  targets.set(documentId, target)
  target.rows += 1
  return target
}

/** An outer join gives rows without a document, too. */
function documentIdOf({ slots }: Frame, { idSlot, table, span }: ChangePlan): string {
  const id = slots[idSlot]
  if (id?.type === 'string') return id.value
  throw new LedgerError('evaluator/invalid', `FROM gives a row without a document of '${table.name}'`, {
    span,
    help: 'an inner join leaves such rows out',
  })
}

/**
 * QLDB gave a row for each assignment of each document: the Node sample's test of RenewDriversLicense, which sets two
 * dates, asserts two equal rows (aws-samples/amazon-qldb-dmv-sample-nodejs, src/test/Sequence.test.ts at 4d722f7).
 */
function assignmentRows({ changes }: ChangePlan): number {
  return Math.max(1, changes.filter(({ kind }) => kind === 'set').length)
}

type CompiledReturning = (frame: Frame, before: StructValue | undefined, after: StructValue | undefined) => Value

function compileReturning(plan: ReturningPlan | undefined, compiler: Compiler): CompiledReturning | undefined {
  if (plan === undefined) return undefined
  const row = compileExpression(plan.row, compiler)
  const versions = plan.versions.map((version) => ({ ...version, look: compileLook(version.slot, compiler) }))
  return (frame, before, after) => {
    for (const { which, slot, look } of versions) {
      const isOld = which === 'all-old' || which === 'modified-old'
      const [document, other] = isOld ? [before, after] : [after, before]
      const shown = which.startsWith('modified') && document !== undefined ? modified(document, other) : document
      frame.slots[slot] = shown ?? missing
      look(frame)
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
