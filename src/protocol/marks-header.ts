import { fromBase64, toBase64 } from '../base/bytes.ts'
import type { ControlResponse } from './control-message.ts'

/**
 * How the marks of an import travel over HTTP: as members of the answers of GetDigest and GetBlock, and as a header, since
 * Amazon's SDKs drop members that their model does not have. GetDigest counts the marks up to the tip, under the names that
 * digest files have; GetBlock has the positions of the block's marked revisions.
 */
export const marksHeader = 'x-qldb-import-marks'

type ImportMarks = NonNullable<NonNullable<ControlResponse['GetDigest']>['ImportMarks']>

export function marksMembers({ count, hash }: ImportMarks): Record<string, string> {
  return { UncheckedRevisions: String(count), UncheckedHash: toBase64(hash) }
}

/** Undefined for an answer without the members. */
export function encodeMarks(answer: Readonly<Record<string, unknown>>): string | undefined {
  const { UncheckedRevisions: count, UncheckedHash: hash } = answer
  if (Array.isArray(count)) return encodePositions(count)
  return typeof count === 'string' && typeof hash === 'string' ? `${count} ${hash}`.trimEnd() : undefined
}

/** What a header says; undefined for one that is not ours. */
export function decodeMarks(text: string | undefined): ImportMarks | undefined {
  const match = /^(0|[1-9]\d{0,14})(?: ([A-Za-z0-9+/]{43}=))?$/.exec(text ?? '')
  return match === null ? undefined : { count: Number(match[1]), hash: fromBase64(match[2] ?? '') }
}

/** More than QLDB's blocks ever have; clients refuse long headers. */
const positionsTextMax = 8_000

function encodePositions(positions: readonly number[]): string | undefined {
  const text = positions.join(',')
  return text.length > positionsTextMax ? undefined : text
}

/** What GetBlock's header says; undefined for one that is not ours. */
export function decodePositions(text: string | undefined): number[] | undefined {
  return /^\d{1,9}(?:,\d{1,9})*$/.test(text ?? '') ? (text as string).split(',').map(Number) : undefined
}
