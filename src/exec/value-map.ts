import { equalityKey } from '../values/compare.ts'
import type { TextPlace } from '../values/lazy-values.ts'
import { IntegerIndex } from '../values/integer-index.ts'
import { TextIndex } from '../values/text-index.ts'
import type { Value } from '../values/value.ts'

/** A map by value: two values are one key exactly when they are equal (`=`), and NULL and MISSING are one key. */
export class ValueMap<T> {
  readonly #texts = new Map<string, T>()
  /** Numbers of `#entries`. */
  readonly #integers = new IntegerIndex()
  readonly #entries: T[] = []
  readonly #others = new Map<string | number, T>()
  /** Built from all texts at the first look-up by bytes. */
  #byBytes: { readonly index: TextIndex; readonly entries: readonly T[] } | undefined

  get(key: Value): T | undefined {
    if (key.type === 'string' || key.type === 'symbol') return this.#texts.get(key.value)
    const identity = identityOf(key)
    if (!isIndexed(identity)) return this.#others.get(identity)
    const number = this.#integers.find(identity)
    return number === -1 ? undefined : this.#entries[number]
  }

  /** The same for a text by its bytes; for maps that are complete by then. */
  getText({ bytes, start, end }: TextPlace): T | undefined {
    this.#byBytes ??= { index: new TextIndex([...this.#texts.keys()]), entries: [...this.#texts.values()] }
    const number = this.#byBytes.index.find(bytes, start, end)
    return number === -1 ? undefined : this.#byBytes.entries[number]
  }

  clear(): void {
    this.#texts.clear()
    this.#integers.clear()
    this.#entries.length = 0
    this.#others.clear()
    this.#byBytes = undefined
  }

  set(key: Value, entry: T): void {
    if (key.type !== 'string' && key.type !== 'symbol') this.#setOther(identityOf(key), entry)
    else {
      this.#texts.set(key.value, entry)
      this.#byBytes = undefined
    }
  }

  #setOther(identity: string | number, entry: T): void {
    if (!isIndexed(identity)) {
      this.#others.set(identity, entry)
      return
    }
    const number = this.#integers.find(identity)
    if (number === -1) this.#integers.add(identity, this.#entries.push(entry) - 1)
    else this.#entries[number] = entry
  }
}

function isIndexed(identity: string | number): identity is number {
  return typeof identity === 'number' && IntegerIndex.takes(identity)
}

const wholeNumber = /^n-?\d+$/

/** What tells a value from those that are no text: whole numbers of any type as themselves, others by equality key. */
export function identityOf(value: Value): string | number {
  if (value.type === 'int' && typeof value.value === 'number') return value.value
  const text = equalityKey(value)
  return wholeNumber.test(text) ? Number(text.slice(1)) : text
}

/** One key for several values: each with its length before it, so that no content can look like a boundary. */
export function tupleKey(values: readonly Value[]): string {
  let text = ''
  for (const value of values) {
    const key = equalityKey(value)
    text += `${key.length}:${key}`
  }
  return text
}
