/** An entry further than so many steps from its place stands in a Map: somebody chose integers that collide. */
const stepsMax = 64

const placesMin = 64

/**
 * Numbers of integers of 32 bits, in one array without an object for each: finding one touches one place in memory, where
 * a Map touches several.
 */
export class IntegerIndex {
  /** Pairs: an integer and its number plus 1; 0 is a free place. */
  #pairs = new Int32Array(2 * placesMin)
  #count = 0
  readonly #crowded = new Map<number, number>()

  /** Whether it can be one of the integers. */
  static takes(value: number): boolean {
    return (value | 0) === value
  }

  /** Where it is sought first, before the mask, which drops the lowest bit. */
  static placeOf(integer: number): number {
    const mixed = Math.imul(integer ^ (integer >>> 16), 0x9e3779b1)
    return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 1
  }

  /** How many stand apart since they collide with too many others. */
  get crowded(): number {
    return this.#crowded.size
  }

  /** Its number; -1 when it is not there. */
  find(integer: number): number {
    const pairs = this.#pairs
    const mask = pairs.length - 2
    let at = IntegerIndex.placeOf(integer) & mask
    for (let steps = 0; steps < stepsMax; steps += 1) {
      const number = pairs[at + 1] as number
      if (number === 0) return -1
      if (pairs[at] === integer) return number - 1
      at = (at + 2) & mask
    }
    return this.#crowded.get(integer) ?? -1
  }

  /** Adds one that is not there. `number` is from 0 on. */
  add(integer: number, number: number): void {
    this.#count += 1
    if (4 * this.#count > this.#pairs.length) this.#grow()
    this.#place(integer, number)
  }

  clear(): void {
    this.#pairs = new Int32Array(2 * placesMin)
    this.#count = 0
    this.#crowded.clear()
  }

  #place(integer: number, number: number): void {
    const pairs = this.#pairs
    const mask = pairs.length - 2
    let at = IntegerIndex.placeOf(integer) & mask
    for (let steps = 0; steps < stepsMax; steps += 1) {
      if (pairs[at + 1] === 0) {
        pairs[at] = integer
        pairs[at + 1] = number + 1
        return
      }
      at = (at + 2) & mask
    }
    this.#crowded.set(integer, number)
  }

  #grow(): void {
    const before = this.#pairs
    const crowded = [...this.#crowded]
    this.#pairs = new Int32Array(2 * before.length)
    this.#crowded.clear()
    for (let at = 0; at < before.length; at += 2) {
      const number = before[at + 1] as number
      if (number !== 0) this.#place(before[at] as number, number - 1)
    }
    for (const [integer, number] of crowded) this.#place(integer, number)
  }
}
