import { equalityKey } from '../values/compare.ts'
import { int, type Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { hashOfKeys } from './key-hash.ts'
import { type FileRow, compareNumbers, numberAt, type RowStream } from './spill/row-file.ts'
import { SortedRuns } from './spill/sorted-rows.ts'
import { type RowTaker, WaitingRows } from './spill/waiting-rows.ts'
import { Holding } from './statement-memory.ts'
import { identityOf } from './value-map.ts'

/** A set by value: two values are one exactly when they are equal (`=`), and NULL and MISSING are one. */
class ValueSet {
  readonly #texts = new Set<string>()
  readonly #others = new Set<string | number>()

  constructor(first: Value) {
    this.has(first, true)
  }

  /** Whether the value is in it; if not, it is added when `adds`. */
  has(value: Value, adds: boolean): boolean {
    const isText = value.type === 'string' || value.type === 'symbol'
    return isText ? hasOrAdds(this.#texts, value.value, adds) : hasOrAdds(this.#others, identityOf(value), adds)
  }
}

function hasOrAdds<T>(set: Set<T>, key: T, adds: boolean): boolean {
  if (!adds) return set.has(key)
  const before = set.size
  set.add(key)
  return set.size === before
}

/** About what a set takes. */
const setBytes = 500
/** Estimated bytes of a key of a set, without its text. */
const keyBytes = 72

function bytesOf(value: Value): number {
  switch (value.type) {
    case 'string':
    case 'symbol':
      return keyBytes + value.value.length
    case 'list':
    case 'sexp':
    case 'bag':
    case 'map':
    case 'struct':
      return keyBytes + equalityKey(value).length
    default:
      return keyBytes
  }
}

/** Of a value among those of its set: whether it came before, came for the first time, or waits for room. */
type Standing = 'known' | 'first' | 'waits'

/**
 * Finds which values come for the first time, in one or many sets by number. Once they have no room for more, values that
 * are new to them wait (spill/waiting-rows.ts), and `later` gives the first of each in the order in which they came.
 */
class FirstValues implements RowTaker {
  readonly #frame: Frame
  readonly #waits: boolean
  readonly #holding: Holding
  readonly #sets = new Map<number, ValueSet>()
  #isFull = false
  #waiting: WaitingRows | undefined
  #waitingCount = 0
  #refused: readonly Value[] = []
  /** Those that waited, a run for each partition. */
  #later: SortedRuns | undefined

  /** Unless it `waits`, a value without room is refused. */
  constructor(frame: Frame, waits: boolean) {
    this.#frame = frame
    this.#waits = waits
    this.#holding = new Holding(frame.memory)
  }

  /** Takes a value; one that waits is given later. Throws LedgerError 'evaluator/limit' where it may not wait. */
  add(number: number, value: Value): Standing {
    const standing = this.#standingOf(number, value)
    if (standing !== 'waits') return standing
    if (!this.#waits) throw this.#frame.memory.refusal()
    this.#waiting ??= new WaitingRows(this.#frame, this)
    this.#waitingCount += 1
    this.#waiting.add([int(this.#waitingCount), int(number), value])
    return standing
  }

  /** After the last value: rows of a place in the order, the number of the set, and the value. */
  later(): RowStream {
    if (this.#waiting === undefined) return { next: () => undefined }
    this.#forget()
    this.#later = new SortedRuns(compareNumbers, this.#frame)
    this.#waiting.takeAll()
    return this.#later.merged()
  }

  take(row: FileRow): boolean {
    const standing = this.#standingOf(numberAt(row, 1), row[2] as Value)
    if (standing === 'first') this.#later?.append(row)
    return standing !== 'waits'
  }

  hashAt(level: number): number {
    return hashOfKeys(this.#refused, level)
  }

  endKeys(): void {
    this.#forget()
    this.#later?.endRun()
  }

  close(): void {
    this.#forget()
    this.#waiting?.close()
    this.#later?.close()
  }

  #standingOf(number: number, value: Value): Standing {
    const set = this.#sets.get(number)
    if (set?.has(value, !this.#isFull) === true) return 'known'
    if (this.#isFull) {
      this.#refused = [int(number), value]
      return 'waits'
    }
    if (set === undefined) this.#sets.set(number, new ValueSet(value))
    this.#isFull = !this.#holding.hold(bytesOf(value) + (set === undefined ? setBytes : 0))
    return 'first'
  }

  #forget(): void {
    this.#sets.clear()
    this.#isFull = false
    this.#holding.release()
  }
}

/** Many DISTINCTs of aggregates: each value is taken once, in the order in which values first came. */
export class DistinctValues {
  readonly #frame: Frame
  readonly #values: FirstValues
  readonly #takers: ((value: Value) => void)[] = []

  /** `waits`: `finish` is called before results are asked for; otherwise too many values are refused. */
  constructor(frame: Frame, waits: boolean) {
    this.#frame = frame
    this.#values = new FirstValues(frame, waits)
  }

  /** A DISTINCT of its own: what it gives is to be called for every value; `take` is, at once or later, for new ones. */
  start(take: (value: Value) => void): (value: Value) => void {
    const number = this.#takers.push(take) - 1
    return (value) => {
      if (this.#values.add(number, value) === 'first') take(value)
    }
  }

  /** Has the values taken that wait. */
  finish(): void {
    const rows = this.#values.later()
    for (let row = rows.next(); row !== undefined; row = rows.next()) {
      this.#frame.step()
      const take = this.#takers[numberAt(row, 1)] as (value: Value) => void
      take(row[2] as Value)
    }
  }

  close(): void {
    this.#values.close()
  }
}

/** One DISTINCT whose values are pulled: those that are new at once, those that had to wait after the last. */
export class DistinctRows {
  readonly #frame: Frame
  readonly #values: FirstValues
  #later: RowStream | undefined

  constructor(frame: Frame) {
    this.#frame = frame
    this.#values = new FirstValues(frame, true)
  }

  /** Whether the value came for the first time; false, too, for one that waits. */
  isNew(value: Value): boolean {
    return this.#values.add(0, value) === 'first'
  }

  /** After the last value: the next one that waited; undefined when there is none. */
  next(): Value | undefined {
    this.#later ??= this.#values.later()
    this.#frame.step()
    return this.#later.next()?.[2]
  }

  close(): void {
    this.#values.close()
  }
}
