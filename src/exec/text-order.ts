import { codePointWeight, compareText } from '../values/compare.ts'

/** Below it, comparing costs less than packing. */
const packedTextsMin = 24

/** The word with the higher half of a number of 64 bits, and the other. */
const highWord = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0
const lowWord = 1 - highWord

interface Packing {
  readonly bitsOfUnit: number
  /** Beyond it a unit has no room. */
  readonly largest: number
}

const narrow: Packing = { bitsOfUnit: 8, largest: 254 }
/** Enough for every unit, surrogates after all others. */
const wide: Packing = { bitsOfUnit: 17, largest: Number.POSITIVE_INFINITY }

/**
 * The places of texts in their order by code point; equal ones in the order in which they stand. What follows the
 * beginning that a range of texts shares is packed, with the place, into numbers of 64 bits, which are sorted without a
 * comparing function; those that come out alike are sorted by what follows. `step` is called for every text in turn.
 */
export function orderOfTexts(texts: readonly string[], descending: boolean, step: () => void): Uint32Array {
  const order = Uint32Array.from(texts, (_, place) => place)
  const ranges = [{ from: 0, to: texts.length, shared: 0 }]
  for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
    const { from, to, shared } = range
    if (to - from < packedTextsMin) {
      sortFew(order.subarray(from, to), texts, descending, step)
      continue
    }
    const start = sharedUnits(order.subarray(from, to), texts, shared, step)
    if (start === undefined) continue
    const part = order.subarray(from, to)
    const sorted =
      sortPacked(part, texts, start, descending, narrow) ?? sortPacked(part, texts, start, descending, wide)
    for (const { first, end, units } of sorted ?? []) ranges.push({ from: from + first, to: from + end, shared: units })
  }
  return order
}

function sortFew(order: Uint32Array, texts: readonly string[], descending: boolean, step: () => void): void {
  const sign = descending ? -1 : 1
  order.sort((a, b) => {
    step()
    return sign * compareText(texts[a] as string, texts[b] as string) || a - b
  })
}

/** How many units all the texts begin with alike, of which `known` are known; undefined when all are the same text. */
function sharedUnits(
  order: Uint32Array,
  texts: readonly string[],
  known: number,
  step: () => void,
): number | undefined {
  const first = texts[order[0] as number] as string
  let shared = first.length
  let isSame = true
  for (let at = 1; at < order.length; at += 1) {
    step()
    const text = texts[order[at] as number] as string
    if (text.length !== first.length) isSame = false
    const most = Math.min(shared, text.length)
    let unit = Math.min(known, most)
    while (unit < most && text.charCodeAt(unit) === first.charCodeAt(unit)) unit += 1
    shared = unit
  }
  return isSame && shared === first.length ? undefined : shared
}

interface Alike {
  readonly first: number
  readonly end: number
  /** Number of equal units at the beginning. */
  readonly units: number
}

/** Sorts by some units from `start` on, and gives the ranges that came out alike; undefined where a unit has no room. */
function sortPacked(
  order: Uint32Array,
  texts: readonly string[],
  start: number,
  descending: boolean,
  { bitsOfUnit, largest }: Packing,
): Alike[] | undefined {
  const count = order.length
  const bitsOfPlace = 32 - Math.clz32(count)
  const unitsOfHigh = Math.floor(32 / bitsOfUnit)
  const unitsOfLow = Math.floor((32 - bitsOfPlace) / bitsOfUnit)
  const units = unitsOfHigh + unitsOfLow
  const packed = new BigUint64Array(count)
  const words = new Uint32Array(packed.buffer)
  const limit = 2 ** bitsOfUnit
  for (let at = 0; at < count; at += 1) {
    const text = texts[order[at] as number] as string
    let [high, low] = [0, 0]
    for (let unit = 0; unit < units; unit += 1) {
      const found = start + unit < text.length ? codePointWeight(text.charCodeAt(start + unit)) + 1 : 0
      if (found > largest + 1) return undefined
      const key = descending ? limit - 1 - found : found
      if (unit < unitsOfHigh) high = high * limit + key
      else low = low * limit + key
    }
    words[2 * at + highWord] = high
    words[2 * at + lowWord] = low * 2 ** bitsOfPlace + at
  }
  packed.sort()
  return takeOrder(order, words, 2 ** bitsOfPlace, start + units)
}

/** Puts the places into the order of the packed numbers. */
function takeOrder(order: Uint32Array, words: Uint32Array, limitOfPlace: number, units: number): Alike[] {
  const before = order.slice()
  const alike: Alike[] = []
  let first = 0
  for (let at = 0; at < order.length; at += 1) {
    const low = words[2 * at + lowWord] as number
    order[at] = before[low % limitOfPlace] as number
    const isNext = at + 1 < order.length
    const nextLow = isNext ? (words[2 * at + 2 + lowWord] as number) : 0
    const isAlike =
      isNext &&
      words[2 * at + highWord] === words[2 * at + 2 + highWord] &&
      Math.floor(low / limitOfPlace) === Math.floor(nextLow / limitOfPlace)
    if (isAlike) continue
    if (at > first) alike.push({ first, end: at + 1, units })
    first = at + 1
  }
  return alike
}
