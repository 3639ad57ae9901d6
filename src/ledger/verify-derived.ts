import { BugError } from '../base/assert.ts'
import { equalBytes } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { reportFindingsMax, verifyBatchBytes } from '../base/limits.ts'
import { BatchedWrites } from '../store/gathered-writes.ts'
import type { Store, WriteTransaction } from '../store/store.ts'
import { readBlock } from './block-cache.ts'
import { firstLocalSymbol, SymbolDictionary } from '../values/symbols.ts'
import { applyBlock, type Derived } from './apply-block.ts'
import {
  derivedRange,
  describeKey,
  isBlockKey,
  type Range,
  strangeRanges,
  symbolRange,
  wholeJournalRange,
} from './keys.ts'
import { putNewSymbols } from './ledger-symbols.ts'
import { derivedOf } from './rebuild.ts'
import { asBuffer, type Origin, type Reader, readIdentity, readState } from './records.ts'

/** What the comparison of a ledger's derived data with its journal found. */
export interface DerivedReport {
  /** One line each: the record and what is wrong with it. At most reportFindingsMax are kept. */
  readonly findings: readonly string[]
  readonly findingCount: number
  readonly records: number
  /** Whether derived data accounts for all blocks; not so after a rebuild that was broken off, until it is gone on with. */
  readonly isComplete: boolean
}

/** Told how far the replay is; may throw to stop it. */
export type OnReplay = (sequenceNo: number) => void | Promise<void>

/**
 * Derives everything anew from the blocks into `scratch`, which must be empty, and compares it record by record with
 * what the ledger has. The blocks must have been checked before: what follows from unsound ones means nothing.
 *
 * `hasRedactions`: field names of data that has been redacted since may stand in the ledger's dictionary, and nothing in
 * the journal tells them any more; so the replay numbers its symbols as the ledger does. A name that is wrong there
 * shows in every document that has it.
 */
export async function verifyDerived(
  source: Reader,
  last: number,
  hasRedactions: boolean,
  scratch: Store,
  onReplay: OnReplay,
): Promise<DerivedReport> {
  const findings: string[] = []
  const tip = tipOf(source)
  if (tip === undefined) return { ...none, findings: ["the ledger's state: it can't be read"] }
  if (tip > last) return { ...none, findings: [`the state says that block ${tip} is the last, it is ${last}`] }
  try {
    await replay(source, tip, hasRedactions, scratch, onReplay)
  } catch (error) {
    if (!(error instanceof BugError) && !(error instanceof LedgerError)) throw error
    if (error instanceof LedgerError && error.kind !== 'corrupt' && error.kind !== 'input') throw error
    return { ...none, findings: [`the blocks can't be applied: ${error.message}`] }
  }
  const view = scratch.snapshot()
  try {
    let findingCount = 0
    let records = 0
    for (const difference of differences(source, view, () => (records += 1))) {
      findingCount += 1
      if (findings.length < reportFindingsMax) findings.push(difference)
    }
    return { findings, findingCount, records, isComplete: tip === last }
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

async function replay(
  source: Reader,
  tip: number,
  hasRedactions: boolean,
  scratch: Store,
  onReplay: OnReplay,
): Promise<void> {
  const origin = readIdentity(source)?.origin
  const first = origin?.firstSequenceNo ?? 0
  const batches = new BatchedWrites(scratch, verifyBatchBytes)
  try {
    let derived: Derived | undefined
    for (let sequenceNo = first; sequenceNo <= tip; sequenceNo += 1) {
      if ((sequenceNo - first) % blocksBetweenTurns === 0) await onReplay(sequenceNo)
      const target = withBlocksOf(source, batches.view)
      derived ??= firstDerived(source, target, origin, hasRedactions)
      derived = applyBlock(target, readBlock(source, sequenceNo), derived)
      if (batches.isFull) await batches.flush()
    }
    await batches.flush()
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
  hasRedactions: boolean,
): Derived {
  const derived = derivedOf(target, origin)
  return hasRedactions ? withSymbolsOf(source, target, derived) : derived
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

/** Walks both in the order of their keys. */
function* differences(found: Reader, expected: Reader, onRecord: () => void): Generator<string> {
  const left = derivedEntries(found)
  const right = derivedEntries(expected)
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
function* derivedEntries(reader: Reader): Generator<Entry> {
  const [before, behindIdentity, last] = strangeRanges as [Range, Range, Range]
  yield* reader.range(before)
  yield* reader.range(behindIdentity)
  for (const entry of reader.range(wholeJournalRange)) if (!isBlockKey(entry[0])) yield entry
  yield* reader.range(derivedRange)
  yield* reader.range(last)
}

type Entry = readonly [key: Uint8Array, value: Uint8Array]

function orderOf(left: IteratorResult<Entry>, right: IteratorResult<Entry>): number {
  if (left.done === true) return 1
  if (right.done === true) return -1
  return Buffer.compare(left.value[0], right.value[0])
}
