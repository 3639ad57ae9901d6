import type { ResultSummary } from './events.ts'

/** The official shell's line after a result: `3 documents in bag (read-ios: 3, server-time: 1ms, total-time: 2ms)`. */
export function summaryLine(summary: ResultSummary): string {
  const { documents, readIos, serverMs, totalMs, outcome } = summary
  const noun = documents === 1 ? 'document' : 'documents'
  const times = `read-ios: ${readIos}, server-time: ${serverMs}ms, total-time: ${Math.round(totalMs)}ms`
  return `${documents} ${noun} in bag (${times})${outcome === 'lost' ? ', not committed' : ''}`
}
