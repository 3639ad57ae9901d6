import { nearName } from '../base/near-name.ts'
import { noticeText } from '../base/notice.ts'
import type { Span } from '../base/span.ts'
import type { TableInfo } from '../plan/catalog.ts'
import type { ChangeStep, InsertPlan } from '../plan/change-plan.ts'
import { partsOf, type PlanPart } from '../plan/plan-parts.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { isAbsent, type StructValue, type Value } from '../values/value.ts'
import type { DocumentChange } from './document-change.ts'
import type { Step } from './edit-document.ts'
import { fieldOf } from './field-of.ts'
import type { Frame } from './frame.ts'
import type { Resolution } from './insert-conflict.ts'
import { isFixed } from './plan-facts.ts'
import { kindOf } from './value-kinds.ts'

/** A field whose values changed their type. */
interface TypeChange {
  readonly from: Value
  readonly to: Value
  readonly span: Span
}

/** What a change did to the types of fields, for a notice where it gave a field another in all documents. */
class TypeChanges {
  readonly #changed = new Map<string, TypeChange>()
  readonly #kept = new Set<string>()
  readonly #emptied = new Map<string, Span>()
  /** Fields whose texts became empty; undefined where one did not. */
  readonly #blanked = new Map<string, Span | undefined>()

  /** A text that is computed. */
  seeText(field: string, before: Value | undefined, after: Value, span: Span): void {
    if (before?.type !== 'string' || before.value === '') return
    const isBlank = after.type === 'string' && after.value === ''
    if (!isBlank) this.#blanked.set(field, undefined)
    else if (!this.#blanked.has(field)) this.#blanked.set(field, span)
  }

  /** A value that may be NULL where that was not written: of a CASE without ELSE, of a sub-query. */
  seeEmptied(field: string, before: Value | undefined, after: Value, span: Span): void {
    if (after.type === 'null' && before !== undefined && !isAbsent(before)) this.#emptied.set(field, span)
  }

  see(field: string, before: Value | undefined, after: Value | undefined, span: Span): void {
    if (before === undefined || after === undefined || isAbsent(before) || isAbsent(after)) return
    if (kindOf(before.type) === kindOf(after.type)) this.#kept.add(field)
    else if (!this.#changed.has(field)) this.#changed.set(field, { from: before, to: after, span })
  }

  /** All fields of a document that takes the place of another. */
  seeAll(before: StructValue, after: Value, span: Span): void {
    if (after.type !== 'struct') return
    for (const [at, name] of after.names.entries()) this.see(name, before.get(name), after.values[at], span)
  }

  remark(frame: Frame): void {
    for (const [field, span] of this.#emptied) {
      const message = `'${noticeText(field)}' is NULL now in documents where it had a value`
      frame.observation?.remark({ code: 'notice/type-changed', message, span })
    }
    for (const [field, span] of this.#blanked) {
      if (span === undefined) continue
      const message = `'${noticeText(field)}' is an empty text now in all documents that were changed`
      frame.observation?.remark({ code: 'notice/type-changed', message, span })
    }
    for (const [field, { from, to, span }] of this.#changed) {
      if (this.#kept.has(field)) continue
      const isQuoted = kindOf(from.type) === 'int' && to.type === 'string' && /^[-+]?\d+(?:\.\d+)?$/.test(to.value)
      const message = `'${noticeText(field)}' was ${from.type} and is ${to.type} now${isQuoted ? '; numbers take no quotes' : ''}`
      frame.observation?.remark({ code: 'notice/type-changed', message, span })
    }
  }
}

/** Collects notices about what the steps of UPDATE and FROM set; undefined if the caller wants no notices. */
export function compileStepRemarks(steps: readonly ChangeStep[]) {
  const isWatched = steps.map(
    (step) => step.kind === 'set' && (compares(step.value) || !readsField(step.value, lastName(step))),
  )
  const mayEmpty = steps.map((step) => step.kind === 'set' && emptiesUnasked(step.value))
  const isComputed = steps.map((step) => step.kind === 'set' && !isFixed(step.value))
  return (frame: Frame) => {
    if (frame.context.observation === undefined) return undefined
    const types = new TypeChanges()
    let looked = 0
    return {
      see(at: number, document: StructValue, changes: readonly DocumentChange[]): void {
        looked += 1
        for (const { path, change, span } of changes) {
          if (looked <= documentsLookedAt && change.kind !== 'remove')
            remarkPartsOf(change.value, valueAt(document, path), textOf(path), span, frame)
          if (change.kind === 'set' && mayEmpty[at])
            types.seeEmptied(textOf(path), valueAt(document, path), change.value, span)
          if (change.kind === 'set' && isComputed[at])
            types.seeText(textOf(path), valueAt(document, path), change.value, span)
          if (change.kind === 'set' && isWatched[at])
            types.see(textOf(path), valueAt(document, path), change.value, span)
          if (change.kind === 'set' && steps[at]?.path.at(-1)?.kind === 'index')
            remarkNewField(document, path, span, frame)
          if (change.kind === 'insert') remarkNewField(document, [...path, stepAt(change.at)], span, frame)
        }
      },
      end: () => types.remark(frame),
    }
  }
}

function lastName({ path }: ChangeStep): string | undefined {
  const last = path.at(-1)
  return last?.kind === 'field' ? last.name.toLowerCase() : undefined
}

function emptiesUnasked(value: PlanExpression): boolean {
  return value.kind === 'query' || (value.kind === 'case' && value.otherwise === undefined)
}

/** `SET a = a = 'x'` */
function compares(value: PlanExpression): boolean {
  return (
    /^(in|between|like|is|quantified)$/.test(value.kind) || (value.kind === 'binary' && /[<=>]|and|or/.test(value.op))
  )
}

/** Whether a value is made of the field itself: then its type was changed on purpose. */
function readsField(part: PlanPart, name: string | undefined): boolean {
  if (part.kind === 'field' && 'operand' in part && part.name.toLowerCase() === name) return true
  return partsOf(part).some((below) => readsField(below, name))
}

function stepAt(at: Value): Step {
  if (at.type === 'string' || at.type === 'symbol') return { kind: 'field', name: at.value, exact: true }
  return { kind: 'index', index: 0 }
}

function textOf(path: readonly Step[]): string {
  return path
    .map((step) => (step.kind === 'field' ? `.${step.name}` : '[]'))
    .join('')
    .replace(/^\./, '')
}

function valueAt(document: Value, path: readonly Step[]): Value | undefined {
  let at: Value | undefined = document
  for (const step of path) {
    if (step.kind === 'field') at = at?.type === 'struct' ? fieldOf(at, step.name, step.exact) : undefined
    else at = at?.type === 'list' || at?.type === 'sexp' ? at.items[step.index] : undefined
  }
  return at
}

/** A field that is added by a computed name, beside one like it. */
function remarkNewField(document: StructValue, path: readonly Step[], span: Span, frame: Frame): void {
  const last = path.at(-1)
  const parent = valueAt(document, path.slice(0, -1))
  if (last?.kind !== 'field' || parent?.type !== 'struct' || parent.get(last.name) !== undefined) return
  remarkNewName(
    last.name,
    parent.names,
    path.length === 1 ? 'the document had no field' : `'${noticeText(textOf(path.slice(0, -1)))}' had no field`,
    span,
    frame,
  )
}

function remarkNewName(name: string, names: Iterable<string>, lack: string, span: Span, frame: Frame): void {
  const near = nearName(name, names)
  if (near === undefined) return
  const message = `${lack} '${noticeText(name)}'; did you mean '${noticeText(near)}'? (it was added)`
  frame.observation?.remark({ code: 'notice/no-such-field', message, span })
}

/** Looks at what INSERT puts in, and what ON CONFLICT makes of documents that exist. */
export function remarkInserted(
  { table, span, conflict }: InsertPlan,
  documents: readonly Value[],
  resolutions: readonly Resolution[],
  frame: Frame,
): void {
  if (frame.context.observation === undefined) return
  const types = new TypeChanges()
  for (const one of resolutions) if (one?.existing !== undefined) types.seeAll(one.existing.value, one.document, span)
  types.remark(frame)
  // SET of DO UPDATE writes no field of the inserted document itself.
  const setsFields = (conflict?.changes.length ?? 0) > 0
  const written = documents.filter((_, at) => {
    const one = resolutions[at]
    return one !== undefined && !(setsFields && one.existing !== undefined)
  })
  remarkNewNames(written, table, span, frame)
}

/**
 * Fields of inserted documents beside those of some documents of the table: a name that these lack but for its spelling, a
 * type that these do not have in it, and a name that a document has twice.
 */
function remarkNewNames(documents: readonly Value[], { tableId, name }: TableInfo, span: Span, frame: Frame): void {
  const known = knownFields(tableId, frame)
  const lack = `no document of ${noticeText(name)} that was looked at has a field`
  for (const document of documents.slice(0, documentsLookedAt)) {
    if (document.type !== 'struct') continue
    const others = [...known.keys()].filter((one) => document.get(one) === undefined)
    for (const [at, field] of document.names.entries()) {
      const value = document.values[at] as Value
      const found = known.get(field)
      if (found === undefined) remarkNewName(field, others, lack, span, frame)
      else {
        remarkNewType(field, found.kinds, value, span, frame)
        remarkWithin(value, found.fields, lack, span, frame)
      }
      if (document.names.indexOf(field) !== at) {
        frame.observation?.remark({ code: 'notice/repeated-field', message: twice(field), span })
      }
    }
  }
}

/** Nested fields by their names alone. Those with digits may be keys, as '2024-01', of which each is new. */
function remarkWithin(value: Value, known: KnownFields, lack: string, span: Span, frame: Frame): void {
  if (known.size === 0) return
  for (const item of itemsWithin(value)) {
    if (item.type !== 'struct') continue
    const others = [...known.keys()].filter((one) => item.get(one) === undefined)
    for (const [at, field] of item.names.entries()) {
      const found = known.get(field)
      if (found !== undefined) remarkWithin(item.values[at] as Value, found.fields, lack, span, frame)
      else if (!/\d/.test(field)) remarkNewName(field, others, lack, span, frame)
    }
  }
}

/** Compares the fields within a value that a change sets, or adds to a list, with those of the value before. */
function remarkPartsOf(value: Value, before: Value | undefined, path: string, span: Span, frame: Frame): void {
  if (before === undefined || itemsWithin(value).every(({ type }) => type !== 'struct')) return
  const fields = new Map<string, KnownField>()
  for (const item of itemsWithin(before)) learnFields(item, fields, nestingLookedAt)
  for (const item of itemsWithin(value)) remarkWithin(item, fields, `'${noticeText(path)}' had no field`, span, frame)
}

function itemsWithin(value: Value): readonly Value[] {
  return value.type === 'list' ? value.items.slice(0, itemsLookedAt) : [value]
}

export function twice(field: string): string {
  return `the struct has '${noticeText(field)}' twice: both are kept, and a path finds the first`
}

function remarkNewType(
  field: string,
  kinds: ReadonlyMap<string, string>,
  value: Value,
  span: Span,
  frame: Frame,
): void {
  if (isAbsent(value) || kinds.size === 0 || kinds.has(kindOf(value.type))) return
  const kind = [...kinds.values()].join(' or ')
  const message = `'${noticeText(field)}' is ${value.type} here and ${kind} in the documents that were looked at`
  frame.observation?.remark({ code: 'notice/type-changed', message, span })
}

/** The fields that documents have, with the kinds of their values and the fields of these; a list's are its elements'. */
type KnownFields = ReadonlyMap<string, KnownField>

interface KnownField {
  /** The first type of each kind. */
  readonly kinds: Map<string, string>
  readonly fields: Map<string, KnownField>
}

/** Those of some documents of a table, which join no reads. */
function knownFields(tableId: string, { context }: Frame): KnownFields {
  const fields = new Map<string, KnownField>()
  let count = 0
  for (const { value } of context.source.someOf?.(tableId, 'user') ?? []) {
    learnFields(value, fields, nestingLookedAt)
    count += 1
    if (count === documentsLookedAt) break
  }
  return fields
}

function learnFields(value: Value, fields: Map<string, KnownField>, depth: number): void {
  if (value.type !== 'struct') return
  for (const [at, name] of value.names.entries()) {
    const known = fields.get(name) ?? { kinds: new Map(), fields: new Map() }
    fields.set(name, known)
    const found = value.values[at]
    if (found === undefined || isAbsent(found)) continue
    if (!known.kinds.has(kindOf(found.type))) known.kinds.set(kindOf(found.type), found.type)
    if (depth > 0) for (const item of itemsWithin(found)) learnFields(item, known.fields, depth - 1)
  }
}

const documentsLookedAt = 8
const itemsLookedAt = 8
const nestingLookedAt = 4
