import { ownText } from '../base/bytes.ts'
import { jsonGuessBytes, jsonGuessesMax, jsonGuessesWastedMax } from '../base/limits.ts'
import { asRead, type Choice, type ChoiceKind, collectChoices, type Option } from './json-readings.ts'
import { PickedHash } from './picked-hash.ts'
import { list, type StructValue, struct, type Value } from '../values/value.ts'

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

/** As much is hashed between two turns for others, which takes some milliseconds. */
const bytesBetweenTurns = 1024 * 1024

/** Roughly what is hashed of a value for a guess. */
function sizeOf(value: Value): number {
  const own = 40
  if (value.type === 'string') return own + value.value.length
  const items = value.type === 'struct' ? value.values : value.type === 'list' ? value.items : []
  return items.reduce((sum, item) => sum + sizeOf(item), own)
}

/** How often a table's types must have been sought in vain before less is tried. */
const patience = 4
const guessesMin = 64
/** What is enough where a few fields are unusual. */
const guessesOfFew = 4_096
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
    const budget = failures < patience ? this.#budget(bytes) : Math.min(guessesMin, this.#guessesMax)
    const between = Math.max(1, Math.floor(bytesBetweenTurns / bytes))
    const isRight = judge(ranked)
    let tries = 0
    let isExhausted = !ranked.some(({ isOpen }) => isOpen)
    for (const picks of guesses(ranked, budget)) {
      tries += 1
      if (tries % between === 0) yield tries
      if (isRight(picks)) {
        this.#failures.delete(table)
        this.#learn(table, ranked, picks)
        const value = valueWith(data, ranked, picks)
        return { value, isCertain: true, isExhausted: false, tries }
      }
      if (tries >= budget) {
        isExhausted = false
        break
      }
    }
    this.#failures.set(ownText(table), failures + 1)
    this.#wasted += tries
    // As read may be none of the likely readings; what is marked as not checkable must not fit as it stands.
    const asItStands = ranked.map(({ options }) => options.findIndex(({ name }) => name === asRead.name))
    if (!isExhausted && isRight(asItStands))
      return { value: data, isCertain: true, isExhausted: false, tries: tries + 1 }
    return { value: data, isCertain: false, isExhausted, tries }
  }

  /** Guesses that lead nowhere take time: when they have been many, fewer are made. */
  #budget(bytes: number): number {
    const affordable = Math.ceil((this.#guessesMax * jsonGuessBytes) / Math.max(jsonGuessBytes, bytes))
    return this.#wasted < jsonGuessesWastedMax ? affordable : Math.min(affordable, guessesOfFew)
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

/**
 * Picks for all choices, the likeliest first: as they stand; all choices of one kind changed alike, and each pair of
 * kinds; numbers told apart by their digits; fields of similar names alike; then every combination, by how far it is
 * from the first: the nearest, then those of one kind of choice alone, then all. Fields of similar names take at most half of
 * the budget.
 */
function* guesses(choices: readonly Choice[], budget: number): Generator<readonly number[]> {
  const none = choices.map(() => 0)
  yield none
  const seen = new Set([none.join()])
  const fresh = (picks: readonly number[]) => {
    const name = picks.join()
    return !seen.has(name) && seen.add(name) !== undefined
  }
  const kinds = [...new Set(choices.map((choice) => choice.kind))]
  const alike = kinds.flatMap((kind) => optionNames(choices, kind).map((name) => ({ kind, name })))
  for (const [index, first] of alike.entries()) {
    for (const second of [first, ...alike.slice(index + 1)]) {
      const picks = choices.map((choice) => pickOf(choice, first) || (second === first ? 0 : pickOf(choice, second)))
      if (fresh(picks)) yield picks
    }
  }
  for (const picks of byDigits(choices)) if (fresh(picks)) yield picks
  let left = budget / 2
  for (const picks of byNames(choices)) {
    if (left <= 0) break
    left -= 1
    if (fresh(picks)) yield picks
  }
  const all = choices.map((_, index) => index)
  const isSmall = readingsOf(choices) <= rememberedMax
  // Of a document with many readings some are tried twice, rather than all of them remembered.
  if (isSmall) {
    for (const picks of byDistance(choices, all)) if (fresh(picks)) yield picks
    return
  }
  yield* byDistance(choices, all, guessesOfFew)
  const groups = kinds.map((kind) => all.filter((index) => (choices[index] as Choice).kind === kind))
  for (const own of groups.sort((left, right) => readingsOf(choices, left) - readingsOf(choices, right)))
    if (own.length < all.length) yield* byDistance(choices, own)
  yield* byDistance(choices, all)
}

/** So many readings of one document are remembered. */
const rememberedMax = 65_536

/** Of the choices at some places, or of all. */
function readingsOf(choices: readonly Choice[], places: readonly number[] = [...choices.keys()]): number {
  const count = (place: number) => (choices[place] as Choice).options.length
  return places.reduce((product, place) => Math.min(product * count(place), Number.MAX_SAFE_INTEGER), 1)
}

/**
 * Every combination of the choices at some places, the others at their first, by how far it is from that; at most `limit`. Each
 * is the same list, which changes.
 */
function* byDistance(
  choices: readonly Choice[],
  places: readonly number[],
  limit = Number.POSITIVE_INFINITY,
): Generator<readonly number[]> {
  const picks = choices.map(() => 0)
  const furthest = places.reduce((sum, place) => sum + (choices[place] as Choice).options.length - 1, 0)
  let left = limit
  for (let distance = 1; distance <= furthest; distance += 1) {
    for (const _ of changed(choices, places, picks, 0, distance)) {
      if (left <= 0) return
      left -= 1
      yield picks
    }
  }
}

/** Changes picks at places from `from` on so that they are `distance` further. */
function* changed(
  choices: readonly Choice[],
  places: readonly number[],
  picks: number[],
  from: number,
  distance: number,
): Generator<undefined> {
  if (distance === 0) yield undefined
  for (let at = from; at < places.length && distance > 0; at += 1) {
    const place = places[at] as number
    const furthest = Math.min(distance, (choices[place] as Choice).options.length - 1)
    for (let pick = 1; pick <= furthest; pick += 1) {
      picks[place] = pick
      yield* changed(choices, places, picks, at + 1, distance - pick)
    }
    picks[place] = 0
  }
}

/** Numbers with a fraction of more digits than a limit are floats, as measured values, those of fewer decimals, as money. */
function* byDigits(choices: readonly Choice[]): Generator<readonly number[]> {
  const limits = [...new Set(choices.flatMap(({ kind, digits }) => (kind === 'fraction' ? [digits] : [])))]
  for (const limit of limits.sort((left, right) => left - right)) {
    for (const isFloat of [(digits: number) => digits > limit, (digits: number) => digits <= limit]) {
      yield choices.map((choice) =>
        choice.kind === 'fraction' && isFloat(choice.digits) ? pickOf(choice, { kind: 'fraction', name: 'float' }) : 0,
      )
    }
  }
}

/** Fields whose names differ only in digits have one type. */
function* byNames(choices: readonly Choice[]): Generator<readonly number[]> {
  const keys = choices.map(({ kind, path }) => `${kind} ${path.replace(/\d+/g, '#')}`)
  const names = [...new Set(keys)]
  if (names.length === choices.length) return
  const groups = names.map((name) => {
    const members = choices.filter((_, index) => keys[index] === name)
    const [first] = members as [Choice]
    return members.reduce(
      (longest, choice) => (choice.options.length > longest.options.length ? choice : longest),
      first,
    )
  })
  const furthest = groups.reduce((sum, choice) => sum + choice.options.length - 1, 0)
  for (let distance = 1; distance <= furthest; distance += 1) {
    for (const picks of atDistance(groups, 0, distance)) {
      yield choices.map((choice, index) => {
        const at = names.indexOf(keys[index] as string)
        const { name } = (groups[at] as (typeof groups)[number]).options[picks[at] as number] as Option
        return pickOf(choice, { kind: choice.kind, name })
      })
    }
  }
}

function optionNames(choices: readonly Choice[], kind: ChoiceKind): string[] {
  const names = choices
    .filter((choice) => choice.kind === kind)
    .flatMap(({ options }) => options.map(({ name }) => name))
  return [...new Set(names)]
}

function pickOf(choice: Choice, wanted: { readonly kind: ChoiceKind; readonly name: string }): number {
  if (choice.kind !== wanted.kind) return 0
  return Math.max(
    0,
    choice.options.findIndex((option) => option.name === wanted.name),
  )
}

type Judge = (choices: readonly Choice[]) => (picks: readonly number[]) => boolean

function valueWith(data: StructValue, choices: readonly Choice[], picks: readonly number[]): StructValue {
  return rebuild(data, { next: 0, picks, choices }) as StructValue
}

function pickedHash(data: StructValue, choices: readonly Choice[]): PickedHash {
  const counts = data.values.map((value) => {
    const own: Choice[] = []
    collectChoices(value, '', own)
    return own.length
  })
  return new PickedHash(data, counts, (value, picks, from) => rebuild(value, { next: from, picks, choices }))
}

/** All picks from choice `from` on whose sum is `distance`. */
function* atDistance(choices: readonly Choice[], from: number, distance: number): Generator<number[]> {
  const choice = choices[from]
  if (choice === undefined) {
    if (distance === 0) yield []
    return
  }
  for (let pick = 0; pick <= Math.min(distance, choice.options.length - 1); pick += 1)
    for (const rest of atDistance(choices, from + 1, distance - pick)) yield [pick, ...rest]
}

interface Picking {
  next: number
  readonly picks: readonly number[]
  readonly choices: readonly Choice[]
}

/** The value with an option made of each choice; walks as collectChoices does. */
function rebuild(value: Value, picking: Picking): Value {
  let make: ((value: Value) => Value) | undefined
  if (choiceOfType(value)) {
    const { options } = picking.choices[picking.next] as Choice
    make = (options[picking.picks[picking.next] as number] as Option).make
    picking.next += 1
  }
  let inner = value
  if (value.type === 'struct')
    inner = struct(
      value.names,
      value.values.map((field) => rebuild(field, picking)),
      value.annotations,
    )
  if (value.type === 'list')
    inner = list(
      value.items.map((item) => rebuild(item, picking)),
      value.annotations,
    )
  return make === undefined ? inner : make(inner)
}

function choiceOfType(value: Value): boolean {
  return /^(?:string|int|decimal|float|null|list)$/.test(value.type)
}
