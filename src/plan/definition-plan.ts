import type { Span } from '../base/span.ts'

/** CREATE, DROP and UNDROP. `conditional`: one that is there, or is not, is no error. */
export type DefinitionPlan =
  | { readonly kind: 'create-table'; readonly name: string; readonly conditional: boolean; readonly span: Span }
  | { readonly kind: 'drop-table'; readonly name: string; readonly conditional: boolean; readonly span: Span }
  | { readonly kind: 'undrop-table'; readonly tableId: string; readonly span: Span }
  | {
      readonly kind: 'create-index'
      readonly table: string
      readonly field: string
      readonly conditional: boolean
      readonly span: Span
    }
  | {
      readonly kind: 'drop-index'
      readonly table: string
      readonly indexId: string
      readonly conditional: boolean
      readonly span: Span
    }
