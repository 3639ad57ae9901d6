import { fromBase64, toBase64 } from '../base/bytes.ts'
import type { ControlResponse } from './control-message.ts'

/**
 * How the marks of an import travel over HTTP beside a digest: as two members of GetDigest's answer, under the names that
 * digest files have, and as a header, since Amazon's SDKs drop members that their model does not have.
 */
export const marksHeader = 'x-qldb-import-marks'

type ImportMarks = NonNullable<NonNullable<ControlResponse['GetDigest']>['ImportMarks']>

export function marksMembers({ count, hash }: ImportMarks): Record<string, string> {
  return { UncheckedRevisions: String(count), UncheckedHash: toBase64(hash) }
}

/** Undefined for an answer without the members. */
export function encodeMarks(answer: Readonly<Record<string, unknown>>): string | undefined {
  const { UncheckedRevisions: count, UncheckedHash: hash } = answer
  return typeof count === 'string' && typeof hash === 'string' ? `${count} ${hash}`.trimEnd() : undefined
}

/** What a header says; undefined for one that is not ours. */
export function decodeMarks(text: string | undefined): ImportMarks | undefined {
  const match = /^(0|[1-9]\d{0,14})(?: ([A-Za-z0-9+/]{43}=))?$/.exec(text ?? '')
  return match === null ? undefined : { count: Number(match[1]), hash: fromBase64(match[2] ?? '') }
}
