import type { Span } from '../base/span.ts'
import type { Expression, FromSource, Name } from './ast.ts'

export type Statement = StatementKind & {
  /** Spellings in it that QLDB did not have, though it had what they mean. */
  readonly beyondQldb?: readonly Spelling[]
}

export interface Spelling {
  readonly feature: string
  readonly span: Span
}

type StatementKind =
  | { readonly kind: 'query'; readonly query: Expression; readonly span: Span }
  | InsertStatement
  | DmlStatement
  | {
      readonly kind: 'create-table'
      readonly name: Name
      readonly tags: Expression | undefined
      /** IF NOT EXISTS, IF EXISTS: one that is there, or is not, is no error. */
      readonly conditional: boolean
      readonly span: Span
    }
  | { readonly kind: 'drop-table'; readonly name: Name; readonly conditional: boolean; readonly span: Span }
  /** UNDROP TABLE "tableId" */
  | { readonly kind: 'undrop-table'; readonly tableId: Name; readonly span: Span }
  | {
      readonly kind: 'create-index'
      readonly table: Name
      readonly paths: readonly (readonly Name[])[]
      readonly conditional: boolean
      readonly span: Span
    }
  /** DROP INDEX "indexId" ON table WITH (purge = true) */
  | {
      readonly kind: 'drop-index'
      readonly indexId: Name
      readonly table: Name
      readonly purge: boolean | undefined
      readonly conditional: boolean
      readonly span: Span
    }
  /** EXEC procedure arguments */
  | { readonly kind: 'exec'; readonly procedure: Name; readonly args: readonly Expression[]; readonly span: Span }
  | { readonly kind: 'explain'; readonly options: readonly Name[]; readonly statement: Statement; readonly span: Span }

/** INSERT INTO table VALUE e | INSERT INTO table e (`<<…>>`, `?`, a query). A path target belongs to DmlStatement. */
export interface InsertStatement {
  readonly kind: 'insert'
  readonly table: TablePath
  /** INSERT INTO t AS alias: a name for the existing document in ON CONFLICT, and for the new one in RETURNING. */
  readonly as: Name | undefined
  /** INSERT INTO t (a, b): the fields that VALUES or a SELECT list fills, by position. */
  readonly columns: readonly Name[] | undefined
  /** `one`: VALUE e, the document. `many`: e is a collection of documents, or (a QLDB parameter) one document. */
  readonly form: 'one' | 'many'
  readonly value: Expression
  /** INSERT INTO t VALUE e AT key */
  readonly at: Expression | undefined
  readonly onConflict: OnConflict | undefined
  /** UPSERT INTO and REPLACE INTO name the conflict action: update and replace EXCLUDED (RFC 0030). */
  readonly command: 'insert' | 'upsert' | 'replace'
  readonly returning: readonly Returning[] | undefined
  readonly span: Span
}
export interface OnConflict {
  /** ON CONFLICT (a, b): the fields that are the key. */
  readonly target: readonly Name[] | undefined
  /** Behind the action; before it in ON CONFLICT WHERE c DO NOTHING. */
  readonly where: Expression | undefined
  /** `command`: what UPSERT or REPLACE says. */
  readonly action: 'nothing' | 'replace-excluded' | 'update-excluded' | 'update-set' | 'command'
  /** The assignments of DO UPDATE SET. */
  readonly changes: readonly Change[]
  readonly span: Span
}
export interface Returning {
  readonly which: 'modified-old' | 'modified-new' | 'all-old' | 'all-new'
  readonly expression: Expression | '*'
  readonly span: Span
}
/** `t`, `"t"`, `information_schema.user_tables`: names joined by dots. */
export interface TablePath {
  readonly names: readonly Name[]
  readonly span: Span
}

/** UPDATE, DELETE and FROM … as one: a source of targets, an optional condition, the changes. */
export interface DmlStatement {
  readonly kind: 'dml'
  readonly form: 'update' | 'delete' | 'from'
  readonly from: FromSource
  readonly where: Expression | undefined
  readonly changes: readonly Change[]
  readonly returning: readonly Returning[] | undefined
  readonly span: Span
}
export type Change =
  | { readonly kind: 'set'; readonly target: Expression; readonly value: Expression; readonly span: Span }
  | {
      readonly kind: 'insert'
      readonly target: Expression
      readonly value: Expression
      readonly at: Expression | undefined
      /** `one`: INSERT INTO path VALUE e; `many`: INSERT INTO path e, each element. */
      readonly form: 'one' | 'many'
      readonly span: Span
    }
  | { readonly kind: 'remove'; readonly target: Expression; readonly span: Span }
  /** DELETE FROM: the whole document of the first source. */
  | { readonly kind: 'delete'; readonly span: Span }
