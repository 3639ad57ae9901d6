import type { Notice } from '../base/notice.ts'
import { noticeText } from '../base/notice.ts'
import type { PlanExpression } from '../plan/plan.ts'
import type { Value } from '../values/value.ts'
import { type NearKind, type Relation, type RelationName, relationOf, shownText } from './near-values.ts'
import type { ComparisonSite } from './notice-sites.ts'
import { isFixed } from './plan-facts.ts'
import { type SignLook, signLookOf } from './sign-look.ts'

/** What a statement writes that nothing has been equal to, and the most like it of what it was compared with. */
interface Unmet {
  near: string | undefined
  kind: NearKind | undefined
}

/**
 * Looks after the texts and days that a comparison has beside a field: of one that met nothing, but nearly did, there is a
 * notice (near-values.ts). After so many comparisons without a near value it looks no more.
 */
class TextLook {
  /** Which side the statement writes. */
  readonly #written: 0 | 1
  readonly #relation: Relation
  readonly #name: RelationName
  /** Whether the statement writes one value, which is settled when it was met. */
  readonly #isOne: boolean
  /** How what the statement writes is shown. */
  #shown: WeakMap<Value, string | undefined> | undefined
  readonly #unmet = new Map<string, Unmet>()
  readonly #met = new Set<string>()
  #seen = 0
  #pending = 0

  constructor(written: 0 | 1, name: RelationName, isOne: boolean) {
    this.#isOne = isOne
    this.#written = written
    this.#name = name
    this.#relation = relationOf(name, written)
  }

  /** Whether it is settled. */
  see(left: Value, right: Value): boolean {
    const [value, written] = this.#written === 1 ? [left, right] : [right, left]
    const text = this.#textOf(written)
    if (text !== undefined && !this.#met.has(text)) this.#compare(value, written, text)
    this.#seen += 1
    return (this.#seen >= comparedTextsMax && this.#pending === 0) || (this.#isOne && this.#met.size > 0)
  }

  #textOf(written: Value): string | undefined {
    if (written.type === 'string') return written.value
    this.#shown ??= new WeakMap()
    if (this.#shown.has(written)) return this.#shown.get(written)
    const text = shownText(written)
    this.#shown.set(written, text)
    return text
  }

  #compare(value: Value, written: Value, text: string): void {
    const unmet = this.#unmet.get(text) ?? { near: undefined, kind: undefined }
    if (this.#relation.meets(value, written)) {
      if (unmet.near !== undefined) this.#pending -= 1
      this.#unmet.delete(text)
      this.#met.add(text)
      return
    }
    this.#unmet.set(text, unmet)
    if (unmet.near !== undefined || this.#seen >= comparedTextsMax) return
    unmet.kind = this.#relation.near(value, written)
    if (unmet.kind === undefined) return
    this.#pending += 1
    unmet.near = shownText(value)
  }

  isUnmet(text: string): boolean {
    return this.#unmet.has(text)
  }

  get isNeverMet(): boolean {
    return this.#unmet.size > 0 && this.#met.size === 0
  }

  messages(written: ReadonlySet<string>): readonly string[] {
    if (this.#unmet.size === 0) return none
    return [...this.#unmet].flatMap(([text, unmet]) =>
      written.has(text) ? [] : (messageOf(noticeText(text), unmet, this.#name) ?? []),
    )
  }
}

function messageOf(text: string, { near = '', kind }: Unmet, relation: RelationName): string | undefined {
  const found = `'${noticeText(near)}'`
  switch (kind) {
    case 'case':
      if (/^[[{]/.test(near)) return `no value equalled ${text}; did you mean ${noticeText(near)}?`
      return relation === 'equal'
        ? `no value equalled '${text}'; did you mean ${found}?`
        : `no value ${doneBy[relation]} '${text}'; ${found} differs by letter case or blanks`
    case 'order':
      return `no value equalled ${text}; ${noticeText(near)} has the same parts in another order`
    case 'turned':
      return relation === 'begin'
        ? `'${text}' began with no value, but ${found} begins with '${text}': are the arguments swapped?`
        : `'${text}' held no value, but ${found} has '${text}': are the arguments swapped?`
    case 'empty':
      return `no value matched ''; LIKE '%' matches every text`
    case 'list':
      return `no value equalled '${text}', which is one string; a list has quotes around each: ('a', 'b')`
    case 'pattern':
      return `no value equalled '${text}'; LIKE takes patterns`
    case 'wildcard':
      return `no value matched '${text}'; the wildcards of LIKE are % and _`
    case 'day':
      return `no value equalled ${text}, the first moment of that day; >= and < ask for a whole day`
    default:
      return undefined
  }
}

const none: readonly string[] = []

const doneBy = { like: 'matched', begin: 'began with', hold: 'had', within: 'had' } as const

/** The looks of one run, by the marks of the comparisons. */
export class TextLooks {
  readonly #looks = new Map<number, TextLook>()
  readonly #signs = new Map<number, SignLook>()
  readonly #sites: readonly ComparisonSite[]

  constructor(sites: readonly ComparisonSite[]) {
    this.#sites = sites
    for (const site of sites) {
      const written = writtenSide(site)
      const sign = signLookOf(site)
      if (sign !== undefined) this.#signs.set(site.mark, sign)
      if (written !== undefined)
        this.#looks.set(site.mark, new TextLook(written, site.relation ?? 'equal', isOne(site)))
    }
  }

  /** A comparison met two values of comparable types; whether it need not be asked again. */
  see(mark: number, left: Value, right: Value): boolean {
    return (this.#looks.get(mark) ?? this.#signs.get(mark))?.see(left, right) ?? true
  }

  isUnmet(mark: number, text: string): boolean {
    return this.#looks.get(mark)?.isUnmet(text) === true
  }

  /** Whether a comparison was made and never equal. */
  isNeverMet(mark: number): boolean {
    return this.#looks.get(mark)?.isNeverMet === true
  }

  /** `written`: what SET makes of a field, which is rightly unlike what it was: `SET a = 'X' WHERE a <> 'X'`. */
  notices(spanOf: (parts: readonly object[]) => Notice['span'], written: ReadonlySet<string>): readonly Notice[] {
    return this.#sites.flatMap((site) => {
      const messages = this.#looks.get(site.mark)?.messages(written) ?? this.#signs.get(site.mark)?.messages ?? []
      return messages.map((message): Notice => ({ code: 'notice/no-such-value', message, span: spanOf(site.parts) }))
    })
  }
}

/** Records nothing. */
export const noLooks = new TextLooks([])

function writtenSide({ parts, isOrder, set }: ComparisonSite): 0 | 1 | undefined {
  const [left, right] = parts
  if (isOrder === true || set !== undefined || left === undefined || right === undefined) return undefined
  if (isWritten(right)) return isWritten(left) ? undefined : 1
  return isWritten(left) ? 0 : undefined
}

function isOne({ parts, isListed }: ComparisonSite): boolean {
  return isListed !== true && parts.length === 2
}

/** IN, and what compares with a list likewise. */
export function hasWrittenList({ parts: [, list], isOrder, isListed }: ComparisonSite): boolean {
  return isListed === true && isOrder !== true && list !== undefined && isWritten(list)
}

function isWritten(part: PlanExpression): boolean {
  return isFixed(part) || (part.kind === 'sequence' && part.items.every(isFixed))
}

const comparedTextsMax = 512
