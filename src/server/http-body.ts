import type { IncomingMessage } from 'node:http'
import { HttpError } from './http-error.ts'

/** Counts the bytes that all connections together make the server hold. */
export class HeldBytes {
  readonly #max: number
  #held = 0

  constructor(max: number) {
    this.#max = max
  }

  get held(): number {
    return this.#held
  }

  /** Whether there is room for so many more; they are counted then. */
  take(count: number): boolean {
    if (this.#held + count > this.#max) return false
    this.#held += count
    return true
  }

  giveBack(count: number): void {
    this.#held -= count
  }
}

/** A request's body, counted as held until `release`. */
export interface Body {
  readonly bytes: Uint8Array
  release(): void
}

const noBody: Body = { bytes: new Uint8Array(0), release: () => undefined }

/**
 * Reads a body of at most `max` bytes. Rejects with HttpError when it is larger, or when the server holds too much
 * already; what is left of it is not read then.
 */
export function readBody(request: IncomingMessage, max: number, held: HeldBytes): Promise<Body> {
  const declared = Number(request.headers['content-length'] ?? Number.NaN)
  if (declared === 0) return Promise.resolve(noBody)
  if (declared > max) return Promise.reject(tooLarge(max))
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let count = 0
    let isOver = false
    const fail = (error: Error) => {
      if (isOver) return
      isOver = true
      held.giveBack(count)
      request.pause()
      request.removeListener('data', onData)
      reject(error)
    }
    const onData = (part: Buffer) => {
      if (count + part.length > max) return fail(tooLarge(max))
      if (!held.take(part.length)) {
        return fail(new HttpError(503, 'SlowDown', 'The server is at work on too much at once; try again'))
      }
      count += part.length
      parts.push(part)
    }
    request.on('data', onData)
    request.on('error', () => fail(brokenOff()))
    request.on('aborted', () => fail(brokenOff()))
    request.on('end', () => {
      if (isOver) return
      isOver = true
      const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
      resolve({ bytes, release: () => held.giveBack(count) })
    })
  })
}

function tooLarge(max: number): HttpError {
  return new HttpError(413, 'RequestEntityTooLargeException', `A request's body has at most ${max} bytes`)
}

function brokenOff(): HttpError {
  return new HttpError(400, 'RequestTimeoutException', 'The request broke off')
}
