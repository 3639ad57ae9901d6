import { int, type Value } from '../values/value.ts'
import { compare } from '../values/compare.ts'
import type { ComparisonSite } from './notice-sites.ts'
import { isFixed } from './plan-facts.ts'

/** Looks whether a DATE_DIFF, compared with a number that a statement writes, is on the other side of 0 each time. */
export class SignLook {
  readonly #called: 0 | 1
  #sign: -1 | 1 | undefined
  #isSettled = false

  constructor(called: 0 | 1) {
    this.#called = called
  }

  /** Whether it is settled: one of another sign was there. */
  see(left: Value, right: Value): boolean {
    const [value, written] = this.#called === 0 ? [left, right] : [right, left]
    const sign = signOf(value)
    if (sign === 0 || sign !== -signOf(written)) this.#isSettled = true
    else this.#sign = sign
    return this.#isSettled
  }

  get messages(): readonly string[] {
    if (this.#isSettled || this.#sign === undefined) return []
    const where = this.#sign < 0 ? 'below' : 'above'
    return [`DATE_DIFF was ${where} 0 for every row: it counts from the first moment to the second; are they swapped?`]
  }
}

/** `DATE_DIFF(day, a, b) < 30`: the look after it, undefined of any other comparison. */
export function signLookOf({ parts, isOrder }: ComparisonSite): SignLook | undefined {
  const [left, right] = parts
  if (isOrder !== true || parts.length !== 2 || left === undefined || right === undefined) return undefined
  const called = left.kind === 'call' && left.name === 'date_diff' ? 0 : 1
  const [call, other] = called === 0 ? [left, right] : [right, left]
  return call.kind === 'call' && call.name === 'date_diff' && isFixed(other) ? new SignLook(called) : undefined
}

function signOf(value: Value): -1 | 0 | 1 {
  const order = compare(value, zero) ?? 0
  return order === 0 ? 0 : order < 0 ? -1 : 1
}

const zero = int(0)
