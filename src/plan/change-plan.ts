import type { Span } from '../base/span.ts'
import type { IndexInfo, TableInfo } from './catalog.ts'
import type { Operator, PlanExpression } from './plan.ts'

export interface InsertPlan {
  readonly kind: 'insert'
  readonly table: TableInfo
  /** `one`: the value is the document. `many`: a collection of documents, or one document. */
  readonly form: 'one' | 'many'
  readonly value: PlanExpression
  readonly conflict: ConflictPlan | undefined
  readonly returning: ReturningPlan | undefined
  readonly span: Span
}

/** ON CONFLICT: what happens to an inserted document whose key a document of the table has. */
export interface ConflictPlan {
  /** The fields that are the key. */
  readonly key: readonly string[]
  /** By which documents with the key are found; undefined: the table is read. */
  readonly index: IndexInfo | undefined
  readonly action: 'nothing' | 'replace' | 'update'
  /** Of DO UPDATE SET; none for EXCLUDED as a whole. */
  readonly changes: readonly ChangeStep[]
  readonly where: PlanExpression | undefined
  /** The slots of the existing document, of its id and of the inserted one. */
  readonly existingSlot: number
  readonly idSlot: number
  readonly excludedSlot: number
  readonly span: Span
}

/** UPDATE, DELETE and FROM …: rows that name targets, then changes to each target's document. */
export interface ChangePlan {
  readonly kind: 'change'
  readonly table: TableInfo
  readonly input: Operator
  /** The slots of the document and of its id. */
  readonly documentSlot: number
  readonly idSlot: number
  readonly changes: readonly ChangeStep[]
  readonly returning: ReturningPlan | undefined
  /** ANDs beside OR without parentheses. */
  readonly bareAnds: readonly Span[]
  readonly span: Span
}
export type ChangeStep =
  | { readonly kind: 'set'; readonly path: TargetPath; readonly value: PlanExpression; readonly span: Span }
  | {
      readonly kind: 'insert'
      readonly path: TargetPath
      readonly value: PlanExpression
      readonly at: PlanExpression | undefined
      readonly form: 'one' | 'many'
      readonly span: Span
    }
  | { readonly kind: 'remove'; readonly path: TargetPath; readonly span: Span }
/** Steps from the document down; none: the document itself. */
export type TargetPath = readonly TargetStep[]
export type TargetStep =
  | { readonly kind: 'field'; readonly name: string; readonly exact: boolean }
  /** `byName`: as in a path that is read. */
  | { readonly kind: 'index'; readonly index: PlanExpression; readonly byName: boolean }
  /** The element that a nested source stands at: its ordinal's slot; MISSING there when the value was no list. */
  | { readonly kind: 'element'; readonly slot: number }

/** Each slot holds a version of the document, or those fields of it that were modified, while `row` is evaluated. */
export interface ReturningPlan {
  readonly versions: readonly {
    readonly which: 'modified-old' | 'modified-new' | 'all-old' | 'all-new'
    readonly slot: number
  }[]
  readonly row: Extract<PlanExpression, { kind: 'row' }>
}
