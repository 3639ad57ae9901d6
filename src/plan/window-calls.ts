import { tooManySteps } from '../syntax/cursor.ts'
import { clauseStepsMax } from '../base/limits.ts'
import type { Operator, PlanExpression, SortKeyPlan, WindowCallPlan } from './plan.ts'
import { expressionKey, slotsFilled, slotsRead } from './walk-plan.ts'

interface Collected {
  readonly partitionBy: readonly PlanExpression[]
  readonly orderBy: readonly SortKeyPlan[]
  readonly functions: WindowCallPlan[]
}

/** The window functions of one SELECT. Those of alike windows share an operator, the same call twice is one. */
export class WindowCalls {
  readonly #windows: Collected[] = []
  readonly #byKey = new Map<string, Collected>()
  readonly #slots = new Map<string, number>()
  readonly #results = new Set<number>()

  /** Gives the slot of the call's result. */
  add(call: Omit<WindowCallPlan, 'slot'>, window: Omit<Collected, 'functions'>, newSlot: () => number): number {
    const { partitionBy, orderBy } = window
    const windowKey = expressionKey([partitionBy, orderBy])
    const key = expressionKey([call, windowKey])
    const known = this.#slots.get(key)
    if (known !== undefined) return known
    // An argument may itself be the result of a window function, which comes first then.
    const readsResults = [...slotsRead([call.args, call.filter])].some((slot) => this.#results.has(slot))
    let target = readsResults ? undefined : this.#byKey.get(windowKey)
    if (target === undefined) {
      target = { partitionBy, orderBy, functions: [] }
      this.#byKey.set(windowKey, target)
      this.#windows.push(target)
      // Each window is a step over the one before: whoever walks a plan recurses through them.
      if (this.#windows.length > clauseStepsMax) throw tooManySteps(call.span)
    }
    const slot = newSlot()
    target.functions.push({ ...call, slot })
    this.#slots.set(key, slot)
    this.#results.add(slot)
    return slot
  }

  /** The rows with the functions' results. */
  over(rows: Operator): Operator {
    const filled = [...slotsFilled(rows)]
    return this.#windows.reduce<Operator>((input, window) => {
      const slots = filled.slice()
      for (const { slot } of window.functions) filled.push(slot)
      return { kind: 'window', input, ...window, slots }
    }, rows)
  }
}
