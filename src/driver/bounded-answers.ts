import { PassThrough, pipeline, type Readable } from 'node:stream'
import { LedgerError } from '../base/errors.ts'

/** How much of an endpoint's answer is waited for. */
export interface AnswerLimits {
  readonly bytes: number
  /** Of the whole answer, from the request on. */
  readonly ms: number
}

/** What an HTTP handler of the SDK gives for a request. */
interface HandlerAnswer {
  readonly response: { readonly statusCode: number; readonly headers: Record<string, string>; body?: unknown }
}

interface HandlerOptions {
  readonly abortSignal?: AbortSignal
}

interface HttpHandler {
  handle(request: never, options?: HandlerOptions): Promise<HandlerAnswer>
}

/**
 * Makes a client of the SDK give up on answers that do not end: LedgerError 'endpoint/malformed-answer' for one that is too
 * long, 'endpoint/timed-out' for one that takes too long, 'endpoint/redirected' for one that names another place.
 */
export function boundAnswers(client: { readonly config: object }, endpoint: string, limits: AnswerLimits): void {
  const config = client.config as { requestHandler: HttpHandler }
  const inner = config.requestHandler
  const handle = inner.handle.bind(inner)
  inner.handle = async (request, options) => {
    const exchange = new Exchange(options?.abortSignal, endpoint, limits)
    try {
      const answer = await handle(request, { ...options, abortSignal: exchange.signal })
      const { statusCode, headers, body } = answer.response
      if (statusCode >= 300 && statusCode < 400) {
        ;(body as Readable | undefined)?.destroy?.()
        throw redirected(endpoint, statusCode, headers['location'])
      }
      if (body === undefined) exchange.end()
      else answer.response.body = exchange.bounded(body as Readable)
      return answer
    } catch (error) {
      exchange.end()
      throw exchange.failure ?? error
    }
  }
}

/**
 * One request and its answer, of which headers may drip as well as the body, and interim answers (1xx) may have no end: the
 * SDK's own time-out ends with the first byte.
 */
class Exchange {
  readonly #stop = new AbortController()
  readonly #given: AbortSignal | undefined
  readonly #endpoint: string
  readonly #limits: AnswerLimits
  readonly #timer: NodeJS.Timeout
  #body: PassThrough | undefined
  #failure: LedgerError | undefined

  constructor(given: AbortSignal | undefined, endpoint: string, limits: AnswerLimits) {
    this.#given = given
    this.#endpoint = endpoint
    this.#limits = limits
    given?.addEventListener('abort', this.#giveUp)
    if (given?.aborted === true) this.#giveUp()
    this.#timer = setTimeout(() => {
      this.#failure = tooSlow(endpoint, limits.ms)
      this.#body?.destroy(this.#failure)
      this.#giveUp()
    }, limits.ms)
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** Set once the answer has taken too long. */
  get failure(): LedgerError | undefined {
    return this.#failure
  }

  bounded(body: Readable): Readable {
    const { bytes: bytesMax } = this.#limits
    const endpoint = this.#endpoint
    let bytes = 0
    this.#body = new PassThrough({
      transform(chunk: Uint8Array, _, done) {
        bytes += chunk.length
        if (bytes > bytesMax) done(tooLong(endpoint, bytesMax))
        else done(null, chunk)
      },
    })
    pipeline(body, this.#body, () => this.end())
    return this.#body
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#given?.removeEventListener('abort', this.#giveUp)
  }

  readonly #giveUp = (): void => this.#stop.abort()
}

function redirected(endpoint: string, status: number, location: string | undefined): LedgerError {
  const where = location === undefined ? 'without saying where' : `to '${location}'`
  return new LedgerError('endpoint/redirected', `'${endpoint}' redirects ${where} (HTTP status ${status})`, {
    help: 'name the endpoint that answers itself: requests are signed for one address',
  })
}

function tooLong(endpoint: string, bytesMax: number): LedgerError {
  const text = `'${endpoint}' answered more than ${bytesMax} bytes to one request`
  return new LedgerError('endpoint/malformed-answer', text, {
    help: 'raise the limit with --quota answer-bytes=NUMBER',
  })
}

function tooSlow(endpoint: string, msMax: number): LedgerError {
  const text = `'${endpoint}' did not finish its answer within ${msMax / 1000} s`
  return new LedgerError('endpoint/timed-out', text, { help: 'raise the limit with --quota answer-seconds=NUMBER' })
}
