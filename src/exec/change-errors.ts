import { LedgerError } from '../base/errors.ts'
import { fieldHelp } from '../base/hints.ts'
import type { Operator, PlanExpression } from '../plan/plan.ts'
import type { TargetPath } from '../plan/change-plan.ts'
import { equals } from '../values/compare.ts'
import type { DocumentChange } from './document-change.ts'
import type { Frame } from './frame.ts'
import type { Compiler } from './compiler.ts'

/** Adds to an error of a change's values which document it was, and what may have been meant. */
export function namingDocument<T>(work: (frame: Frame) => T, idSlot: number, compiler: Compiler): (frame: Frame) => T {
  return (frame) => {
    try {
      return work(frame)
    } catch (error) {
      const id = frame.slots[idSlot]
      if (!(error instanceof LedgerError) || id?.type !== 'string') throw error
      // QLDB's own texts about types stay as they were recorded.
      if (compiler.nullsMissing && error.code !== 'evaluator/missing-value') throw error
      throw reworded(error, `${error.message} (document '${id.value}')`, error.help)
    }
  }
}

/** Adds to a missing value's help how a field is removed. */
export function hinting<T>(work: (frame: Frame) => T, frame: Frame, hint: string | undefined): T {
  try {
    return work(frame)
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'evaluator/missing-value' || hint === undefined) throw error
    throw reworded(error, error.message, `${error.help ?? fieldHelp}; ${hint}`)
  }
}

function reworded(error: LedgerError, message: string, help: string | undefined): LedgerError {
  const { code, span, cause, others } = error
  return new LedgerError(code, message, {
    cause: cause ?? error,
    others,
    ...(span === undefined ? {} : { span }),
    ...(help === undefined ? {} : { help }),
  })
}

const documentPath = /DocumentPath\(path=\[(.*)\]\)$/

/** QLDB's text of a path that leads nowhere, which was recorded, with help in the words of a statement. */
export function plainPath(error: unknown): unknown {
  const path =
    error instanceof LedgerError && error.code === 'evaluator/no-such-path' && documentPath.exec(error.message)
  if (!(error instanceof LedgerError) || !path) return error
  const steps = (path[1] as string)
    .replace(/(?:, )?Index\(index=(-?\d+)\)/g, '[$1]')
    .replace(/(?:, )?Field\(name=(.*?)\)/g, '.$1')
  const help = error.help ?? 'SET adds a last field only: everything before it must be there'
  return reworded(error, error.message, `nothing is at '${steps.replace(/^\./, '')}': ${help}`)
}

/** How the field that SET names is removed; undefined for the document itself and for elements. */
export function removalHint(path: TargetPath): string | undefined {
  if (path.length === 0 || path.some((step) => step.kind !== 'field')) return undefined
  return `REMOVE ${targetName(path).replaceAll("'", '')} removes the field`
}

/** `Owners.PrimaryOwner`, as a statement writes it. */
export function targetName(path: TargetPath): string {
  const name = path.map((step) => (step.kind === 'field' ? `.${step.name}` : '[…]')).join('')
  return name === '' ? 'the document' : `'${name.replace(/^\./, '')}'`
}

/**
 * The slot of the source document's id while a row of INSERT … SELECT is made; undefined where a row is made of several
 * documents, or of none.
 */
export function copiedIdSlot(value: PlanExpression): number | undefined {
  if (value.kind !== 'query' || value.query.kind !== 'select') return undefined
  let at: Operator = value.query.input
  while (at.kind === 'filter' || at.kind === 'sort' || at.kind === 'let') at = at.input
  while (at.kind === 'join') at = at.left
  return at.kind === 'scan-table' ? at.bySlot : undefined
}

/**
 * Refuses two assignments to one path, which also come from two rows of one document: the first would be lost. The same
 * value twice is no loss.
 */
export function checkAssignedOnce(changes: readonly DocumentChange[]): void {
  const assigned = new Map<string, DocumentChange>()
  for (const one of changes) {
    if (one.change.kind !== 'set') continue
    const key = JSON.stringify(one.path.map((step) => (step.kind === 'field' ? step.name : step.index)))
    const earlier = assigned.get(key)
    assigned.set(key, one)
    if (earlier?.change.kind !== 'set' || equals(earlier.change.value, one.change.value)) continue
    throw new LedgerError('evaluator/invalid', `${targetName(pathOf(one))} is assigned two different values`, {
      span: one.span,
      help: 'a nested source gives several rows for one document: let WHERE choose one of them',
    })
  }
}

function pathOf({ path }: DocumentChange): TargetPath {
  return path.map((step) => (step.kind === 'field' ? step : { kind: 'element', slot: 0 }))
}
