/**
 * Long loops inside one operation (comparing, hashing or sorting large values, looking through long texts) ask here now and
 * then whether the statement is to end. A thread runs one statement at a time, and only while it pulls a row.
 */
let check: (() => void) | undefined
let passes = 0

/** So many passes of a loop take well under a millisecond. */
const passesBetweenChecks = 1024

/** Does something that `ask` may end, by throwing. */
export function interruptible<T>(ask: () => void, work: () => T): T {
  const before = check
  check = ask
  try {
    return work()
  } finally {
    check = before
  }
}

/** Called in each pass of a loop that may be long. */
export function passLoop(): void {
  passes += 1
  if (passes < passesBetweenChecks) return
  passes = 0
  check?.()
}

/** Called after a stretch of work that took about a millisecond. */
export function checkInterruption(): void {
  check?.()
}
