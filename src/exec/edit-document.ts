import { LedgerError } from '../base/errors.ts'
import {
  list,
  type ListValue,
  sexp,
  type SexpValue,
  struct,
  type StructValue,
  symbol,
  type Value,
} from '../values/value.ts'

/** A step that is known: a field or an element. */
export type Step =
  | { readonly kind: 'field'; readonly name: string; readonly exact: boolean }
  | { readonly kind: 'index'; readonly index: number }

/**
 * Changes inside a document, each giving a new value that shares what did not change. Elements that are removed leave a
 * mark, so that the other elements keep their numbers until every change of a statement is done: see withoutMarks.
 */
export type Change =
  | { readonly kind: 'set'; readonly value: Value }
  | { readonly kind: 'remove' }
  | { readonly kind: 'append'; readonly value: Value }
  /** `replaces`: an existing field is replaced, as in QLDB. */
  | { readonly kind: 'insert'; readonly at: Value; readonly value: Value; readonly replaces: boolean }

/** Stands where an element was removed. */
const removedMark = symbol('removed', ['$qldb_removed'])

/**
 * Makes one change where a path leads. SET and INSERT AT a name make the last field when it is missing; everything
 * before it must be there: LedgerError 'evaluator/no-such-path' in QLDB's words. REMOVE of nothing changes nothing.
 */
export function changeAt(value: Value, path: readonly Step[], change: Change): Value {
  const [step, ...rest] = path
  if (step === undefined) return changeHere(value, change)
  if (step.kind === 'field' && value.type === 'struct') return changeField(value, step, rest, change)
  if (step.kind === 'index' && (value.type === 'list' || value.type === 'sexp')) {
    const element = value.items[step.index]
    if (element === undefined) return unreachablePath(value, path, change)
    const isRemoval = rest.length === 0 && change.kind === 'remove'
    return withItem(value, step.index, isRemoval ? removedMark : changeAt(element, rest, change))
  }
  return unreachablePath(value, path, change)
}

function changeField(
  value: StructValue,
  step: Extract<Step, { kind: 'field' }>,
  rest: readonly Step[],
  change: Change,
): Value {
  const { names, values } = value
  let position = names.indexOf(step.name)
  if (position === -1 && !step.exact) {
    const lower = step.name.toLowerCase()
    position = names.findIndex((name) => name.toLowerCase() === lower)
  }
  if (rest.length === 0 && (change.kind === 'remove' || (change.kind === 'set' && change.value.type === 'missing'))) {
    if (position === -1) return value
    const keep = (_: unknown, at: number) => at !== position
    return struct(names.filter(keep), values.filter(keep), value.annotations)
  }
  if (position === -1) {
    if (rest.length > 0 || change.kind !== 'set') return unreachablePath(value, [step, ...rest], change)
    return struct([...names, step.name], [...values, change.value], value.annotations)
  }
  const changed = values.slice()
  changed[position] = changeAt(values[position] as Value, rest, change)
  return struct(names, changed, value.annotations)
}

function changeHere(value: Value, change: Change): Value {
  switch (change.kind) {
    case 'set':
      return change.value
    case 'remove':
      return removedMark
    case 'append':
      if (value.type === 'list') return list([...value.items, change.value], value.annotations)
      if (value.type === 'sexp') return sexp([...value.items, change.value], value.annotations)
      throw new LedgerError('evaluator/type-mismatch', `INSERT INTO takes the path of a list, not of ${value.type}`, {
        help: 'name the field to add to a struct with AT',
      })
    case 'insert':
      return insertAt(value, change)
  }
}

const appending = 'AT takes a position that the list has; without AT the value is appended'

/** INSERT … AT: an existing index, or the name of a field. */
function insertAt(value: Value, change: Extract<Change, { kind: 'insert' }>): Value {
  const { at, value: inserted, replaces } = change
  if (value.type === 'struct' && (at.type === 'string' || at.type === 'symbol')) {
    if (!replaces && value.get(at.value) !== undefined) throw fieldExists(at.value)
    return changeAt(value, [{ kind: 'field', name: at.value, exact: true }], { kind: 'set', value: inserted })
  }
  if ((value.type === 'list' || value.type === 'sexp') && at.type === 'int') {
    const index = Number(at.value)
    if (index < 0 || index >= value.items.length) throw noSuchPath([{ kind: 'index', index }], appending)
    return withItems(value, [...value.items.slice(0, index), inserted, ...value.items.slice(index)])
  }
  throw new LedgerError('evaluator/type-mismatch', `INSERT … AT ${at.type} does not fit a value of type ${value.type}`)
}

function fieldExists(name: string): LedgerError {
  return new LedgerError('evaluator/invalid', `the field '${name}' already exists`, {
    help: 'SET path = value replaces a field',
  })
}

function withItem(value: ListValue | SexpValue, index: number, item: Value): Value {
  const items = value.items.slice()
  items[index] = item
  return withItems(value, items)
}

function withItems(value: ListValue | SexpValue, items: readonly Value[]): Value {
  return value.type === 'list' ? list(items, value.annotations) : sexp(items, value.annotations)
}

function unreachablePath(value: Value, path: readonly Step[], change: Change): Value {
  if (change.kind === 'remove') return value
  throw noSuchPath(path)
}

/** QLDB's words, recorded for an index; the form of a field's part is inferred from it. */
function noSuchPath(path: readonly Step[], help?: string): LedgerError {
  const parts = path.map((step) => (step.kind === 'index' ? `Index(index=${step.index})` : `Field(name=${step.name})`))
  const message = `Document path cannot be resolved: the remaining path was not found: DocumentPath(path=[${parts.join(', ')}])`
  return new LedgerError('evaluator/no-such-path', message, help === undefined ? {} : { help })
}

/** The document without the elements that were removed; undefined when it was removed itself. */
export function withoutMarks(value: Value): Value | undefined {
  if (value === removedMark) return undefined
  if (value.type === 'struct') {
    const values = value.values.map((field) => withoutMarks(field) as Value)
    return values.every((field, at) => field === value.values[at])
      ? value
      : struct(value.names, values, value.annotations)
  }
  if (value.type !== 'list' && value.type !== 'sexp') return value
  const items = value.items.map(withoutMarks)
  if (items.every((item, at) => item === value.items[at])) return value
  return withItems(
    value,
    items.filter((item) => item !== undefined),
  )
}
