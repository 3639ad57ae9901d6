import type { Choice, ChoiceKind, Option } from './json-readings.ts'

/** What is enough where a few fields are unusual. */
export const guessesOfFew = 4_096

/** Picks for all choices; undefined for one that was made before. */
type Guess = readonly number[] | undefined

/**
 * Picks for all choices, the likeliest first: as they stand; all choices of one kind changed alike, and each pair of
 * kinds; numbers distinguished by their digits; fields of similar names alike; then every combination, by how far it is
 * from the first: the nearest, then those of one kind of choice alone, then all. Fields of similar names take at most half of
 * the budget.
 */
export function* guesses(choices: readonly Choice[], budget: number): Generator<Guess> {
  const seen = new SeenPicks(choices)
  const fresh = (picks: readonly number[]): Guess => (seen.isNew(picks) ? picks : undefined)
  yield fresh(choices.map(() => 0))
  const kinds = [...new Set(choices.map((choice) => choice.kind))]
  const alike = kinds.flatMap((kind) => optionNames(choices, kind).map((name) => ({ kind, name })))
  for (const [index, first] of alike.entries()) {
    for (const second of [first, ...alike.slice(index + 1)])
      yield fresh(choices.map((choice) => pickOf(choice, first) || (second === first ? 0 : pickOf(choice, second))))
  }
  for (const picks of byDigits(choices)) yield fresh(picks)
  let left = budget / 2
  for (const picks of byNames(choices)) {
    if (left <= 0) break
    left -= 1
    yield fresh(picks)
  }
  const all = choices.map((_, index) => index)
  // Of a document with many readings some are tried twice, rather than all of them remembered.
  if (seen.isExact) {
    for (const picks of byDistance(choices, all)) yield fresh(picks)
    return
  }
  yield* byDistance(choices, all, guessesOfFew)
  const groups = kinds.map((kind) => all.filter((index) => (choices[index] as Choice).kind === kind))
  for (const own of groups.sort((left, right) => readingsOf(choices, left) - readingsOf(choices, right)))
    if (own.length < all.length) yield* byDistance(choices, own)
  yield* byDistance(choices, all)
}

/**
 * Which picks there have been: by their number among all, where these are few; else by a hash of them, so that one in some
 * billions is taken for another.
 */
class SeenPicks {
  readonly isExact: boolean
  readonly #choices: readonly Choice[]
  readonly #keys = new Set<number>()

  constructor(choices: readonly Choice[]) {
    this.#choices = choices
    this.isExact = readingsOf(choices) <= rememberedMax
  }

  isNew(picks: readonly number[]): boolean {
    const key = this.isExact ? this.#numberOf(picks) : hashOfPicks(picks)
    if (this.#keys.has(key)) return false
    this.#keys.add(key)
    return true
  }

  #numberOf(picks: readonly number[]): number {
    let number = 0
    for (const [index, { options }] of this.#choices.entries())
      number = number * options.length + (picks[index] as number)
    return number
  }
}

/** 53 bits, of two FNV hashes. */
function hashOfPicks(picks: readonly number[]): number {
  let [left, right] = [0x811c9dc5, 0x01000193]
  for (const pick of picks) {
    left = Math.imul(left ^ pick, 0x01000193)
    right = Math.imul(right ^ (pick + 77), 0x85ebca6b)
  }
  return (left >>> 0) * 2 ** 21 + (right >>> 11)
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
  choices: readonly Pick<Choice, 'options'>[],
  places: readonly number[],
  limit = Number.POSITIVE_INFINITY,
): Generator<readonly number[]> {
  const picks = choices.map(() => 0)
  // How far the places from one on can be changed.
  const reach = new Array<number>(places.length + 1).fill(0)
  for (let at = places.length - 1; at >= 0; at -= 1)
    reach[at] = (reach[at + 1] as number) + (choices[places[at] as number] as Choice).options.length - 1
  let left = limit
  for (let distance = 1; distance <= (reach[0] as number); distance += 1) {
    for (const _ of changed({ choices, places, picks, reach }, 0, distance)) {
      if (left <= 0) return
      left -= 1
      yield picks
    }
  }
}

interface Changing {
  readonly choices: readonly Pick<Choice, 'options'>[]
  readonly places: readonly number[]
  readonly picks: number[]
  readonly reach: readonly number[]
}

/** Changes picks at places from `from` on so that they are `distance` further; goes no way that leads nowhere. */
function* changed(changing: Changing, from: number, distance: number): Generator<undefined> {
  if (distance === 0) yield undefined
  const { choices, places, picks, reach } = changing
  for (let at = from; at < places.length && distance > 0 && (reach[at] as number) >= distance; at += 1) {
    const place = places[at] as number
    const furthest = Math.min(distance, (choices[place] as Choice).options.length - 1)
    for (let pick = Math.max(1, distance - (reach[at + 1] as number)); pick <= furthest; pick += 1) {
      picks[place] = pick
      yield* changed(changing, at + 1, distance - pick)
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
  const places = new Map<string, number>()
  const groups: Choice[] = []
  const groupOf = choices.map((choice) => {
    const key = `${choice.kind} ${choice.path.replace(/\d+/g, '#')}`
    const at = places.get(key) ?? groups.length
    places.set(key, at)
    // The one with the most options stands for all.
    if (choice.options.length > (groups[at]?.options.length ?? 0)) groups[at] = choice
    return at
  })
  if (groups.length === choices.length) return
  const all = groups.map((_, index) => index)
  for (const picks of byDistance(groups, all)) {
    yield choices.map((choice, index) => {
      const at = groupOf[index] as number
      const { name } = (groups[at] as Choice).options[picks[at] as number] as Option
      return pickOf(choice, { kind: choice.kind, name })
    })
  }
}

function optionNames(choices: readonly Choice[], kind: ChoiceKind): string[] {
  const names = new Set<string>()
  for (const choice of choices) if (choice.kind === kind) for (const { name } of choice.options) names.add(name)
  return [...names]
}

function pickOf(choice: Choice, wanted: { readonly kind: ChoiceKind; readonly name: string }): number {
  if (choice.kind !== wanted.kind) return 0
  return Math.max(
    0,
    choice.options.findIndex((option) => option.name === wanted.name),
  )
}
