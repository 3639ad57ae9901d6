import { copyBytes } from '../base/bytes.ts'
import type { RangeCursor } from './store.ts'

/** A cursor over entries that are in memory; nothing may change their bytes. It ends when its snapshot is released. */
export class EntryCursor implements RangeCursor {
  readonly #entries: Iterator<readonly [Uint8Array, Uint8Array]>
  readonly #isReleased: () => boolean
  #key: Uint8Array = emptyBytes
  bytes: Uint8Array = emptyBytes
  readonly start = 0
  end = 0

  constructor(entries: Iterator<readonly [Uint8Array, Uint8Array]>, isReleased: () => boolean = () => false) {
    this.#entries = entries
    this.#isReleased = isReleased
  }

  next(): boolean {
    const found = this.#isReleased() ? undefined : this.#entries.next()
    if (found === undefined || found.done === true) return false
    this.#key = found.value[0]
    this.bytes = found.value[1]
    this.end = this.bytes.length
    return true
  }

  key(): Uint8Array {
    return copyBytes(this.#key)
  }

  drop(): void {}

  close(): void {
    this.#entries.return?.()
  }
}

const emptyBytes = new Uint8Array(0)
