import type { Notice } from '../base/notice.ts'
import { noticeText } from '../base/notice.ts'
import type { PlanExpression } from '../plan/plan.ts'
import type { Value } from '../values/value.ts'
import type { ComparisonSite } from './notice-sites.ts'
import { isFixed } from './plan-facts.ts'

/** A text of a statement that nothing has been equal to, and the most like it of what it was compared with. */
interface UnmetText {
  near: string | undefined
  /** Whether the text is a list of the near one and others in one string. */
  isList: boolean
}

/**
 * Looks after the texts that a comparison has beside a field: of one that equalled nothing, but would but for letter case,
 * blanks or commas, there is a notice. After so many comparisons without a near value it looks no more.
 */
class TextLook {
  /** Which side the statement writes. */
  readonly #written: 0 | 1
  readonly #unmet = new Map<string, UnmetText>()
  readonly #met = new Set<string>()
  #seen = 0
  #pending = 0

  constructor(written: 0 | 1) {
    this.#written = written
  }

  /** Whether it is settled. */
  see(left: Value, right: Value): boolean {
    const [value, written] = this.#written === 1 ? [left, right] : [right, left]
    if (isText(value) && isText(written)) this.#compare(value.value, written.value)
    this.#seen += 1
    return this.#seen >= comparedTextsMax && this.#pending === 0
  }

  #compare(value: string, text: string): void {
    if (this.#met.has(text)) return
    const unmet = this.#unmet.get(text)
    if (value === text) {
      if (unmet?.near !== undefined) this.#pending -= 1
      this.#unmet.delete(text)
      this.#met.add(text)
    } else if (unmet === undefined) this.#unmet.set(text, this.#lookAt({ near: undefined, isList: false }, value, text))
    else if (unmet.near === undefined && this.#seen < comparedTextsMax) this.#lookAt(unmet, value, text)
  }

  #lookAt(unmet: UnmetText, value: string, text: string): UnmetText {
    const isList = text.includes(',') && text.split(',').some((part) => folded(part) === folded(value))
    if (!isList && (Math.abs(value.length - text.length) > blanksMax || folded(value) !== folded(text))) return unmet
    this.#pending += 1
    unmet.near = value
    unmet.isList = isList
    return unmet
  }

  isUnmet(text: string): boolean {
    return this.#unmet.has(text)
  }

  get isNeverMet(): boolean {
    return this.#unmet.size > 0 && this.#met.size === 0
  }

  messages(): readonly string[] {
    return [...this.#unmet].flatMap(([text, unmet]) => messageOf(noticeText(text), unmet) ?? [])
  }
}

function messageOf(text: string, { near, isList }: UnmetText): string | undefined {
  if (near === undefined) return undefined
  if (isList) return `no value equalled '${text}', which is one string; a list has quotes around each: ('a', 'b')`
  return `no value equalled '${text}'; did you mean '${noticeText(near)}'?`
}

/** The looks of one run, by the marks of the comparisons. */
export class TextLooks {
  readonly #looks = new Map<number, TextLook>()
  readonly #sites: readonly ComparisonSite[]

  constructor(sites: readonly ComparisonSite[]) {
    this.#sites = sites
    for (const site of sites) {
      const written = writtenSide(site)
      if (written !== undefined) this.#looks.set(site.mark, new TextLook(written))
    }
  }

  /** A comparison met two values of comparable types; whether it need not be asked again. */
  see(mark: number, left: Value, right: Value): boolean {
    return this.#looks.get(mark)?.see(left, right) ?? true
  }

  isUnmet(mark: number, text: string): boolean {
    return this.#looks.get(mark)?.isUnmet(text) === true
  }

  /** Whether a comparison was made and never equal. */
  isNeverMet(mark: number): boolean {
    return this.#looks.get(mark)?.isNeverMet === true
  }

  notices(spanOf: (parts: readonly object[]) => Notice['span']): readonly Notice[] {
    return this.#sites.flatMap((site) => {
      const messages = this.#looks.get(site.mark)?.messages() ?? []
      return messages.map((message): Notice => ({ code: 'notice/no-such-value', message, span: spanOf(site.parts) }))
    })
  }
}

function writtenSide({ parts, isOrder, call, set }: ComparisonSite): 0 | 1 | undefined {
  const [left, right] = parts
  if (isOrder === true || call !== undefined || set !== undefined || left === undefined || right === undefined)
    return undefined
  if (isWritten(right)) return isWritten(left) ? undefined : 1
  return isWritten(left) ? 0 : undefined
}

function isWritten(part: PlanExpression): boolean {
  return isFixed(part) || (part.kind === 'sequence' && part.items.every(isFixed))
}

function isText(value: Value): value is Extract<Value, { type: 'string' | 'symbol' }> {
  return value.type === 'string' || value.type === 'symbol'
}

/** Without what is easily overlooked: letter case, blanks and quotes around it. */
function folded(text: string): string {
  return text
    .trim()
    .replace(/^'(.*)'$/, '$1')
    .toLowerCase()
}

const comparedTextsMax = 512
/** By how many characters a near text may be longer or shorter. */
const blanksMax = 2
