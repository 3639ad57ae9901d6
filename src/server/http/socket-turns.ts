import type { Socket } from 'node:net'
import { turnMsMax, turnSliceBytes, turnSliceMsMin } from '../../base/limits.ts'

/** Returns whether there is more to do. */
type Step = () => boolean

/**
 * Spreads what large senders, and many new connections, cost over the turns of the event loop: in one turn a connection may
 * bring two megabytes, and hundreds of connections may come, while all others wait. What waits is done a step of each
 * connection at a time, for up to turnMsMax in each turn.
 */
export class SocketTurns {
  readonly #nowMs: () => number
  readonly #connections: Step[] = []
  readonly #reads: Step[] = []
  #isDue = false

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Serves a new connection in its turn. */
  serve(work: () => void): void {
    this.#connections.push(() => {
      work()
      return false
    })
    this.#plan()
  }

  /**
   * From now on reads of `bytesMin` or more from the socket go to its listener of 'data' in slices, each in its turn; so do
   * all reads after one that took long. The listener of 'data' has to be there.
   */
  spread(socket: Socket, bytesMin: number): void {
    const [listener] = socket.listeners('data')
    if (listener === undefined) return
    const spread = new SpreadSocket(socket, listener as (part: Buffer) => void, this.#nowMs)
    socket.removeListener('data', listener as (part: Buffer) => void)
    socket.on('data', (part: Buffer) => {
      if (!spread.takesAtOnce(part, bytesMin)) this.#read(spread.hold(part))
    })
  }

  #read(step: Step | undefined): void {
    if (step === undefined) return
    this.#reads.push(step)
    this.#plan()
  }

  readonly #next = (): void => {
    this.#isDue = false
    const endMs = this.#nowMs() + turnMsMax
    // Neither kind waits until there is none of the other.
    do {
      for (const steps of [this.#connections, this.#reads]) {
        const step = steps.shift()
        if (step?.() === true) steps.push(step)
      }
    } while (this.#isBusy && this.#nowMs() < endMs)
    this.#plan()
  }

  get #isBusy(): boolean {
    return this.#connections.length + this.#reads.length > 0
  }

  #plan(): void {
    if (this.#isDue || !this.#isBusy) return
    this.#isDue = true
    setImmediate(this.#next)
  }
}

/** A socket that is not read on while a part of it waits for its turn. */
class SpreadSocket {
  readonly #socket: Socket
  readonly #listener: (part: Buffer) => void
  readonly #nowMs: () => number
  readonly #resume: () => void
  #held: Buffer | undefined
  /** Whether the reader wants it read on when nothing waits any more. */
  #isWanted = true
  #isSlow = false

  constructor(socket: Socket, listener: (part: Buffer) => void, nowMs: () => number) {
    this.#socket = socket
    this.#listener = listener
    this.#nowMs = nowMs
    const [pause, resume] = [socket.pause.bind(socket), socket.resume.bind(socket)]
    this.#resume = resume
    socket.pause = () => {
      this.#isWanted = false
      return pause()
    }
    socket.resume = () => {
      this.#isWanted = true
      return this.#held === undefined ? resume() : socket
    }
  }

  takesAtOnce(part: Buffer, bytesMin: number): boolean {
    if (this.#held !== undefined || this.#isSlow || part.length >= bytesMin) return false
    this.#pass(part)
    return true
  }

  /** The step that passes a slice on; undefined when it is under way already. */
  hold(part: Buffer): Step | undefined {
    if (this.#held !== undefined) {
      this.#held = Buffer.concat([this.#held, part])
      return undefined
    }
    this.#held = part
    this.#socket.pause()
    this.#isWanted = true
    return this.#step
  }

  readonly #step: Step = () => {
    const held = this.#held as Buffer
    if (!this.#socket.destroyed) this.#pass(held.subarray(0, turnSliceBytes))
    if (held.length > turnSliceBytes && !this.#socket.destroyed) {
      this.#held = held.subarray(turnSliceBytes)
      return true
    }
    this.#held = undefined
    if (this.#isWanted) this.#resume()
    return false
  }

  #pass(part: Buffer): void {
    const startMs = this.#nowMs()
    this.#listener.call(this.#socket, part)
    this.#isSlow = this.#nowMs() - startMs >= turnSliceMsMin
  }
}
