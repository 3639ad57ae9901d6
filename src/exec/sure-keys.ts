import type { Operator, PlanExpression, TableScan } from '../plan/plan.ts'
import { isAbsent, type Value } from '../values/value.ts'
import { kindOf } from './value-kinds.ts'
import { compileTest } from './compile-operators.ts'
import type { Frame, Test } from './frame.ts'
import { type Compiler, undoubting } from './compiler.ts'
import { compileKeys } from './scan.ts'
import type { SourceRow } from './source.ts'
import { comparingKinds } from './sure-conditions.ts'

type OpenDocuments = (frame: Frame) => Iterator<SourceRow>

/**
 * A look-up in the second look at a change's conditions: it finds nothing for a key of a kind that no document has in that
 * field, which is a doubt as the comparison is. Documents are read until one has it.
 */
export function doubtedKeys(scan: TableScan, open: OpenDocuments, compiler: Compiler): OpenDocuments {
  const { access, source } = scan
  const { doubts } = compiler
  if (doubts === undefined || access.kind === 'scan' || source.kind !== 'table') return open
  const keysFor = compileKeys(access, compiler)
  const { tableId } = source.table
  const fieldOf = fieldReader(access, source.view === 'committed')
  const { span } = access.key
  const found = new WeakMap<Frame, FieldKinds>()
  return (frame) => {
    for (const key of keysFor(frame) ?? []) {
      const kinds = found.get(frame) ?? new FieldKinds(() => frame.context.source.scan(tableId, source.view), fieldOf)
      found.set(frame, kinds)
      const kind = kindOf(key.type)
      const other = fieldOf === undefined ? otherThanText(kind) : kinds.otherThan(kind, frame)
      if (other !== undefined) doubts.note({ message: comparingKinds(other, kind), span, kinds: [other, kind] })
    }
    return open(frame)
  }
}

/**
 * In the second look, whether a look-up found a row rightly: it may give too many, and what their values are says nothing
 * about the key, on which `doubtedKeys` has decided. Undefined where there is nothing to ask.
 */
export function foundByKey(
  input: Operator,
  conditions: readonly PlanExpression[],
  compiler: Compiler,
): Test | undefined {
  if (compiler.doubts === undefined || input.kind !== 'scan-table' || input.access.kind === 'scan') return undefined
  const { key } = input.access
  const served = conditions.find(
    (one) =>
      (one.kind === 'binary' && (one.left === key || one.right === key)) ||
      (one.kind === 'in' && one.collection === key),
  )
  return served && compileTest(served, undoubting(compiler))
}

/** A document's id is a string. */
function otherThanText(kind: string): string | undefined {
  return kind === 'string' ? undefined : 'string'
}

type FieldOf = (row: SourceRow) => Value | undefined

/** Undefined for the document's id. */
function fieldReader(
  access: Exclude<TableScan['access'], { kind: 'scan' }>,
  isCommitted: boolean,
): FieldOf | undefined {
  if (access.kind === 'id') return undefined
  const { field } = access.index
  return ({ value }) => {
    const document = isCommitted ? value.get('data') : value
    return document?.type === 'struct' ? document.get(field) : undefined
  }
}

/** The kinds of a field of a table, of which no more documents are read than must be. */
class FieldKinds {
  readonly #open: () => Iterable<SourceRow>
  readonly #fieldOf: FieldOf | undefined
  readonly #kinds = new Set<string>()
  #isWhole = false

  constructor(open: () => Iterable<SourceRow>, fieldOf: FieldOf | undefined) {
    this.#open = open
    this.#fieldOf = fieldOf
  }

  /** Another kind where no document has this one; undefined where one has it, or none has the field. */
  otherThan(kind: string, frame: Frame): string | undefined {
    if (!this.#kinds.has(kind) && !this.#isWhole) this.#read(kind, frame)
    if (this.#kinds.has(kind)) return undefined
    const [other] = this.#kinds
    return other
  }

  #read(kind: string, frame: Frame): void {
    for (const row of this.#open()) {
      frame.step()
      const value = this.#fieldOf?.(row)
      if (value !== undefined && !isAbsent(value)) this.#kinds.add(kindOf(value.type))
      if (this.#kinds.has(kind)) return
    }
    this.#isWhole = true
  }
}
