import { factsHere, type FactsSource } from '../journal/facts-source.ts'
import { soundTexts, type TextFacts } from './sound-texts.ts'

/** A FactsSource for the blocks of an export, which may be Ion text. */
export interface ExportFacts extends FactsSource {
  ofTexts(texts: readonly Uint8Array[]): TextFacts | Promise<TextFacts>
}

export const exportFactsHere: ExportFacts = { ...factsHere, ofTexts: soundTexts }

/** Where no hash is to be checked. */
export const noFacts: ExportFacts = {
  of: (blocks) => blocks.map(() => undefined),
  ofTexts: (texts) => texts.map(() => undefined),
  ahead: 0,
}
