import { getHeapStatistics } from 'node:v8'
import { collectGarbage } from '../base/garbage.ts'
import { idleHeapBytesMax } from '../base/limits.ts'

/** How long a thread has nothing to do before it looks. */
const idleMs = 100

/**
 * Gives memory back after large statements: V8 collects when a thread allocates, so one that has nothing more to do would
 * keep all that its last statement used.
 */
export class GarbageCollector {
  #timer: NodeJS.Timeout | undefined

  /** To be called after each piece of work. */
  worked(): void {
    if (this.#timer !== undefined) this.#timer.refresh()
    else if (getHeapStatistics().used_heap_size > idleHeapBytesMax) this.#timer = this.#later()
  }

  #later(): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timer = undefined
      if (getHeapStatistics().used_heap_size > idleHeapBytesMax) collectGarbage()
    }, idleMs)
    return timer.unref()
  }
}
