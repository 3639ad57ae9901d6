import { soundFacts } from './sealed-blocks.ts'
import type { SoundFacts } from './sound-block.ts'

/** For each block what is known of it when it is sound; undefined says nothing. */
export type Facts = readonly (SoundFacts | undefined)[]

/** SealedBlocks.check, here or in other threads: what it says follows from the blocks alone. Must not reject. */
export interface FactsSource {
  of(blocks: readonly (Uint8Array | undefined)[]): Facts | Promise<Facts>
  /** Windows that are asked for before the answer to the first is taken. */
  readonly ahead: number
}

export const factsHere: FactsSource = { of: soundFacts, ahead: 0 }
/** Where no hash is to be checked. */
export const noFacts: FactsSource = { of: (blocks) => blocks.map(() => undefined), ahead: 0 }

/** Windows of blocks with what is known of each block, in their order; later ones are asked about ahead. */
export async function* withFacts<Item>(
  windows: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>,
  checkable: (item: Item) => Uint8Array | undefined,
  facts: FactsSource,
): AsyncGenerator<readonly [window: readonly Item[], facts: Facts]> {
  const waiting: (readonly [readonly Item[], Facts | Promise<Facts>])[] = []
  for await (const window of windows) {
    const blocks = window.map(checkable)
    const isAsked = blocks.some((block) => block !== undefined)
    waiting.push([window, isAsked ? facts.of(blocks) : blocks.map(() => undefined)])
    const [first] = waiting
    if (first === undefined || waiting.length <= facts.ahead) continue
    waiting.shift()
    yield [first[0], await first[1]]
  }
  for (const [window, asked] of waiting) yield [window, await asked]
}
