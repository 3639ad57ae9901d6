import { totalmem } from 'node:os'
import process from 'node:process'
import { getHeapStatistics } from 'node:v8'
import { LedgerError } from '../base/errors.ts'
import { statementHeapShareMax, statementMemoryShare } from '../base/limits.ts'
import type { Quotas } from './quotas.ts'
import { heapShare } from './heap-share.ts'

/**
 * Refuses memory for one statement that V8's heap does not have: where that is full, V8 ends the process. Throws LedgerError
 * 'usage/invalid-argument'. A server's threads have heaps of their own, and end alone.
 */
export function withinHeap(quotas: Quotas): Quotas {
  const bytes = quotas.ledger.statementMemoryBytes
  const most = Math.floor((getHeapStatistics().heap_size_limit * statementHeapShareMax) / wholeBytes)
  if (bytes === undefined || bytes <= most * wholeBytes) return quotas
  const text = `'--quota statement-memory' takes at most ${most}MiB here: three quarters of the heap that V8 may use`
  throw new LedgerError('usage/invalid-argument', text, {
    help: 'what outgrows it spills to temporary files; NODE_OPTIONS=--max-old-space-size=MEGABYTES sets a larger heap',
  })
}

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
