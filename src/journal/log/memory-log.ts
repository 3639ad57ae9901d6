import { equalBytes } from '../../base/bytes.ts'
import { LedgerError } from '../../base/errors.ts'
import type { AppendOutcome, BlockLog, LogBlock, LogGroup, LogTip } from './block-log.ts'

/** A log in memory, gone with the process. */
export class MemoryLog implements BlockLog {
  readonly #first: number
  readonly #blocks: LogBlock[] = []
  #identity: Uint8Array
  #hash: Uint8Array = new Uint8Array(0)
  #isClosed = false

  constructor(begin: { readonly firstSequenceNo: number; readonly identity: Uint8Array }) {
    this.#first = begin.firstSequenceNo
    this.#identity = begin.identity
  }

  tip(): LogTip {
    return { sequenceNo: this.#first + this.#blocks.length - 1, hash: this.#hash }
  }

  identity(): Uint8Array {
    return this.#identity
  }

  firstSequenceNo(): number {
    return this.#first
  }

  async append({ blocks, tipHash, identity }: LogGroup, expected: LogTip): Promise<AppendOutcome> {
    if (this.#isClosed) throw new LedgerError('ledger/closed', 'the log is closed')
    const { sequenceNo, hash } = this.tip()
    if (sequenceNo !== expected.sequenceNo || !equalBytes(hash, expected.hash)) return 'conflict'
    this.#blocks.push(...blocks)
    if (blocks.length > 0) this.#hash = tipHash
    this.#identity = identity ?? this.#identity
    return 'ok'
  }

  block(sequenceNo: number): LogBlock {
    const block = this.#blocks[sequenceNo - this.#first]
    if (block === undefined) throw new LedgerError('journal/gap', `the log has no block ${sequenceNo}`)
    return block
  }

  *read(from: number): Generator<LogBlock> {
    for (let at = from; at <= this.tip().sequenceNo; at += 1) yield this.block(at)
  }

  async close(): Promise<void> {
    this.#isClosed = true
  }
}
