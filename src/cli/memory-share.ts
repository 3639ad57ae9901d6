import { totalmem } from 'node:os'
import process from 'node:process'
import { getHeapStatistics } from 'node:v8'
import { statementHeapShare, statementMemoryShare } from '../base/limits.ts'

/** The memory of one statement outside a server: a share of what the process may use, control groups and V8 included. */
export function processMemoryShare(): number {
  const constrained = process.constrainedMemory()
  // 0 or more than there is: no constraint is known.
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
  const heap = getHeapStatistics().heap_size_limit
  return Math.floor(Math.min(memory * statementMemoryShare, heap * statementHeapShare))
}
