import {
  GetBlockCommand,
  GetDigestCommand,
  GetRevisionCommand,
  ListLedgersCommand,
  QLDBClient,
} from '@aws-sdk/client-qldb'
import { LedgerError } from '../base/errors.ts'
import type { ControlRequest, ControlResponse } from '../protocol/control-message.ts'
import { decodeBlock, decodeDigest, decodeLedgers, decodeRevision } from '../protocol/control-codec.ts'
import { decodeMarks, decodePositions, marksHeader } from '../protocol/marks-header.ts'
import type { WireError } from '../protocol/message.ts'
import { boundAnswers } from './bounded-answers.ts'
import { type Headers, sendReading } from './sdk-answer.ts'
import { answerLimits, failureOf, type SdkTransportOptions, sdkConfiguration } from './sdk-transport.ts'
import type { SendOptions } from './transport.ts'

/**
 * GetDigest, GetBlock, GetRevision and ListLedgers over HTTP with the AWS SDK, at the same address as the sessions. Bundled with
 * sdk-transport.ts. The client is made with the first request: most sessions need none.
 */
export function createSdkControl(options: SdkTransportOptions): {
  send(request: ControlRequest, options?: SendOptions): Promise<ControlResponse>
  close(): void
} {
  let client: QLDBClient | undefined
  const description = options.endpoint ?? `https://qldb.${options.region ?? '<region>'}.amazonaws.com`
  return {
    async send(request, { signal } = {}) {
      if (client === undefined) {
        client = new QLDBClient(sdkConfiguration(options))
        boundAnswers(client, description, answerLimits(options))
      }
      try {
        const options = signal === undefined ? {} : { abortSignal: signal }
        return await ask(client, request, { endpoint: description, options })
      } catch (error) {
        if (signal?.aborted === true) throw new LedgerError('cancelled/by-user', 'the request was cancelled')
        throw refusal(failureOf(error, description))
      }
    },
    close: () => client?.destroy(),
  }
}

async function ask(
  client: QLDBClient,
  { GetDigest, GetBlock, GetRevision, ListLedgers }: ControlRequest,
  sending: { readonly endpoint: string; readonly options: { readonly abortSignal?: AbortSignal } },
): Promise<ControlResponse> {
  const asked = <Answer>(command: object, read: (text: string, headers: Headers) => Answer) =>
    sendReading(client, command, { ...sending, read })
  if (GetDigest !== undefined) return { GetDigest: await asked(new GetDigestCommand(GetDigest), digestOf) }
  if (GetBlock !== undefined) return { GetBlock: await asked(new GetBlockCommand(GetBlock), blockOf) }
  if (GetRevision !== undefined)
    return { GetRevision: await asked(new GetRevisionCommand(GetRevision), decodeRevision) }
  if (ListLedgers !== undefined) return { ListLedgers: await asked(new ListLedgersCommand(ListLedgers), decodeLedgers) }
  throw new LedgerError('request/invalid', 'a request without an operation')
}

/** With what a server of ours says of an import's marks. */
function digestOf(text: string, headers: Headers): NonNullable<ControlResponse['GetDigest']> {
  return withMarks(decodeDigest(text), decodeMarks(headers[marksHeader]))
}

function blockOf(text: string, headers: Headers): NonNullable<ControlResponse['GetBlock']> {
  return withMarks(decodeBlock(text), decodePositions(headers[marksHeader]))
}

function withMarks<Answer extends object, Marks>(answer: Answer, marks: Marks | undefined): Answer {
  return marks === undefined ? answer : { ...answer, ImportMarks: marks }
}

/** An answer of the control plane that is an error says in words what was wrong with the request. */
function refusal(error: WireError | LedgerError): LedgerError {
  if (error instanceof LedgerError) return error
  return new LedgerError('endpoint/refused', error.message, { cause: error })
}
