import { detached } from '../values/binary-reader.ts'
import { int, type Value } from '../values/value.ts'
import { AggregateMemory } from './aggregate-memory.ts'
import type { Cursor, Frame } from './frame.ts'
import type { CompiledAggregate, RunningAggregate } from './group.ts'
import { heapBytesOf } from './heap-bytes.ts'
import { restoreSlots, type SaveRow } from './saved-rows.ts'
import { RowFile, type RowStream } from './spill/row-file.ts'
import { SortedRows } from './spill/sorted-rows.ts'
import { Holding } from './statement-memory.ts'
import { tupleKey, ValueMap } from './value-map.ts'

/** How rows are grouped. */
export interface Grouping {
  /** The keys of the row that the frame holds, with NULL for MISSING. */
  readonly keysOf: (frame: Frame) => Value[]
  readonly keyCount: number
  readonly aggregates: readonly CompiledAggregate[]
  /** An element of GROUP AS. */
  readonly memberOf: ((frame: Frame) => Value) | undefined
  /** Makes a value of the members. */
  readonly bagOf: (members: readonly Value[], frame: Frame) => Value
  /** What of a row groups are made from; `inputSlots` are the same. */
  readonly save: SaveRow
  readonly inputSlots: readonly number[]
  /** Where keys, aggregates and GROUP AS go. */
  readonly slots: readonly number[]
  /** Some result holds the values of its rows: groups are made one after the other. */
  readonly collects: boolean
}

/** About what a group takes beside its keys, and each of its aggregates. */
const groupBytes = 250
const aggregateBytes = 150

/**
 * The groups of rows in the order in which they begin. When there is no room for more groups, the rows of others wait in a
 * temporary file for the next pass, which begins when all groups of this one are given. So the order stays, and every
 * group sees its rows in theirs.
 */
export class GroupCursor implements Cursor {
  readonly #grouping: Grouping
  readonly #frame: Frame
  #open: (() => Cursor) | undefined
  #pass: Pass | undefined
  /** Rows that wait for the next pass. */
  #waiting: RowFile | undefined

  constructor(grouping: Grouping, open: () => Cursor, frame: Frame) {
    this.#grouping = grouping
    this.#frame = frame
    this.#open = open
  }

  next(): boolean {
    for (;;) {
      if (this.#pass === undefined && !this.#start()) return false
      const values = this.#pass?.next()
      if (values !== undefined) {
        this.#frame.step()
        restoreSlots(this.#frame, this.#grouping.slots, values)
        return true
      }
      this.#pass?.close()
      this.#pass = undefined
    }
  }

  close(): void {
    this.#pass?.close()
    this.#waiting?.close()
  }

  /** Reads the input, or the rows that waited; false when there are none. */
  #start(): boolean {
    const file = this.#waiting
    this.#waiting = undefined
    const open = this.#open
    this.#open = undefined
    if (open === undefined && file === undefined) return false
    const { collects } = this.#grouping
    this.#pass = collects
      ? new CollectingPass(this.#grouping, this.#frame)
      : new RunningPass(this.#grouping, this.#frame)
    if (open !== undefined) this.#readInput(open())
    else if (file !== undefined) this.#readFile(file)
    this.#pass.finish()
    return true
  }

  #readInput(rows: Cursor): void {
    try {
      const before = this.#frame.textBytes
      while (rows.next()) {
        this.#add()
        this.#frame.releaseTexts(before)
      }
    } finally {
      rows.close()
    }
  }

  #readFile(file: RowFile): void {
    const rows = file.rows()
    for (let row = rows.next(); row !== undefined; row = rows.next()) {
      this.#frame.step()
      restoreSlots(this.#frame, this.#grouping.inputSlots, row)
      this.#add()
    }
    file.close()
  }

  #add(): void {
    if (this.#pass?.add() === true) return
    this.#waiting ??= new RowFile(this.#frame.memory)
    this.#waiting.add(this.#grouping.save(this.#frame))
  }
}

/** Some of the groups. */
interface Pass {
  /** Takes the row that the frame holds; false when it is of a group for which there is no room. */
  add(): boolean
  finish(): void
  /** The next group's keys and results. */
  next(): Value[] | undefined
  close(): void
}

/** Finds what was started for keys. */
class KeyMap<T> {
  readonly #singles = new ValueMap<T>()
  readonly #tuples = new Map<string, T>()

  get(keys: readonly Value[]): T | undefined {
    return keys.length === 1 ? this.#singles.get(keys[0] as Value) : this.#tuples.get(tupleKey(keys))
  }

  set(keys: readonly Value[], entry: T): void {
    if (keys.length === 1) this.#singles.set(keys[0] as Value, entry)
    else this.#tuples.set(tupleKey(keys), entry)
  }
}

interface Group {
  readonly keys: readonly Value[]
  readonly aggregates: readonly RunningAggregate[]
}

/** Every group takes its rows as they come. */
class RunningPass implements Pass {
  readonly #grouping: Grouping
  readonly #frame: Frame
  readonly #holding: Holding
  readonly #memory: AggregateMemory
  readonly #byKeys = new KeyMap<Group>()
  readonly #only: Group | undefined
  #groups: Group[] = []
  #isFull = false
  #position = 0

  constructor(grouping: Grouping, frame: Frame) {
    this.#grouping = grouping
    this.#frame = frame
    this.#holding = new Holding(frame.memory)
    this.#memory = new AggregateMemory(frame, true)
    // Without GROUP BY there is one group, though no row may come.
    this.#only = grouping.keyCount === 0 ? this.#begin([]) : undefined
  }

  add(): boolean {
    const group = this.#only ?? this.#groupOf(this.#grouping.keysOf(this.#frame))
    if (group === undefined) return false
    const { aggregates } = group
    for (let at = 0; at < aggregates.length; at += 1) (aggregates[at] as RunningAggregate).add()
    return true
  }

  finish(): void {
    this.#memory.distinct.finish()
  }

  next(): Value[] | undefined {
    const group = this.#groups[this.#position]
    this.#position += 1
    return group && [...group.keys, ...group.aggregates.map((aggregate) => aggregate.result())]
  }

  close(): void {
    this.#groups = []
    this.#memory.close()
    this.#holding.release()
  }

  #groupOf(keys: Value[]): Group | undefined {
    return this.#byKeys.get(keys) ?? this.#begin(keys)
  }

  #begin(keys: Value[]): Group | undefined {
    if (this.#isFull) return undefined
    const own = keys.map(detached)
    const { aggregates } = this.#grouping
    const group = { keys: own, aggregates: aggregates.map((aggregate) => aggregate.start(this.#frame, this.#memory)) }
    this.#isFull = !this.#holding.hold(heapBytesOf(own, groupBytes) + aggregateBytes * aggregates.length)
    this.#groups.push(group)
    this.#byKeys.set(own, group)
    return group
  }
}

/** Rows are sorted by the number of their group, so that one group after the other is made of its own. */
class CollectingPass implements Pass {
  readonly #grouping: Grouping
  readonly #frame: Frame
  readonly #holding: Holding
  readonly #rows: SortedRows
  readonly #byKeys = new KeyMap<number>()
  #keys: Value[][] = []
  #isFull = false
  #sorted: RowStream | undefined
  #row: Value[] | undefined
  #position = 0

  constructor(grouping: Grouping, frame: Frame) {
    this.#grouping = grouping
    this.#frame = frame
    this.#holding = new Holding(frame.memory)
    this.#rows = new SortedRows((a, b) => numberOf(a) - numberOf(b), frame)
    if (grouping.keyCount === 0) this.#begin([])
  }

  add(): boolean {
    const keys = this.#grouping.keysOf(this.#frame)
    const number = this.#byKeys.get(keys) ?? this.#begin(keys)
    if (number === undefined) return false
    this.#rows.add([int(number), ...this.#grouping.save(this.#frame)])
    return true
  }

  /** Results hold values of the rows, so these make room for them. */
  finish(): void {
    const { memory } = this.#frame
    if (memory.used > memory.limits.memoryBytes / 2) this.#rows.spill()
    this.#sorted = this.#rows.sorted()
    this.#row = this.#sorted.next()
  }

  next(): Value[] | undefined {
    const keys = this.#keys[this.#position]
    if (keys === undefined) return undefined
    const memory = new AggregateMemory(this.#frame, true)
    const aggregates = this.#grouping.aggregates.map((aggregate) => aggregate.start(this.#frame, memory))
    const members: Value[] = []
    for (; this.#row !== undefined && numberOf(this.#row) === this.#position; this.#row = this.#sorted?.next())
      this.#take(this.#row, aggregates, members, memory)
    memory.distinct.finish()
    const { memberOf, bagOf } = this.#grouping
    const results = aggregates.map((aggregate) => aggregate.result())
    if (memberOf !== undefined) results.push(bagOf(members, this.#frame))
    memory.close()
    this.#position += 1
    return [...keys, ...results]
  }

  close(): void {
    this.#keys = []
    this.#rows.close()
    this.#holding.release()
  }

  #take(row: Value[], aggregates: readonly RunningAggregate[], members: Value[], memory: AggregateMemory): void {
    const { inputSlots, memberOf } = this.#grouping
    this.#frame.step()
    for (let at = 0; at < inputSlots.length; at += 1) {
      this.#frame.slots[inputSlots[at] as number] = row[at + 1] as Value
    }
    for (const aggregate of aggregates) aggregate.add()
    if (memberOf === undefined) return
    const member = memberOf(this.#frame)
    memory.collect(member, 8)
    members.push(member)
  }

  #begin(keys: Value[]): number | undefined {
    if (this.#isFull) return undefined
    const own = keys.map(detached)
    // Most of the memory is for the results.
    const hasRoom = this.#holding.hold(heapBytesOf(own, groupBytes))
    this.#isFull = !hasRoom || this.#holding.bytes > this.#frame.memory.limits.memoryBytes / 4
    const number = this.#keys.push(own) - 1
    this.#byKeys.set(own, number)
    return number
  }
}

function numberOf(row: readonly Value[]): number {
  return (row[0] as { value: number }).value
}
