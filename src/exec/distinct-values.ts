import { equalityKey } from '../values/compare.ts'
import { int, type Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { RowFile, type RowStream } from './spill/row-file.ts'
import { Holding } from './statement-memory.ts'

/** A set by value: two values are one exactly when they are equal (`=`), and NULL and MISSING are one. */
export class ValueSet {
  readonly #texts = new Set<string>()
  readonly #others = new Set<string | number>()

  /** Whether the value is in it; if not, it is added when `adds`. */
  has(value: Value, adds: boolean): boolean {
    if (value.type === 'string' || value.type === 'symbol') return hasOrAdds(this.#texts, value.value, adds)
    const isSmall = value.type === 'int' && typeof value.value === 'number'
    return hasOrAdds(this.#others, isSmall ? (value.value as number) : numberOrKey(value), adds)
  }

  clear(): void {
    this.#texts.clear()
    this.#others.clear()
  }
}

function hasOrAdds<T>(set: Set<T>, key: T, adds: boolean): boolean {
  if (!adds) return set.has(key)
  const before = set.size
  set.add(key)
  return set.size === before
}

const wholeNumber = /^n-?\d+$/

/** Whole numbers of any type as themselves. */
function numberOrKey(value: Value): string | number {
  const key = equalityKey(value)
  return wholeNumber.test(key) ? Number(key.slice(1)) : key
}

/** About what one key of a set takes beside its text. */
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

/**
 * The values that one or many DISTINCTs have seen. Once they have no room for more, values that are new to them wait in a
 * temporary file, and `finish` takes these in as many passes as they need: each value is taken once, in the order in which
 * values first came.
 */
export class DistinctValues {
  readonly #frame: Frame
  readonly #waits: boolean
  readonly #holding: Holding
  readonly #takers: ((value: Value) => void)[] = []
  readonly #sets: ValueSet[] = []
  #waiting: RowFile | undefined

  /** `waits`: `finish` is called before results are asked for; otherwise too many values are refused. */
  constructor(frame: Frame, waits: boolean) {
    this.#frame = frame
    this.#waits = waits
    this.#holding = new Holding(frame.memory)
  }

  /** A DISTINCT of its own: what it gives is to be called for every value; `take` is, at once or later, for new ones. */
  start(take: (value: Value) => void): (value: Value) => void {
    const number = this.#takers.push(take) - 1
    const set = new ValueSet()
    this.#sets.push(set)
    return (value) => {
      if (set.has(value, this.#waiting === undefined)) return
      if (this.#waiting !== undefined) this.#waiting.add([int(number), value])
      else {
        this.#holds(bytesOf(value))
        take(value)
      }
    }
  }

  /** Has the values taken that wait. */
  finish(): void {
    let waiting = this.#waiting
    while (waiting !== undefined) {
      this.#forget()
      waiting = this.#takeFrom(waiting)
    }
  }

  close(): void {
    this.#forget()
    this.#waiting?.close()
    this.#waiting = undefined
  }

  #forget(): void {
    for (const set of this.#sets) set.clear()
    this.#holding.release()
  }

  #holds(bytes: number): void {
    if (this.#holding.hold(bytes)) return
    if (!this.#waits) throw this.#frame.memory.refusal()
    this.#waiting = new RowFile(this.#frame.memory)
  }

  /** One pass: takes new values while there is room; returns the file of those that wait on. */
  #takeFrom(file: RowFile): RowFile | undefined {
    this.#waiting = undefined
    const rows = file.rows()
    for (let row = rows.next(); row !== undefined; row = rows.next()) {
      this.#frame.step()
      const [number, value] = row as [Value & { value: number }, Value]
      const set = this.#sets[number.value] as ValueSet
      const waiting = this.#waiting as RowFile | undefined
      if (set.has(value, waiting === undefined)) continue
      if (waiting !== undefined) waiting.add(row)
      else {
        this.#holds(bytesOf(value))
        ;(this.#takers[number.value] as (value: Value) => void)(value)
      }
    }
    file.close()
    return this.#waiting
  }
}

/** One DISTINCT whose values are pulled: those that are new at once, those that had to wait after the last. */
export class DistinctRows {
  readonly #frame: Frame
  readonly #holding: Holding
  readonly #set = new ValueSet()
  #waiting: RowFile | undefined
  /** What the pass reads. */
  #file: RowFile | undefined
  #rows: RowStream | undefined

  constructor(frame: Frame) {
    this.#frame = frame
    this.#holding = new Holding(frame.memory)
  }

  /** Whether the value came for the first time; false, too, for one that waits. */
  isNew(value: Value): boolean {
    if (this.#set.has(value, this.#waiting === undefined)) return false
    if (this.#waiting !== undefined) {
      this.#waiting.add([value])
      return false
    }
    if (!this.#holding.hold(bytesOf(value))) this.#waiting = new RowFile(this.#frame.memory)
    return true
  }

  /** After the last value: the next one that waited; undefined when there is none. */
  next(): Value | undefined {
    for (;;) {
      const value = this.#rows?.next()?.[0]
      if (value !== undefined) {
        this.#frame.step()
        if (this.isNew(value)) return value
      } else if (!this.#startPass()) return undefined
    }
  }

  close(): void {
    this.#set.clear()
    this.#holding.release()
    this.#file?.close()
    this.#waiting?.close()
  }

  #startPass(): boolean {
    this.#file?.close()
    this.#file = this.#waiting
    this.#waiting = undefined
    if (this.#file === undefined) return false
    this.#set.clear()
    this.#holding.release()
    this.#rows = this.#file.rows()
    return true
  }
}
