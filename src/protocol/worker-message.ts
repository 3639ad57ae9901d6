import { joinBytes } from '../base/bytes.ts'
import { type ErrorCode, LedgerError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import type { ControlRequest, ControlResponse } from './control-message.ts'
import { internalFaultText } from './error-texts.ts'
import {
  type Page,
  type SendCommandRequest,
  type SendCommandResponse,
  type ValueHolder,
  WireError,
  type WireErrorName,
} from './message.ts'
import type { SealedParameters } from './sealed-parameters.ts'
import type { TransactionStart } from './transaction-start.ts'

/**
 * SendCommand between two threads. Requests and answers are cloned as they are, but for the values of a page: a clone
 * of a small view copies all the memory behind it, so a page's values travel as one block of bytes that is handed over.
 */
export type ToEngine =
  | {
      readonly kind: 'request'
      readonly id: number
      readonly request: SendCommandRequest
      readonly start?: TransactionStart
      readonly takesNotices?: boolean
      /** Those of the request, in its place. */
      readonly sealed?: SealedParameters
    }
  | { readonly kind: 'control'; readonly id: number; readonly request: ControlRequest }
  /** The newest block that the transaction of a session reads. */
  | { readonly kind: 'tip'; readonly id: number; readonly token: string }
  | { readonly kind: 'close' }

export type FromEngine =
  | { readonly kind: 'answer'; readonly id: number; readonly response: SendCommandResponse; readonly values?: Packed }
  /** Of a large page: the body as encodeResponse makes it; the response has an empty page. */
  | { readonly kind: 'encoded'; readonly id: number; readonly response: SendCommandResponse; readonly body: Uint8Array }
  | { readonly kind: 'control-answer'; readonly id: number; readonly response: ControlResponse }
  | { readonly kind: 'tip-answer'; readonly id: number; readonly tip: number | undefined }
  | { readonly kind: 'failure'; readonly id: number; readonly error: ClonedError }
  | { readonly kind: 'closed' }

/** The values of a page one after the other, with the length of each in bytes. */
export interface Packed {
  readonly bytes: Uint8Array
  readonly lengths: readonly number[]
}

/**
 * The memory that both threads see, as 32-bit integers: it is the only way to reach an engine that is at work.
 * [cancelSlot]: the id of the request to cancel; ids begin with 1.
 * [readIosSlot]: the read IOs of the running statement so far.
 * [runningSlot]: the id of the request that is being worked on; 0 when none is, or when it waits for the disk.
 */
export const sharedWords = 3
export const cancelSlot = 0
export const readIosSlot = 1
export const runningSlot = 2

/** The largest request id; then they begin with 1 again. */
export const requestIdMax = 0x7fff_ffff

export function createSharedWords(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(sharedWords * Int32Array.BYTES_PER_ELEMENT))
}

/** A start whose requests have their parameters in memory of their own. */
export function detachStart(start: TransactionStart): TransactionStart {
  if (start.earlier === undefined) return start
  const commands = start.earlier.commands.map((command) => ({ ...command, request: detachRequest(command.request) }))
  return { ...start, earlier: { ...start.earlier, commands } }
}

/** The request with every parameter copied into its own memory. */
export function detachRequest(request: SendCommandRequest): SendCommandRequest {
  const command = request.ExecuteStatement
  if (command?.Parameters === undefined) return request
  const parameters = command.Parameters.map((holder) =>
    holder.IonBinary === undefined ? holder : { ...holder, IonBinary: new Uint8Array(holder.IonBinary) },
  )
  return { ...request, ExecuteStatement: { ...command, Parameters: parameters } }
}

/** Takes the values out of a response's page. Undefined when it has no page. */
export function packValues(
  response: SendCommandResponse,
): { readonly response: SendCommandResponse; readonly values: Packed } | undefined {
  const page = response.ExecuteStatement?.FirstPage ?? response.FetchPage?.Page
  if (page === undefined) return undefined
  const values = packed(page.Values.map((holder) => holder.IonBinary ?? new Uint8Array()))
  return { response: withValues(response, page, []), values }
}

/** Puts the values back; they are views into the packed bytes. */
export function unpackValues(response: SendCommandResponse, values: Packed): SendCommandResponse {
  const page = response.ExecuteStatement?.FirstPage ?? response.FetchPage?.Page
  if (page === undefined) return response
  return withValues(
    response,
    page,
    unpacked(values).map((bytes) => ({ IonBinary: bytes })),
  )
}

function packed(parts: readonly Uint8Array[]): Packed {
  return { bytes: joinBytes(parts), lengths: parts.map((part) => part.length) }
}

function unpacked({ bytes, lengths }: Packed): Uint8Array[] {
  let end = 0
  return lengths.map((length) => {
    end += length
    return bytes.subarray(end - length, end)
  })
}

function withValues(response: SendCommandResponse, page: Page, values: readonly ValueHolder[]): SendCommandResponse {
  const changed = { ...page, Values: values }
  if (response.ExecuteStatement !== undefined) {
    return { ExecuteStatement: { ...response.ExecuteStatement, FirstPage: changed } }
  }
  return response.FetchPage === undefined ? response : { FetchPage: { ...response.FetchPage, Page: changed } }
}

interface ClonedLedgerError {
  readonly code: ErrorCode
  readonly message: string
  readonly span: Span | undefined
  readonly help: string | undefined
  readonly others: readonly ClonedLedgerError[]
}

export type ClonedError =
  | { readonly type: 'ledger'; readonly ledger: ClonedLedgerError }
  | {
      readonly type: 'wire'
      readonly name: WireErrorName
      readonly message: string
      readonly code: string | undefined
      readonly requestId: string | undefined
      readonly ledger: ClonedLedgerError | undefined
    }

/** Errors lose their class and their members in a clone, so they are taken apart. Anything unknown is our fault. */
export function cloneError(error: unknown): ClonedError {
  if (error instanceof LedgerError) return { type: 'ledger', ledger: cloneLedgerError(error) }
  const wire = error instanceof WireError ? error : new WireError('InternalFailure', internalFaultText)
  const ledger = wire.cause instanceof LedgerError ? cloneLedgerError(wire.cause) : undefined
  const { name, message, code, requestId } = wire
  return { type: 'wire', name, message, code, requestId, ledger }
}

export function reviveError(cloned: ClonedError): LedgerError | WireError {
  if (cloned.type === 'ledger') return reviveLedgerError(cloned.ledger)
  const cause = cloned.ledger === undefined ? {} : { cause: reviveLedgerError(cloned.ledger) }
  return new WireError(cloned.name, cloned.message, cloned.code, cloned.requestId, cause)
}

function cloneLedgerError({ code, message, span, help, others }: LedgerError): ClonedLedgerError {
  return { code, message, span, help, others: others.map(cloneLedgerError) }
}

function reviveLedgerError({ code, message, span, help, others }: ClonedLedgerError): LedgerError {
  return new LedgerError(code, message, {
    others: others.map(reviveLedgerError),
    ...(span === undefined ? {} : { span }),
    ...(help === undefined ? {} : { help }),
  })
}
