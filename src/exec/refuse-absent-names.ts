import type { Frame } from './frame.ts'
import { LedgerError } from '../base/errors.ts'

/**
 * Throws where a change that does something is chosen by a field that no document has: `NOT IN (SELECT … WHERE x.nmae =
 * 'a')`, `(SELECT COUNT(x.nmae) …) = 0`. The caller has read everything and written nothing.
 */
export function refuseAbsentNames(frame: Frame): void {
  const { source } = frame.context
  const found = frame.observation?.absentChooser(function* ({ tableId, view }) {
    for (const row of source.scan(tableId, view)) {
      frame.step()
      yield row
    }
  })
  if (found === undefined) return
  throw new LedgerError('evaluator/missing-value', found.message, {
    span: found.span,
    help: found.help,
  })
}
