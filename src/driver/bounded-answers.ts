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

interface HttpHandler {
  handle(request: never, options?: never): Promise<HandlerAnswer>
}

/**
 * Makes a client of the SDK give up on answers that do not end: LedgerError 'endpoint/malformed-answer' for one that is too
 * long, 'endpoint/failed' for one that takes too long, 'endpoint/redirected' for one that names another place.
 */
export function boundAnswers(client: { readonly config: object }, endpoint: string, limits: AnswerLimits): void {
  const config = client.config as { requestHandler: HttpHandler }
  const inner = config.requestHandler
  const handle = inner.handle.bind(inner)
  inner.handle = async (request, options) => {
    const endMs = performance.now() + limits.ms
    const answer = await handle(request, options)
    const { statusCode, headers, body } = answer.response
    if (statusCode >= 300 && statusCode < 400) {
      ;(body as Readable | undefined)?.destroy?.()
      throw redirected(endpoint, statusCode, headers['location'])
    }
    if (body !== undefined) answer.response.body = bounded(body as Readable, endpoint, limits, endMs)
    return answer
  }
}

function bounded(body: Readable, endpoint: string, limits: AnswerLimits, endMs: number): Readable {
  let bytes = 0
  const out = new PassThrough({
    transform(chunk: Uint8Array, _, done) {
      bytes += chunk.length
      if (bytes > limits.bytes) done(tooLong(endpoint, limits.bytes))
      else done(null, chunk)
    },
  })
  const timer = setTimeout(() => out.destroy(tooSlow(endpoint, limits.ms)), Math.max(1, endMs - performance.now()))
  pipeline(body, out, () => clearTimeout(timer))
  return out
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
  return new LedgerError('endpoint/failed', text, { help: 'raise the limit with --quota answer-seconds=NUMBER' })
}
