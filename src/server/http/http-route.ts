import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../../base/loopback.ts'
import { noticeHeader } from '../../protocol/notice-header.ts'
import { type ControlCall, findCall } from '../control-plane/control-plane-request.ts'
import { HttpError } from './http-error.ts'
import { decode, queryPairs } from './sigv4.ts'

export type Route =
  | { readonly kind: 'session'; readonly takesNotices: boolean }
  | { readonly kind: 'control'; readonly call: ControlCall }
  | { readonly kind: 'health' }
  | { readonly kind: 'metrics' }

const sendCommandTarget = 'QLDBSession.SendCommand'
const sessionContentType = 'application/x-amz-json-1.0'

/** What a request asks for. Throws HttpError for what is not there. */
export function routeOf(request: IncomingMessage): Route {
  const method = request.method ?? ''
  const target = request.url ?? ''
  const path = target.split('?', 1)[0] as string
  const amazonTarget = request.headers['x-amz-target']
  if (path === '/' && (method === 'POST' || amazonTarget !== undefined)) return sessionRoute(request, method)
  if (method === 'GET' && path === '/health') return { kind: 'health' }
  if (method === 'GET' && path === '/metrics') return { kind: 'metrics' }
  const call = path.startsWith('/') ? findCall(method, path.slice(1).split('/').map(decode)) : undefined
  if (call === undefined) throw new HttpError(404, 'UnknownOperationException', `There is no ${method} of this address`)
  return { kind: 'control', call: { ...call, query: queryPairs(target) } }
}

/** Whether a request, of which only the head is known, may be for the session service. */
export function isForSession(request: IncomingMessage): boolean {
  return request.headers['x-amz-target'] !== undefined || (request.url ?? '').split('?', 1)[0] === '/'
}

/** The target and content type are asked for exactly: a page in a browser can send neither without being let. */
function sessionRoute(request: IncomingMessage, method: string): Route {
  const target = request.headers['x-amz-target']
  if (method !== 'POST' || target !== sendCommandTarget) {
    const message = `The operation is not known: POST with x-amz-target '${sendCommandTarget}' is needed`
    throw new HttpError(400, 'UnknownOperationException', message)
  }
  const contentType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (contentType !== sessionContentType) {
    throw new HttpError(400, 'SerializationException', `The content type has to be '${sessionContentType}'`)
  }
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') {
    const message = `The content encoding '${encoding}' is not supported: send the body as it is`
    throw new HttpError(415, 'SerializationException', message)
  }
  return { kind: 'session', takesNotices: request.headers[noticeHeader] === '1' }
}

/** Throws HttpError for what node's parser accepts and no server may: two hosts, and unsupported transfer codings. */
export function checkForm({ headers, rawHeaders }: IncomingMessage): void {
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked') {
    throw new HttpError(501, 'SerializationException', `The transfer coding '${coding}' is not supported: send chunks`)
  }
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    if (name.length === hostHeader.length && name.toLowerCase() === hostHeader) hosts += 1
  }
  if (hosts > 1) throw new HttpError(400, 'SerializationException', "The header 'Host' comes more than once")
}

const hostHeader = 'host'

/**
 * `POST http://host/path` asks for `/path` of that host, whatever the header 'Host' says (RFC 9112, section 3.2.2). A
 * signature is over the header as it came.
 */
export function takeAbsoluteForm(request: IncomingMessage): void {
  const match = /^https?:\/\/([^/?#]*)(.*)$/is.exec(request.url ?? '')
  if (match === null) return
  const [, authority = '', rest = ''] = match
  request.url = rest.startsWith('/') ? rest : `/${rest}`
  request.headers.host = authority.slice(authority.lastIndexOf('@') + 1)
}

/**
 * For a server without keys, which everyone on this machine may use: refuses what a web page could make a browser send,
 * whether across origins or by a name that leads to this machine. Throws HttpError.
 */
export function checkLocalClient(request: IncomingMessage): void {
  const site = request.headers['sec-fetch-site']
  // `none`: typed into the address bar, or a bookmark.
  if (request.headers.origin !== undefined || (site !== undefined && site !== 'none')) {
    throw new HttpError(403, 'AccessDeniedException', 'Requests of web pages are refused')
  }
  const header = request.headers.host ?? ''
  if (header === lastLocalHost) return
  const host = hostOf(header)
  if (isLoopback(host)) {
    lastLocalHost = header
    return
  }
  throw new HttpError(403, 'AccessDeniedException', `The header 'Host' has to name this machine, not '${host}'`)
}

/** The header that was last seen to name this machine: nearly all requests have the same. */
let lastLocalHost: string | undefined

function hostOf(header: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header)
  return match?.[1] ?? match?.[2] ?? header
}
