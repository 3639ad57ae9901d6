import { QLDBSessionClient, SendCommandCommand, type SendCommandCommandInput } from '@aws-sdk/client-qldb-session'
import { logger } from '@smithy/core/serde'
import { type ErrorCode, LedgerError } from '../base/errors.ts'
import { endpointAnswerBytesMax, endpointAnswerMsMax, endpointConnectMsMax } from '../base/limits.ts'
import { isLoopback } from '../base/loopback.ts'
import type { Notice } from '../base/notice.ts'
import {
  commandNames,
  type Page,
  type SendCommandRequest,
  type SendCommandResponse,
  type ValueHolder,
  WireError,
} from '../protocol/message.ts'
import { errorHeader, withErrorFacts } from '../protocol/error-header.ts'
import { decodeNotices, noticeHeader, withNotices } from '../protocol/notice-header.ts'
import { readingHeader, sendingHeader } from './sdk-headers.ts'
import { wireErrorOf } from '../protocol/wire-errors.ts'
import { type AnswerLimits, boundAnswers } from './bounded-answers.ts'
import type { SendOptions, Transport } from './transport.ts'

export interface SdkTransportOptions {
  /** Undefined: AWS_REGION or the profile's, as the SDK finds it. */
  readonly region?: string | undefined
  /** An URL; undefined: AWS's own of the region. */
  readonly endpoint?: string | undefined
  /** A profile of the shared config and credentials files. */
  readonly profile?: string | undefined
  /** Undefined: the SDK's credential chain. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined
  /** Undefined: base/limits.ts. */
  readonly answers?: Partial<AnswerLimits> | undefined
}

/** For a member of another type than the protocol's the SDK only prints a stack and uses it. */
logger.warn = (text) => {
  throw new TypeError(String(text).split('\n')[0])
}

/**
 * A transport over HTTP with the AWS SDK: signatures, credentials, regions are its business. The SDK makes one try a
 * command (the driver decides on retries).
 *
 * Bundled as a chunk of its own: load it with a dynamic import, and only for an endpoint.
 */
export function createSdkTransport(options: SdkTransportOptions): Transport {
  const client = new QLDBSessionClient(sdkConfiguration(options))
  const description = options.endpoint ?? `https://session.qldb.${options.region ?? '<region>'}.amazonaws.com`
  boundAnswers(client, description, answerLimits(options))
  return {
    description,
    cancels: 'waiting',
    async send(request: SendCommandRequest, options: SendOptions = {}): Promise<SendCommandResponse> {
      const { signal } = options
      const errors: ErrorFacts = { header: undefined }
      try {
        const command = new SendCommandCommand(request as unknown as SendCommandCommandInput)
        readErrors(command, errors)
        const notices = options.takesNotices === true ? askForNotices(command) : undefined
        const answer = await client.send(command, signal === undefined ? {} : { abortSignal: signal })
        const response = responseOf(answer as unknown as SendCommandResponse)
        return notices === undefined ? response : withNotices(response, notices())
      } catch (error) {
        if (signal?.aborted === true) throw new LedgerError('cancelled/by-user', 'the statement was stopped')
        const failure = failureOf(error, description)
        throw failure instanceof WireError ? withErrorFacts(failure, errors.header) : failure
      }
    },
    async close(): Promise<void> {
      client.destroy()
    },
  }
}

interface ErrorFacts {
  header: string | undefined
}

/** Asks for what this program's own endpoints know of an error, and keeps it when an answer is one. */
function readErrors({ middlewareStack }: SendCommandCommand, into: ErrorFacts): void {
  const take = (header: string | undefined) => {
    into.header = header
  }
  middlewareStack.add(sendingHeader(errorHeader), { step: 'build', name: 'askForErrors' })
  middlewareStack.add(readingHeader(errorHeader, take), { step: 'deserialize', priority: 'low', name: 'readErrors' })
}

/** Adds our header to a command; the function gives the notices of its answer. */
function askForNotices({ middlewareStack }: SendCommandCommand): () => readonly Notice[] {
  let header: string | undefined
  const take = (found: string | undefined) => {
    header = found
  }
  middlewareStack.add(sendingHeader(noticeHeader), { step: 'build', name: 'askForNotices' })
  middlewareStack.add(readingHeader(noticeHeader, take), { step: 'build', name: 'readNotices' })
  return () => decodeNotices(header)
}

/** The members of the protocol alone: the SDK passes on what else an endpoint answers, as it is. */
function responseOf(answer: SendCommandResponse): SendCommandResponse {
  const known = Object.fromEntries(
    commandNames.filter((name) => answer[name] !== undefined).map((name) => [name, answer[name]]),
  ) as SendCommandResponse
  const { ExecuteStatement, FetchPage } = known
  if (ExecuteStatement !== undefined) {
    return { ExecuteStatement: { ...ExecuteStatement, FirstPage: pageOf(ExecuteStatement.FirstPage) } }
  }
  return FetchPage === undefined ? known : { FetchPage: { ...FetchPage, Page: pageOf(FetchPage.Page) } }
}

function pageOf(page: Page | undefined): Page {
  if (page === undefined) return page as unknown as Page
  const Values = (page.Values ?? []).map((holder: ValueHolder | null) => {
    const { IonBinary, IonText } = holder ?? {}
    return { ...(IonBinary === undefined ? {} : { IonBinary }), ...(IonText === undefined ? {} : { IonText }) }
  })
  return page.NextPageToken === undefined ? { Values } : { Values, NextPageToken: page.NextPageToken }
}

export function answerLimits(options: SdkTransportOptions): AnswerLimits {
  return { bytes: endpointAnswerBytesMax, ms: endpointAnswerMsMax, ...options.answers }
}

/** What clients of the SDK are made with. */
export function sdkConfiguration(options: SdkTransportOptions) {
  return {
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: endpointConnectMsMax,
      requestTimeout: answerLimits(options).ms,
      throwOnRequestTimeout: true,
    },
    ...(options.region === undefined ? {} : { region: options.region }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  }
}

/** What the SDK, the HTTP handler and node:net put on the errors they throw. */
interface SdkError extends Error {
  readonly $fault?: 'client' | 'server'
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
  readonly Message?: string
  readonly Code?: string
  readonly code?: string
  /** Not enumerable, present when the answer could not be read. */
  readonly $response?: unknown
}

/** How the names begin by which AWS refuses a signature or what it stands for. */
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

/** The connection was never made: nothing was asked. */
const notConnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ERR_SSL_|CERT_|DEPTH_ZERO)/

/** What an error of the SDK means: the endpoint's own answer as WireError, all else as LedgerError. */
export function failureOf(thrown: unknown, endpoint: string): WireError | LedgerError {
  if (thrown instanceof LedgerError) return withoutHint(thrown)
  const error = thrown as SdkError
  const failed = (code: ErrorCode, message: string, help?: string) =>
    new LedgerError(code, message, { cause: error, ...(help === undefined ? {} : { help }) })
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(error.name)) {
    return failed(
      'endpoint/credentials',
      `no AWS credentials for '${endpoint}': ${error.message}`,
      isLocal(endpoint) ? localHelp : credentialsHelp,
    )
  }
  if (/^Region is missing/.test(error.message)) {
    return failed(
      'endpoint/credentials',
      'no AWS region is given',
      'name one as us-east-1, with --region or in AWS_REGION',
    )
  }
  if (error.$fault !== undefined) {
    const { httpStatusCode = 400, requestId } = error.$metadata ?? {}
    const text: unknown = error.Message ?? error.message
    if (typeof text !== 'string' || sdkWords.test(text)) {
      return failed('endpoint/malformed-answer', notOurs(endpoint, httpStatusCode))
    }
    if (credentialErrors.some((name) => error.name.startsWith(name))) {
      return failed('endpoint/credentials', `'${endpoint}' refused the credentials: ${text}`, credentialsHelp)
    }
    return wireErrorOf(error.name, text, httpStatusCode, error.Code, requestId)
  }
  if (error.$response !== undefined || error.$metadata?.httpStatusCode !== undefined) {
    return failed('endpoint/malformed-answer', notOurs(endpoint, error.$metadata?.httpStatusCode))
  }
  const reason = error.code ?? error.message
  if (notConnected.test(error.code ?? '') || /did not establish a connection|connect ETIMEDOUT/.test(error.message)) {
    return failed('endpoint/unreachable', `can't reach '${endpoint}': ${reason}`)
  }
  return failed('endpoint/failed', `the connection to '${endpoint}' broke: ${reason}`)
}

/** What the SDK says where an answer says nothing that it can read. */
const sdkWords = /^(?:UnknownError$|Deserialization error)/

function notOurs(endpoint: string, status: number | undefined): string {
  return `'${endpoint}' does not answer as a ledger does${status === undefined ? '' : ` (HTTP status ${status})`}`
}

/** The SDK adds a line for programmers to the message of whatever is thrown while it reads an answer. */
function withoutHint(error: LedgerError): LedgerError {
  const end = error.message.indexOf('\n  Deserialization error: ')
  if (end < 0) return error
  const { code, help, cause } = error
  return new LedgerError(code, error.message.slice(0, end), { cause, ...(help === undefined ? {} : { help }) })
}

const credentialsHelp = 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
const localHelp = `${credentialsHelp}; 'qldb serve' without --keys takes any`

function isLocal(endpoint: string): boolean {
  return URL.canParse(endpoint) && isLoopback(new URL(endpoint).hostname.replace(/^\[|\]$/g, ''))
}
