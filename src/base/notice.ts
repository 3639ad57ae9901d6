import { noticeNameCharactersMax } from './limits.ts'
import type { Span } from './span.ts'

/**
 * - `notice/no-such-field`: no document that was read had the field
 * - `notice/name-not-text`: a name where text was probably meant
 * - `notice/types-differ`: a comparison that was never true because its sides had different types each time
 * - `notice/no-such-value`: a text that no value equalled, with one that differs by letter case or blanks alone
 * - `notice/constant-order`: ORDER BY a constant
 * - `notice/constant-group`: GROUP BY or PARTITION BY a constant
 * - `notice/constant-condition`: a condition that is the same for every row by a string where a name was probably meant
 * - `notice/text-not-name`: FROM a string
 * - `notice/type-error`: an operation that gave MISSING after a type error each time; an aggregate that did so once
 * - `notice/compares-null`: a comparison with NULL, which is never true
 * - `notice/type-changed`: a change gave a field another type in all documents, or NULL where that was not written
 * - `notice/repeated-field`: a struct that is written names a field twice
 * - `notice/unclear-and`: a change with an AND beside OR without parentheses
 * - `notice/column-renamed`: a file names a column twice
 */
export const noticeCodes = [
  'notice/no-such-field',
  'notice/name-not-text',
  'notice/types-differ',
  'notice/no-such-value',
  'notice/constant-order',
  'notice/constant-group',
  'notice/constant-condition',
  'notice/text-not-name',
  'notice/type-error',
  'notice/compares-null',
  'notice/type-changed',
  'notice/repeated-field',
  'notice/unclear-and',
  'notice/column-renamed',
] as const

export type NoticeCode = (typeof noticeCodes)[number]

/** What a finished statement may have got wrong without failing. Plain data, bounded in size. */
export interface Notice {
  readonly code: NoticeCode
  /** One line without control characters. */
  readonly message: string
  /** Where in the statement. */
  readonly span: Span
}

/** What a terminal would act upon, or what would reorder or hide text. */
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu

/** A name or a piece of a statement as a notice shows it: one line, escaped, cut. */
export function noticeText(text: string, max = noticeNameCharactersMax): string {
  const cut = text.length > max ? `${text.slice(0, max - 1)}…` : text
  return cut
    .replace(/\s+/g, ' ')
    .replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
