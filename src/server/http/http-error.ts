/** An answer other than success that is not one of the session protocol's own (protocol/message.ts WireError). */
export class HttpError extends Error {
  readonly status: number
  readonly errorName: string
  /** More members of the answer's body, as the model of the exception has them. */
  readonly members: Readonly<Record<string, string>>

  constructor(status: number, errorName: string, message: string, members: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.errorName = errorName
    this.members = members
  }
}

/**
 * The error as headers and body. The name stands in the header for REST JSON and in `__type` for AWS JSON 1.0; sending
 * both lets every SDK find it.
 */
export function encodeHttpError(error: HttpError): {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
} {
  const body = { __type: error.errorName, Message: error.message, ...error.members }
  return { status: error.status, headers: { 'x-amzn-errortype': error.errorName }, body: JSON.stringify(body) }
}
