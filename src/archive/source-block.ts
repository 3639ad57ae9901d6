import type { Block } from '../journal/block.ts'
import type { SoundBlock } from '../journal/sound-block.ts'

/** A block as it came out of a file. */
export interface SourceBlock {
  readonly block: Block
  readonly path: string
  /** Bytes that it took in the unpacked file. */
  readonly bytes: number
  readonly isJson: boolean
  /** Indexes of the revisions that JSON took the types of, or that the export says were marked so by an import. */
  readonly doubtful: readonly number[]
  /** The block as encodeBlock writes it, and what is known of it, where the file has it so and it is sound. */
  readonly stored?: Uint8Array
  readonly sound?: SoundBlock
}
