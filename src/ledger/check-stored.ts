import { LedgerError } from '../base/errors.ts'

/**
 * What the store holds may have been changed by others: where one record does not fit another, that is damage, and no fault
 * of this program. Throws LedgerError 'store/corrupt', which names the fault.
 */
export function checkStored(condition: unknown, fault: string): asserts condition {
  if (condition) return
  throw new LedgerError('store/corrupt', fault, {
    help: "'qldb verify' shows what is wrong; 'qldb rebuild' makes all but the journal again",
  })
}
