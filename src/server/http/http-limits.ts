import {
  addressConnectionsMax,
  connectionRequestsMax,
  controlBodyBytesMax,
  httpAnswerMsMax,
  httpBodyBytesMax,
  httpConnectionsMax,
  httpHeaderBytesMax,
  httpHeldBytesMax,
  httpIdleMsMax,
  httpRequestMsMax,
  turnBytesMin,
} from '../../base/limits.ts'

/** What a listener lets its clients do; base/limits.ts explains each. */
export interface HttpLimits {
  readonly headerBytesMax: number
  readonly bodyBytesMax: number
  readonly controlBodyBytesMax: number
  readonly heldBytesMax: number
  readonly turnBytesMin: number
  readonly connectionsMax: number
  readonly addressConnectionsMax: number
  readonly connectionRequestsMax: number
  readonly requestMsMax: number
  readonly answerMsMax: number
  readonly idleMsMax: number
}

export const defaultHttpLimits: HttpLimits = {
  headerBytesMax: httpHeaderBytesMax,
  bodyBytesMax: httpBodyBytesMax,
  controlBodyBytesMax,
  heldBytesMax: httpHeldBytesMax,
  turnBytesMin,
  connectionsMax: httpConnectionsMax,
  addressConnectionsMax,
  connectionRequestsMax,
  requestMsMax: httpRequestMsMax,
  answerMsMax: httpAnswerMsMax,
  idleMsMax: httpIdleMsMax,
}
