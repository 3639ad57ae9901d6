import { LedgerError } from '../base/errors.ts'

/** A transaction command with words behind it that it does not have. */
const longerForm = /^(begin|start|commit|end|abort|rollback)(?:\s+(work|transaction))?\s+([a-z_]\w*)\b\s*(.*)$/is

/** Words behind a name in an expression: a table may be called `End`. */
const operators = /^(?:is|in|like|between|not|or|union|except|intersect|outer|overlaps)$/i

const oneSort = 'every transaction is serializable, and may read and write'

/**
 * What SQL has for the beginning and end of a transaction and is not here, and mistyped forms of what is: refused before
 * anything is sent. Undefined for other texts.
 */
export function refusedTransactionForm(text: string): LedgerError | undefined {
  const match = longerForm.exec(text)
  if (match === null) return undefined
  const [, verb = '', noise = '', next = '', rest = ''] = match
  const written = [verb, noise, next].filter((word) => word !== '').join(' ')
  const command = /^(?:begin|start)$/i.test(verb) ? 'begin' : /^(?:commit|end)$/i.test(verb) ? 'commit' : 'abort'
  if (/^and$/i.test(next)) {
    if (/^chain$/i.test(rest)) {
      return refused(`'${written} CHAIN' is not supported`, `'${command}' ends the transaction, 'begin' starts another`)
    }
    return /^no\s+chain$/i.test(rest)
      ? refused(`'${written} NO CHAIN' is not supported`, 'leave out AND NO CHAIN')
      : undefined
  }
  if (operators.test(next)) return undefined
  if (command === 'abort' && /^to$/i.test(next)) {
    return refused(
      "'ROLLBACK TO' is not supported: there are no savepoints",
      `'${verb}' rolls back the whole transaction`,
    )
  }
  if (command === 'begin' && transactionModes.test(next)) {
    return refused(`'${written}' is not supported: ${oneSort}`, "write 'begin'")
  }
  const help =
    noise === '' && statementWords.test(next)
      ? `end the command with a semicolon: ${verb};`
      : `write '${verb.toLowerCase() === 'start' ? 'start transaction' : verb}' alone`
  return refused(`'${verb}${noise === '' ? '' : ` ${noise}`}' can't be followed by '${next}'`, help)
}

const transactionModes = /^(?:read|isolation|deferred|immediate|exclusive|concurrent|deferrable|not|with|name)$/i
const statementWords = /^(?:select|insert|update|delete|from|create|drop|undrop|exec|explain|with|upsert|replace)$/i

function refused(message: string, help: string): LedgerError {
  return new LedgerError('usage/unknown-command', message, { help })
}
