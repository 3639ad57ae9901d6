import type { Span } from '../base/span.ts'
import type { Value } from '../values/value.ts'
import type { IndexInfo, TableInfo } from './catalog.ts'

/** What decides how an expression is evaluated, beside itself. */
export interface PlanSettings {
  readonly typing: Typing
  /**
   * QLDB's own typing, the one before the specification's two: errors about data types are raised, a path that leads
   * nowhere is MISSING, and operators and functions give NULL for MISSING operands.
   */
  readonly qldbTyping: boolean
  /** Whether unquoted names match without regard to case. */
  readonly foldsCase: boolean
}

export type Typing = 'permissive' | 'strict'

/** EXPLAIN ANALYZE of a query: it runs, and its plan is printed with what was counted. */
export interface AnalyzePlan {
  readonly kind: 'analyze'
  readonly value: PlanExpression
}

export type PlanExpression =
  /** `written`: the expression that it was folded from (fold-constants.ts). */
  | { readonly kind: 'constant'; readonly value: Value; readonly written?: PlanExpression; readonly span: Span }
  /** An expression that depends on no row: evaluated when it is first come to, and not again in the run. */
  | { readonly kind: 'once'; readonly value: PlanExpression; readonly span: Span }
  | {
      readonly kind: 'slot'
      readonly slot: number
      readonly name: string
      /** Of the rows of the part before, where they are known (steps). */
      readonly columns?: readonly string[] | undefined
      readonly span: Span
    }
  /** A value bound to a global name. */
  | { readonly kind: 'global'; readonly name: string; readonly span: Span }
  /** A table where a value is asked for: the bag of its documents. */
  | { readonly kind: 'table'; readonly source: TableSource; readonly span: Span }
  | { readonly kind: 'parameter'; readonly ordinal: number; readonly span: Span }
  /**
   * A field of a struct. `fallback` is used when the struct lacks it: an unknown name that may be a field of the only
   * source or a global value, which only the data can tell.
   */
  | {
      readonly kind: 'field'
      readonly operand: PlanExpression
      readonly name: string
      readonly exact: boolean
      /** Written in double quotes, as strings are in other languages. */
      readonly quoted?: true
      /** The table of this name, in a change and before a dot: that may have been meant. */
      readonly namesTable?: string
      readonly fallback: PlanExpression | undefined
      readonly span: Span
    }
  | {
      readonly kind: 'index'
      readonly operand: PlanExpression
      readonly index: PlanExpression
      /** Whether a text index may name a field: for a literal, a parameter or a CAST (specification, section 4). */
      readonly byName: boolean
      readonly span: Span
    }
  /** A path with `[*]` or `.*` steps: a bag. */
  | {
      readonly kind: 'spread'
      readonly operand: PlanExpression
      readonly steps: readonly SpreadStep[]
      readonly span: Span
    }
  | { readonly kind: 'unary'; readonly op: '-' | '+' | 'not'; readonly operand: PlanExpression; readonly span: Span }
  /** Operators of one tightness, taken from the left (syntax/ast.ts). */
  | {
      readonly kind: 'chain'
      readonly first: PlanExpression
      readonly rest: readonly {
        readonly op: PlanBinaryOperator
        readonly operand: PlanExpression
        readonly place: Span
      }[]
      readonly span: Span
    }
  | {
      readonly kind: 'binary'
      readonly op: PlanBinaryOperator
      readonly left: PlanExpression
      readonly right: PlanExpression
      readonly span: Span
    }
  /** Parts evaluated one after the other; each has the value of the one before in a slot. */
  | { readonly kind: 'steps'; readonly slot: number; readonly parts: readonly PlanExpression[]; readonly span: Span }
  | {
      readonly kind: 'in'
      readonly operand: PlanExpression
      readonly collection: PlanExpression
      readonly negated: boolean
      readonly span: Span
    }
  | {
      readonly kind: 'between'
      readonly operand: PlanExpression
      readonly low: PlanExpression
      readonly high: PlanExpression
      readonly negated: boolean
      readonly span: Span
    }
  | {
      readonly kind: 'like'
      readonly operand: PlanExpression
      readonly pattern: PlanExpression
      readonly escape: PlanExpression | undefined
      readonly negated: boolean
      readonly span: Span
    }
  | {
      readonly kind: 'is'
      readonly operand: PlanExpression
      readonly type: PlanType
      readonly negated: boolean
      readonly span: Span
    }
  | {
      readonly kind: 'case'
      readonly operand: PlanExpression | undefined
      readonly branches: readonly { readonly when: PlanExpression; readonly result: PlanExpression }[]
      readonly otherwise: PlanExpression | undefined
      readonly span: Span
    }
  | {
      readonly kind: 'cast'
      readonly form: 'cast' | 'can-cast' | 'can-lossless-cast'
      readonly operand: PlanExpression
      readonly type: PlanType
      readonly span: Span
    }
  | {
      readonly kind: 'quantified'
      readonly op: '=' | '<>' | '<' | '<=' | '>' | '>='
      readonly quantifier: 'any' | 'all'
      readonly operand: PlanExpression
      readonly collection: PlanExpression
      readonly span: Span
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly PlanExpression[]; readonly span: Span }
  | {
      readonly kind: 'sequence'
      readonly type: 'list' | 'sexp' | 'bag'
      readonly items: readonly PlanExpression[]
      readonly span: Span
    }
  | { readonly kind: 'struct'; readonly fields: readonly FieldPlan[]; readonly span: Span }
  /** MAP {key: value}: each `name` is a key. */
  | { readonly kind: 'map'; readonly fields: readonly FieldPlan[]; readonly span: Span }
  /** The fields of several structs in one: what `SELECT a.*, b.c` makes. */
  | { readonly kind: 'row'; readonly parts: readonly RowPart[]; readonly span: Span }
  /** A value without what some paths in it lead to. */
  | {
      readonly kind: 'exclude'
      readonly operand: PlanExpression
      readonly paths: readonly (readonly ExcludeStep[])[]
      readonly span: Span
    }
  | {
      readonly kind: 'query'
      readonly query: QueryPlan
      readonly coercion: Coercion
      readonly span: Span
    }

/** A field of a struct constructor, or an entry of a map, whose key is then `name`. */
export interface FieldPlan {
  readonly name: PlanExpression
  readonly value: PlanExpression
}

export type RowPart =
  | { readonly kind: 'field'; readonly name: string; readonly value: PlanExpression }
  /** A struct's fields, or another value under the name `otherwise`. */
  | {
      readonly kind: 'all'
      readonly value: PlanExpression
      /** The name of what is no struct. */
      readonly otherwise: string
      /** Whether NULL has no field: an outer join put it where a row has no partner. */
      readonly skipsNull: boolean
    }

/**
 * What SQL makes of a sub-query (specification, section 9): `scalar`, the one value of its one row; `row`, the list of
 * that row's values, beside an array literal; `values`, the bag of the rows' single values or lists of values, as IN
 * wants it (RFC 0013); `none`, the collection as it is.
 */
export type Coercion = 'none' | 'scalar' | 'row' | 'values'

export type SpreadStep =
  | { readonly kind: 'field'; readonly name: string; readonly exact: boolean }
  | { readonly kind: 'index'; readonly index: PlanExpression; readonly byName: boolean }
  | { readonly kind: 'each' }
  | { readonly kind: 'each-field' }

export type PlanBinaryOperator =
  | 'or'
  | 'and'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | '||'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | 'is distinct from'
  | 'is not distinct from'

/** A type named in CAST or IS: `args` are precision, scale or length; `of` the key and value types of a map. */
export interface PlanType {
  readonly name: string
  readonly args: readonly number[]
  readonly withTimeZone: boolean
  readonly of?: readonly [key: PlanType, value: PlanType]
}

export type QueryPlan = SelectPlan | PivotPlan | SetPlan | WithPlan

/** SELECT: `value` is evaluated for each row of `input`, then DISTINCT, OFFSET and LIMIT apply, in that order. */
export interface SelectPlan {
  readonly kind: 'select'
  readonly input: Operator
  /** One result value for each input row. */
  readonly value: PlanExpression
  readonly distinct: boolean
  /** Gives a list instead of a bag. */
  readonly ordered: boolean
  readonly limit: PlanExpression | undefined
  readonly offset: PlanExpression | undefined
  /** Names of the columns where they are known before any row is seen. */
  readonly columns: readonly string[] | undefined
  readonly span: Span
}
export type ExcludeStep =
  | { readonly kind: 'field'; readonly name: string; readonly exact: boolean }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' }
  | { readonly kind: 'each-field' }

/** PIVOT value AT name: one struct, with a field for each input row. */
export interface PivotPlan {
  readonly kind: 'pivot'
  readonly input: Operator
  readonly name: PlanExpression
  readonly value: PlanExpression
  readonly limit: PlanExpression | undefined
  readonly offset: PlanExpression | undefined
  readonly span: Span
}
/** UNION, INTERSECT or EXCEPT. `outer` compares whole values; without it rows are compared column by column. */
export interface SetPlan {
  readonly kind: 'set'
  readonly op: 'union' | 'intersect' | 'except'
  readonly outer: boolean
  readonly all: boolean
  /** CORRESPONDING: the columns by name; `all` for those that both sides have. */
  readonly corresponding: readonly string[] | 'all' | undefined
  readonly left: PlanExpression
  readonly right: PlanExpression
  /** ORDER BY over the result: rows are put into `slot` one by one. */
  readonly sort: { readonly slot: number; readonly keys: readonly SortKeyPlan[] } | undefined
  readonly limit: PlanExpression | undefined
  readonly offset: PlanExpression | undefined
  readonly span: Span
}
/** WITH: each binding is evaluated once for each evaluation of the whole and kept in its slot. */
export interface WithPlan {
  readonly kind: 'with'
  readonly bindings: readonly { readonly slot: number; readonly name: string; readonly value: PlanExpression }[]
  readonly body: PlanExpression
  readonly span: Span
}

export type TableSource =
  | { readonly kind: 'table'; readonly table: TableInfo; readonly view: 'user' | 'committed' }
  | {
      readonly kind: 'history'
      readonly table: TableInfo
      readonly from: PlanExpression | undefined
      readonly to: PlanExpression | undefined
    }
  | { readonly kind: 'system'; readonly name: string }

/** How the rows of a table are found. Every key is a value of the rows before; absent keys match nothing. */
export type Access =
  | { readonly kind: 'scan' }
  /** `many`: the key is a collection, as IN has it. */
  | { readonly kind: 'id'; readonly key: PlanExpression; readonly many: boolean }
  | { readonly kind: 'index'; readonly index: IndexInfo; readonly key: PlanExpression; readonly many: boolean }

export type Operator =
  /** One row, no slots: a query without FROM. */
  | { readonly kind: 'one-row' }
  | TableScan
  | ValueScan
  /** Keeps the rows for which every condition is TRUE; they are tried in their order. */
  | { readonly kind: 'filter'; readonly input: Operator; readonly conditions: readonly PlanExpression[] }
  | JoinOperator
  | {
      readonly kind: 'let'
      readonly input: Operator
      readonly slot: number
      readonly value: PlanExpression
      readonly name: string
    }
  | GroupOperator
  | SortOperator
  | WindowOperator

/** Rows of a table: the document goes to `slot`, its position to `atSlot` (AT), its id to `bySlot` (BY). */
export interface TableScan {
  readonly kind: 'scan-table'
  readonly source: TableSource
  readonly access: Access
  readonly alias: string
  readonly slot: number
  readonly atSlot: number | undefined
  readonly bySlot: number | undefined
}
/** The elements of a collection, or the attributes of a struct (`unpivot`). */
export interface ValueScan {
  readonly kind: 'scan-value'
  readonly value: PlanExpression
  readonly unpivot: boolean
  /** A path into an earlier source: MISSING gives no row there (unnesting), elsewhere one row. */
  readonly unnests: boolean
  readonly alias: string
  readonly slot: number
  readonly atSlot: number | undefined
  readonly bySlot: number | undefined
  readonly span: Span
}
/**
 * For each left row the right side is opened again: it may read the left row's slots, and its scans count again.
 * With `hash` the right side, which then reads no slot of the left, is read once and kept by its key.
 */
export interface JoinOperator {
  readonly kind: 'join'
  readonly join: 'inner' | 'left' | 'full'
  readonly left: Operator
  readonly right: Operator
  /** Conditions beside the hash keys; none: every pair is a match. */
  readonly on: readonly PlanExpression[]
  readonly hash: { readonly left: readonly PlanExpression[]; readonly right: readonly PlanExpression[] } | undefined
  /** Slots to fill with NULL when one side has no partner. */
  readonly leftSlots: readonly number[]
  readonly rightSlots: readonly number[]
}
/**
 * GROUP BY: one row for each distinct combination of keys. Afterwards only the slots of keys, aggregates and GROUP AS
 * are valid.
 */
export interface GroupOperator {
  readonly kind: 'group'
  readonly input: Operator
  readonly keys: readonly { readonly value: PlanExpression; readonly slot: number }[]
  readonly aggregates: readonly AggregatePlan[]
  /** GROUP AS: a bag of structs, one field for each variable of the input. */
  readonly groupAs:
    | { readonly slot: number; readonly fields: readonly { readonly name: string; readonly slot: number }[] }
    | undefined
}
/** One aggregate call; its result for the group goes to `slot`. */
export interface AggregatePlan {
  readonly name: string
  /** Undefined for COUNT(*). */
  readonly argument: PlanExpression | undefined
  readonly distinct: boolean
  readonly filter: PlanExpression | undefined
  /** The second argument of STRING_AGG. */
  readonly separator?: PlanExpression | undefined
  /** ARRAY_AGG(x ORDER BY y), STRING_AGG(x, ',' ORDER BY y) */
  readonly orderBy?: readonly SortKeyPlan[]
  readonly slot: number
  readonly span: Span
}
/** One key of ORDER BY. `nullsFirst` is resolved: the default of NULLS FIRST/LAST is already applied. */
export interface SortKeyPlan {
  readonly value: PlanExpression
  readonly descending: boolean
  readonly nullsFirst: boolean
}
/** ORDER BY over the rows of `input`. */
export interface SortOperator {
  readonly kind: 'sort'
  readonly input: Operator
  readonly keys: readonly SortKeyPlan[]
  /** What a row consists of: copied away and back. */
  readonly slots: readonly number[]
  /** LIMIT and OFFSET where they count these very rows: the others need not be kept. */
  readonly top: Bounds | undefined
}
/** LIMIT and OFFSET of a query. */
export interface Bounds {
  readonly limit: PlanExpression | undefined
  readonly offset: PlanExpression | undefined
  readonly span: Span
}
/** Window functions that share one PARTITION BY and ORDER BY. Adds their results and keeps the order of the rows. */
export interface WindowOperator {
  readonly kind: 'window'
  readonly input: Operator
  readonly partitionBy: readonly PlanExpression[]
  readonly orderBy: readonly SortKeyPlan[]
  readonly functions: readonly WindowCallPlan[]
  readonly slots: readonly number[]
}
/** One window function or aggregate with OVER; its result for the row goes to `slot`. */
export interface WindowCallPlan {
  readonly name: string
  readonly args: readonly PlanExpression[]
  readonly distinct: boolean
  readonly filter: PlanExpression | undefined
  readonly frame: FramePlan
  readonly slot: number
  readonly span: Span
}
/** The frame of a window call, both ends included. */
export interface FramePlan {
  readonly unit: 'rows' | 'range' | 'groups'
  readonly start: FrameBoundPlan
  readonly end: FrameBoundPlan
}
/** One end of a frame. */
export interface FrameBoundPlan {
  readonly side: 'preceding' | 'current-row' | 'following'
  /** Undefined for UNBOUNDED and CURRENT ROW. It reads no slot of the window's own rows. */
  readonly offset: PlanExpression | undefined
  readonly span: Span
}
