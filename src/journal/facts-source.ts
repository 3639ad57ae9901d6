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

/** Windows of blocks with what is known of each block, in their order; later ones are asked about ahead. */
export function withFacts<Item>(
  windows: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>,
  checkable: (item: Item) => Uint8Array | undefined,
  facts: FactsSource,
): AsyncGenerator<readonly [window: readonly Item[], facts: Facts]> {
  const ask = (window: readonly Item[]) => {
    const blocks = window.map(checkable)
    return blocks.some((block) => block !== undefined) ? facts.of(blocks) : blocks.map(() => undefined)
  }
  return withAnswers(windows, ask, facts)
}

/** Windows with the answers to `ask`, in their order; later ones are asked about ahead. */
export async function* withAnswers<Item, Answer>(
  windows: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>,
  ask: (window: readonly Item[]) => Answer | Promise<Answer>,
  facts: Pick<FactsSource, 'ahead'>,
): AsyncGenerator<readonly [window: readonly Item[], answer: Answer]> {
  const waiting: (readonly [readonly Item[], Answer | Promise<Answer>])[] = []
  for await (const window of windows) {
    waiting.push([window, ask(window)])
    const [first] = waiting
    if (first === undefined || waiting.length <= facts.ahead) continue
    waiting.shift()
    yield [first[0], await first[1]]
  }
  for (const [window, asked] of waiting) yield [window, await asked]
}
