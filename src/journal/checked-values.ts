import { LedgerError } from '../base/errors.ts'
import { evidenceValuesMax } from '../base/limits.ts'
import { ValueBudget } from '../values/value-budget.ts'

/** How many values a file of evidence, or one value of an export, may have. Exceeding it throws LedgerError 'export/limit'. */
export function checkedValues(most = evidenceValuesMax): ValueBudget {
  return new ValueBudget(most, (max) => {
    const text = `it has more than ${max} values in one piece, as many as are read into memory`
    return new LedgerError('export/limit', text, { help: 'give it as Ion binary, or in several files' })
  })
}
