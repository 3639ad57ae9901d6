import { heldSmallShare, homeBodyBytesMax } from '../../base/limits.ts'

/**
 * Counts the bytes of bodies and answers that all connections together make the server hold. Small ones have a share of
 * their own, so that a few large ones shut nobody out; where there is no room, the one that holds most gives way.
 */
export class HeldBytes {
  readonly #small: Pool
  readonly #large: Pool

  constructor(max: number) {
    this.#small = new Pool(Math.ceil(max * heldSmallShare))
    this.#large = new Pool(max - this.#small.max)
  }

  get held(): number {
    return this.#small.held + this.#large.held
  }

  /** Room for something of about so many bytes; NaN: nobody knows. `giveWay` ends it, and releases what it holds. */
  hold(bytes: number, giveWay: () => void): Holding {
    return new Holding(bytes <= homeBodyBytesMax ? this.#small : this.#large, giveWay)
  }
}

class Pool {
  readonly max: number
  held = 0
  readonly holdings = new Set<Holding>()

  constructor(max: number) {
    this.max = max
  }

  /** Whether there is room for so many more bytes; larger holdings give way for it. */
  makeRoom(bytes: number, own: number): boolean {
    while (this.held + bytes > this.max) {
      const largest = [...this.holdings].reduce<Holding | undefined>(
        (a, b) => (b.mayGiveWay && b.bytes > (a?.bytes ?? own + bytes) ? b : a),
        undefined,
      )
      if (largest === undefined) return false
      largest.end()
    }
    return true
  }
}

/** What one body or answer holds. */
export class Holding {
  readonly #pool: Pool
  readonly #giveWay: () => void
  bytes = 0
  /** Whether it can be ended. */
  mayGiveWay = true

  constructor(pool: Pool, giveWay: () => void) {
    this.#pool = pool
    this.#giveWay = giveWay
  }

  /** Whether there is room for so many more; they are counted then. */
  take(count: number): boolean {
    if (!this.#pool.makeRoom(count, this.bytes)) return false
    this.#pool.holdings.add(this)
    this.#pool.held += count
    this.bytes += count
    return true
  }

  /** From now on it is worked on, and gives way to nobody. */
  keep(): void {
    this.mayGiveWay = false
  }

  release(): void {
    this.#pool.held -= this.bytes
    this.bytes = 0
    this.#pool.holdings.delete(this)
  }

  end(): void {
    this.#giveWay()
    this.release()
  }
}
