import { totalmem } from 'node:os'
import process from 'node:process'
import { getHeapStatistics } from 'node:v8'
import { statementHeapShare, statementMemoryShare } from '../base/limits.ts'

/** Code that is loaded later, and the young generation, which counts in the limit but holds no old values. */
const programHeapBytes = 72 * 1024 * 1024

/** The memory of one statement outside a server: a share of what the process may use, control groups and V8 included. */
export function processMemoryShare(): number {
  const constrained = process.constrainedMemory()
  // 0 or more than there is: no constraint is known.
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
  const { heap_size_limit: heap, used_heap_size: used } = getHeapStatistics()
  // What the program itself takes is no statement's.
  return Math.floor(
    Math.min(memory * statementMemoryShare, Math.max(0, heap - used - programHeapBytes) * statementHeapShare),
  )
}
