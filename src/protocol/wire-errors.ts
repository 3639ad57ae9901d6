import { deadSessionPattern } from '../base/session-errors.ts'
import { WireError, type WireErrorName } from './message.ts'

/**
 * Errors as HTTP carries them. QLDB itself sent `__type`, `Message` and `Code` in the body; current SDKs take a
 * body member `Code` for the error's name unless the header `x-amzn-errortype` is there, so the header is sent too
 * (AWS JSON 1.0 protocol, "Operation error serialization").
 */
export interface WireErrorResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Name → HTTP status. The modelled exceptions are the client's (400), the other two the service's. */
const statuses: Readonly<Record<WireErrorName, number>> = {
  BadRequestException: 400,
  InvalidSessionException: 400,
  OccConflictException: 400,
  RateExceededException: 400,
  LimitExceededException: 400,
  CapacityExceededException: 400,
  InternalFailure: 500,
  ServiceUnavailable: 503,
}

export function encodeWireError(error: WireError): WireErrorResponse {
  const body = {
    __type: `com.amazonaws.qldb.session#${error.name}`,
    Message: error.message,
    ...(error.code === undefined ? {} : { Code: error.code }),
  }
  return {
    status: statuses[error.name],
    headers: { 'x-amzn-errortype': error.name },
    body: JSON.stringify(body),
  }
}

/** What an error answer says of itself. */
export interface ToldError {
  readonly name: string | undefined
  readonly message: string | undefined
  readonly code: string | undefined
}

/** Reads the header `x-amzn-errortype` (undefined when absent) and the body of an error answer; undefined: it is no such. */
export function readErrorAnswer(errorType: string | undefined, body: string): ToldError | undefined {
  const members = parseMembers(body)
  if (members === undefined) return undefined
  const text = (name: string) => {
    const found = Object.keys(members).find((key) => key.toLowerCase() === name)
    const value = found === undefined ? undefined : members[found]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return { name: errorType ?? text('__type'), message: text('message'), code: text('code') }
}

/**
 * The WireError for what an endpoint or an SDK calls an error: a name with or without name space (`ns#Name:url`).
 *
 * A name that is a number is QLDB's `Code`, which SDKs take for the name when the header is missing; the text then
 * tells whether the session or the statement is at fault. Unknown names go by the status, and so does a name that says the
 * client was at fault where the status says that the service was: it may have done what it was asked.
 */
export function wireErrorOf(
  rawName: string,
  message: string,
  status: number,
  code?: string,
  requestId?: string,
): WireError {
  const name = bareName(rawName)
  if (Object.hasOwn(statuses, name) && (status < 500 || statuses[name as WireErrorName] >= 500)) {
    return new WireError(name as WireErrorName, message, code, requestId)
  }
  if (/^\d+$/.test(name) && status < 500) {
    const dead = deadSessionPattern.test(message)
    return new WireError(dead ? 'InvalidSessionException' : 'BadRequestException', message, code ?? name, requestId)
  }
  if (/Throttl|TooManyRequests/.test(name) || status === 429) {
    return new WireError('RateExceededException', message, code, requestId)
  }
  if (status === 503) return new WireError('ServiceUnavailable', message, code, requestId)
  if (status >= 500) return new WireError('InternalFailure', message, code, requestId)
  return new WireError('BadRequestException', message, code, requestId)
}

function bareName(raw: string): string {
  const beforeUrl = raw.split(':')[0] as string
  return beforeUrl.slice(beforeUrl.lastIndexOf('#') + 1).trim()
}

function parseMembers(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    return isObject ? (parsed as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
