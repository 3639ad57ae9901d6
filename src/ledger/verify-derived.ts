import { BugError } from '../base/assert.ts'
import { asBuffer, equalBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { reportFindingsMax, verifyBatchBytes } from '../base/limits.ts'
import { nearName } from '../base/near-name.ts'
import { BatchedWrites } from '../store/gathered-writes.ts'
import type { Store, WriteTransaction } from '../store/store.ts'
import { readBlock } from './block-cache.ts'
import { firstLocalSymbol, SymbolDictionary } from '../values/symbols.ts'
import { applyBlock, type Derived, type KeepsTable } from './apply-block.ts'
import type { CatalogState, TableDefinition } from './catalog.ts'
import {
  catalogTableNumber,
  derivedRange,
  describeKey,
  isBlockKey,
  ownerOfKey,
  type Range,
  strangeRanges,
  symbolRange,
  wholeJournalRange,
} from './keys.ts'
import { putNewSymbols } from './ledger-symbols.ts'
import { derivedOf } from './rebuild.ts'
import { decodePlace, type Origin, type Reader, readIdentity, readState } from './records.ts'

/** What the comparison of a ledger's derived data with its journal found. */
export interface DerivedReport {
  /** One line each: the record and what is wrong with it. At most reportFindingsMax are kept. */
  readonly findings: readonly string[]
  readonly findingCount: number
  readonly records: number
  /** Whether derived data accounts for all blocks; not so after an interrupted rebuild, until it resumes. */
  readonly isComplete: boolean
  /** What was looked at, where it was one table only. */
  readonly table?: TableScope
}

/** The tables of one name; several, when they were dropped and made again. */
export interface TableScope {
  readonly tables: readonly TableDefinition[]
  /** Tables that were not looked at. */
  readonly others: number
}

/** Told how far the replay is; may throw to stop it. */
export type OnReplay = (sequenceNo: number) => void | Promise<void>

/**
 * Derives everything again from the blocks into `scratch`, which must be empty, and compares it record by record with
 * what the ledger has. The blocks must have been checked before: what follows from unsound ones means nothing.
 *
 * `hasRedactions`: field names of data that has been redacted since may stand in the ledger's dictionary, and nothing in
 * the journal tells them any more; so the replay numbers its symbols as the ledger does. A name that is wrong there
 * shows in every document that has it.
 *
 * `table`: only the tables of that name or id, and the catalog, are derived and compared. Symbols then come from the ledger
 * as well, for the other tables' are not derived. Throws LedgerError 'usage/invalid-argument' when there is none.
 */
export async function verifyDerived(
  source: Reader,
  last: number,
  hasRedactions: boolean,
  scratch: Store,
  onReplay: OnReplay,
  table?: string,
): Promise<DerivedReport> {
  const findings: string[] = []
  const tip = tipOf(source)
  if (tip === undefined) return { ...none, findings: ["the ledger's state: it can't be read"] }
  if (tip > last) return { ...none, findings: [`the state says that block ${tip} is the last, it is ${last}`] }
  const keeps: KeepsTable | undefined = table === undefined ? undefined : isNamed(table)
  let catalog: CatalogState | undefined
  try {
    catalog = (
      await replay(source, tip, { takesSymbols: hasRedactions || keeps !== undefined, keeps }, scratch, onReplay)
    )?.catalog
  } catch (error) {
    if (!(error instanceof BugError) && !(error instanceof LedgerError)) throw error
    if (error instanceof LedgerError && error.kind !== 'corrupt' && error.kind !== 'input') throw error
    return { ...none, findings: [`the blocks can't be applied: ${error.message}`] }
  }
  const scope = table === undefined ? undefined : scopeOf(table, catalog)
  const isCompared = scope && ownedBy(scope, catalog)
  const view = scratch.snapshot()
  try {
    let findingCount = 0
    let records = 0
    for (const difference of differences(source, view, () => (records += 1), isCompared)) {
      findingCount += 1
      if (findings.length < reportFindingsMax) findings.push(difference)
    }
    const report = { findings, findingCount, records, isComplete: tip === last }
    return scope === undefined ? report : { ...report, table: scope }
  } finally {
    view.release()
  }
}

/** The last block that derived data accounts for; -1: none. Undefined when the record of it is damaged. */
function tipOf(source: Reader): number | undefined {
  try {
    return readState(source)?.tip ?? -1
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

const none = { findingCount: 1, records: 0, isComplete: false }

interface ReplayOptions {
  readonly takesSymbols: boolean
  readonly keeps: KeepsTable | undefined
}

async function replay(
  source: Reader,
  tip: number,
  how: ReplayOptions,
  scratch: Store,
  onReplay: OnReplay,
): Promise<Derived | undefined> {
  const origin = readIdentity(source)?.origin
  const first = origin?.firstSequenceNo ?? 0
  const batches = new BatchedWrites(scratch, verifyBatchBytes)
  try {
    let derived: Derived | undefined
    for (let sequenceNo = first; sequenceNo <= tip; sequenceNo += 1) {
      if ((sequenceNo - first) % blocksBetweenTurns === 0) await onReplay(sequenceNo)
      const target = withBlocksOf(source, batches.view)
      derived ??= firstDerived(source, target, origin, how)
      derived = applyBlock(target, readBlock(source, sequenceNo), derived)
      if (batches.isFull) await batches.flush()
    }
    await batches.flush()
    return derived
  } finally {
    batches.drop()
  }
}

/** Blocks that are applied between two calls of OnReplay. */
const blocksBetweenTurns = 64

function firstDerived(
  source: Reader,
  target: WriteTransaction,
  origin: Origin | undefined,
  { takesSymbols, keeps }: ReplayOptions,
): Derived {
  const derived = { ...derivedOf(target, origin), keeps }
  return takesSymbols ? withSymbolsOf(source, target, derived) : derived
}

/** Before the first block: the ledger's dictionary as it is now. */
function withSymbolsOf(source: Reader, target: WriteTransaction, before: Derived): Derived {
  const end = readState(source)?.symbolsEnd ?? firstLocalSymbol
  const texts = [...source.range(symbolRange(firstLocalSymbol, end))].map(([, value]) => asBuffer(value).toString())
  const symbols = new SymbolDictionary(texts)
  putNewSymbols(target, symbols, firstLocalSymbol)
  return { ...before, state: { ...before.state, symbolsEnd: symbols.texts.length }, symbols }
}

/** The scratch store's transaction with the ledger's blocks in it: a redaction reads them, and writes them as they are. */
function withBlocksOf(source: Reader, transaction: WriteTransaction): WriteTransaction {
  return {
    get: (key) => (isBlockKey(key) ? source.get(key) : transaction.get(key)),
    range: (range) => transaction.range(range),
    put: (key, value) => {
      if (!isBlockKey(key)) transaction.put(key, value)
    },
    remove: (key) => transaction.remove(key),
  }
}

function isNamed(table: string): KeepsTable {
  return ({ name, tableId }) => name === table || tableId === table
}

function scopeOf(wanted: string, catalog: CatalogState | undefined): TableScope {
  const all = [...(catalog?.tables.values() ?? [])]
  const tables = all.filter(isNamed(wanted))
  if (tables.length > 0) return { tables, others: all.length - tables.length }
  const near = nearName(
    wanted,
    all.map(({ name }) => name),
  )
  const help = near === undefined ? 'give the name or id of a table' : `did you mean '${near}'?`
  throw new LedgerError('usage/invalid-argument', `the ledger never had a table '${wanted}'`, { help })
}

/** The records that a check of some tables compares: theirs, their indexes', and the catalog. */
function ownedBy({ tables }: TableScope, catalog: CatalogState | undefined): IsCompared {
  const numbers = new Set<number>([catalogTableNumber])
  const indexes = new Set<number>()
  for (const { tableId, indexes: defined } of tables) {
    numbers.add(catalog?.tables.get(tableId)?.number ?? catalogTableNumber)
    for (const { indexId } of defined) indexes.add(catalog?.indexNumbers.get(indexId) ?? -1)
  }
  return ([key, value]) => {
    const owner = ownerOfKey(key)
    // A place that was cut is of no table: it is compared.
    if (owner === 'document') return value.length !== placeBytes || numbers.has(decodePlace(value, '').tableNumber)
    if (typeof owner === 'string') return owner === 'catalog'
    return 'table' in owner ? numbers.has(owner.table) : indexes.has(owner.index)
  }
}

/** Walks both in the order of their keys. */
function* differences(
  found: Reader,
  expected: Reader,
  onRecord: () => void,
  isCompared: IsCompared = () => true,
): Generator<string> {
  const left = derivedEntries(found, isCompared)
  const right = derivedEntries(expected, isCompared)
  let has = left.next()
  let wants = right.next()
  while (has.done !== true || wants.done !== true) {
    const order = orderOf(has, wants)
    if (order <= 0) onRecord()
    if (order < 0) yield `${describeKey((has.value as Entry)[0])}: it should not be there`
    else if (order > 0) yield `${describeKey((wants.value as Entry)[0])}: it is missing`
    else if (!equalBytes((has.value as Entry)[1], (wants.value as Entry)[1]))
      yield `${describeKey((has.value as Entry)[0])}: it is not what follows from the journal`
    if (order <= 0) has = left.next()
    if (order >= 0) wants = right.next()
  }
}

/** In the order of their keys; records that no ledger has count as derived ones that should not be there. */
function* derivedEntries(reader: Reader, isCompared: IsCompared): Generator<Entry> {
  for (const entry of allEntries(reader)) if (isCompared(entry)) yield entry
}

function* allEntries(reader: Reader): Generator<Entry> {
  const [before, behindIdentity, last] = strangeRanges as [Range, Range, Range]
  yield* reader.range(before)
  yield* reader.range(behindIdentity)
  for (const entry of reader.range(wholeJournalRange)) if (!isBlockKey(entry[0])) yield entry
  yield* reader.range(derivedRange)
  yield* reader.range(last)
}

/** Of a document's place, as records.ts writes it. */
const placeBytes = 10

type IsCompared = (entry: Entry) => boolean

type Entry = readonly [key: Uint8Array, value: Uint8Array]

function orderOf(left: IteratorResult<Entry>, right: IteratorResult<Entry>): number {
  if (left.done === true) return 1
  if (right.done === true) return -1
  return Buffer.compare(left.value[0], right.value[0])
}
