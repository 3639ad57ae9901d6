import { LedgerError } from '../base/errors.ts'
import { collectGarbage } from '../base/garbage.ts'
import {
  collectBytesMin,
  memoryStepBytes,
  operatorMemoryShare,
  statementDiskBytesMax,
  statementMemoryBytesMax,
} from '../base/limits.ts'

/** Memory shared by several statements, as by all of a server. Bytes are taken and returned in steps. */
export interface MemoryPool {
  /** Returns false, and takes nothing, when less is left. */
  take(bytes: number): boolean
  give(bytes: number): void
}

/** One temporary file, private to its statement. */
export interface TemporaryFile {
  /** Writes all bytes at the end. Throws LedgerError 'store/full' or 'store/unavailable'. */
  append(bytes: Uint8Array): void
  /** Fills `into` from `position` on and returns how many bytes there were. */
  read(into: Uint8Array, position: number): number
  /** Removes it. */
  close(): void
}

/** Makes temporary files; the caller of `open` closes each. */
export interface TemporaryFiles {
  open(): TemporaryFile
}

/** Limits of one statement, in bytes: estimated heap, and temporary files. */
export interface StatementLimits {
  readonly memoryBytes: number
  readonly diskBytes: number
}

/** The limits without `--quota` (base/limits.ts). */
export const defaultStatementLimits: StatementLimits = {
  memoryBytes: statementMemoryBytesMax,
  diskBytes: statementDiskBytesMax,
}

/**
 * Counts what one statement holds: estimated heap bytes, and bytes of temporary files. Operators that can spill reserve
 * through a Holding, which says when to spill; everything else charges, and fails when the limit is reached.
 */
export class StatementMemory {
  readonly limits: StatementLimits
  readonly #files: TemporaryFiles | undefined
  readonly #pool: MemoryPool | undefined
  readonly #open = new Set<TemporaryFile>()
  #used = 0
  #peak = 0
  #spilled = 0
  /** Bytes given back since garbage was last collected. */
  #freed = 0
  /** Taken from the pool; a whole number of steps. */
  #taken = 0
  #diskUsed = 0

  /** Without `files` nothing can spill. */
  constructor(limits: StatementLimits, files?: TemporaryFiles, pool?: MemoryPool) {
    this.limits = limits
    this.#files = files
    this.#pool = pool
  }

  get canSpill(): boolean {
    return this.#files !== undefined
  }

  /** Bytes that an operator may hold even when others have used up the limit. */
  get shareBytes(): number {
    return this.limits.memoryBytes * operatorMemoryShare
  }

  /** Bytes charged and not released. */
  get used(): number {
    return this.#used
  }

  /** The most bytes that were charged at once. */
  get peakBytes(): number {
    return this.#peak
  }

  /** Bytes written to temporary files. */
  get spilledBytes(): number {
    return this.#spilled
  }

  /** Bytes of temporary files that are open. */
  get diskUsed(): number {
    return this.#diskUsed
  }

  /** Charges bytes if they are within the limit. */
  tryCharge(bytes: number): boolean {
    const used = this.#used + bytes
    if (used > this.limits.memoryBytes || !this.#takes(used)) return false
    this.#used = used
    if (used > this.#peak) this.#peak = used
    return true
  }

  /** Throws LedgerError 'evaluator/limit' when the limit is reached. */
  charge(bytes: number): void {
    if (!this.tryCharge(bytes)) throw this.refusal(bytes)
  }

  /** Charges bytes without checking the limit: for an operator's share. */
  force(bytes: number): void {
    this.#used += bytes
    if (this.#used > this.#peak) this.#peak = this.#used
    this.#takes(this.#used)
  }

  release(bytes: number): void {
    this.#used -= bytes
    this.#freed += bytes
    if (this.#spilled > 0 && this.#freed > Math.max(collectBytesMin, this.limits.memoryBytes / 4, this.#used)) {
      this.#freed = 0
      collectGarbage()
    }
    const spare = this.#taken - this.#used
    if (spare < 2 * memoryStepBytes) return
    const steps = Math.floor(spare / memoryStepBytes)
    this.#taken -= steps * memoryStepBytes
    this.#pool?.give(steps * memoryStepBytes)
  }

  /** The error of a statement that needs this many bytes beyond its limit. */
  refusal(bytes = memoryStepBytes): LedgerError {
    const { memoryBytes } = this.limits
    if (this.#used + bytes <= memoryBytes && this.#pool !== undefined && this.#used > this.#taken - memoryStepBytes) {
      return new LedgerError('evaluator/limit', 'all statements together have reached their memory limit', {
        help: 'run the statement again when others have ended, or raise the limit with --quota all-statements-memory=SIZE',
      })
    }
    return new LedgerError('evaluator/limit', `the statement needs more than ${sizeText(memoryBytes)} of memory`, {
      help: `let it hold less at once, or raise the limit with --quota statement-memory=${sizeText(2 * memoryBytes).replace(' ', '')}`,
    })
  }

  /** Opens a temporary file and counts it. Throws LedgerError 'evaluator/limit' if there are none. */
  openFile(): TemporaryFile {
    if (this.#files === undefined) throw this.refusal()
    const file = this.#files.open()
    let size = 0
    const counted: TemporaryFile = {
      append: (bytes) => {
        this.#chargeDisk(bytes.length)
        size += bytes.length
        file.append(bytes)
      },
      read: (into, position) => file.read(into, position),
      close: () => {
        if (!this.#open.delete(counted)) return
        this.#diskUsed -= size
        file.close()
      },
    }
    this.#open.add(counted)
    return counted
  }

  /** Releases everything; call it when the statement has ended. */
  close(): void {
    for (const file of [...this.#open]) file.close()
    this.#used = 0
    this.#pool?.give(this.#taken)
    this.#taken = 0
  }

  #chargeDisk(bytes: number): void {
    const { diskBytes } = this.limits
    this.#diskUsed += bytes
    this.#spilled += bytes
    if (this.#diskUsed <= diskBytes) return
    throw new LedgerError(
      'evaluator/limit',
      `the statement needs more than ${sizeText(diskBytes)} of temporary files`,
      {
        help: `let it hold less at once, or raise the limit with --quota statement-disk=${sizeText(2 * diskBytes).replace(' ', '')}`,
      },
    )
  }

  #takes(used: number): boolean {
    if (this.#pool === undefined || used <= this.#taken) return true
    const steps = Math.ceil((used - this.#taken) / memoryStepBytes)
    if (!this.#pool.take(steps * memoryStepBytes)) return false
    this.#taken += steps * memoryStepBytes
    return true
  }
}

/** What one operator holds: it spills when `hold` says so, and releases. */
export class Holding {
  readonly memory: StatementMemory
  #bytes = 0

  constructor(memory: StatementMemory) {
    this.memory = memory
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * Charges what the operator now holds more. False: it is to spill before it holds more; every operator may hold its
   * share. Throws LedgerError 'evaluator/limit' where nothing can be spilled.
   */
  hold(bytes: number): boolean {
    const { memory } = this
    if (memory.tryCharge(bytes)) {
      this.#bytes += bytes
      return true
    }
    if (!memory.canSpill) throw memory.refusal()
    memory.force(bytes)
    this.#bytes += bytes
    return this.#bytes <= memory.shareBytes
  }

  /** The same for what can't be spilled. Throws LedgerError 'evaluator/limit'. */
  keep(bytes: number): void {
    if (!this.hold(bytes)) throw this.memory.refusal()
  }

  release(bytes = this.#bytes): void {
    this.memory.release(bytes)
    this.#bytes -= bytes
  }
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** `256 MiB`: in the largest unit that gives a whole number. */
export function sizeText(bytes: number): string {
  let unit = 0
  let number = bytes
  while (number >= 1024 && number % 1024 === 0 && unit + 1 < units.length) {
    number /= 1024
    unit += 1
  }
  return `${number} ${units[unit]}`
}
