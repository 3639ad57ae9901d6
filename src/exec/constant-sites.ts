import { noticeSitesMax } from '../base/limits.ts'
import type { PlanExpression, SortKeyPlan } from '../plan/plan.ts'
import { areReversed } from '../plan/refuse-ranges.ts'
import { sameFieldOf } from '../plan/same-field.ts'
import { aloofCondition, aloofQuery } from './aloof-queries.ts'
import { twice } from './change-remarks.ts'
import { constantOf, contradictionOf } from './contradictions.ts'
import { impossibleComparison } from './impossible-comparison.ts'
import { beginsTooEarly } from './impossible-texts.ts'
import { mistakenMoment } from './impossible-moments.ts'
import { type LiteralName, stringOf, stringsOf, textsBeside, textsIn } from './literal-names.ts'
import type { ConstantKey, NoticeSites, NoticeStep } from './notice-sites.ts'
import { isFixed } from './plan-facts.ts'
import type { WatchedComparison } from './watched-comparisons.ts'
import { joinedBy } from './refuse-contradictions.ts'

const sameForAll = 'is the same for every row: its query reads nothing of them'

/** Finds what is the same for every row where that is hardly meant. */
export class ConstantSites {
  readonly #sites: NoticeSites
  readonly #names: (LiteralName & { readonly block: number })[] = []
  readonly #paths: LiteralName[] = []
  /** The ANDs and ORs below others that were checked with them. */
  readonly #joined = new Set<PlanExpression>()
  /** Of which source a slot has the document's id: BY. */
  readonly ids = new Map<number, number>()
  readonly #idNames: (LiteralName & { readonly of: number })[] = []

  constructor(sites: NoticeSites) {
    this.#sites = sites
  }

  /** The conditions that every row passes. */
  conditions(all: readonly PlanExpression[]): void {
    for (const condition of all) this.condition(condition)
    this.#contradiction(all, 'and')
  }

  /** A condition, or one of those that AND and OR join, that compares constants alone. */
  condition(expression: PlanExpression): void {
    if (expression.kind === 'binary' && (expression.op === 'and' || expression.op === 'or')) {
      this.condition(expression.left)
      this.condition(expression.right)
    } else if (expression.kind === 'unary' && expression.op === 'not') this.condition(expression.operand)
    else if (expression.kind === 'constant') this.#written(expression.written)
    else if (
      this.#sites.sources.size > 0 &&
      aloofQuery(expression) === undefined &&
      aloofCondition(expression) !== undefined
    )
      this.#known([expression], sameForAll)
  }

  #written(written: PlanExpression | undefined): void {
    if (written === undefined) return
    const isJoined = written.kind === 'binary' && (written.op === 'and' || written.op === 'or')
    if (isJoined || (written.kind === 'unary' && written.op === 'not')) this.condition(written)
    else this.#add([written])
  }

  /** `CASE 'a' WHEN 'b'` */
  sameCase(operand: PlanExpression, whens: readonly PlanExpression[]): void {
    if (operand.kind === 'constant' && whens.every(({ kind }) => kind === 'constant')) this.#add([operand, ...whens])
  }

  #add(parts: readonly PlanExpression[]): void {
    const texts = textsIn(parts)
    const { constantConditions } = this.#sites
    if (texts.length > 0 && constantConditions.length < noticeSitesMax) constantConditions.push({ parts, texts })
  }

  /** A comparison under the plan's part that makes it. */
  compared({ part, ...site }: WatchedComparison, block: number): void {
    this.#tuples(site.parts, site.isListed === true, site.isNegated)
    this.#sites.addComparison(part, site)
    const comparison = this.#sites.comparisonMark(part)
    if (comparison === 0 || site.isOrder === true) return
    for (const side of site.parts) {
      for (const one of stringsOf(side)) this.name({ ...one, comparison }, block)
      const of = side.kind === 'slot' ? this.ids.get(side.slot) : undefined
      if (side.kind !== 'slot' || of === undefined) continue
      const { name: text, span } = side
      this.#idNames.push({ text, span, comparison, of })
      const isNoId = site.parts.some((other) => other !== side && namesNoDocument(other))
      const found = site.isNegated ? 'is true for every value' : 'is never true'
      if (isNoId) this.#known(site.parts, `${found}: the id of a document has 22 letters and digits`)
    }
  }

  /** A LIKE with a pattern that is the same for all rows is watched as a comparison. */
  #like(expression: Extract<PlanExpression, { kind: 'like' }>, block: number): void {
    const { operand, pattern, negated } = expression
    const isTurned = stringOf(operand)?.text.includes('%') === true && !isFixed(pattern)
    if (isTurned) this.#known([operand, pattern], 'has its pattern on the left; it belongs behind LIKE')
    if (expression.escape !== undefined || !isFixed(pattern)) return
    this.#sites.addComparison(expression, { parts: [operand, pattern], isNegated: negated, relation: 'like' })
    const comparison = this.#sites.comparisonMark(expression)
    for (const one of comparison === 0 ? [] : stringsOf(pattern))
      this.name({ ...one, comparison, anyCase: true }, block)
  }

  /** `(a, b) = (1, 2, 3)` */
  #tuples(parts: readonly PlanExpression[], isListed: boolean, isNegated: boolean): void {
    const [left, right] = parts.map(tupleItems)
    if (left === undefined || right === undefined) return
    const others = isListed ? right : [right.length]
    const lengths = others.map((one) => (typeof one === 'number' ? one : one.tuple))
    const [length] = lengths
    if (length === undefined || lengths.some((one) => one === undefined || one === left.length)) return
    const found = isNegated ? 'is true for every value' : 'is never true'
    this.#known(parts, `${found}: it compares ${left.length} values with ${length}`)
  }

  /** What an expression is made of: `UPPER(make) = 'Ford'`, `make || 'model'`. */
  expression(expression: PlanExpression, block: number): void {
    for (const text of textsBeside(expression)) this.name(text, block)
    if (expression.kind === 'like') this.#like(expression, block)
    if (expression.kind === 'binary' && areOtherCases(expression.left, expression.right)) {
      this.#known(
        [expression],
        'compares capital with small letters: UPPER and LOWER meet in texts without letters alone',
      )
    }
    if (expression.kind === 'struct') this.#repeated(expression)
    else if (expression.kind === 'constant' && expression.written?.kind === 'struct') this.#repeated(expression.written)
    this.#impossible(expression)
    if (this.#sites.sources.size === 0 || aloofQuery(expression) === undefined) return
    const inRows = 'has a query that compares a source with itself, and reads nothing of the rows around it'
    this.#known([expression], expression.kind === 'in' ? inRows : sameForAll)
  }

  #impossible(expression: PlanExpression): void {
    const moment = mistakenMoment(expression)
    if (moment !== undefined) this.#known(moment.parts, `is hardly meant: ${moment.reason}`)
    if (expression.kind === 'call' && beginsTooEarly(expression)) {
      this.#known(
        [expression],
        'begins before the first character, which is 1: it gives fewer characters than it asks for',
      )
    }
    const same = sameFieldOf(expression)
    if (same !== undefined)
      this.#known(
        [expression],
        `is ${same.isTrue ? 'true' : 'false'} wherever its field has a value: both sides are that field`,
      )
    if (expression.kind === 'in' && isEmptyList(expression.collection)) {
      this.#known([expression], `is ${expression.negated ? 'true' : 'false'} for every row: the list is empty`)
    }
    const found = impossibleComparison(expression)
    if (found === undefined) return
    this.#known(found.parts, `${found.isNegated ? 'is true for every value' : 'is never true'}: ${found.reason}`)
  }

  /** AND or OR: `a = 1 AND a = 2` */
  joined(expression: PlanExpression, op: 'and' | 'or'): void {
    if (this.#joined.has(expression)) return
    this.#contradiction(joinedBy(expression, op, this.#joined), op)
  }

  #contradiction(conditions: readonly PlanExpression[], op: 'and' | 'or'): void {
    const found = contradictionOf(conditions, op, constantOf)
    if (found === undefined) return
    this.#known(found.parts, `is ${op === 'and' ? 'never true' : 'true for every value'}: ${found.reason}`)
  }

  /** `{'a': 1, 'a': 2}` */
  #repeated({ fields }: Extract<PlanExpression, { kind: 'struct' }>): void {
    const names = new Set<string>()
    for (const { name } of fields) {
      const found = stringOf(name)
      if (found !== undefined && names.has(found.text)) {
        this.#sites.remarks.push({ code: 'notice/repeated-field', message: twice(found.text), span: found.span })
      }
      if (found !== undefined) names.add(found.text)
    }
  }

  /** `BETWEEN 9 AND 1` */
  bounds(parts: readonly [PlanExpression, PlanExpression, PlanExpression]): void {
    const [, low, high] = parts
    if (areReversed(low, high)) this.#known(parts, 'is never true: its first bound is above its second')
  }

  #known(parts: readonly PlanExpression[], reason: string): void {
    const { constantConditions } = this.#sites
    if (constantConditions.length < noticeSitesMax) constantConditions.push({ parts, texts: [], reason })
  }

  /** ORDER BY of rows: whether its key sorts nothing. */
  sorts(value: PlanExpression): boolean {
    if (!isFixed(value)) return false
    this.#key('ORDER BY', value)
    return true
  }

  /** In OVER and in aggregates, where a number or NULL says on purpose that any order will do. */
  innerSort(keys: readonly SortKeyPlan[] = []): void {
    for (const { value } of keys) if (isMeantAsName(value)) this.#key('ORDER BY', value)
  }

  group(clause: 'GROUP BY' | 'PARTITION BY', value: PlanExpression): void {
    if (isMeantAsName(value)) this.#key(clause, value)
  }

  #key(clause: ConstantKey['clause'], value: PlanExpression): void {
    this.#sites.constantKeys.push({ clause, value })
  }

  /** A text that may have been meant as the name of a field, or of a source, of a query block. */
  name(literal: LiteralName, block: number): void {
    if (this.#names.length < noticeSitesMax) this.#names.push({ ...literal, block })
  }

  /** What SET writes. */
  written(value: PlanExpression, block: number): void {
    const text = stringOf(value)
    if (text === undefined) return
    this.#sites.writtenTexts.add(text.text)
    this.name(text, block)
  }

  /** A text like `v.VIN`, where `v` may be a source. */
  path(literal: LiteralName): void {
    if (pathPattern.test(literal.text) && this.#paths.length < noticeSitesMax) this.#paths.push(literal)
  }

  /** All sources are known, and in which query block each stands. */
  finish(blocks: ReadonlyMap<number, number>): void {
    for (const { of, ...name } of this.#idNames) {
      this.#literal(of, name, [{ kind: 'field', name: name.text, exact: false }], true)
    }
    for (const [slot, source] of this.#sites.sources) {
      for (const { block, ...literal } of this.#names) {
        const { text } = literal
        if (blocks.get(slot) !== block) continue
        this.#literal(slot, literal, [{ kind: 'field', name: text, exact: literal.anyCase !== true }])
        if (source.alias === text && literal.comparison === undefined) this.#literal(slot, literal, [])
      }
      for (const { text, span } of this.#paths) {
        const [alias, ...names] = text.split('.')
        const steps = names.map((name): NoticeStep => ({ kind: 'field', name, exact: true }))
        if (source.alias === alias) this.#literal(slot, { text, span }, steps)
      }
    }
  }

  #literal(slot: number, name: LiteralName, steps: readonly NoticeStep[], isId = false): void {
    const { text, span, comparison } = name
    const source = this.#sites.sources.get(slot)
    const paths = source?.paths
    if (paths === undefined || paths.length >= noticeSitesMax) return
    const site = { steps, text, span, role: 'literal', isName: false, isOutput: false, mark: undefined } as const
    paths.push({ ...site, chooses: false, comparison, ...(isId ? { idOf: source?.alias } : {}) })
  }
}

/** Whether what a document's id is compared with is never one. */
function namesNoDocument(other: PlanExpression): boolean {
  const items = other.kind === 'constant' && other.written?.kind === 'sequence' ? other.written.items : [other]
  const all = other.kind === 'sequence' ? other.items : items
  return all.length > 0 && all.every((one) => /^(?![0-9A-Za-z]{22}$)/.test(stringOf(one)?.text ?? documentIdLike))
}

const documentIdLike = '0'.repeat(22)

/** `x IN ()`, of which a program that joins texts is the author. */
function isEmptyList(collection: PlanExpression): boolean {
  if (collection.kind === 'sequence') return collection.items.length === 0
  const { value } = collection.kind === 'constant' ? collection : {}
  return (value?.type === 'list' || value?.type === 'bag') && value.items.length === 0
}

/** `UPPER(a) = LOWER(b)` */
function areOtherCases(left: PlanExpression, right: PlanExpression): boolean {
  if (left.kind !== 'call' || right.kind !== 'call') return false
  return /^(upper lower|lower upper)$/.test(`${left.name} ${right.name}`)
}

const pathPattern = /^[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)+$/u

function isMeantAsName(value: PlanExpression): boolean {
  return value.kind === 'parameter' || value.kind === 'once' || stringOf(value) !== undefined
}

interface TupleItem {
  /** How many items it has itself; undefined where it is no list that the statement writes. */
  readonly tuple: number | undefined
}

/** The items of a list that the statement writes. */
function tupleItems(part: PlanExpression): readonly TupleItem[] | undefined {
  if (part.kind === 'sequence') return part.items.map((item) => ({ tuple: tupleItems(item)?.length }))
  if (part.kind !== 'constant' || part.value.type !== 'list') return undefined
  return part.value.items.map((item) => ({ tuple: item.type === 'list' ? item.items.length : undefined }))
}
