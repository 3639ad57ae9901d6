import {
  GetBlockCommand,
  GetDigestCommand,
  GetRevisionCommand,
  ListLedgersCommand,
  QLDBClient,
} from '@aws-sdk/client-qldb'
import { LedgerError } from '../base/errors.ts'
import type { ControlRequest, ControlResponse } from '../protocol/control-message.ts'
import { decodeMarks, decodePositions, marksHeader } from '../protocol/marks-header.ts'
import type { WireError } from '../protocol/message.ts'
import { boundAnswers } from './bounded-answers.ts'
import { answerLimits, failureOf, type SdkTransportOptions, sdkConfiguration } from './sdk-transport.ts'
import { readingHeader } from './sdk-headers.ts'
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
        return await ask(client, request, signal === undefined ? {} : { abortSignal: signal })
      } catch (error) {
        if (signal?.aborted === true) throw new LedgerError('cancelled/by-user', 'the request was given up')
        throw refusal(failureOf(error, description))
      }
    },
    close: () => client?.destroy(),
  }
}

async function ask(
  client: QLDBClient,
  { GetDigest, GetBlock, GetRevision, ListLedgers }: ControlRequest,
  options: SendingOptions,
): Promise<ControlResponse> {
  if (GetDigest !== undefined)
    return { GetDigest: await askForDigest(client, new GetDigestCommand(GetDigest), options) }
  if (GetBlock !== undefined) return { GetBlock: await askForBlock(client, new GetBlockCommand(GetBlock), options) }
  if (GetRevision !== undefined)
    return { GetRevision: present(await client.send(new GetRevisionCommand(GetRevision), options)) }
  if (ListLedgers !== undefined)
    return { ListLedgers: present(await client.send(new ListLedgersCommand(ListLedgers), options)) }
  throw new LedgerError('request/invalid', 'a request without an operation')
}

/** With what a server of ours says of an import's marks. */
async function askForDigest(
  client: QLDBClient,
  command: GetDigestCommand,
  options: SendingOptions,
): Promise<NonNullable<ControlResponse['GetDigest']>> {
  const { middleware, header } = marksReader()
  command.middlewareStack.add(middleware, readMarks)
  const answer: NonNullable<ControlResponse['GetDigest']> = present(await client.send(command, options))
  return withMarks(answer, decodeMarks(header()))
}

async function askForBlock(
  client: QLDBClient,
  command: GetBlockCommand,
  options: SendingOptions,
): Promise<NonNullable<ControlResponse['GetBlock']>> {
  const { middleware, header } = marksReader()
  command.middlewareStack.add(middleware, readMarks)
  const answer: NonNullable<ControlResponse['GetBlock']> = present(await client.send(command, options))
  return withMarks(answer, decodePositions(header()))
}

function withMarks<Answer extends object, Marks>(answer: Answer, marks: Marks | undefined): Answer {
  return marks === undefined ? answer : { ...answer, ImportMarks: marks }
}

interface SendingOptions {
  readonly abortSignal?: AbortSignal
}

/** What to add to a command, and the header of its answer, once that is there. */
function marksReader(): { readonly middleware: ReturnType<typeof readingHeader>; header(): string | undefined } {
  let header: string | undefined
  const take = (found: string | undefined) => {
    header = found
  }
  return { middleware: readingHeader(marksHeader, take), header: () => header }
}

const readMarks = { step: 'build', name: 'readMarks' } as const

/** The SDK types every member of an answer as perhaps absent; journal-client.ts checks those it needs. */
function present<Answer>(answer: unknown): Answer {
  return answer as Answer
}

/** An answer of the control plane that is an error says in words what was wrong with the request. */
function refusal(error: WireError | LedgerError): LedgerError {
  if (error instanceof LedgerError) return error
  return new LedgerError('endpoint/refused', error.message, { cause: error })
}
