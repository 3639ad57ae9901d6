import { int, type Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { SortedRows } from './spill/sorted-rows.ts'
import type { Holding } from './statement-memory.ts'
import { PackedColumn } from './window-packed.ts'

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

  /** `makeRoom` gives up other memory, and says whether there was any. */
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
    const spilled = new SpilledResults(this.#frame)
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

/** Results behind the number of their row, sorted by it in temporary files where they outgrow memory. */
export class SpilledResults implements WindowResults {
  readonly #rows: SortedRows

  constructor(frame: Frame) {
    this.#rows = new SortedRows((a, b) => numberIn(a) - numberIn(b), frame)
  }

  add(row: number, results: readonly Value[]): void {
    this.#rows.add([int(row), ...results])
  }

  read(): () => readonly Value[] {
    const rows = this.#rows.sorted()
    return () => (rows.next() as Value[]).slice(1)
  }

  close(): void {
    this.#rows.close()
  }
}

function numberIn(row: readonly Value[]): number {
  return (row[0] as Value & { readonly type: 'int' }).value as number
}
