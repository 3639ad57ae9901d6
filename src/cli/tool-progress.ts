import { LedgerError } from '../base/errors.ts'
import { realEnv } from './real-env.ts'
import type { ToolWorld } from './tools.ts'

const betweenMs = 200
const quietMs = 500

/**
 * How far a subcommand is: one line on stderr that is written over, only where that is a terminal; and Ctrl-C, which is
 * heard at each `report`. Dispose of it before anything else is written.
 */
export class ToolProgress {
  readonly #stderr: NodeJS.WriteStream
  readonly #ignoreInterrupt: () => void
  readonly #startedMs = realEnv.monotonicMs()
  #stage = ''
  #stageStartedMs = this.#startedMs
  #shownMs = this.#startedMs + quietMs - betweenMs
  #shownWidth = 0
  #isInterrupted = false

  constructor(world: Pick<ToolWorld, 'stderr' | 'onInterrupt'>) {
    this.#stderr = world.stderr
    this.#ignoreInterrupt = world.onInterrupt(() => {
      this.#isInterrupted = true
    })
  }

  get seconds(): number {
    return (realEnv.monotonicMs() - this.#startedMs) / 1000
  }

  /** `verifying: 12,034 of 50,000 blocks, 5,230/s`. Gives the event loop a turn. Throws 'cancelled/by-user'. */
  async report(stage: string, done: number, total: number | undefined, unit: string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    const part = total === undefined ? `${count(done)} ${unit}` : `${count(done)} of ${count(total)} ${unit}`
    if (this.#isInterrupted) {
      throw new LedgerError('cancelled/by-user', `stopped after ${part}`)
    }
    const nowMs = realEnv.monotonicMs()
    if (stage !== this.#stage) {
      this.#stage = stage
      this.#stageStartedMs = nowMs
    }
    if (this.#stderr.isTTY !== true || nowMs - this.#shownMs < betweenMs) return
    this.#shownMs = nowMs
    const perSecond = Math.round((done * 1000) / Math.max(1, nowMs - this.#stageStartedMs))
    const text = `${stage}: ${part}, ${count(perSecond)}/s`
    this.#stderr.write(`\r${text.padEnd(this.#shownWidth)}`)
    this.#shownWidth = text.length
  }

  dispose(): void {
    this.#ignoreInterrupt()
    if (this.#shownWidth > 0) this.#stderr.write(`\r${' '.repeat(this.#shownWidth)}\r`)
    this.#shownWidth = 0
  }
}

/** `1,204 blocks`, `1 block`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** `1,204`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}
