import { encodeMarks, marksHeader } from '../../protocol/marks-header.ts'
import type { SendCommandResponse } from '../../protocol/message.ts'
import { encodeNotices, noticeHeader } from '../../protocol/notice-header.ts'
import type { ServiceMetrics } from './metrics-service.ts'

/** What a request gets. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  readonly error?: string
}

export const json10 = 'application/x-amz-json-1.0'
export const json10Headers = { 'content-type': json10 }

export function controlHeaders(answer: Readonly<Record<string, unknown>>): Answer['headers'] {
  const marks = encodeMarks(answer)
  return { 'content-type': 'application/json', ...(marks === undefined ? {} : { [marksHeader]: marks }) }
}

export function headersOf({ ExecuteStatement, FetchPage }: SendCommandResponse): Answer['headers'] {
  const notices = (ExecuteStatement?.FirstPage ?? FetchPage?.Page)?.Notices
  return notices === undefined ? json10Headers : { ...json10Headers, [noticeHeader]: encodeNotices(notices) }
}

export function healthAnswer(isDraining: boolean): Answer {
  const body = JSON.stringify({ status: isDraining ? 'draining' : 'ok' })
  return { status: isDraining ? 503 : 200, headers: { 'content-type': 'application/json' }, body }
}

export function metricsAnswer(metrics: ServiceMetrics): Answer {
  return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4' }, body: metrics.text() }
}
