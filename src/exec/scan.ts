import { LedgerError } from '../base/errors.ts'
import type { PlanExpression, TableScan, TableSource, ValueScan } from '../plan/plan.ts'
import { isCorrelated } from '../plan/walk-plan.ts'
import { equalityKey } from '../values/compare.ts'
import { mapKeys, mapValues } from '../values/map.ts'
import { bag, int, isAbsent, missing, string, type TimestampValue, type Value } from '../values/value.ts'
import { compileExpression } from './compile-expression.ts'
import { type Doubts, isOfExpression, keepsRows } from './doubts.ts'
import { collect, compileRowSource, compileWholeRows, hasRows } from './compile-query.ts'
import type { Cursor, Evaluate, Frame, Open, OpenRows } from './frame.ts'
import { type Compiler, nowhere } from './compiler.ts'
import type { DocumentSource, SourceRow } from './source.ts'
import { doubtedKeys } from './sure-keys.ts'
import { compileProbe, watchScan } from './watch-scan.ts'
import { SharedRows } from './spill/kept-rows.ts'

type OpenDocuments = (frame: Frame) => Iterator<SourceRow>

/** Documents of a table, found as the plan says. The source counts each one that it hands out. */
export function compileTableScan(scan: TableScan, compiler: Compiler): Open {
  if (scan.source.kind === 'system') return watchScan(systemScan(scan, scan.source.name), scan.slot, compiler)
  const openDocuments = doubtedKeys(scan, documentsOf(scan, compiler, compiler.fieldsAsked.has(scan.slot)), compiler)
  const { slot, atSlot, bySlot } = scan
  const probeOf = compileProbe(slot, compiler)
  return (frame) => {
    const documents = openDocuments(frame)
    const { slots } = frame
    const probe = probeOf(frame)
    // Left alone as soon as every path has been found in a document.
    let asked = probe
    return {
      next() {
        const found = documents.next()
        if (found.done === true) {
          probe?.end()
          return false
        }
        frame.step()
        slots[slot] = found.value.value
        if (bySlot !== undefined) slots[bySlot] = string(found.value.documentId)
        // A table has no order that an ordinal could count.
        if (atSlot !== undefined) slots[atSlot] = missing
        if (asked?.look(found.value.value) === true) asked = undefined
        return true
      },
      close: () => void documents.return?.(),
    }
  }
}

/** `isPassing`: the caller is done with each document before asking for the next. */
function documentsOf(scan: TableScan, compiler: Compiler, isPassing: boolean): OpenDocuments {
  const { source, access } = scan
  if (source.kind === 'history') return historyOf(source, access, compiler)
  if (source.kind !== 'table') throw new LedgerError('semantic/invalid', 'this source has no documents')
  const { table, view } = source
  const { tableId } = table
  const scanAll = (frame: Frame) => frame.context.source.scan(tableId, view, isPassing)[Symbol.iterator]()
  if (access.kind === 'scan') return scanAll
  const keysFor = compileKeys(access, compiler)
  if (access.kind === 'id') {
    return (frame) => {
      const rows = keysFor(frame)?.flatMap((id) => {
        if (id.type !== 'string' && id.type !== 'symbol') return []
        return frame.context.source.findById(tableId, view, id.value) ?? []
      })
      return rows?.[Symbol.iterator]() ?? scanAll(frame)
    }
  }
  const { indexId } = access.index
  return (frame) => {
    const keys = keysFor(frame)
    if (keys === undefined) return scanAll(frame)
    const { source: documents } = frame.context
    if (keys.length === 1) return documents.findByIndex(tableId, view, indexId, keys[0] as Value)[Symbol.iterator]()
    return byKeys(keys, (one) => documents.findByIndex(tableId, view, indexId, one))
  }
}

type LookUp = Exclude<TableScan['access'], { kind: 'scan' }>

/**
 * The keys of a look-up; undefined where they can't be had. Then the table is scanned, and the condition, which stays,
 * raises the error for the first row, if there is one.
 */
export function compileKeys(access: LookUp, compiler: Compiler): (frame: Frame) => readonly Value[] | undefined {
  const key = compileExpression(access.key, compiler.family.read)
  return (frame) => {
    try {
      return keysOf(key(frame), access.many)
    } catch (error) {
      if (isOfExpression(error)) return undefined
      throw error
    }
  }
}

/** The present keys of a look-up, each once. Above all, none for NULL: nothing equals it. */
function keysOf(key: Value, many: boolean): readonly Value[] {
  if (!many) return isAbsent(key) ? [] : [key]
  if (key.type !== 'list' && key.type !== 'bag' && key.type !== 'sexp') return []
  const present = key.items.filter((item) => !isAbsent(item))
  return [...new Map(present.map((item) => [equalityKey(item), item])).values()]
}

/** A document is given once, though an index may find too much for one key. */
function* byKeys(keys: readonly Value[], find: (key: Value) => Iterable<SourceRow>): Generator<SourceRow> {
  const given = new Set<string>()
  for (const key of keys) {
    for (const row of find(key)) {
      if (given.has(row.documentId)) continue
      given.add(row.documentId)
      yield row
    }
  }
}

function historyOf(
  source: Extract<TableSource, { kind: 'history' }>,
  access: TableScan['access'],
  compiler: Compiler,
): OpenDocuments {
  const bounds = [source.from, source.to].map((bound) => bound && compileExpression(bound, compiler))
  const spans = [source.from?.span, source.to?.span]
  const keysFor = access.kind === 'id' ? compileKeys(access, compiler) : undefined
  return (frame) => {
    const [from, to] = bounds.map((bound, position): TimestampValue | undefined => {
      const value = bound?.(frame)
      if (value === undefined || value.type === 'timestamp') return value
      const span = spans[position]
      throw new LedgerError('evaluator/invalid', `history() takes timestamps as its bounds, not ${value.type}`, {
        ...(span === undefined ? {} : { span }),
      })
    })
    const { source: documents } = frame.context
    const { tableId } = source.table
    const ids = documents.historyOf === undefined ? undefined : keysFor?.(frame)
    if (ids === undefined) return documents.history(tableId, from, to)[Symbol.iterator]()
    return revisionsOf(ids, tableId, documents, from, to)
  }
}

function* revisionsOf(
  ids: readonly Value[],
  tableId: string,
  documents: DocumentSource,
  from: TimestampValue | undefined,
  to: TimestampValue | undefined,
): Generator<SourceRow> {
  for (const id of ids) {
    if (id.type === 'string' || id.type === 'symbol') yield* documents.historyOf?.(tableId, id.value, from, to) ?? []
  }
}

function systemRows(frame: Frame, name: string): Iterable<Value> {
  const rows = frame.context.source.systemView(name)
  if (rows !== undefined) return rows
  throw new LedgerError('semantic/no-such-variable', `No such variable named 'information_schema.${name}'`)
}

function systemScan({ slot, atSlot, bySlot }: TableScan, name: string): Open {
  return (frame) => {
    const rows = systemRows(frame, name)[Symbol.iterator]()
    for (const unused of [atSlot, bySlot]) if (unused !== undefined) frame.slots[unused] = missing
    return {
      next() {
        const found = rows.next()
        if (found.done === true) return false
        frame.step()
        frame.slots[slot] = found.value
        return true
      },
      close: () => void rows.return?.(),
    }
  }
}

/** A table where a value is asked for. */
export function tableBag(source: TableSource, compiler: Compiler): Evaluate {
  if (source.kind === 'system') return (frame) => bag([...systemRows(frame, source.name)])
  const scan: TableScan = {
    kind: 'scan-table',
    source,
    access: { kind: 'scan' },
    alias: '',
    slot: 0,
    atSlot: undefined,
    bySlot: undefined,
  }
  const open = documentsOf(scan, compiler, false)
  return (frame) => {
    const documents = open(frame)
    const rows: Iterator<Value> = {
      next() {
        frame.step()
        const found = documents.next()
        return found.done === true ? found : { done: false, value: found.value.value }
      },
    }
    return bag(collect(rows, frame))
  }
}

/** A FROM source that is no table: a sub-query streams, any other value is ranged over. */
export function compileValueScan(scan: ValueScan, compiler: Compiler): Open {
  if (scan.unpivot) return compileUnpivot(scan, compiler)
  const { value } = scan
  if (value.kind === 'query' && value.coercion === 'none' && hasRows(value.query)) return rowScan(scan, compiler)
  const evaluate = compileExpression(value, compiler)
  if (value.kind === 'global') return globalScan(scan, value.name, evaluate, compiler)
  return unlessDoubtful((found, frame) => range(scan, found, frame, compiler), evaluate, compiler)
}

/** The rows of a value; in the second look at a change's rows none of one that is in doubt. */
function unlessDoubtful(rows: (value: Value, frame: Frame) => Cursor, evaluate: Evaluate, { doubts }: Compiler): Open {
  if (doubts === undefined) return (frame) => rows(evaluate(frame), frame)
  return (frame) => {
    const before = doubts.count
    const value = evaluate(frame)
    return rows(doubts.count === before ? value : noRows, frame)
  }
}

const noRows = bag([])

/** A value bound to a name: a list streams if its holder allows that. */
function globalScan(scan: ValueScan, name: string, evaluate: Evaluate, compiler: Compiler): Open {
  const { slot, atSlot, bySlot } = scan
  const isPassing = compiler.fieldsAsked.has(slot)
  return (frame) => {
    const rows = frame.context.source.globalRows?.(name, isPassing)?.[Symbol.iterator]()
    if (rows === undefined) return range(scan, evaluate(frame), frame, compiler)
    if (bySlot !== undefined) frame.slots[bySlot] = missing
    let ordinal = 0
    return {
      next() {
        const found = rows.next()
        if (found.done === true) return false
        frame.step()
        frame.slots[slot] = found.value
        if (atSlot !== undefined) frame.slots[atSlot] = int(ordinal)
        ordinal += 1
        return true
      },
      close: () => void rows.return?.(),
    }
  }
}

function rowScan(scan: ValueScan, compiler: Compiler): Open {
  const query = (scan.value as Extract<PlanExpression, { kind: 'query' }>).query
  if (compiler.doubts !== undefined && !keepsRows(query)) {
    const rows = compileWholeRows(query, compiler)
    return unlessDoubtful((found, frame) => range(scan, found, frame, compiler), rows, compiler)
  }
  const { open, ordered } = compileRowSource(query, compiler)
  const { slot, atSlot } = scan
  const openRows = isCorrelated(query) ? open : openedOnce(open, compiler.doubts === undefined ? scan : {}, compiler)
  return (frame) => {
    const rows = openRows(frame)
    if (scan.bySlot !== undefined) frame.slots[scan.bySlot] = missing
    let ordinal = 0
    return {
      next() {
        const found = rows.next()
        if (found.done === true) return false
        frame.slots[slot] = found.value
        if (atSlot !== undefined) frame.slots[atSlot] = ordinalOf(ordered, ordinal, scan, compiler)
        ordinal += 1
        return true
      },
      close: () => void rows.return?.(),
    }
  }
}

/**
 * A sub-query that is opened for every row of another source, and gives the same rows each time, streams the first time
 * and is held from the second on. `node`: under which.
 */
function openedOnce(open: OpenRows, node: object, { doubts }: Compiler): OpenRows {
  return (frame) => {
    if (!frame.sharedRows.has(node)) {
      frame.sharedRows.set(node, undefined)
      return doubts === undefined ? open(frame) : noting(open(frame), node, doubts, frame)
    }
    const doubt = frame.doubts.get(node)
    if (doubt !== undefined) doubts?.note(doubt)
    const shared = frame.sharedRows.get(node) ?? new SharedRows(open(frame), frame.memory)
    frame.sharedRows.set(node, shared)
    return shared.read()
  }
}

/** Rows that leave what was in doubt about them for those who read them again. */
function* noting(
  rows: Iterator<Value, undefined>,
  node: object,
  doubts: Doubts,
  frame: Frame,
): Generator<Value, undefined> {
  try {
    for (;;) {
      const before = doubts.count
      const found = rows.next()
      if (doubts.count !== before && doubts.last !== undefined) frame.doubts.set(node, doubts.last)
      if (found.done === true) return
      yield found.value
    }
  } finally {
    rows.return?.()
  }
}

/** The ordinal of a list's element; the elements of a bag have none. */
function ordinalOf(ordered: boolean, ordinal: number, scan: ValueScan, compiler: Compiler): Value {
  return ordered ? int(ordinal) : nowhere(compiler, scan.span, 'AT needs a list: a bag has no order')
}

/**
 * Ranges over a value: the elements of a list or bag; anything else is one row in permissive typing (specification,
 * section 5.1). A nested collection that a document lacks gives no row, as in QLDB.
 */
function range(scan: ValueScan, value: Value, frame: Frame, compiler: Compiler): Cursor {
  const { slot, atSlot, bySlot } = scan
  const { slots } = frame
  if (bySlot !== undefined) slots[bySlot] = missing
  const isList = value.type === 'list' || value.type === 'sexp'
  if (!isList && value.type !== 'bag') return single(scan, value, frame, compiler)
  const { items } = value
  let position = 0
  return {
    next() {
      if (position === items.length) return false
      frame.step()
      slots[slot] = items[position] as Value
      if (atSlot !== undefined) slots[atSlot] = ordinalOf(isList, position, scan, compiler)
      position += 1
      return true
    },
    close() {},
  }
}

function single(scan: ValueScan, value: Value, frame: Frame, compiler: Compiler): Cursor {
  let given = scan.unnests && value.type === 'missing'
  if (!given) nowhere(compiler, scan.span, `FROM takes a list or a bag, not ${value.type}`)
  return {
    next() {
      if (given) return false
      given = true
      frame.slots[scan.slot] = value
      if (scan.atSlot !== undefined) frame.slots[scan.atSlot] = missing
      return true
    },
    close() {},
  }
}

interface Attributes {
  readonly names: readonly (string | Value)[]
  readonly values: readonly Value[]
}

function attributesOf(value: Value): Attributes {
  switch (value.type) {
    case 'struct':
      return value
    case 'map':
      return { names: mapKeys(value), values: mapValues(value) }
    case 'missing':
      return { names: [], values: [] }
    default:
      return { names: ['_1'], values: [value] }
  }
}

function nameAt(names: readonly (string | Value)[], at: number): Value {
  const name = names[at] as string | Value
  return typeof name === 'string' ? string(name) : name
}

/**
 * UNPIVOT: a struct's attributes, or a map's values by their keys; another value counts as the struct {'_1': value}
 * (specification, section 5.2).
 */
function compileUnpivot(scan: ValueScan, compiler: Compiler): Open {
  const evaluate = compileExpression(scan.value, compiler)
  const { slot, atSlot, bySlot } = scan
  const rows = (value: Value, frame: Frame): Cursor => {
    const { names, values } = attributesOf(value)
    if (values[0] === value || value.type === 'missing')
      nowhere(compiler, scan.span, `UNPIVOT takes a struct, not ${value.type}`)
    if (bySlot !== undefined) frame.slots[bySlot] = missing
    let position = 0
    return {
      next() {
        if (position === names.length) return false
        frame.step()
        frame.slots[slot] = values[position] as Value
        if (atSlot !== undefined) frame.slots[atSlot] = nameAt(names, position)
        position += 1
        return true
      },
      close() {},
    }
  }
  return unlessDoubtful(rows, evaluate, compiler)
}
