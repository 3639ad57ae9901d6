import { LedgerError } from '../base/errors.ts'
import { equals } from '../values/compare.ts'
import { printIon } from '../values/text-writer.ts'
import type { DateValue, TimestampValue, Value } from '../values/value.ts'
import { patternsMeant } from './foreign-patterns.ts'
import { compileLikePattern } from './like.ts'
import { pairsOf } from './comparable-kinds.ts'

/**
 * Why a value that was compared is near what the statement writes: `case`, but for letter case and blanks; `list`, one of
 * several in one string; `pattern`, LIKE would match; `wildcard`, LIKE would with its own wildcards; `empty`, a pattern without characters;
 * `order`, its parts in another order; `turned`, the arguments of a function
 * the other way round; `day`, a moment of it.
 */
export type NearKind = 'case' | 'list' | 'pattern' | 'wildcard' | 'empty' | 'order' | 'turned' | 'day'

/**
 * How a statement compares: as equal, by LIKE, or by a function that looks into its first argument, at the beginning or
 * anywhere, or into its second: POSITION.
 */
export type RelationName = 'equal' | 'like' | 'begin' | 'hold' | 'within'

/** How a comparison compares. */
export interface Relation {
  readonly meets: (value: Value, written: Value) => boolean
  readonly near: (value: Value, written: Value) => NearKind | undefined
}

const equality: Relation = { meets: equals, near: nearEqual }

/** LIKE without ESCAPE. */
function likeness(): Relation {
  const patterns = new Map<string, (text: string) => boolean>()
  const matches = (value: string, pattern: string): boolean => {
    const known = patterns.get(pattern) ?? matcherOf(pattern)
    patterns.set(pattern, known)
    return known(value)
  }
  return {
    meets: (value, written) => isText(value) && isText(written) && matches(value.value, written.value),
    near(value, written) {
      if (!isText(value) || !isText(written)) return undefined
      if (written.value === '') return 'empty'
      const text = value.value.trim().toLowerCase()
      const pattern = written.value.trim().toLowerCase()
      if (matches(text, pattern)) return 'case'
      return patternsMeant(pattern).some((meant) => matches(text, meant)) ? 'wildcard' : undefined
    },
  }
}

/** A function that looks for one text in another. */
function searching(holds: (text: string, part: string) => boolean): Relation {
  return {
    meets: (value, written) => isText(value) && isText(written) && holds(value.value, written.value),
    near(value, written) {
      if (!isText(value) || !isText(written)) return undefined
      const part = written.value.trim().toLowerCase()
      return part !== '' && holds(value.value.trim().toLowerCase(), part) ? 'case' : undefined
    },
  }
}

/** The same where the statement writes the text that is looked into: `STARTS_WITH('K', city)`. */
function searchingWritten(holds: (text: string, part: string) => boolean): Relation {
  return {
    meets: (value, written) => isText(value) && isText(written) && holds(written.value, value.value),
    near(value, written) {
      if (!isText(value) || !isText(written) || written.value === '') return undefined
      return holds(value.value, written.value) ? 'turned' : undefined
    },
  }
}

/** The relation of a comparison; `written`: which side the statement writes. */
export function relationOf(name: RelationName, written: 0 | 1): Relation {
  if (name === 'equal') return equality
  if (name === 'like') return likeness()
  const holds = (text: string, part: string) => (name === 'begin' ? text.startsWith(part) : text.includes(part))
  const lookedInto = name === 'within' ? 1 : 0
  return written === lookedInto ? searchingWritten(holds) : searching(holds)
}

function matcherOf(pattern: string): (text: string) => boolean {
  try {
    return compileLikePattern(pattern, undefined)
  } catch (error) {
    if (error instanceof LedgerError) return () => false
    throw error
  }
}

function nearEqual(value: Value, written: Value): NearKind | undefined {
  if (isMoment(value) && isMoment(written)) return isOfDay(value, written) ? 'day' : undefined
  if (!isText(value) || !isText(written)) return nearParts(value, written)
  const text = written.value
  if (text.includes(',') && text.split(',').some((part) => folded(part) === folded(value.value))) return 'list'
  if (/%/.test(text) && matcherOf(text)(value.value)) return 'pattern'
  if (Math.abs(value.value.length - text.length) > blanksMax) return undefined
  return folded(value.value) === folded(text) ? 'case' : undefined
}

/** Of lists and structs: each part is equal or near by letter case. */
function nearParts(value: Value, written: Value): NearKind | undefined {
  const pairs = isComposite(value) && isComposite(written) ? (pairsOf(value, written) ?? []) : []
  if (pairs.length === 0) return undefined
  if (pairs.every(([one, other]) => equals(one, other) || nearEqual(one, other) === 'case')) return 'case'
  return pairs.length > 1 && pairs.length <= shownPartsMax && haveSameParts(pairs) ? 'order' : undefined
}

/** `('Active', 'Kent')` beside `('Kent', 'Active')`. */
function haveSameParts(pairs: readonly (readonly [Value, Value])[]): boolean {
  const left = pairs.map(([, other]) => other)
  for (const [one] of pairs) {
    const at = left.findIndex((other) => equals(one, other))
    if (at === -1) return false
    left.splice(at, 1)
  }
  return true
}

/** Whether a timestamp lies in the day that is written, and has a time of day. */
function isOfDay(value: DateValue | TimestampValue, written: DateValue | TimestampValue): boolean {
  const isDay = written.type === 'date' || written.precision === 'day'
  if (!isDay || value.type !== 'timestamp' || /^(year|month|day)$/.test(value.precision)) return false
  return value.year === written.year && value.month === written.month && value.day === written.day
}

/** How a message shows what is written, and by what it is known. */
export function shownText(value: Value): string | undefined {
  if (isText(value)) return value.value
  if (isMoment(value)) return printIon(value).replace(/^\$\w+::/, '')
  return isComposite(value) && isSmall(value) ? printIon(value) : undefined
}

function isComposite(value: Value): value is Extract<Value, { type: 'list' | 'struct' }> {
  return value.type === 'list' || value.type === 'struct'
}

/** What has few parts, all of them scalars. */
function isSmall(value: Extract<Value, { type: 'list' | 'struct' }>): boolean {
  const parts = value.type === 'list' ? value.items : value.values
  return parts.length <= shownPartsMax && !parts.some((part) => isComposite(part))
}

function isText(value: Value): value is Extract<Value, { type: 'string' | 'symbol' }> {
  return value.type === 'string' || value.type === 'symbol'
}

function isMoment(value: Value): value is DateValue | TimestampValue {
  return value.type === 'date' || value.type === 'timestamp'
}

/** Without what is easily overlooked: letter case, blanks, quotes around it, and the escapes of other languages. */
function folded(text: string): string {
  return text
    .replace(/\\[nrt]/g, ' ')
    .trim()
    .replace(/^(['"])(.*)\1$/, '$2')
    .toLowerCase()
}

/** By how many characters a near text may be longer or shorter. */
const blanksMax = 2

const shownPartsMax = 8
