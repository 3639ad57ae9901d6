import { isAbsent, type Value } from '../values/value.ts'
import { meetingOf } from './comparable-kinds.ts'
import { kindOf } from './value-kinds.ts'

/** An element that the statement writes, and a value beside it, of which no element of its kind was comparable. */
export interface UnmetElement {
  readonly element: Value
  readonly value: Value
}

/** Looks after lists like `(1, 2, '3')`, whose elements are of different kinds, until each kind met a value of its own. */
export class MixedLists {
  readonly #unmet = new Map<number, Map<string, UnmetElement>>()

  /** Whether a kind of the list has met no value so far. */
  isOpen(mark: number, value: Value, items: readonly Value[]): boolean {
    const known = this.#unmet.get(mark)
    const unmet = known ?? unmetOf(value, items)
    if (known === undefined) this.#unmet.set(mark, unmet)
    if (unmet.size === 0) return false
    for (const [kind, { element }] of unmet) {
      if (!Array.isArray(meetingOf(value, element))) unmet.delete(kind)
    }
    return unmet.size > 0
  }

  /** The first element of a list whose kind no value had. */
  unmetOf(mark: number): UnmetElement | undefined {
    return this.#unmet.get(mark)?.values().next().value
  }
}

function unmetOf(value: Value, items: readonly Value[]): Map<string, UnmetElement> {
  const found = new Map<string, UnmetElement>()
  for (const element of items) {
    const kind = kindOf(element.type)
    if (!isAbsent(element) && !found.has(kind)) found.set(kind, { element, value })
  }
  return found.size < 2 ? new Map() : found
}
