import { Option } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { visibleText } from '../../shell/visible-text.ts'
import { realEnv } from '../../host/real-env.ts'
import type { ToolWorld } from './tool.ts'

const betweenMs = 200
const quietMs = 500
/** Between two lines where stderr is no terminal. */
const betweenLinesMs = 10_000

export type ProgressWish = 'auto' | 'none'

/** `--progress`, of verify, import and export. */
export function progressOption(): Option {
  const text = 'auto: a status line on a terminal, else a line on stderr every 10 s; none: no progress'
  return new Option('--progress <when>', text).choices(['auto', 'none']).default('auto')
}

/** How far a stage is. */
interface Place {
  readonly done: number
  readonly total: number | undefined
  readonly unit: string
  readonly bytes: number | undefined
}

/**
 * How far a subcommand is: one line on stderr that is written over where that is a terminal, elsewhere, if it was asked for
 * with `wish`, a line now and then; and Ctrl-C, which is heard at each `report`. Dispose of it before anything else is
 * written.
 */
export class ToolProgress {
  readonly #stderr: NodeJS.WriteStream
  readonly #isTerminal: boolean
  readonly #isShown: boolean
  readonly #ignoreInterrupt: () => void
  readonly #nowMs: () => number
  readonly #startedMs: number
  #stage = ''
  #stageStartedMs: number
  #stageStart: Place = { done: 0, total: undefined, unit: '', bytes: undefined }
  #shownMs: number
  #shownWidth = 0
  #isInterrupted = false

  constructor(
    world: Pick<ToolWorld, 'stderr' | 'onInterrupt'> & Partial<Pick<ToolWorld, 'errorFormat'>>,
    wish?: ProgressWish,
    nowMs = realEnv.monotonicMs,
  ) {
    this.#stderr = world.stderr
    this.#isTerminal = world.stderr.isTTY === true
    const isWished = wish !== 'none' && world.errorFormat !== 'json'
    this.#isShown = isWished && (this.#isTerminal || wish === 'auto')
    this.#nowMs = nowMs
    this.#startedMs = nowMs()
    this.#stageStartedMs = this.#startedMs
    this.#shownMs = this.#startedMs + (this.#isTerminal ? quietMs - betweenMs : 0)
    this.#ignoreInterrupt = world.onInterrupt(() => {
      this.#isInterrupted = true
    })
  }

  get seconds(): number {
    return (this.#nowMs() - this.#startedMs) / 1000
  }

  /**
   * `verifying: 24 %, 12,034 of 50,000 blocks, 8.1 MB/s, 5,230 blocks/s, 7 s left`; `bytes` are those of what is done.
   * Gives the event loop a turn. Throws 'cancelled/by-user'.
   */
  async report(
    stage: string,
    done: number,
    total: number | undefined,
    unit: string,
    bytes?: number | undefined,
  ): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    const place = { done, total, unit, bytes }
    if (this.#isInterrupted) throw new LedgerError('cancelled/by-user', `stopped after ${partOf(place)}`)
    const nowMs = this.#nowMs()
    if (stage !== this.#stage) {
      this.#stage = stage
      this.#stageStartedMs = nowMs
      this.#stageStart = place
    }
    if (!this.#isShown || nowMs - this.#shownMs < (this.#isTerminal ? betweenMs : betweenLinesMs)) return
    this.#shownMs = nowMs
    const text = visibleText(`${stage}: ${this.#describe(place, (nowMs - this.#stageStartedMs) / 1000)}`)
    if (!this.#isTerminal) {
      this.#stderr.write(`${text}\n`)
      return
    }
    this.#stderr.write(`\r${text.padEnd(this.#shownWidth)}`)
    this.#shownWidth = text.length
  }

  #describe(place: Place, seconds: number): string {
    const { done, total, unit, bytes } = place
    const rate = (done - this.#stageStart.done) / Math.max(seconds, 0.001)
    const parts = [partOf(place)]
    if (total !== undefined && total > 0) parts.unshift(`${Math.floor((Math.min(done, total) * 100) / total)} %`)
    if (bytes !== undefined) {
      const read = bytes - (this.#stageStart.bytes ?? 0)
      parts.push(`${(read / Math.max(seconds, 0.001) / 1e6).toFixed(1)} MB/s`)
    }
    parts.push(`${count(Math.round(rate))} ${unit}/s`)
    if (total !== undefined && rate > 0 && total > done) parts.push(`${leftOf((total - done) / rate)} left`)
    return parts.join(', ')
  }

  dispose(): void {
    this.#ignoreInterrupt()
    if (this.#shownWidth > 0) this.#stderr.write(`\r${' '.repeat(this.#shownWidth)}\r`)
    this.#shownWidth = 0
  }
}

function partOf({ done, total, unit }: Place): string {
  return total === undefined ? `${count(done)} ${unit}` : `${count(done)} of ${count(total)} ${unit}`
}

/** `45 s`, `3 min`, `2 h 5 min`. */
function leftOf(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `1,204 blocks`, `1 block`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** `1,204`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}
