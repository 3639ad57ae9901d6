import { noticeHeaderCharactersMax, noticesMax } from '../base/limits.ts'
import { type Notice, type NoticeCode, noticeCodes } from '../base/notice.ts'
import { headerOf, headerValue } from './header-json.ts'
import type { SendCommandResponse } from './message.ts'

/**
 * How notices travel over HTTP: a client that wants them sends the header with `1`; the answer with a result's last page
 * then has it with the notices as JSON in ASCII, if there are any. Amazon's drivers never send it and never see it.
 */
export const noticeHeader = 'x-qldb-notices'

export function encodeNotices(notices: readonly Notice[]): string {
  const plain = notices.map(({ code, message, span }) => ({ code, message, start: span.start, end: span.end }))
  return headerOf(plain)
}

/** What a header says; nothing for one that is not ours. */
export function decodeNotices(text: string | undefined): readonly Notice[] {
  const found = headerValue(text, noticeHeaderCharactersMax)
  return Array.isArray(found) ? found.slice(0, noticesMax).flatMap(noticeOf) : []
}

/** A response with a page, and the notices of its statement. */
export function withNotices(response: SendCommandResponse, notices: readonly Notice[]): SendCommandResponse {
  const { ExecuteStatement, FetchPage } = response
  if (notices.length === 0) return response
  if (ExecuteStatement !== undefined) {
    return { ExecuteStatement: { ...ExecuteStatement, FirstPage: { ...ExecuteStatement.FirstPage, Notices: notices } } }
  }
  return FetchPage === undefined
    ? response
    : { FetchPage: { ...FetchPage, Page: { ...FetchPage.Page, Notices: notices } } }
}

function noticeOf(found: unknown): Notice[] {
  const { code, message, start, end } = (found ?? {}) as Record<string, unknown>
  if (!noticeCodes.includes(code as NoticeCode) || typeof message !== 'string') return []
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return []
  return [{ code: code as NoticeCode, message, span: { start: start as number, end: end as number } }]
}
