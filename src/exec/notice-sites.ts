import { noticeSitesMax } from '../base/limits.ts'
import type { Notice } from '../base/notice.ts'
import type { Span } from '../base/span.ts'
import type { PlanExpression } from '../plan/plan.ts'
import type { RelationName } from './near-values.ts'
import type { LiteralName } from './literal-names.ts'
import type { TableView } from './source.ts'

/** One step from a row down. `each`: any element of a list, or the value itself where it is none. */
export type NoticeStep =
  | { readonly kind: 'field'; readonly name: string; readonly exact: boolean }
  | { readonly kind: 'each' }

/**
 * Where a path stands, for what may have been meant: `text`, where a string would make sense; `value`, where anything
 * would; `field`, where only a field does; `order`, in ORDER BY; `set`, a target that is created if absent; `target`, any
 * other target of a change; `literal`, a string that may have been meant as a name: it is no path at all.
 */
export type PathRole = 'text' | 'value' | 'field' | 'order' | 'set' | 'target' | 'literal'

/** A path from a source's rows that the statement names. */
export interface PathSite {
  readonly steps: readonly NoticeStep[]
  /** `Owner.Name`, `Owners[].Name`. */
  readonly text: string
  readonly span: Span
  role: PathRole
  /** Whether it is a single name without its source's: it may be meant as text. */
  readonly isName: boolean
  /** Whether SELECT gives that name to something else: where it stands that name does not exist yet. */
  readonly isOutput: boolean
  /** The mark that is set when it is evaluated; undefined where it counts in any case. */
  mark: number | undefined
  /** Whether a change is chosen by it (choosing-place.ts). */
  chooses: boolean
  /** In a change: the table of this name, which may have been meant. */
  readonly namesTable?: string | undefined
  /** Of a text that is compared: the mark of the comparison. */
  readonly comparison?: number | undefined
  /** The alias of the source whose document's id it is: `BY id`, beside a field of that name. */
  readonly idOf?: string | undefined
}

/** The documents of a table, as a source gives them. */
export interface TableDocuments {
  readonly tableId: string
  readonly view: TableView
}

/** A source and the paths from its rows. */
export interface SourceSites {
  readonly slot: number
  readonly noun: 'document' | 'row'
  readonly label: string
  /** What its rows are called in the statement. */
  readonly alias: string
  /** Whether its end is the end of all there is: no look-up. */
  readonly isScan: boolean
  /** The table that its documents are of. */
  readonly table?: TableDocuments | undefined
  /** The columns of its rows where they are known; none of them is misspelt. */
  readonly columns: readonly string[] | undefined
  readonly paths: PathSite[]
}

export interface ComparisonSite {
  readonly mark: number
  /** What is compared, as it is written. */
  readonly parts: readonly PlanExpression[]
  /** The call that compares its arguments: NULLIF. */
  readonly call?: PlanExpression
  /** Whether the second part is the list whose elements are compared. */
  readonly isListed?: boolean
  /** Whether it is true for values of different types: `<>`, NOT IN. */
  readonly isNegated: boolean
  /** The second bound of NOT BETWEEN. */
  readonly isBound?: true
  /** An order, such as `<`: of lists and structs it is one of their types where those differ. */
  readonly isOrder?: boolean
  /** How it compares, where it does not ask for equality; of LIKE the second part is the pattern. */
  readonly relation?: RelationName
  /** INTERSECT or EXCEPT: the rows of both sides. */
  readonly set?: string
}

/**
 * What a type error ends: `value`, an operator or a call; `aggregate`; `condition`, where a boolean is wanted; `rows`, a
 * sub-query of one row; `name`, where a field's name is wanted; `frame`, of a window. `truth`: what is false of any value
 * of the wrong type, and never gets the right one. `removal`: the element that REMOVE names.
 */
export type OperationRole = 'value' | 'aggregate' | 'condition' | 'rows' | 'name' | 'frame' | 'truth' | 'removal'

/** An operation whose value is MISSING after a type error; it gets a notice if it never had another. */
export interface Operation {
  readonly mark: number
  readonly role: OperationRole
  /** The part of the plan that a notice shows. */
  readonly shown: object
  readonly span: Span
}

/** A comparison with NULL, as it is written. */
export interface NullComparison {
  readonly parts: readonly PlanExpression[]
  readonly kind: 'equal' | 'unequal' | 'list' | 'null-list' | 'other'
}

/** A key of ORDER BY, GROUP BY or PARTITION BY that is the same for every row. */
export interface ConstantKey {
  readonly clause: 'ORDER BY' | 'GROUP BY' | 'PARTITION BY'
  readonly value: PlanExpression
}

/** A condition that is the same for every row, by what it compares: a text in it may have been meant as a name. */
export interface ConstantCondition {
  readonly parts: readonly PlanExpression[]
  readonly texts: readonly LiteralName[]
  /** What it is for every row and why, where no text in it is at fault. */
  readonly reason?: string
}

/** What of a statement is watched for notices. The same for every run; what a run finds is in its Observation. */
export class NoticeSites {
  readonly sources = new Map<number, SourceSites>()
  readonly comparisons: ComparisonSite[] = []
  readonly nullComparisons: NullComparison[] = []
  readonly operations: Operation[] = []
  readonly constantKeys: ConstantKey[] = []
  readonly constantConditions: ConstantCondition[] = []
  /** Texts that SET writes. */
  readonly writtenTexts = new Set<string>()
  /** Notices that depend on no run. */
  readonly remarks: Notice[] = []
  /** Strings that FROM reads: one row each. */
  readonly textSources: Span[] = []
  /** ANDs beside OR without parentheses, in a change. */
  readonly bareAnds: Span[] = []
  /** Whether a change is chosen by a path. */
  hasChoosers = false
  readonly #pathMarks = new Map<object, number>()
  readonly #comparisonMarks = new Map<object, number>()
  readonly #operationMarks = new Map<object, number>()
  readonly #conditionMarks = new Map<object, number>()
  /** Mark 0 belongs to what is not watched. */
  marks = 1

  /** A new mark. */
  newMark(): number {
    this.marks += 1
    return this.marks - 1
  }

  /** Sets the mark when a path or a target is evaluated. */
  markPath(part: object, mark: number): void {
    this.#pathMarks.set(part, mark)
  }

  /** Watches a comparison under the plan's part that makes it, but one too many. */
  addComparison(part: object, site: Omit<ComparisonSite, 'mark'>): void {
    if (this.#comparisonMarks.has(part) || this.comparisons.length >= noticeSitesMax) return
    const mark = this.newMark()
    this.#comparisonMarks.set(part, mark)
    this.comparisons.push({ ...site, mark })
  }

  /** Watches a comparison with NULL, but one too many. */
  addNull(found: NullComparison | undefined): void {
    if (found !== undefined && this.nullComparisons.length < noticeSitesMax) this.nullComparisons.push(found)
  }

  /** The mark of an operation, which is watched from now on; 0 for one too many. */
  watchOperation(part: object, role: OperationRole, shown: object, span: Span): number {
    const marks = role === 'condition' || role === 'name' ? this.#conditionMarks : this.#operationMarks
    const known = marks.get(part)
    if (known !== undefined) return known
    if (this === noSites || this.operations.length >= noticeSitesMax) return 0
    const mark = this.newMark()
    marks.set(part, mark)
    this.operations.push({ mark, role, shown, span })
    return mark
  }

  /** The mark of a path or target; 0 where it has none. */
  pathMark(part: object): number {
    return this.#pathMarks.get(part) ?? 0
  }

  comparisonMark(part: object): number {
    return this.#comparisonMarks.get(part) ?? 0
  }

  /** The source that fills a slot, if a path from it is watched. */
  sourceOf(slot: number): SourceSites | undefined {
    const source = this.sources.get(slot)
    return source === undefined || source.paths.length === 0 ? undefined : source
  }
}

/** Nothing is watched. */
export const noSites = new NoticeSites()
