import { ownText } from '../base/bytes.ts'
import { jsonGuessBytes, jsonGuessesMax, jsonGuessesWastedMax } from '../base/limits.ts'
import type { StructValue, Value } from '../values/value.ts'
import { guesses, guessesOfFew } from './json-guesses.ts'
import { asRead, type Choice, collectChoices, type Option, pickedHash, valueWith } from './json-readings.ts'

export interface OracleOutcome {
  /** The data with the types that fit; as read when none do. */
  readonly value: StructValue
  readonly isCertain: boolean
  /** All readings were tried. */
  readonly isExhausted: boolean
  readonly tries: number
}

/** A search that gives others a turn. */
export type Search = Generator<number, OracleOutcome>

function finished(search: Search): OracleOutcome {
  for (;;) {
    const step = search.next()
    if (step.done === true) return step.value
  }
}

/** As much is hashed between two turns for others, which takes some milliseconds, of one document or of several. */
const bytesBetweenTurns = 256 * 1024

/** Roughly what is hashed of a value for a guess. */
function sizeOf(value: Value): number {
  let size = 40
  if (value.type === 'string') size += value.value.length
  if (value.type === 'struct') for (const name of value.names) size += name.length
  const items = value.type === 'struct' ? value.values : value.type === 'list' ? value.items : []
  for (const item of items) size += sizeOf(item)
  return size
}

/** Guesses of a small document that so many bytes of one are worth. */
function shareOf(bytes: number): number {
  return Math.max(1, bytes / jsonGuessBytes)
}

/** How often a table's types must have been sought without success before less is tried. */
const patience = 4
const guessesMin = 64
/** Steps of the search for each guess; the others would make a guess again. */
const stepsPerGuess = 4
/** Places that are remembered; documents whose field names are data must not fill the memory. */
const learntMax = 100_000

/**
 * Finds the Ion types of a document that was written as JSON. A judge says whether a guess is right. What fitted one
 * document of a table is tried first with the next.
 */
export class TypeOracle {
  /** Table and path → the name of the option that fitted last. */
  readonly #learnt = new Map<string, string>()
  /** Table → documents in a row for which nothing fitted. */
  readonly #failures = new Map<string, number>()

  readonly #guessesMax: number
  /** For documents that nothing fitted. */
  #wasted = 0
  /** Bytes to be hashed before the next turn of others. */
  #untilTurn = bytesBetweenTurns
  #total = 0
  #most = 0

  constructor(guessesMax = jsonGuessesMax) {
    this.#guessesMax = guessesMax
  }

  /** Of all documents together, and of the one that took most. */
  get guesses(): { readonly total: number; readonly most: number } {
    return { total: this.#total, most: this.#most }
  }

  find(data: StructValue, table: string, isRight: (guess: Value) => boolean): OracleOutcome {
    return finished(this.#find(data, table, (choices) => (picks) => isRight(valueWith(data, choices, picks))))
  }

  /** The same by the hash of the data. */
  findByHash(data: StructValue, table: string, isRight: (hash: Uint8Array) => boolean): OracleOutcome {
    return finished(this.searchByHash(data, table, isRight))
  }

  /** The same in steps of a short time; each gives how many guesses have been made. */
  searchByHash(data: StructValue, table: string, isRight: (hash: Uint8Array) => boolean): Search {
    const judge = (choices: readonly Choice[]) => {
      const hashes = pickedHash(data, choices)
      return (picks: readonly number[]) => isRight(hashes.of(picks))
    }
    return this.#find(data, table, judge)
  }

  #count(outcome: OracleOutcome): OracleOutcome {
    this.#total += outcome.tries
    this.#most = Math.max(this.#most, outcome.tries)
    return outcome
  }

  *#find(data: StructValue, table: string, judge: Judge): Search {
    return this.#count(yield* this.#tryAll(data, table, judge))
  }

  *#tryAll(data: StructValue, table: string, judge: Judge): Search {
    const choices: Choice[] = []
    collectChoices(data, '', choices)
    const ranked = choices.map((choice) => this.#ranked(table, choice))
    const failures = this.#failures.get(table) ?? 0
    const bytes = sizeOf(data)
    const affordable = Math.ceil(this.#guessesMax / shareOf(bytes))
    const budget = Math.min(affordable, failures < patience ? this.#budget() : guessesMin)
    // Guesses that were made before take time as well.
    const stepsMax = Math.ceil((stepsPerGuess * Math.max(this.#guessesMax, guessesOfFew)) / shareOf(bytes))
    const isRight = judge(ranked)
    let [tries, steps] = [0, 0]
    let isExhausted = !ranked.some(({ isOpen }) => isOpen)
    for (const picks of guesses(ranked, budget)) {
      steps += 1
      this.#untilTurn -= bytes
      if (this.#untilTurn <= 0) {
        this.#untilTurn = bytesBetweenTurns
        yield tries
      }
      if (picks !== undefined) tries += 1
      if (picks !== undefined && isRight(picks)) {
        this.#failures.delete(table)
        this.#learn(table, ranked, picks)
        const value = valueWith(data, ranked, picks)
        return { value, isCertain: true, isExhausted: false, tries }
      }
      if (tries < budget && steps < stepsMax) continue
      isExhausted = false
      break
    }
    this.#failures.set(ownText(table), failures + 1)
    this.#wasted += tries * shareOf(bytes)
    // As read may be none of the likely readings; what is marked as not checkable must not fit as it stands.
    const asItStands = ranked.map(({ options }) => options.findIndex(({ name }) => name === asRead.name))
    if (!isExhausted && isRight(asItStands))
      return { value: data, isCertain: true, isExhausted: false, tries: tries + 1 }
    return { value: data, isCertain: false, isExhausted, tries }
  }

  /** Guesses that lead nowhere take time: when they have been many, fewer are made. */
  #budget(): number {
    return this.#wasted < jsonGuessesWastedMax ? this.#guessesMax : guessesOfFew
  }

  #ranked(table: string, choice: Choice): Choice {
    const name = this.#learnt.get(`${table} ${choice.kind} ${choice.path}`)
    const at = choice.options.findIndex((option) => option.name === name)
    if (at <= 0) return choice
    return { ...choice, options: [choice.options[at] as Option, ...choice.options.toSpliced(at, 1)] }
  }

  #learn(table: string, choices: readonly Choice[], picks: readonly number[]): void {
    if (this.#learnt.size > learntMax) this.#learnt.clear()
    choices.forEach(({ kind, path, options }, index) => {
      this.#learnt.set(ownText(`${table} ${kind} ${path}`), (options[picks[index] as number] as Option).name)
    })
  }
}

type Judge = (choices: readonly Choice[]) => (picks: readonly number[]) => boolean
