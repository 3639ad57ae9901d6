import type { IncomingMessage } from 'node:http'
import { bodyBlockBytes, bodyPartBytesMin, bodyPartsMin } from '../../base/limits.ts'
import type { HeldBytes, Holding } from './held-bytes.ts'
import { HttpError } from './http-error.ts'

/** A request's body, counted as held until `release`. */
export interface Body {
  readonly length: number
  /** Blocks of memory of their own, so that they may be handed to another thread. */
  readonly blocks: readonly Uint8Array[]
  release(): void
}

/** The body in one piece. */
export function wholeOf({ blocks }: Pick<Body, 'blocks'>): Uint8Array {
  return blocks.length === 1 ? (blocks[0] as Uint8Array) : Buffer.concat(blocks)
}

export interface BodyRules {
  readonly bytesMax: number
  /** The quota that sets `bytesMax`. */
  readonly quota: string
  readonly held: HeldBytes
  /** Looks at each part as it comes and throws to refuse the body. */
  readonly look?: (part: Uint8Array) => void
}

/**
 * Reads a body. Rejects with HttpError when it is too large, or when the server holds too much already, and with what
 * `look` throws. What is left of a body that is too large is not read; of one that is refused it is thrown away, since a
 * client that still sends would not see the answer. No step takes longer than one part, however large the body.
 */
export function readBody(request: IncomingMessage, rules: BodyRules): Promise<Body> {
  const declared = Number(request.headers['content-length'] ?? Number.NaN)
  if (declared === 0) return Promise.resolve({ length: 0, blocks: [], release: () => undefined })
  if (declared > rules.bytesMax) return Promise.reject(tooLarge(declared, rules))
  return new Promise((resolve, reject) => {
    const holding = rules.held.hold(declared, () => fail(busy()))
    const blocks = new Blocks(holding, declared)
    let isOver = false
    let refusal: unknown
    let length = 0
    let parts = 0
    const fail = (error: unknown) => {
      if (isOver) return
      isOver = true
      blocks.release()
      request.pause()
      request.removeListener('data', onData)
      reject(error)
    }
    const onData = (part: Buffer) => {
      length += part.length
      parts += 1
      if (length > rules.bytesMax) return fail(tooLarge(length, rules))
      if (parts > bodyPartsMin + length / bodyPartBytesMin) return fail(tooManyParts(parts))
      if (refusal !== undefined) return
      try {
        rules.look?.(part)
      } catch (error) {
        refusal = error
        blocks.release()
        return
      }
      if (!blocks.add(part)) fail(busy())
    }
    request.on('data', onData)
    request.on('error', () => fail(brokenOff()))
    request.on('aborted', () => fail(brokenOff()))
    request.on('end', () => {
      if (refusal !== undefined) return fail(refusal)
      if (isOver) return
      isOver = true
      holding.keep()
      resolve(blocks)
    })
  })
}

/** A body in the making: parts may be as small as one byte, so they are put together. */
class Blocks implements Body {
  readonly #holding: Holding
  readonly #declared: number
  readonly #blocks: Uint8Array[] = []
  #length = 0
  /** Bytes of the last block that are used. */
  #used = 0

  /** `declared`: NaN when the length is not known. */
  constructor(holding: Holding, declared: number) {
    this.#holding = holding
    this.#declared = declared
  }

  get length(): number {
    return this.#length
  }

  get blocks(): readonly Uint8Array[] {
    const last = this.#blocks.at(-1)
    return last === undefined || last.length === this.#used
      ? this.#blocks
      : [...this.#blocks.slice(0, -1), last.subarray(0, this.#used)]
  }

  /** False when the server holds too much. */
  add(part: Uint8Array): boolean {
    let at = 0
    while (at < part.length) {
      let last = this.#blocks.at(-1)
      if (last === undefined || last.length === this.#used) last = this.#grow()
      if (last === undefined) return false
      const count = Math.min(part.length - at, last.length - this.#used)
      last.set(part.subarray(at, at + count), this.#used)
      this.#used += count
      at += count
    }
    this.#length += part.length
    return true
  }

  release(): void {
    this.#holding.release()
    this.#blocks.length = 0
  }

  #grow(): Uint8Array | undefined {
    const filled = this.#blocks.length * bodyBlockBytes
    const left = Number.isNaN(this.#declared) ? bodyBlockBytes : this.#declared - filled
    const size = Math.max(1, Math.min(bodyBlockBytes, left))
    if (!this.#holding.take(size)) return undefined
    const block = new Uint8Array(size)
    this.#blocks.push(block)
    this.#used = 0
    return block
  }
}

function tooLarge(found: number, { bytesMax, quota }: BodyRules): HttpError {
  const text = `The request's body has ${found} bytes or more, at most ${bytesMax} are allowed (--quota ${quota})`
  return new HttpError(413, 'RequestEntityTooLargeException', text)
}

function tooManyParts(parts: number): HttpError {
  const text = `The request's body came in ${parts} parts of less than ${bodyPartBytesMin} bytes; send larger chunks`
  return new HttpError(400, 'SerializationException', text)
}

function busy(): HttpError {
  return new HttpError(503, 'SlowDown', 'The server is at work on too much at once; try again')
}

function brokenOff(): HttpError {
  return new HttpError(400, 'RequestTimeoutException', 'The request ended early')
}
