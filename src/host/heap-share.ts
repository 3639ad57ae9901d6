import { getHeapStatistics } from 'node:v8'
import { statementHeapShare, statementMemoryBytesMin } from '../base/limits.ts'

/** Code that is loaded later, and the young generation, which counts in the limit but holds no old values. */
const programHeapBytes = 72 * 1024 * 1024

/** The memory of V8's heap that one statement may hold where so many bytes are in use. */
export function heapShare(used: number): number {
  const { heap_size_limit: heap } = getHeapStatistics()
  return Math.max(statementMemoryBytesMin, Math.floor((heap - used - programHeapBytes) * statementHeapShare))
}
