import { QLDBSessionClient, SendCommandCommand, type SendCommandCommandInput } from '@aws-sdk/client-qldb-session'
import { type ErrorCode, LedgerError } from '../base/errors.ts'
import { endpointAnswerBytesMax, endpointAnswerMsMax, endpointConnectMsMax } from '../base/limits.ts'
import { isLoopback } from '../base/loopback.ts'
import { decodeResponse } from '../protocol/codec.ts'
import { errorHeader, withErrorFacts } from '../protocol/error-header.ts'
import { type SendCommandRequest, type SendCommandResponse, WireError } from '../protocol/message.ts'
import { decodeNotices, noticeHeader, withNotices } from '../protocol/notice-header.ts'
import { type AnswerLimits, boundAnswers } from './bounded-answers.ts'
import { credentialsHelp, sendReading } from './sdk-answer.ts'
import { sendingHeader } from './sdk-headers.ts'
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
    async send(request: SendCommandRequest, { signal, takesNotices }: SendOptions = {}): Promise<SendCommandResponse> {
      try {
        const command = new SendCommandCommand(request as unknown as SendCommandCommandInput)
        askForHeaders(command, takesNotices === true ? [errorHeader, noticeHeader] : [errorHeader])
        return await sendReading(client, command, {
          endpoint: description,
          read: (text, headers) => answerOf(text, takesNotices === true ? headers[noticeHeader] : undefined),
          readError: (error, headers) => withErrorFacts(error, headers[errorHeader]),
          options: signal === undefined ? {} : { abortSignal: signal },
        })
      } catch (error) {
        if (signal?.aborted === true) throw new LedgerError('cancelled/by-user', 'the statement was stopped')
        throw failureOf(error, description)
      }
    },
    async close(): Promise<void> {
      client.destroy()
    },
  }
}

/** Asks for what this program's own endpoints know beside an answer; others ignore the headers. */
function askForHeaders({ middlewareStack }: SendCommandCommand, names: readonly string[]): void {
  for (const name of names) middlewareStack.add(sendingHeader(name), { step: 'build', name: `askFor ${name}` })
}

function answerOf(text: string, notices: string | undefined): SendCommandResponse {
  const answer = decodeResponse(text)
  return notices === undefined ? answer : withNotices(answer, decodeNotices(notices))
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
  readonly code?: string
}

/** The connection was never made: nothing was asked. */
const notConnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ERR_SSL_|CERT_|DEPTH_ZERO)/

/** What is thrown while a command is sent and answered: the endpoint's own errors pass, all else becomes a LedgerError. */
export function failureOf(thrown: unknown, endpoint: string): WireError | LedgerError {
  if (thrown instanceof LedgerError || thrown instanceof WireError) return thrown
  const error = thrown as SdkError
  const failed = (code: ErrorCode, message: string, help?: string) =>
    new LedgerError(code, message, { cause: error, ...(help === undefined ? {} : { help }) })
  // With `$fault` it is an answer to the SDK itself, from where it asks for credentials.
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(error.name) || error.$fault !== undefined) {
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
  const reason = error.code ?? error.message
  if (notConnected.test(error.code ?? '') || /did not establish a connection|connect ETIMEDOUT/.test(error.message)) {
    return failed('endpoint/unreachable', `can't reach '${endpoint}': ${reason}`)
  }
  return failed('endpoint/failed', `the connection to '${endpoint}' broke: ${reason}`)
}

const localHelp = `${credentialsHelp}; 'qldb serve' without --keys takes any`

function isLocal(endpoint: string): boolean {
  return URL.canParse(endpoint) && isLoopback(new URL(endpoint).hostname.replace(/^\[|\]$/g, ''))
}
