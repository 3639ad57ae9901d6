import { totalmem } from 'node:os'
import process from 'node:process'
import { getHeapStatistics } from 'node:v8'
import { statementMemoryShare } from '../base/limits.ts'
import { heapShare } from '../library/heap-share.ts'

/** Shares are whole megabytes, so that errors show round numbers. */
const wholeBytes = 1024 * 1024

/** The memory of one statement outside a server: a share of what the process may use, control groups and V8 included. */
export function processMemoryShare(): number {
  const constrained = process.constrainedMemory()
  // 0 or more than there is: no constraint is known.
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
  // What the program itself takes is no statement's.
  const share = Math.min(memory * statementMemoryShare, heapShare(getHeapStatistics().used_heap_size))
  return share - (share % wholeBytes)
}
