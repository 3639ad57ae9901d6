import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { StopSignal } from '../protocol/message.ts'

/** That a client went away before its answer. An AbortController does the same at a price that each request would pay. */
export class Departure implements StopSignal {
  aborted = false
  readonly #listeners = new Set<() => void>()

  readonly tell = (): void => {
    this.aborted = true
    for (const listener of this.#listeners) listener()
  }

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.add(listener)
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.delete(listener)
  }
}

/** Watches connections for their answers. */
export class Departures {
  readonly #waiting = new WeakMap<Socket, Set<() => void>>()

  /**
   * Does the work once, when the answer is over or its connection is: node does not tell an answer that waits for others on
   * its connection.
   */
  whenOver(response: ServerResponse, work: () => void): void {
    const waiting = this.#of(response.req.socket)
    const once = () => {
      if (waiting.delete(once)) work()
    }
    waiting.add(once)
    response.once('close', once)
  }

  #of(socket: Socket): Set<() => void> {
    const found = this.#waiting.get(socket)
    if (found !== undefined) return found
    const waiting = new Set<() => void>()
    socket.once('close', () => {
      for (const once of waiting) once()
    })
    this.#waiting.set(socket, waiting)
    return waiting
  }
}
