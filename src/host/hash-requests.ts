import { joinBytes } from '../base/bytes.ts'
import type { SoundFacts } from '../journal/sound-block.ts'

/** Pieces one after the other; a length of -1 stands for one that is not to be looked at. */
export interface Pieces {
  readonly lengths: readonly number[]
  readonly bytes: Uint8Array
}

/** Blocks in their stored form, or as Ion text. */
export interface HashRequest extends Pieces {
  readonly form: 'stored' | 'text'
}

/** For texts with the blocks' stored form, where they are sound. */
export interface HashAnswer {
  readonly facts: readonly (SoundFacts | undefined)[]
  readonly stored: Pieces | undefined
}

export function joinPieces(pieces: readonly (Uint8Array | undefined)[]): Pieces {
  const bytes = joinBytes(pieces.filter((piece) => piece !== undefined))
  return { lengths: pieces.map((piece) => piece?.length ?? -1), bytes }
}

export function splitPieces({ lengths, bytes }: Pieces): (Uint8Array | undefined)[] {
  let at = 0
  return lengths.map((length) => {
    if (length === -1) return undefined
    at += length
    return bytes.subarray(at - length, at)
  })
}
