import type { ErrorReport, LocatedError, ResultSummary, ShellEvent } from './events.ts'
import { exitNumber } from './exit-codes.ts'

/**
 * What the shell says beside its data, for programs: one JSON object a line, each with its `type` ("For programs",
 * docs/errors.md). Members that have no value are left out.
 */
export function jsonTalk(
  event: Extract<ShellEvent, { type: 'notice' | 'note' | 'warning' | 'error' | 'result-end' }>,
): string {
  switch (event.type) {
    case 'notice':
    case 'warning':
      return JSON.stringify({ type: event.type, message: event.text })
    case 'note':
      return JSON.stringify({ type: 'notice', ...located({ ...event.note, help: undefined }) })
    case 'error':
      return jsonError(event.report)
    case 'result-end':
      return jsonSummary(event.summary)
    default:
      return event satisfies never
  }
}

/** `{"type":"error","code":…,"message":…,"file":…,"line":…,"column":…,"help":…,"transaction":…,"exit":…,"others":[…]}` */
export function jsonError(report: ErrorReport): string {
  const { fate, exit, others, causes } = report
  return JSON.stringify({
    type: 'error',
    ...located(report),
    transaction: fate,
    exit: exitNumber(exit),
    ...(others.length === 0 ? {} : { others: others.map(located) }),
    ...(causes.length === 0 ? {} : { causes }),
  })
}

function located({ code, message, place, help }: Omit<LocatedError, 'picture'>): object {
  const { file, line, column } = place ?? {}
  return { code, message, file, line, column, help }
}

function jsonSummary(summary: ResultSummary): string {
  const { transactionId, ...counts } = summary
  return JSON.stringify({ type: 'result', ...counts, ...(transactionId === '' ? {} : { transactionId }) })
}
