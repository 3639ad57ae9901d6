import { spillPartitions, spillRunChunkBytes } from '../../base/limits.ts'
import type { StatementMemory, TemporaryFile } from '../statement-memory.ts'
import { type FileRow, FileRows, type RowStream, writeRow } from './row-file.ts'
import { SharedParts } from './shared-parts.ts'
import { ValueWriter } from './value-writer.ts'

/** Where rows of one partition lie in the file, one after the other. */
interface Segment {
  readonly start: number
  readonly end: number
}

interface Partition {
  readonly writer: ValueWriter
  readonly segments: Segment[]
}

/** Rows in partitions, all in one temporary file. Add all rows, then read the partitions. */
export class PartitionedRows {
  readonly #file: TemporaryFile
  readonly #shared = new SharedParts()
  readonly #partitions: (Partition | undefined)[] = new Array(spillPartitions).fill(undefined)
  #written = 0

  /** Throws LedgerError 'evaluator/limit' where there are no temporary files, and as they do. */
  constructor(memory: StatementMemory) {
    this.#file = memory.openFile()
  }

  /** `hash`: its low bits choose the partition. */
  add(hash: number, row: FileRow): void {
    const partition = this.#partitionAt(hash & (spillPartitions - 1))
    if (partition.writer.size >= spillRunChunkBytes) this.#flush(partition)
    writeRow(partition.writer, row)
  }

  /** The rows of the next partition, in the order in which they were added; undefined when all were given. */
  next(): RowStream | undefined {
    const at = this.#partitions.findIndex((one) => one !== undefined)
    const partition = this.#partitions[at]
    if (partition === undefined) return undefined
    this.#partitions[at] = undefined
    this.#flush(partition)
    return this.#read(partition.segments)
  }

  /** Whether every partition was given. */
  get isRead(): boolean {
    return this.#partitions.every((one) => one === undefined)
  }

  close(): void {
    this.#file.close()
  }

  #partitionAt(at: number): Partition {
    const known = this.#partitions[at]
    if (known !== undefined) return known
    const partition = { writer: new ValueWriter(this.#shared), segments: [] }
    this.#partitions[at] = partition
    return partition
  }

  #flush({ writer, segments }: Partition): void {
    const { bytes, size } = writer
    this.#file.append(bytes.subarray(0, size))
    segments.push({ start: this.#written, end: this.#written + size })
    this.#written += size
    writer.size = 0
  }

  #read(segments: readonly Segment[]): RowStream {
    let at = 0
    let rows: FileRows | undefined
    return {
      next: () => {
        for (;;) {
          const row = rows?.next()
          if (row !== undefined) return row
          const segment = segments[at]
          if (segment === undefined) return undefined
          at += 1
          rows = new FileRows(this.#file, this.#shared, segment.start, segment.end, spillRunChunkBytes)
        }
      },
    }
  }
}
