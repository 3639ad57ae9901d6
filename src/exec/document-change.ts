import type { Step, Change } from './edit-document.ts'
import type { Span } from '../base/span.ts'

export interface DocumentChange {
  readonly path: readonly Step[]
  readonly change: Change
  readonly span: Span
}
