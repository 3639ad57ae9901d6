import { LedgerError } from './errors.ts'
import { nestingDepthMax } from './limits.ts'

/**
 * What the engine of JavaScript says when it has reached a limit of its own. Every limit of ours comes first; but a caller
 * may have used up most of the stack before it called us.
 */
const engineLimits: readonly (readonly [RegExp, string])[] = [
  [
    /call stack/,
    `the stack of this thread is too small for the statement; nesting up to ${nestingDepthMax} levels needs a whole one`,
  ],
  [/string length/, 'a text grew longer than JavaScript allows'],
  [/BigInt/, 'a number has more digits than JavaScript allows'],
  [/array|allocation|Map|Set/i, 'a collection grew larger than JavaScript allows'],
]

/** An error as it is, but for a limit of the engine: that is LedgerError 'evaluator/limit'. */
export function asLimit(error: unknown): unknown {
  if (!(error instanceof RangeError)) return error
  const found = engineLimits.find(([pattern]) => pattern.test(error.message))
  return found === undefined ? error : new LedgerError('evaluator/limit', found[1], { cause: error })
}

/** Does something that may reach a limit of the engine. */
export function limited<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw asLimit(error)
  }
}
