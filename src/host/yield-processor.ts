import { getPriority, setPriority } from 'node:os'
import { engineNiceness } from '../base/limits.ts'

/**
 * Lets the other threads of this process go first when processors are short. Linux keeps a priority for each thread; the
 * other systems only one for the whole process, which this leaves alone.
 */
export function yieldProcessor(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(0, Math.min(nicenessMax, getPriority(0) + engineNiceness))
  } catch {
    // The system does not let it; all threads are alike then.
  }
}

/** The lowest priority that Linux knows. */
const nicenessMax = 19
