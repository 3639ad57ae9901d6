import { toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { requestMembersMax, statementCharactersMaxWide, statementParametersMax } from '../base/limits.ts'
import { type JsonLimits, jsonProblem } from './json-shape.ts'
import { MemberReader, parseUnique, type Refuse } from './member-reader.ts'
import {
  type IoUsage,
  type Page,
  type SendCommandRequest,
  type SendCommandResponse,
  type TimingInformation,
  type ValueHolder,
  WireError,
} from './message.ts'

/**
 * SendCommand messages as AWS JSON 1.0 text. Blobs are base64 with padding; a member that is null counts as absent;
 * members nobody knows are ignored, as every AWS JSON service does.
 */

/** The body of `POST /` with `x-amz-target: QLDBSession.SendCommand`. */
export function encodeRequest(request: SendCommandRequest): string {
  return JSON.stringify(request, blobsToBase64)
}

/** The values of a page come as bytes, not as `value`. */
export function encodeResponse(response: SendCommandResponse): string {
  const { ExecuteStatement, FetchPage, CommitTransaction } = response
  if (ExecuteStatement !== undefined) {
    return JSON.stringify({
      ExecuteStatement: { ...ExecuteStatement, FirstPage: textPage(ExecuteStatement.FirstPage) },
    })
  }
  if (FetchPage !== undefined) return JSON.stringify({ FetchPage: { ...FetchPage, Page: textPage(FetchPage.Page) } })
  if (CommitTransaction !== undefined) {
    const CommitDigest = toBase64(CommitTransaction.CommitDigest)
    return JSON.stringify({ CommitTransaction: { ...CommitTransaction, CommitDigest } })
  }
  return JSON.stringify(response)
}

function textPage({ Values, NextPageToken }: Page): object {
  const holders = Values.map(({ IonBinary, IonText }) =>
    IonBinary === undefined ? { IonText } : { IonBinary: toBase64(IonBinary) },
  )
  return NextPageToken === undefined ? { Values: holders } : { Values: holders, NextPageToken }
}

/** JSON.stringify calls a Buffer's toJSON before the replacer, so the value is taken from its holder. */
function blobsToBase64(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const held = this[key]
  return held instanceof Uint8Array ? toBase64(held) : value
}

/** What a request may hold. */
export interface RequestLimits {
  /** Members and items of its JSON, in all. */
  readonly members: number
  readonly parameters: number
  /** Of a statement; a shorter one may still be too long for its ledger. */
  readonly statementCharacters: number
}

export const defaultRequestLimits: RequestLimits = {
  members: requestMembersMax,
  parameters: statementParametersMax,
  statementCharacters: statementCharactersMaxWide,
}

/** What the JSON of a request may hold, whatever it asks for. */
export function shapeLimits({ members, statementCharacters }: RequestLimits): JsonLimits {
  const textCharacters = Math.max(statementCharacters, memberCharactersMin)
  return { members, quota: 'request-members', textCharacters }
}

/** Session tokens and the like stay below that. */
const memberCharactersMin = 4096

function checkStatement({ length }: string, { statementCharacters }: RequestLimits): void {
  if (length <= statementCharacters) return
  throw refuseRequest(
    `the statement has ${length} characters, at most ${statementCharacters} are allowed (--quota statement-characters)`,
  )
}

/** Throws WireError BadRequestException for text that is no request: not JSON, wrong types, not exactly one command. */
export function decodeRequest(text: string, limits: RequestLimits = defaultRequestLimits): SendCommandRequest {
  const body = new MemberReader(parseJson(text, refuseRequest, limits), '', refuseRequest)
  const token = body.text('SessionToken')
  const session = token === undefined ? {} : { SessionToken: token }
  const command = body.onlyCommand((found) => `exactly one command is needed, found ${found}`)
  const member = body.struct(command)
  switch (command) {
    case 'StartSession':
      return { ...session, StartSession: { LedgerName: member.needText('LedgerName') } }
    case 'StartTransaction':
    case 'EndSession':
    case 'AbortTransaction':
      return { ...session, [command]: {} }
    case 'CommitTransaction':
      return {
        ...session,
        CommitTransaction: {
          TransactionId: member.needText('TransactionId'),
          CommitDigest: member.needBlob('CommitDigest'),
        },
      }
    case 'ExecuteStatement': {
      const parameters = member.list('Parameters', limits.parameters, 'statement-parameters')
      const statement = member.needText('Statement')
      checkStatement(statement, limits)
      return {
        ...session,
        ExecuteStatement: {
          TransactionId: member.needText('TransactionId'),
          Statement: statement,
          ...(parameters === undefined ? {} : { Parameters: parameters.map(readHolder) }),
        },
      }
    }
    case 'FetchPage':
      return {
        ...session,
        FetchPage: {
          TransactionId: member.needText('TransactionId'),
          NextPageToken: member.needText('NextPageToken'),
        },
      }
    default:
      return command satisfies never
  }
}

/** Throws LedgerError 'endpoint/malformed-answer' for text that is no response. */
export function decodeResponse(text: string): SendCommandResponse {
  const body = new MemberReader(parseJson(text, refuseResponse), '', refuseResponse)
  const command = body.onlyCommand((found) => `exactly one result is expected, found ${found}`)
  const member = body.struct(command)
  const timing = readTiming(member)
  switch (command) {
    case 'StartSession':
      return { StartSession: { SessionToken: member.needText('SessionToken'), ...timing } }
    case 'StartTransaction':
      return { StartTransaction: { TransactionId: member.needText('TransactionId'), ...timing } }
    case 'EndSession':
      return { EndSession: { ...timing } }
    case 'AbortTransaction':
      return { AbortTransaction: { ...timing } }
    case 'CommitTransaction':
      return {
        CommitTransaction: {
          TransactionId: member.needText('TransactionId'),
          CommitDigest: member.needBlob('CommitDigest'),
          ...timing,
          ...readUsage(member),
        },
      }
    case 'ExecuteStatement':
      return { ExecuteStatement: { FirstPage: readPage(member.struct('FirstPage')), ...timing, ...readUsage(member) } }
    case 'FetchPage':
      return { FetchPage: { Page: readPage(member.struct('Page')), ...timing, ...readUsage(member) } }
    default:
      return command satisfies never
  }
}

function readPage(page: MemberReader): Page {
  const token = page.text('NextPageToken')
  if (token === '') throw page.refuse("has an empty 'NextPageToken'")
  const values = (page.list('Values') ?? []).map(readOneForm)
  return token === undefined ? { Values: values } : { Values: values, NextPageToken: token }
}

/** Throws if both forms are given: it would be unclear which one counts. */
function readOneForm(holder: MemberReader): ValueHolder {
  if (holder.has('IonBinary') === holder.has('IonText')) throw holder.refuse('needs either IonBinary or IonText')
  return readHolder(holder)
}

function readHolder(holder: MemberReader): ValueHolder {
  const binary = holder.blob('IonBinary')
  const text = holder.text('IonText')
  return {
    ...(binary === undefined ? {} : { IonBinary: binary }),
    ...(text === undefined ? {} : { IonText: text }),
  }
}

function readTiming(member: MemberReader): { TimingInformation?: TimingInformation } {
  if (!member.has('TimingInformation')) return {}
  const ms = member.struct('TimingInformation').count('ProcessingTimeMilliseconds') ?? 0
  return { TimingInformation: { ProcessingTimeMilliseconds: ms } }
}

function readUsage(member: MemberReader): { ConsumedIOs?: IoUsage } {
  if (!member.has('ConsumedIOs')) return {}
  const usage = member.struct('ConsumedIOs')
  return { ConsumedIOs: { ReadIOs: usage.count('ReadIOs') ?? 0, WriteIOs: usage.count('WriteIOs') ?? 0 } }
}

export function refuseRequest(problem: string): WireError {
  return new WireError('BadRequestException', `The request is not valid: ${problem}`)
}

function refuseResponse(problem: string): LedgerError {
  return new LedgerError('endpoint/malformed-answer', `the endpoint's answer is not a SendCommand result: ${problem}`)
}

function parseJson(text: string, refuse: Refuse, limits?: RequestLimits): unknown {
  const problem = jsonProblem(text, limits === undefined ? {} : shapeLimits(limits))
  if (problem !== undefined) throw refuse(problem)
  return parseUnique(text, refuse)
}
