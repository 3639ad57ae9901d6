import type { Span } from '../base/span.ts'
import type { Value } from '../values/value.ts'

/**
 * The syntax tree: one readonly union for queries, one for expressions, one for statements (statement-ast.ts); every node
 * has its span.
 */

/** A name as written. Quoted names match exactly; an unquoted one may match without regard to case where the rules say so. */
export interface Name {
  readonly text: string
  readonly quoted: boolean
  readonly span: Span
}

export type Expression =
  | Query
  /** `source` is the literal's spelling when it matters for printing: `ion` for one in backticks. */
  | { readonly kind: 'literal'; readonly value: Value; readonly source: 'partiql' | 'ion'; readonly span: Span }
  /** `@x` has local true: aliases only. */
  | { readonly kind: 'variable'; readonly name: Name; readonly local: boolean; readonly span: Span }
  /** `?`, numbered from 0 in the order of the text. */
  | { readonly kind: 'parameter'; readonly ordinal: number; readonly span: Span }
  | { readonly kind: 'path'; readonly root: Expression; readonly steps: readonly PathStep[]; readonly span: Span }
  | { readonly kind: 'unary'; readonly op: UnaryOperator; readonly operand: Expression; readonly span: Span }
  | {
      readonly kind: 'binary'
      readonly op: BinaryOperator
      readonly left: Expression
      readonly right: Expression
      /** Where the operator itself stands. */
      readonly opSpan: Span
      /** Of an OR beside an AND without parentheses, `a OR b AND c`: that AND. Not where all sides are ANDs, nor of a range. */
      readonly bareSpan?: Span
      readonly span: Span
    }
  /**
   * Very many operands of `+ -`, `* / %` or `|| &`, taken from the left: as flat as it is written, so that its length is no
   * depth. Shorter ones are binary.
   */
  | {
      readonly kind: 'chain'
      readonly first: Expression
      readonly rest: readonly {
        readonly op: BinaryOperator
        readonly opSpan: Span
        readonly operand: Expression
      }[]
      readonly span: Span
    }
  /**
   * Very many predicates behind one operand, `a = b IS NULL IN (c) …`, in parts of few: in each but the first `previous`
   * stands for the part before it.
   */
  | { readonly kind: 'steps'; readonly parts: readonly Expression[]; readonly span: Span }
  | { readonly kind: 'previous'; readonly span: Span }
  | {
      readonly kind: 'in'
      readonly operand: Expression
      /** `(a, b)` directly after IN is a list constructor, also with one element. */
      readonly collection: Expression
      readonly negated: boolean
      readonly span: Span
    }
  | {
      readonly kind: 'between'
      readonly operand: Expression
      readonly low: Expression
      readonly high: Expression
      readonly negated: boolean
      readonly span: Span
    }
  | {
      readonly kind: 'like'
      readonly operand: Expression
      readonly pattern: Expression
      readonly escape: Expression | undefined
      readonly negated: boolean
      readonly span: Span
    }
  | {
      readonly kind: 'is'
      readonly operand: Expression
      readonly type: TypeName
      readonly negated: boolean
      readonly span: Span
    }
  | {
      readonly kind: 'case'
      /** CASE operand WHEN value …; undefined for the searched form. */
      readonly operand: Expression | undefined
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
      readonly otherwise: Expression | undefined
      readonly span: Span
    }
  | {
      readonly kind: 'cast'
      readonly form: 'cast' | 'can-cast' | 'can-lossless-cast'
      readonly operand: Expression
      readonly type: TypeName
      readonly span: Span
    }
  /** `x = ANY (…)`, `x > ALL (…)`; SOME is ANY. */
  | {
      readonly kind: 'quantified'
      readonly op: '=' | '<>' | '<' | '<=' | '>' | '>='
      readonly quantifier: 'any' | 'all'
      readonly operand: Expression
      /** `(a, b)` is a list; one expression in the parentheses is the collection itself. */
      readonly collection: Expression
      readonly span: Span
    }
  | CallExpression
  /** `form` says how it was written: `[…]`, `(a, b)` or LIST(…). */
  | {
      readonly kind: 'list'
      readonly items: readonly Expression[]
      readonly form: 'bracket' | 'paren'
      readonly span: Span
    }
  | { readonly kind: 'sexp'; readonly items: readonly Expression[]; readonly span: Span }
  | { readonly kind: 'bag'; readonly items: readonly Expression[]; readonly span: Span }
  | {
      readonly kind: 'struct'
      readonly fields: readonly { readonly name: Expression; readonly value: Expression }[]
      readonly span: Span
    }
  /** MAP {key: value}: each `name` is a key. */
  | {
      readonly kind: 'map'
      readonly fields: readonly { readonly name: Expression; readonly value: Expression }[]
      readonly span: Span
    }

/**
 * A function call. Functions with a syntax of their own arrive as plain calls, keywords as string literals:
 * EXTRACT(year FROM t) is extract('year', t); TRIM(LEADING 'x' FROM s) is trim('leading', 'x', s), TRIM(s) is trim(s);
 * DATE_ADD(year, 1, t) is date_add('year', 1, t); SUBSTRING(s FROM a FOR b) is substring(s, a, b);
 * TRIM(LEADING FROM s) is trim('leading', ' ', s), TRIM('x' FROM s) is trim('both', 'x', s);
 * POSITION(a IN s) is position(a, s); OVERLAY(s PLACING p FROM a FOR b) is overlay(s, p, a, b);
 * `a OVERLAPS b` is overlaps(a, b).
 */
export interface CallExpression {
  readonly kind: 'call'
  /** Lower case. */
  readonly name: string
  readonly nameSpan: Span
  readonly args: readonly Expression[]
  /** COUNT(*) */
  readonly star: boolean
  /** COUNT(DISTINCT x), SUM(ALL x) */
  readonly quantifier: 'distinct' | 'all' | undefined
  /** ARRAY_AGG(x ORDER BY y): the order of what it collects. */
  readonly orderBy: readonly SortKey[] | undefined
  readonly filter: Expression | undefined
  readonly over: WindowSpecification | undefined
  readonly span: Span
}
/** What stands behind OVER: `(PARTITION BY … ORDER BY … ROWS …)`, `(w ORDER BY …)` or `w`. */
export interface WindowSpecification {
  /** The window of the WINDOW clause that it begins with. */
  readonly base: Name | undefined
  /** `OVER w`: that very window, which may have a frame; `OVER (w)` makes one of its own from it. */
  readonly isName: boolean
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortKey[]
  readonly frame: WindowFrame | undefined
  readonly span: Span
}
/** `ROWS 2 PRECEDING` ends at the current row: its `end` is CURRENT ROW. */
export interface WindowFrame {
  readonly unit: 'rows' | 'range' | 'groups'
  readonly start: FrameBound
  readonly end: FrameBound
  readonly span: Span
}
export interface FrameBound {
  readonly side: 'preceding' | 'current-row' | 'following'
  /** Undefined for UNBOUNDED and CURRENT ROW. */
  readonly offset: Expression | undefined
  readonly span: Span
}
/** WINDOW name AS (…) */
export interface NamedWindow {
  readonly name: Name
  readonly window: WindowSpecification
  readonly span: Span
}

export type UnaryOperator = '-' | '+' | 'not'
export type BinaryOperator =
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

export type PathStep =
  | { readonly kind: 'field'; readonly name: Name; readonly span: Span }
  /** `[e]`: an index or, with a string, a field. */
  | { readonly kind: 'index'; readonly index: Expression; readonly span: Span }
  /** `[*]` */
  | { readonly kind: 'each'; readonly span: Span }
  /** `.*` */
  | { readonly kind: 'each-field'; readonly span: Span }

/**
 * A type as CAST and IS name it, lower case: `int`, `decimal` with arguments, `time` with its zone, `double precision`,
 * `character varying`, `interval day to second` with its precisions …
 */
export interface TypeName {
  readonly name: string
  readonly args: readonly number[]
  /** TIME and TIMESTAMP WITH TIME ZONE */
  readonly withTimeZone: boolean
  /** Of MAP<key, value>: both types. */
  readonly of?: readonly [key: TypeName, value: TypeName]
  readonly span: Span
}

export type Query = SelectQuery | SetQuery | ValuesQuery | PivotQuery | WithQuery

export interface SelectQuery {
  readonly kind: 'select'
  readonly quantifier: 'distinct' | 'all' | undefined
  readonly projection: Projection
  /** EXCLUDE a.b, c[*].d */
  readonly exclude: readonly Expression[] | undefined
  readonly from: FromSource | undefined
  readonly lets: readonly LetBinding[]
  readonly where: Expression | undefined
  readonly groupBy: GroupBy | undefined
  readonly having: Expression | undefined
  readonly windows: readonly NamedWindow[]
  /** Empty for ORDER BY PRESERVE: the rows as they come, as a list. */
  readonly orderBy: readonly SortKey[] | undefined
  readonly limit: Expression | undefined
  readonly offset: Expression | undefined
  readonly span: Span
}
/** PIVOT value AT name FROM … : a query that gives one struct. */
export interface PivotQuery {
  readonly kind: 'pivot'
  readonly value: Expression
  readonly at: Expression
  readonly from: FromSource
  readonly lets: readonly LetBinding[]
  readonly where: Expression | undefined
  readonly groupBy: GroupBy | undefined
  readonly having: Expression | undefined
  readonly orderBy: readonly SortKey[] | undefined
  readonly limit: Expression | undefined
  readonly offset: Expression | undefined
  readonly span: Span
}
export interface SetQuery {
  readonly kind: 'set-operation'
  readonly op: 'union' | 'intersect' | 'except'
  readonly outer: boolean
  readonly quantifier: 'distinct' | 'all' | undefined
  /** CORRESPONDING BY (a, b): rows are cut down to these fields; `all` for CORRESPONDING alone. */
  readonly corresponding: readonly Name[] | 'all' | undefined
  /**
   * Of a very long chain of different operations: the parts before this one, likewise. `previous`, the leftmost operand of
   * each and of this one, stands for the part before it.
   */
  readonly before?: readonly SetQuery[] | undefined
  readonly left: Expression
  readonly right: Expression
  readonly orderBy: readonly SortKey[] | undefined
  readonly limit: Expression | undefined
  readonly offset: Expression | undefined
  readonly span: Span
}
/** VALUES (1, 2), (3, 4) */
export interface ValuesQuery {
  readonly kind: 'values'
  readonly rows: readonly (readonly Expression[])[]
  readonly span: Span
}
export interface WithQuery {
  readonly kind: 'with'
  readonly recursive: boolean
  readonly bindings: readonly {
    readonly name: Name
    readonly columns: readonly Name[] | undefined
    readonly query: Expression
  }[]
  readonly query: Expression
  readonly span: Span
}

export type Projection =
  | { readonly kind: 'star'; readonly span: Span }
  | { readonly kind: 'items'; readonly items: readonly SelectItem[]; readonly span: Span }
  | { readonly kind: 'value'; readonly value: Expression; readonly span: Span }
export type SelectItem =
  | { readonly kind: 'expression'; readonly value: Expression; readonly alias: Name | undefined; readonly span: Span }
  /** `a.*`, `a.b.*` */
  | { readonly kind: 'star'; readonly value: Expression; readonly span: Span }

export interface LetBinding {
  readonly value: Expression
  readonly name: Name
  readonly span: Span
}
export interface GroupBy {
  /** None for GROUP ALL. */
  readonly keys: readonly { readonly value: Expression; readonly alias: Name | undefined; readonly span: Span }[]
  /** GROUP PARTIAL BY */
  readonly partial: boolean
  /** GROUP AS g */
  readonly groupAs: Name | undefined
  readonly span: Span
}
export interface SortKey {
  readonly value: Expression
  readonly direction: 'asc' | 'desc'
  /** Undefined: NULLS LAST for ascending, NULLS FIRST for descending. */
  readonly nulls: 'first' | 'last' | undefined
  readonly span: Span
}

export type FromSource =
  | {
      readonly kind: 'scan'
      /** A variable, a path, a history() call, a sub-query, any expression. */
      readonly value: Expression
      readonly as: Name | undefined
      /** AS t (a, b): names for the columns of VALUES or a SELECT list. */
      readonly columns: readonly Name[] | undefined
      readonly at: Name | undefined
      readonly by: Name | undefined
      readonly span: Span
    }
  | {
      readonly kind: 'unpivot'
      readonly value: Expression
      readonly as: Name | undefined
      /** AS t (a, b): names for the columns of VALUES or a SELECT list. */
      readonly columns: readonly Name[] | undefined
      readonly at: Name | undefined
      readonly by: Name | undefined
      readonly span: Span
    }
  | {
      readonly kind: 'join'
      /** `cross` also for a comma. LEFT CROSS JOIN is `left` without a condition, which counts as true. */
      readonly join: 'inner' | 'left' | 'right' | 'full' | 'cross'
      /** A comma, for printing. */
      readonly comma: boolean
      readonly left: FromSource
      readonly right: FromSource
      readonly on: Expression | undefined
      readonly span: Span
    }
