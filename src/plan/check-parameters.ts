import { LedgerError } from '../base/errors.ts'
import { tokenize } from '../syntax/lexer.ts'
import type { Plan } from './statement-plan.ts'

/**
 * Throws LedgerError 'evaluator/unbound-parameter' or 'evaluator/unused-parameter' when a statement gets fewer or more
 * values than it has `?`. EXPLAIN runs nothing, and so needs none. Where the plan has another count, the text decides.
 *
 * QLDB refused both before running the statement, in these words (awslabs/amazon-qldb-driver-python issue 13: fewer;
 * awslabs/amazon-qldb-driver-java issue 34: more).
 */
export function checkParameters(text: string, { statement, parameters }: Plan, given: number): void {
  if (given === parameters || (given === 0 && statement.kind === 'explain')) return
  const places = tokenize(text).filter(({ kind }) => kind === 'parameter').length
  if (given === places) return
  const code = given > places ? 'evaluator/unused-parameter' : 'evaluator/unbound-parameter'
  throw new LedgerError(code, `Query expects ${places} parameters, but statement has ${given}`, {
    help: `the statement has ${places} '?', and ${wereGiven(given)}: give each ? one ('bind' or --param in the shell)`,
  })
}

function wereGiven(count: number): string {
  if (count === 0) return 'no value was given'
  return count === 1 ? '1 value was given' : `${count} values were given`
}
