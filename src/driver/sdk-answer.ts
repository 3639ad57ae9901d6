import { type ErrorCode, LedgerError } from '../base/errors.ts'
import { WireError } from '../protocol/message.ts'
import { readErrorAnswer, wireErrorOf } from '../protocol/wire-errors.ts'

/** An HTTP answer as the SDK hands it to a command's reader; the body comes from bounded-answers.ts. */
interface HttpAnswer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body?: AsyncIterable<Uint8Array>
}

export type Headers = HttpAnswer['headers']

/** The outcome of a request, returned as a value: the SDK changes errors that are thrown inside it. */
type Outcome<Answer> = { readonly answer: Answer } | { readonly error: unknown }

/** A client of the SDK, which signs and sends. Its types know only of its own answers. */
interface Sender {
  send(command: never, options: { readonly abortSignal?: AbortSignal }): Promise<unknown>
}

export interface Reading<Answer> {
  readonly endpoint: string
  /** Of an answer with status 200. */
  readonly read: (text: string, headers: Headers) => Answer
  /** Of one that is an error of the protocol. */
  readonly readError?: (error: WireError, headers: Headers) => WireError
  readonly options: { readonly abortSignal?: AbortSignal }
}

/**
 * Sends a command with the SDK and reads the answer here. The SDK's own reader takes members of any type, bytes that are no
 * UTF-8 and names that come twice. Rejects with WireError for errors that the endpoint names, with LedgerError
 * 'endpoint/…' for answers that are not of the protocol, and with what the SDK throws before there is an answer.
 */
export async function sendReading<Answer>(client: Sender, command: object, reading: Reading<Answer>): Promise<Answer> {
  const deserialize = async (response: HttpAnswer) => ({ $metadata: {}, outcome: await outcomeOf(response, reading) })
  const output = await client.send(Object.assign(command, { deserialize }) as never, reading.options)
  const { outcome } = output as { readonly outcome: Outcome<Answer> }
  if ('error' in outcome) throw outcome.error
  return outcome.answer
}

async function outcomeOf<Answer>(response: HttpAnswer, reading: Reading<Answer>): Promise<Outcome<Answer>> {
  try {
    return { answer: await readAnswer(response, reading) }
  } catch (error) {
    return { error }
  }
}

async function readAnswer<Answer>(
  { statusCode, headers, body }: HttpAnswer,
  { endpoint, read, readError = (error) => error }: Reading<Answer>,
): Promise<Answer> {
  const text = await textOf(body, endpoint)
  const errorType = headers['x-amzn-errortype']
  if (statusCode === 200 && errorType === undefined) return read(text, headers)
  const error = errorOf(statusCode, errorType, text, { endpoint, requestId: headers['x-amzn-requestid'] })
  throw error instanceof WireError ? readError(error, headers) : error
}

async function textOf(body: HttpAnswer['body'], endpoint: string): Promise<string> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of body ?? []) parts.push(part)
  } catch (error) {
    if (error instanceof LedgerError) throw error
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message
    throw failed('endpoint/failed', `the connection to '${endpoint}' broke: ${reason}`, error)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))
  } catch (error) {
    throw failed('endpoint/malformed-answer', `the answer of '${endpoint}' is not UTF-8`, error)
  }
}

/** Prefixes of the error names with which AWS refuses a signature or its credentials. */
const credentialErrors = [
  'AccessDenied',
  'ExpiredToken',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignature',
  'MissingAuthenticationToken',
  'NotAuthorized',
  'OptInRequired',
  'SignatureDoesNotMatch',
  'UnrecognizedClient',
]

export const credentialsHelp = 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'

/** An error that has no name is not of the protocol: something between here and the ledger may have answered it. */
function errorOf(
  status: number,
  errorType: string | undefined,
  text: string,
  { endpoint, requestId }: { readonly endpoint: string; readonly requestId: string | undefined },
): WireError | LedgerError {
  const told = readErrorAnswer(errorType, text)
  const message = told?.message ?? `the endpoint answered with HTTP status ${status}`
  if (told?.name === undefined || status < 400) {
    const said = told?.message === undefined ? '' : `: ${told.message}`
    return failed(
      mayWorkLater(status) ? 'endpoint/failed' : 'endpoint/malformed-answer',
      `'${endpoint}' does not answer as a ledger does (HTTP status ${status})${said}`,
    )
  }
  const name = told.name.slice(told.name.lastIndexOf('#') + 1)
  if (credentialErrors.some((beginning) => name.startsWith(beginning))) {
    return new LedgerError('endpoint/credentials', `'${endpoint}' refused the credentials: ${message}`, {
      help: credentialsHelp,
    })
  }
  return wireErrorOf(told.name, message, status, told.code, requestId)
}

/** Statuses of proxies and servers that are busy. */
function mayWorkLater(status: number): boolean {
  return [408, 429, 502, 503, 504].includes(status)
}

function failed(code: ErrorCode, message: string, cause?: unknown): LedgerError {
  return new LedgerError(code, message, cause === undefined ? {} : { cause })
}
