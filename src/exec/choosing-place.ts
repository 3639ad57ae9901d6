import type { ConflictPlan } from '../plan/change-plan.ts'

/**
 * Whether the present place of a statement chooses what a change does: its conditions and whatever groups, joins, counts or
 * cuts rows. What IS, COALESCE and EXISTS ask about is rightly true of a field that is not there, and so is what OR stands
 * beside, but in a sub-query: there it would leave rows out that NOT IN and COUNT miss.
 */
export class ChoosingPlace {
  chooses = false
  /** Whether the rows of the present query are only asked for. */
  #isAsked = false
  /** Whether the present query keeps some of its rows by their order. */
  cutsRows = false
  /** How deep the query lies whose rows are changed or written. */
  #outerDepth = 0
  #depth = 0

  /** In the documents of INSERT. REPLACE removes what a column lacks. */
  inserting(conflict: ConflictPlan | undefined, look: () => void): void {
    this.#outerDepth = 1
    this.#within(conflict?.action === 'replace', look)
    this.#outerDepth = 0
  }

  /** In something that chooses by what it holds. */
  choosing(look: () => void): void {
    this.#within(!this.#isAsked, look)
  }

  /** In something that takes a field that is not there: IS, COALESCE. */
  consuming(look: () => void): void {
    this.#within(false, look)
  }

  /** Beside AND or OR. */
  beside(isOr: boolean, look: () => void): void {
    this.#within(this.chooses && !(isOr && this.#depth <= this.#outerDepth), look)
  }

  /** In a key of ORDER BY, which chooses rows beside LIMIT alone. */
  sorting(look: () => void): void {
    this.#within(this.cutsRows && !this.#isAsked, look)
  }

  /** In a sub-query. `isAsked`: EXISTS asks whether it has a row. */
  query(isAsked: boolean, look: () => void): void {
    const before = { isAsked: this.#isAsked, cutsRows: this.cutsRows }
    this.#isAsked = isAsked
    this.#depth += 1
    this.#within(this.chooses && !isAsked, look)
    this.#isAsked = before.isAsked
    this.#depth -= 1
    this.cutsRows = before.cutsRows
  }

  /** In the right side and the condition of an outer join, or in CASE: what is not true there may choose, as in a sub-query. */
  deeper(isDeeper: boolean, look: () => void): void {
    this.#depth += isDeeper ? 1 : 0
    look()
    this.#depth -= isDeeper ? 1 : 0
  }

  #within(chooses: boolean, look: () => void): void {
    const before = this.chooses
    this.chooses = chooses
    look()
    this.chooses = before
  }
}
