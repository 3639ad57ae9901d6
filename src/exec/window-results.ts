import { int, type Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { KeyColumn, type KeyOrder, orderOfKeys } from './key-columns.ts'
import { compareNumbers } from './spill/row-file.ts'
import { SortedRuns } from './spill/sorted-rows.ts'
import { Holding } from './statement-memory.ts'
import { PackedColumn, packedEntryBytes } from './packed-column.ts'

/** The results of window functions, which come in the order of the windows, to be read in the order of the rows. */
export interface WindowResults {
  /** The results for the row of that number. */
  add(row: number, results: readonly Value[]): void
  /** The results of one row after the other, from the first on. */
  read(): () => readonly Value[]
  close(): void
}

/** Results in columns of memory; numbers where they are that. */
export class HeldResults implements WindowResults {
  readonly #columns: PackedColumn[]
  readonly #holding: Holding
  readonly #makeRoom: () => boolean
  readonly #frame: Frame
  #spilled: SpilledResults | undefined
  readonly #added: Uint8Array

  /** What they take when all are numbers. */
  static bytesOf(rows: number, functions: number): number {
    return rows * (1 + packedEntryBytes * functions)
  }

  /** `makeRoom` frees other memory, and says whether there was any. */
  constructor(rows: number, functions: number, holding: Holding, makeRoom: () => boolean, frame: Frame) {
    this.#columns = Array.from({ length: functions }, () => new PackedColumn(rows))
    this.#holding = holding
    this.#makeRoom = makeRoom
    this.#frame = frame
    this.#added = new Uint8Array(rows)
  }

  add(row: number, results: readonly Value[]): void {
    if (this.#spilled !== undefined) {
      this.#spilled.add(row, results)
      return
    }
    let bytes = 0
    for (let at = 0; at < results.length; at += 1) {
      bytes += (this.#columns[at] as PackedColumn).set(row, results[at] as Value)
    }
    this.#added[row] = 1
    if (bytes > 0 && !this.#holding.hold(bytes) && !this.#makeRoom()) this.#spill()
  }

  read(): () => readonly Value[] {
    if (this.#spilled !== undefined) return this.#spilled.read()
    let row = -1
    return () => {
      row += 1
      return this.#columns.map((column) => column.get(row))
    }
  }

  close(): void {
    this.#spilled?.close()
  }

  #spill(): void {
    const spilled = new SpilledResults(this.#columns.length, this.#frame)
    for (let row = 0; row < this.#added.length; row += 1) {
      if (this.#added[row] === 1)
        spilled.add(
          row,
          this.#columns.map((column) => column.get(row)),
        )
    }
    this.#columns.length = 0
    this.#holding.release()
    this.#spilled = spilled
  }
}

const byNumber: KeyOrder = { descending: false, nullsFirst: false }

/** Results behind the number of their row, sorted by it; in runs in a temporary file where they outgrow memory. */
export class SpilledResults implements WindowResults {
  readonly #functions: number
  readonly #frame: Frame
  readonly #holding: Holding
  #numbers: KeyColumn
  #columns: readonly PackedColumn[]
  #count = 0
  #runs: SortedRuns | undefined

  constructor(functions: number, frame: Frame) {
    this.#functions = functions
    this.#frame = frame
    this.#holding = new Holding(frame.memory)
    ;({ numbers: this.#numbers, columns: this.#columns } = this.#start())
  }

  add(row: number, results: readonly Value[]): void {
    let bytes = this.#numbers.push(int(row))
    for (let at = 0; at < results.length; at += 1) {
      bytes += 2 * packedEntryBytes + (this.#columns[at] as PackedColumn).set(this.#count, results[at] as Value)
    }
    this.#count += 1
    if (!this.#holding.hold(bytes)) this.#spill()
  }

  read(): () => readonly Value[] {
    if (this.#runs !== undefined) {
      this.#spill()
      const rows = this.#runs.merged()
      return () => (rows.next() as Value[]).slice(1)
    }
    const order = this.#order()
    let at = -1
    return () => {
      at += 1
      return this.#columns.map((column) => column.get(order[at] as number))
    }
  }

  close(): void {
    this.#holding.release()
    this.#runs?.close()
  }

  #start() {
    return {
      numbers: new KeyColumn(byNumber),
      columns: Array.from({ length: this.#functions }, () => new PackedColumn()),
    }
  }

  #order(): ArrayLike<number> {
    return orderOfKeys([this.#numbers], this.#count, () => this.#frame.step())
  }

  /** Writes what is held as one run. */
  #spill(): void {
    this.#runs ??= new SortedRuns(compareNumbers, this.#frame)
    this.#runs.add(this.#sorted())
    ;({ numbers: this.#numbers, columns: this.#columns } = this.#start())
    this.#count = 0
    this.#holding.release()
  }

  *#sorted(): Generator<Value[]> {
    const order = this.#order()
    for (let at = 0; at < this.#count; at += 1) {
      const row = order[at] as number
      yield [this.#numbers.valueOf(row), ...this.#columns.map((column) => column.get(row))]
    }
  }
}
