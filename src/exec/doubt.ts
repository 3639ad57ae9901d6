import type { Span } from '../base/span.ts'

/** Why a condition is not surely true. */
export interface Doubt {
  readonly message: string
  readonly span: Span
  readonly help?: string | undefined
  /** The mark of an operation that a type error ended; set where it gave a value for another row. */
  readonly mark?: number
  /** The kinds of a comparison's sides. */
  readonly kinds?: readonly [left: string, right: string]
  /** Whether the right side is an element of a list that the statement writes. */
  readonly isListed?: boolean
  /** A condition that was decided for other rows. */
  readonly decides?: boolean
}
