import type { Notice } from '../base/notice.ts'
import type { Value } from '../values/value.ts'

/**
 * The messages of `qldb-session` SendCommand, member by member as in Amazon's model
 * (botocore data/qldb-session/2019-07-11/service-2.json). Blobs are bytes here; the codec makes them base64.
 */
export interface SendCommandRequest {
  readonly SessionToken?: string
  readonly StartSession?: { readonly LedgerName: string }
  readonly StartTransaction?: Record<string, never>
  readonly EndSession?: Record<string, never>
  readonly CommitTransaction?: { readonly TransactionId: string; readonly CommitDigest: Uint8Array }
  readonly AbortTransaction?: Record<string, never>
  readonly ExecuteStatement?: {
    readonly TransactionId: string
    readonly Statement: string
    readonly Parameters?: readonly ValueHolder[]
  }
  readonly FetchPage?: { readonly TransactionId: string; readonly NextPageToken: string }
}

export interface SendCommandResponse {
  readonly StartSession?: { readonly SessionToken: string; readonly TimingInformation?: TimingInformation }
  readonly StartTransaction?: { readonly TransactionId: string; readonly TimingInformation?: TimingInformation }
  readonly EndSession?: { readonly TimingInformation?: TimingInformation }
  readonly CommitTransaction?: {
    readonly TransactionId: string
    readonly CommitDigest: Uint8Array
    readonly TimingInformation?: TimingInformation
    readonly ConsumedIOs?: IoUsage
  }
  readonly AbortTransaction?: { readonly TimingInformation?: TimingInformation }
  readonly ExecuteStatement?: {
    readonly FirstPage: Page
    readonly TimingInformation?: TimingInformation
    readonly ConsumedIOs?: IoUsage
  }
  readonly FetchPage?: {
    readonly Page: Page
    readonly TimingInformation?: TimingInformation
    readonly ConsumedIOs?: IoUsage
  }
}

/** One Ion value: a complete binary stream with its version marker, or Ion text. Results always come as binary. */
export interface ValueHolder {
  readonly IonBinary?: Uint8Array
  readonly IonText?: string
  /** The value itself, and nothing else: only between two ends in one thread, and only to one that asked for it. */
  readonly value?: Value
}
export interface Page {
  readonly Values: readonly ValueHolder[]
  /** Absent on the last page. */
  readonly NextPageToken?: string
  /**
   * Not of Amazon's: on the last page, for a client that asked. Never in the JSON of a page; over HTTP they travel in a
   * header (protocol/notice-header.ts).
   */
  readonly Notices?: readonly Notice[]
}
export interface TimingInformation {
  readonly ProcessingTimeMilliseconds: number
}
export interface IoUsage {
  readonly ReadIOs: number
  readonly WriteIOs: number
}

/** The six modelled exceptions and the two for faults of the service. */
export type WireErrorName =
  | 'BadRequestException'
  | 'InvalidSessionException'
  | 'OccConflictException'
  | 'RateExceededException'
  | 'LimitExceededException'
  | 'CapacityExceededException'
  | 'InternalFailure'
  | 'ServiceUnavailable'

/** What an endpoint answers instead of a response. */
export class WireError extends Error {
  override readonly name: WireErrorName
  /** Code member of BadRequestException and InvalidSessionException: '412' table exists, '432' semantic error. */
  readonly code: string | undefined
  readonly requestId: string | undefined

  /** `options.cause`: the LedgerError it was made from, where both ends are one program. Never on a network. */
  constructor(name: WireErrorName, message: string, code?: string, requestId?: string, options?: ErrorOptions) {
    super(message, options)
    this.name = name
    this.code = code
    this.requestId = requestId
  }
}

/** Tells that an answer is not wanted any more. An AbortSignal is one. */
export interface StopSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** One request, one answer. Rejects with WireError for an answer that is an error. */
export type SendCommand = (request: SendCommandRequest) => Promise<SendCommandResponse>

/** The members of a request that are commands; exactly one is present. */
export const commandNames = [
  'StartSession',
  'StartTransaction',
  'EndSession',
  'CommitTransaction',
  'AbortTransaction',
  'ExecuteStatement',
  'FetchPage',
] as const

export type CommandName = (typeof commandNames)[number]
