import { LedgerError } from '../base/errors.ts'
import { exportBlockValuesMax } from '../base/limits.ts'
import { parseAllIon } from '../values/text-reader.ts'
import { encodeBlock } from '../journal/block.ts'
import { blockFromIon } from '../journal/block-from-ion.ts'
import { checkedValues } from '../journal/checked-values.ts'
import { packedData } from './import-base64.ts'
import { isJsonBlock } from './import-json.ts'
import { soundFacts } from '../journal/sealed-blocks.ts'
import type { SoundFacts } from '../journal/sound-block.ts'

/** A block's stored form and what is known of it. */
export interface StoredFacts {
  readonly stored: Uint8Array
  readonly facts: SoundFacts
}

/** For each text its block when that is sound; undefined says nothing. */
export type TextFacts = readonly (StoredFacts | undefined)[]

/** SealedBlocks.check of blocks that are Ion text, each in UTF-8. */
export function soundTexts(texts: readonly Uint8Array[]): TextFacts {
  const stored = texts.map(storedOfText)
  return soundFacts(stored).map((facts, index) => facts && { stored: stored[index] as Uint8Array, facts })
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Undefined for anything but one block whose types are all there. */
function storedOfText(text: Uint8Array): Uint8Array | undefined {
  try {
    const [value, ...more] = parseAllIon(decoder.decode(text), checkedValues(exportBlockValuesMax))
    if (value?.type !== 'struct' || more.length > 0 || isJsonBlock(value) || packedData(value) !== undefined)
      return undefined
    return encodeBlock(blockFromIon(value))
  } catch (error) {
    if (error instanceof LedgerError || error instanceof TypeError) return undefined
    throw error
  }
}
