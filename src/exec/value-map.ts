import { equalityKey } from '../values/compare.ts'
import type { Value } from '../values/value.ts'

/** A map by value: two values are one key exactly when they are equal (`=`), and NULL and MISSING are one key. */
export class ValueMap<T> {
  readonly #texts = new Map<string, T>()
  readonly #others = new Map<string | number, T>()

  get(key: Value): T | undefined {
    return key.type === 'string' || key.type === 'symbol' ? this.#texts.get(key.value) : this.#others.get(otherKey(key))
  }

  set(key: Value, entry: T): void {
    if (key.type === 'string' || key.type === 'symbol') this.#texts.set(key.value, entry)
    else this.#others.set(otherKey(key), entry)
  }
}

const wholeNumber = /^n-?\d+$/

/** Numbers that are safe integers as themselves, whatever their type; every other value by its equality key. */
function otherKey(value: Value): string | number {
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
