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

  /** Room for something of about this many bytes; NaN if unknown. `giveWay` ends it and releases what it holds. */
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

  /** Whether there is room for this many more bytes; ends larger holdings to make room. */
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

  /** Whether there is room for this many more; counts them if so. */
  take(count: number): boolean {
    if (!this.#pool.makeRoom(count, this.bytes)) return false
    this.#pool.holdings.add(this)
    this.#pool.held += count
    this.bytes += count
    return true
  }

  /** Work on it has begun: from now on it is never ended to make room. */
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
