import type { SortKeyPlan } from '../plan/plan.ts'
import { detached } from '../values/binary-reader.ts'
import { int, string, type Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { KeyColumn, orderOfKeys } from './key-columns.ts'
import { tupleKey, ValueMap } from './value-map.ts'
import { PackedColumn, packedEntryBytes } from './packed-column.ts'
import type { Partition } from './window-partition.ts'

/** Of a row's partition and its place in the order. */
const placeBytes = 32
/** Of a value in a packed column, whose room grows by doubling. */
const packedBytes = 2 * packedEntryBytes
/** Estimated bytes of a partition, without its key. */
const partitionBytes = 200

/** What windows need of the rows, held in columns: partitions, ORDER BY keys, arguments. */
export class HeldWindow {
  /** The keys of ORDER BY, and the columns behind them. */
  readonly #orderBy: readonly KeyColumn[]
  readonly #columns: readonly PackedColumn[]
  readonly #frame: Frame
  readonly #partitions: number[] = []
  readonly #byKey = new Map<string, number>()
  readonly #byOnlyKey = new ValueMap<number>()
  /** The partitions' keys as texts. */
  readonly #texts: string[] = []
  readonly #first: number
  #count = 0

  /** `first`: the number of the first row. */
  constructor(keys: readonly SortKeyPlan[], width: number, frame: Frame, first = 0) {
    this.#frame = frame
    this.#first = first
    this.#orderBy = keys.map((key) => new KeyColumn(key))
    this.#columns = Array.from({ length: width - keys.length }, () => new PackedColumn())
  }

  get count(): number {
    return this.#count
  }

  /** Takes a row's PARTITION BY keys and its columns; returns about how many bytes they take. */
  add(partition: readonly Value[], columns: readonly Value[]): number {
    let bytes = placeBytes
    if (partition.length > 0) {
      const before = this.#texts.length
      this.#partitions.push(this.#numberOf(partition))
      if (this.#texts.length > before) bytes += partitionBytes + 2 * (this.#texts.at(-1) as string).length
    }
    const keys = this.#orderBy.length
    for (let at = 0; at < keys; at += 1) bytes += (this.#orderBy[at] as KeyColumn).push(columns[at] as Value)
    for (let at = keys; at < columns.length; at += 1) {
      bytes += packedBytes + (this.#columns[at - keys] as PackedColumn).set(this.#count, detached(columns[at] as Value))
    }
    this.#count += 1
    return bytes
  }

  /** Rows as SpilledWindow takes them, ordered by partition as text and ORDER BY. */
  *sorted(): Generator<Value[]> {
    const [starts, numbers] = this.#grouped(this.#order())
    for (const partition of this.#partitionsByText()) {
      const name = string(this.#texts[partition] ?? '')
      for (let at = starts[partition] as number; at < (starts[partition + 1] as number); at += 1) {
        const row = numbers[at] as number
        yield [name, int(this.#first + row), ...this.#columnsOf(row)]
      }
    }
  }

  #columnsOf(row: number): Value[] {
    return [...this.#orderBy.map((key) => key.valueOf(row)), ...this.#columns.map((column) => column.get(row))]
  }

  #partitionsByText(): readonly number[] {
    const texts = this.#texts
    if (texts.length < 2) return this.#count === 0 ? [] : [0]
    return Array.from(texts, (_, partition) => partition).sort((a, b) => {
      this.#frame.step()
      return (texts[a] as string) < (texts[b] as string) ? -1 : 1
    })
  }

  /** Each partition, and the numbers of its rows. */
  *partitions(): Generator<{ readonly partition: Partition; numberOf(row: number): number }> {
    const order = this.#order()
    const compare = this.#orderBy.map((key) => key.order())
    const isPeer = (a: number, b: number) => compare.every((one) => one(a, b) === 0)
    const [starts, numbers] = this.#grouped(order)
    for (let at = 0; at + 1 < starts.length; at += 1) {
      const own = numbers.subarray(starts[at] as number, starts[at + 1])
      const partition: Partition = {
        size: own.length,
        endings: [],
        value: (column, row) => this.#value(column, own[row] as number),
        beginsPeers: (row) => row === 0 || !isPeer(own[row - 1] as number, own[row] as number),
      }
      yield { partition, numberOf: (row) => this.#first + (own[row] as number) }
    }
  }

  #value(column: number, row: number): Value {
    const key = this.#orderBy[column]
    return key === undefined
      ? (this.#columns[column - this.#orderBy.length] as PackedColumn).get(row)
      : key.valueOf(row)
  }

  #numberOf(values: readonly Value[]): number {
    const [only, second] = values
    const text = second === undefined ? undefined : tupleKey(values)
    const known = text === undefined ? this.#byOnlyKey.get(only as Value) : this.#byKey.get(text)
    if (known !== undefined) return known
    const number = this.#texts.length
    if (text === undefined) this.#byOnlyKey.set(only as Value, number)
    else this.#byKey.set(text, number)
    this.#texts.push(text ?? tupleKey(values))
    return number
  }

  /** The numbers of all rows in the order of the keys. */
  #order(): ArrayLike<number> {
    if (this.#orderBy.length === 0) return { length: this.#count }
    return orderOfKeys(this.#orderBy, this.#count, () => this.#frame.step())
  }

  /** The same, partition by partition, and where each begins; a counting sort keeps the order in each. */
  #grouped(order: ArrayLike<number>): readonly [starts: readonly number[], numbers: Uint32Array] {
    const count = this.#count
    const numbers = new Uint32Array(count)
    const rowAt = (at: number) => (this.#orderBy.length === 0 ? at : (order[at] as number))
    if (this.#partitions.length === 0) {
      for (let at = 0; at < count; at += 1) numbers[at] = rowAt(at)
      return [count === 0 ? [] : [0, count], numbers]
    }
    const starts = new Array<number>(this.#texts.length + 1).fill(0)
    for (const partition of this.#partitions) starts[partition + 1] = (starts[partition + 1] as number) + 1
    for (let at = 1; at < starts.length; at += 1) starts[at] = (starts[at] as number) + (starts[at - 1] as number)
    const next = starts.slice()
    for (let at = 0; at < count; at += 1) {
      const row = rowAt(at)
      const partition = this.#partitions[row] as number
      numbers[next[partition] as number] = row
      next[partition] = (next[partition] as number) + 1
    }
    return [starts, numbers]
  }
}
