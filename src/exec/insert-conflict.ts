import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import type { TableInfo } from '../plan/catalog.ts'
import type { ConflictPlan, InsertPlan } from '../plan/change-plan.ts'
import { equalityKey } from '../values/compare.ts'
import { isAbsent, string, struct, type StructValue, type Value } from '../values/value.ts'
import { printIon } from '../values/text-writer.ts'
import { namingDocument } from './change-errors.ts'
import { changedDocument, compileStep } from './change-steps.ts'
import type { DocumentChange } from './document-change.ts'
import { ConflictKinds } from './conflict-kinds.ts'
import { compileTest } from './compile-operators.ts'
import type { Frame } from './frame.ts'
import { type Compiler, writing } from './compiler.ts'
import { columnsOf } from './plan-facts.ts'
import type { SourceRow } from './source.ts'
import { compileSure } from './sure-conditions.ts'
import { compileSureValues, valuesOf } from './sure-values.ts'
import { compileLook } from './watch-scan.ts'

/** What becomes of an inserted document: put in, or in place of `existing`; undefined: nothing. */
export type Resolution = { readonly existing: SourceRow | undefined; readonly document: Value } | undefined
type Resolve = (frame: Frame, documents: readonly Value[]) => readonly Resolution[]

/**
 * ON CONFLICT: finds the document that has the key of each inserted one. No key says that it is unique, so every doubt is
 * an error: a key that is absent, one that several documents of the statement have, one that several of the table have.
 * All is read before anything is written; the look-ups and scans join the transaction's reads, so that another's insert
 * of the same key is a conflict.
 */
export function compileConflict(
  plan: ConflictPlan,
  { table, value }: Pick<InsertPlan, 'table' | 'value'>,
  compiler: Compiler,
): Resolve {
  const change = compileExisting(plan, compiler)
  const columns = plan.action === 'replace' ? (columnsOf(value) ?? []) : []
  return (frame, documents) => {
    const inserted = new Map<string, StructValue>()
    const keys = documents.map((document) => {
      // The ledger refuses it in its own words.
      if (document.type !== 'struct') return undefined
      const key = keyOfInserted(document, plan)
      if (inserted.has(key)) throw conflictError(plan, `two inserted documents have ${keyText(document, plan)}`)
      inserted.set(key, document)
      return key
    })
    const existing = findExisting(inserted, plan, table, frame)
    if (existing.size > 0) checkColumns(columns, documents, plan)
    const kinds = new ConflictKinds(plan, table, frame)
    return documents.map((document, at): Resolution => {
      const row = existing.get(keys[at] ?? '')
      if (row === undefined && document.type === 'struct') kinds.check(document)
      if (row === undefined || document.type !== 'struct') return { existing: undefined, document }
      frame.step()
      return change(frame, row, document)
    })
  }
}

/** INSERT … SELECT leaves a column out that its source lacks; REPLACE would remove a field for one that no source has. */
function checkColumns(columns: readonly string[], documents: readonly Value[], plan: ConflictPlan): void {
  const lacks = (column: string) => (one: Value) => one.type === 'struct' && one.get(column) === undefined
  const lacking = columns.find((column) => documents.every(lacks(column)))
  if (lacking === undefined) return
  throw conflictError(
    plan,
    `no row has a value for '${lacking}', and REPLACE leaves nothing of what was there`,
    removal,
  )
}

const removal = 'leave the column out to remove the field, or write COALESCE(…, NULL)'

function conflictError({ span }: ConflictPlan, message: string, help?: string): LedgerError {
  return new LedgerError('evaluator/invalid', message, { span, ...(help === undefined ? {} : { help }) })
}

/** A text that two documents share exactly when their keys are equal; undefined where a part of the key is absent. */
function keyOf(document: StructValue, { key }: ConflictPlan): string | undefined {
  const parts: string[] = []
  for (const field of key) {
    const value = document.get(field)
    if (value === undefined || isAbsent(value)) return undefined
    parts.push(equalityKey(value))
  }
  return JSON.stringify(parts)
}

function keyOfInserted(document: StructValue, plan: ConflictPlan): string {
  for (const field of plan.key) {
    const value = document.get(field)
    if (value !== undefined && value.type === 'null')
      throw conflictError(plan, `the key '${field}' of an inserted document is NULL`)
    if (document.names.indexOf(field) !== document.names.lastIndexOf(field))
      throw conflictError(plan, `an inserted document has two fields '${field}', its key`)
  }
  const key = keyOf(document, plan)
  if (key !== undefined) return key
  const absent = plan.key.find((field) => document.get(field) === undefined) ?? ''
  const near = nearName(absent, document.names)
  throw conflictError(plan, `an inserted document has no field '${absent}', its key`, near && `did you mean '${near}'?`)
}

/** `vin = "a", n = 1`, for messages. */
function keyText(document: StructValue, { key }: ConflictPlan): string {
  const text = key.map((field) => `${field} = ${printIon(document.get(field) as Value)}`).join(', ')
  return text.length <= keyTextMax ? text : `${text.slice(0, keyTextMax)}…`
}

/** Characters of a key in a message. */
const keyTextMax = 200

/** The table's documents with the keys of the inserted ones. */
function findExisting(
  inserted: ReadonlyMap<string, StructValue>,
  plan: ConflictPlan,
  table: TableInfo,
  frame: Frame,
): ReadonlyMap<string, SourceRow> {
  const found = new Map<string, SourceRow>()
  // What an index finds are not all documents.
  const unseen = plan.index === undefined ? new UnseenKeys(plan, table) : undefined
  for (const row of candidates(inserted, plan, table, frame)) {
    frame.step()
    unseen?.read(row.value)
    const key = keyOf(row.value, plan)
    const document = key === undefined ? undefined : inserted.get(key)
    if (key === undefined || document === undefined) continue
    if (found.has(key) && found.get(key)?.documentId !== row.documentId) {
      const text = `several documents of '${table.name}' have ${keyText(document, plan)}`
      throw conflictError(plan, text, 'ON CONFLICT takes a key that at most one document has')
    }
    found.set(key, row)
  }
  unseen?.check()
  return found
}

/** A key that no document has, of a table that has some, is a name misspelt: every insert would be another document. */
class UnseenKeys {
  readonly #plan: ConflictPlan
  readonly #table: TableInfo
  #unseen: readonly string[]
  #names: readonly string[] | undefined

  constructor(plan: ConflictPlan, table: TableInfo) {
    this.#plan = plan
    this.#table = table
    this.#unseen = plan.key
  }

  read(document: StructValue): void {
    this.#names = document.names
    if (this.#unseen.length === 0) return
    this.#unseen = this.#unseen.filter((field) => document.get(field) === undefined)
  }

  /** Throws LedgerError 'evaluator/invalid'. */
  check(): void {
    const [field] = this.#unseen
    if (field === undefined || this.#names === undefined) return
    const near = nearName(field, this.#names)
    const text = `no document of '${this.#table.name}' has a field '${field}', the key`
    throw conflictError(
      this.#plan,
      text,
      near ? `did you mean '${near}'?` : 'INSERT puts in the first document with it',
    )
  }
}

function* candidates(
  inserted: ReadonlyMap<string, StructValue>,
  { index }: ConflictPlan,
  { tableId }: TableInfo,
  frame: Frame,
): Generator<SourceRow> {
  const { source } = frame.context
  if (index === undefined) {
    if (inserted.size > 0) yield* source.scan(tableId, 'user')
    return
  }
  // Several keys may share the indexed field's value.
  const asked = new Set<string>()
  for (const document of inserted.values()) {
    const value = document.get(index.field) as Value
    const key = equalityKey(value)
    if (asked.has(key)) continue
    asked.add(key)
    yield* source.findByIndex(tableId, 'user', index.indexId, value)
  }
}

type ChangeExisting = (frame: Frame, existing: SourceRow, document: StructValue) => Resolution

function compileExisting(plan: ConflictPlan, compiler: Compiler): ChangeExisting {
  if (plan.action === 'nothing') return () => undefined
  const values = writing(compiler)
  const steps = plan.changes.map((step) =>
    namingDocument(compileStep(step, values, plan.existingSlot), plan.idSlot, compiler),
  )
  const isChosen = compileChoice(plan, compiler)
  const sureValues = compileSureValues(valuesOf(plan.changes), plan.idSlot, compiler)
  const looks = [plan.existingSlot, plan.excludedSlot].map((slot) => compileLook(slot, compiler))
  const after = (frame: Frame, before: StructValue, document: StructValue): Value | undefined => {
    if (plan.action === 'replace') return document
    if (steps.length === 0) return merged(before, document)
    const changes: DocumentChange[] = steps.flatMap((step) => step(frame))
    return changedDocument(before, changes)
  }
  return (frame, existing, document) => {
    frame.slots[plan.existingSlot] = existing.value
    frame.slots[plan.excludedSlot] = document
    frame.slots[plan.idSlot] = string(existing.documentId)
    for (const look of looks) look(frame)
    if (!isChosen(frame)) return undefined
    sureValues?.start()
    sureValues?.row(frame)
    sureValues?.end()
    const result = after(frame, existing.value, document)
    if (result?.type !== 'struct' || keyOf(result, plan) !== keyOf(document, plan)) {
      throw conflictError(plan, `ON CONFLICT would change the key of document '${existing.documentId}'`)
    }
    return { existing, document: result }
  }
}

/** WHERE behind the action: as the condition of an UPDATE. */
function compileChoice({ where, idSlot }: ConflictPlan, compiler: Compiler): (frame: Frame) => boolean {
  if (where === undefined) return () => true
  const test = compileTest(where, compiler)
  const sure = compileSure({ kind: 'filter', input: { kind: 'one-row' }, conditions: [where] }, compiler)
  const checkRow = sure && namingDocument(sure, idSlot, compiler)
  return (frame) => {
    if (!test(frame)) return false
    checkRow?.(frame)
    return true
  }
}

/** The existing document's fields in their order, with the values that the other has; then what the other has more. */
function merged(before: StructValue, document: StructValue): StructValue {
  // A name that is set again keeps its place.
  const fields = new Map([...valuesByName(before), ...valuesByName(document)])
  const pairs = [...fields].flatMap(([name, values]) => values.map((value) => [name, value] as const))
  return struct(
    pairs.map(([name]) => name),
    pairs.map(([, value]) => value),
    before.annotations,
  )
}

/** Ion lets a name stand several times. */
function valuesByName({ names, values }: StructValue): Map<string, Value[]> {
  const found = new Map<string, Value[]>()
  names.forEach((name, at) => {
    const value = values[at] as Value
    const same = found.get(name)
    if (same === undefined) found.set(name, [value])
    else same.push(value)
  })
  return found
}
