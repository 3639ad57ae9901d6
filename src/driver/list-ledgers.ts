import { LedgerError } from '../base/errors.ts'
import { listedLedgersMax } from '../base/limits.ts'
import type { Transport } from './transport.ts'

/** The names of an endpoint's ledgers, sorted. Rejects with LedgerError 'endpoint/…' where it does not say. */
export async function listLedgers(transport: Transport): Promise<readonly string[]> {
  const { control, description } = transport
  if (control === undefined) throw new LedgerError('endpoint/no-journal', `'${description}' has no control plane`)
  const names: string[] = []
  let NextToken: string | undefined
  do {
    const request = { ListLedgers: NextToken === undefined ? {} : { NextToken } }
    const { ListLedgers } = await control.call(transport, request)
    const { Ledgers = [], NextToken: next } = ListLedgers ?? {}
    for (const { Name } of Ledgers) if (typeof Name === 'string') names.push(Name)
    if (next !== undefined && (Ledgers.length === 0 || next === NextToken || names.length > listedLedgersMax)) {
      throw new LedgerError('endpoint/malformed-answer', `'${description}' does not end its list of ledgers`)
    }
    NextToken = next
  } while (NextToken !== undefined)
  return names.sort()
}
