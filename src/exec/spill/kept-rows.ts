import { detached } from '../../values/binary-reader.ts'
import type { Value } from '../../values/value.ts'
import { heapBytesOf } from '../heap-bytes.ts'
import { Holding, type StatementMemory } from '../statement-memory.ts'
import { type FileRow, type FileRows, RowFile, type RowStream } from './row-file.ts'

/** Rows that are kept in their order, in memory or in a temporary file, and read any number of times, also while more come. */
export class KeptRows {
  readonly #memory: StatementMemory
  readonly #holding: Holding
  #rows: FileRow[] = []
  #file: RowFile | undefined
  count = 0

  constructor(memory: StatementMemory) {
    this.#memory = memory
    this.#holding = new Holding(memory)
  }

  /** The row is kept as it is: detach what shares memory. */
  add(row: FileRow): void {
    this.count += 1
    if (this.#file !== undefined) {
      this.#file.add(row)
      return
    }
    this.#rows.push(row)
    if (this.#holding.hold(heapBytesOf(row, 24, this.#memory.limits.memoryBytes))) return
    this.#file = new RowFile(this.#memory)
    for (const one of this.#rows) this.#file.add(one)
    this.#rows = []
    this.#holding.release()
  }

  /** From the first row on; ends where the last one is when it is asked for. */
  read(): RowStream {
    let position = 0
    let stream: FileRows | undefined
    return {
      next: () => {
        if (position === this.count) return undefined
        position += 1
        if (this.#file === undefined) return this.#rows[position - 1] as Value[]
        let row = stream?.next()
        if (row === undefined) {
          stream = this.#streamAt(position - 1, stream)
          row = stream.next()
        }
        return row
      },
    }
  }

  close(): void {
    this.#rows = []
    this.#holding.release()
    this.#file?.close()
  }

  /** A stream that continues where the last one ended, or skips what was read from memory. */
  #streamAt(position: number, before: FileRows | undefined): FileRows {
    const file = this.#file as RowFile
    if (before !== undefined) return file.rows(before.position)
    const stream = file.rows()
    for (let skipped = 0; skipped < position; skipped += 1) stream.next()
    return stream
  }
}

/** Values that are made on demand, once, kept, and read any number of times. */
export class SharedRows {
  readonly #kept: KeptRows
  readonly #source: Iterator<Value>
  #isAtEnd = false

  constructor(source: Iterator<Value>, memory: StatementMemory) {
    this.#source = source
    this.#kept = new KeptRows(memory)
  }

  *read(): Generator<Value, undefined> {
    const rows = this.#kept.read()
    for (;;) {
      const row = rows.next()
      if (row !== undefined) yield row[0] as Value
      else if (!this.#makeNext()) return
    }
  }

  #makeNext(): boolean {
    if (this.#isAtEnd) return false
    const found = this.#source.next()
    if (found.done === true) this.#isAtEnd = true
    else this.#kept.add([detached(found.value)])
    return !this.#isAtEnd
  }
}
