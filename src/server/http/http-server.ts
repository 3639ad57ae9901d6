import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Env } from '../../base/env.ts'
import { LedgerError } from '../../base/errors.ts'
import { newRequestId } from '../../base/ids.ts'
import { homeBodyBytesMax } from '../../base/limits.ts'
import { isLoopback } from '../../base/loopback.ts'
import {
  decodeRequest,
  defaultRequestLimits,
  encodeResponse,
  refuseRequest,
  type RequestLimits,
  shapeLimits,
} from '../../protocol/codec.ts'
import { encodedAnswer } from '../../protocol/encoded-answer.ts'
import { JsonShape } from '../../protocol/json-shape.ts'
import { commandNames, type SendCommandRequest, WireError } from '../../protocol/message.ts'
import { encodeErrorFacts, errorHeader } from '../../protocol/error-header.ts'
import { encodeWireError } from '../../protocol/wire-errors.ts'
import type { ControlPlane } from '../control-plane/control-plane.ts'
import { toWireError, withoutPaths } from '../error-text.ts'
import { Departure, Departures } from '../departures.ts'
import { type Answer, controlHeaders, headersOf, healthAnswer, json10, metricsAnswer } from './http-answer.ts'
import { HeldBytes } from './held-bytes.ts'
import { type Body, readBody, wholeOf } from './http-body.ts'
import { encodeHttpError, HttpError } from './http-error.ts'
import { defaultHttpLimits, type HttpLimits } from './http-limits.ts'
import { checkForm, checkLocalClient, isForSession, type Route, routeOf, takeAbsoluteForm } from './http-route.ts'
import type { ServiceMetrics } from './metrics-service.ts'
import type { SessionRouter } from '../session-router.ts'
import { type AccessKeys, SignatureCheck } from './sigv4.ts'
import { SocketTurns } from './socket-turns.ts'

export interface HttpServiceOptions {
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  readonly router: SessionRouter
  readonly control: ControlPlane
  readonly metrics: ServiceMetrics
  readonly env: Env
  /** Every request has to be signed with one of them; undefined: none is checked, and only this machine is served. */
  readonly keys?: AccessKeys | undefined
  /** Parses large bodies elsewhere; the blocks are handed over. Undefined: all are parsed in this thread. */
  readonly decodeLarge?: ((blocks: readonly Uint8Array[]) => Promise<SendCommandRequest>) | undefined
  readonly requestLimits?: RequestLimits
  /** PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined
  readonly limits?: Partial<HttpLimits>
  readonly onAccess?: (entry: AccessEntry) => void
  /** Called with every bug that the client only sees as InternalFailure. */
  readonly onFault?: (error: unknown, requestId: string) => void
}

/** One answered request, for the access log. Holds no statement, no token, no query and no signature. */
export interface AccessEntry {
  readonly timeMs: number
  readonly requestId: string
  readonly remote: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** `ExecuteStatement`, `CreateLedger` …, or `-`. */
  readonly operation: string
  readonly accessKeyId: string | undefined
  /** 0: the client was gone before the answer. */
  readonly status: number
  readonly error: string | undefined
  readonly bytesIn: number
  readonly bytesOut: number
  readonly ms: number
}

export interface HttpService {
  /** `http://127.0.0.1:8182`. */
  readonly url: string
  readonly port: number
  /** From now on `/health` tells that the server is about to stop. Requests are answered as before. */
  drain(): void
  /** Closes all connections. */
  close(): Promise<void>
}

/**
 * Listens. Rejects with LedgerError 'usage/invalid-argument' for a host beyond this machine without keys, and
 * 'endpoint/unreachable' when the address can't be listened on.
 */
export async function listenHttpService(options: HttpServiceOptions): Promise<HttpService> {
  if (options.keys === undefined && !isLoopback(options.host)) {
    throw new LedgerError(
      'usage/invalid-argument',
      `listening on '${options.host}' would serve other machines without checking who asks`,
      { help: 'configure access keys, or listen on 127.0.0.1' },
    )
  }
  const service = new Service(options)
  await service.listen()
  return service
}

interface Exchange {
  readonly requestId: string
  readonly startMs: number
  /** The client's address, or its network. */
  readonly from: string
  operation: string
  accessKeyId: string | undefined
  bytesIn: number
  /** Whether the client asked for them: protocol/error-header.ts. */
  readonly takesErrorFacts: boolean
}

class Service implements HttpService {
  readonly #options: HttpServiceOptions
  readonly #limits: HttpLimits
  readonly #server: Server
  readonly #signatures: SignatureCheck | undefined
  readonly #held: HeldBytes
  readonly #turns: SocketTurns
  readonly #departures = new Departures()
  #isDraining = false
  #isClosed = false

  constructor(options: HttpServiceOptions) {
    this.#options = options
    this.#limits = { ...defaultHttpLimits, ...options.limits }
    this.#held = new HeldBytes(this.#limits.heldBytesMax)
    this.#signatures =
      options.keys === undefined ? undefined : new SignatureCheck(options.keys, () => options.env.nowMs())
    this.#turns = new SocketTurns(() => options.env.monotonicMs())
    this.#server = this.#createServer()
    options.metrics.watchConnections(
      () => this.#connections,
      () => this.#held.held,
    )
  }

  #connections = 0
  /** Connections by address. */
  readonly #addresses = new Map<string, number>()

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    const { host, tls } = this.#options
    return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${this.port}`
  }

  listen(): Promise<void> {
    const { host, port } = this.#options
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const reason = error.code ?? error.message
        reject(new LedgerError('endpoint/unreachable', `can't listen on '${host}' port ${port}: ${reason}`))
      })
      this.#server.listen(port, host, () => {
        this.#server.removeAllListeners('error')
        this.#server.on('error', (error) => this.#options.onFault?.(error, '-'))
        resolve()
      })
    })
  }

  drain(): void {
    this.#isDraining = true
  }

  close(): Promise<void> {
    this.#isClosed = true
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  #createServer(): Server {
    const { tls } = this.#options
    const serverOptions: ServerOptions = {
      maxHeaderSize: this.#limits.headerBytesMax,
      requestTimeout: this.#limits.requestMsMax,
      headersTimeout: this.#limits.requestMsMax,
      keepAliveTimeout: this.#limits.idleMsMax,
      connectionsCheckingInterval: Math.min(5_000, this.#limits.requestMsMax),
      keepAlive: true,
      noDelay: true,
    }
    const listener = (request: IncomingMessage, response: ServerResponse) => this.#accept(request, response)
    const server =
      tls === undefined
        ? createServer(serverOptions, listener)
        : createTlsServer({ ...serverOptions, cert: tls.certificate, key: tls.key }, listener)
    server.maxConnections = this.#limits.connectionsMax
    this.#takeTurns(server, tls === undefined ? 'connection' : 'secureConnection')
    return server
  }

  /** Has connections served, and read, in turn. `ready`: the event after which a connection is read. */
  #takeTurns(server: Server, ready: 'connection' | 'secureConnection'): void {
    const serving = server.listeners('connection')
    server.removeAllListeners('connection')
    const spread = (socket: Socket) => this.#turns.spread(socket, this.#limits.turnBytesMin)
    const serve = (socket: Socket) => {
      if (this.#isClosed) socket.destroy()
      if (socket.destroyed) return
      for (const listener of serving) listener.call(server, socket)
      if (ready === 'connection') spread(socket)
    }
    server.on('connection', (socket: Socket) => {
      // It may break off before anyone listens.
      socket.on('error', () => undefined)
      if (this.#admit(socket)) this.#turns.serve(() => serve(socket))
    })
    if (ready === 'secureConnection') server.on(ready, spread)
  }

  /** Counts a connection; one too many of its address is closed at once. Returns whether it is taken. */
  #admit(socket: Socket): boolean {
    const address = shareOf(socket.remoteAddress)
    const count = this.#addresses.get(address) ?? 0
    if (count >= this.#limits.addressConnectionsMax) {
      socket.destroy()
      return false
    }
    this.#connections += 1
    this.#addresses.set(address, count + 1)
    socket.once('close', () => {
      this.#connections -= 1
      const left = (this.#addresses.get(address) ?? 1) - 1
      if (left === 0) this.#addresses.delete(address)
      else this.#addresses.set(address, left)
    })
    return true
  }

  /** Requests without an answer, and those of this turn, by connection. */
  readonly #unanswered = new WeakMap<Socket, number>()

  /**
   * Node hands over all requests that a connection has sent in one turn of the event loop, answered ones too: one too many
   * of them closes it.
   */
  #accept(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    if (socket.destroyed) return
    const count = (this.#unanswered.get(socket) ?? 0) + 1
    if (count > this.#limits.connectionRequestsMax) {
      socket.destroy()
      return
    }
    this.#unanswered.set(socket, count)
    const answered = () => this.#unanswered.set(socket, (this.#unanswered.get(socket) ?? 1) - 1)
    response.once('close', () => setImmediate(answered))
    void this.#serve(request, response)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { env } = this.#options
    const exchange: Exchange = {
      requestId: newRequestId(env),
      startMs: env.monotonicMs(),
      from: shareOf(request.socket.remoteAddress),
      operation: '-',
      accessKeyId: undefined,
      bytesIn: 0,
      takesErrorFacts: request.headers[errorHeader] === '1',
    }
    let answer: Answer
    try {
      answer = await this.#answer(request, response, exchange)
    } catch (error) {
      answer = this.#failure(error, exchange)
    }
    this.#finish(request, response, exchange, answer)
  }

  async #answer(request: IncomingMessage, response: ServerResponse, exchange: Exchange): Promise<Answer> {
    checkForm(request)
    takeAbsoluteForm(request)
    let check: ((bodyHash: string) => string) | undefined
    if (this.#signatures === undefined) checkLocalClient(request)
    else {
      check = this.#signatures.begin({
        method: request.method ?? '',
        target: request.url ?? '',
        headers: request.headersDistinct,
      })
    }
    const { bodyBytesMax, controlBodyBytesMax } = this.#limits
    const bounds = isForSession(request)
      ? { bytesMax: bodyBytesMax, quota: 'request-bytes' }
      : { bytesMax: controlBodyBytesMax, quota: 'control-bytes' }
    const hash = check === undefined ? undefined : createHash('sha256')
    const shape = this.#shapeOf(request)
    const look = (part: Uint8Array) => {
      hash?.update(part)
      const problem = shape?.feed(part)
      if (problem !== undefined) throw refuseRequest(problem)
    }
    const body = await readBody(request, { ...bounds, held: this.#held, look })
    try {
      exchange.bytesIn = body.length
      if (check !== undefined && hash !== undefined) exchange.accessKeyId = check(hash.digest('hex'))
      return await this.#work(routeOf(request), body, response, exchange)
    } finally {
      body.release()
    }
  }

  /** Looks through a body that may be large, as it comes; a small one is parsed soon enough. */
  #shapeOf(request: IncomingMessage): JsonShape | undefined {
    if (!isForSession(request) || Number(request.headers['content-length']) <= homeBodyBytesMax) return undefined
    return new JsonShape(shapeLimits(this.#options.requestLimits ?? defaultRequestLimits))
  }

  async #work(route: Route, body: Body, response: ServerResponse, exchange: Exchange): Promise<Answer> {
    switch (route.kind) {
      case 'session':
        return this.#sendCommand(body, response, exchange, route.takesNotices)
      case 'control': {
        exchange.operation = route.call.operation
        const answer = await this.#options.control.answer(route.call, wholeOf(body))
        return { status: 200, headers: controlHeaders(answer), body: JSON.stringify(answer) }
      }
      case 'health':
        return healthAnswer(this.#isDraining)
      case 'metrics':
        return metricsAnswer(this.#options.metrics)
      default:
        return route satisfies never
    }
  }

  async #sendCommand(body: Body, response: ServerResponse, exchange: Exchange, takesNotices: boolean): Promise<Answer> {
    // A presigned address made by boto3 has the arguments in its query, as Python text.
    if (body.length === 0) throw new WireError('BadRequestException', 'The request is not valid: the body is empty')
    const command = await this.#decode(body)
    exchange.operation = commandNames.find((name) => command[name] !== undefined) ?? '-'
    const departure = new Departure()
    this.#departures.whenOver(response, departure.tell)
    const answer = await this.#options.router.send(command, departure, takesNotices, exchange.from)
    return { status: 200, headers: headersOf(answer), body: encodedAnswer(answer) ?? encodeResponse(answer) }
  }

  #decode(body: Body): SendCommandRequest | Promise<SendCommandRequest> {
    const { decodeLarge, requestLimits } = this.#options
    if (decodeLarge !== undefined && body.length > homeBodyBytesMax) return decodeLarge(body.blocks)
    const whole = wholeOf(body)
    return decodeRequest(Buffer.from(whole.buffer, whole.byteOffset, whole.length).toString('utf8'), requestLimits)
  }

  #failure(error: unknown, { requestId, takesErrorFacts }: Exchange): Answer {
    if (error instanceof HttpError) {
      const { status, headers, body } = encodeHttpError(error)
      return { status, headers: { 'content-type': 'application/json', ...headers }, body, error: error.errorName }
    }
    let wire: WireError
    if (error instanceof WireError) wire = error
    else if (error instanceof LedgerError) wire = toWireError(error)
    else wire = new WireError('InternalFailure', 'An internal error occurred')
    const told = withoutPaths(wire)
    if (wire.name === 'InternalFailure' || told !== wire) this.#options.onFault?.(error, requestId)
    const { status, headers, body } = encodeWireError(told)
    const facts = takesErrorFacts && told === wire ? encodeErrorFacts(wire) : undefined
    const more = facts === undefined ? {} : { [errorHeader]: facts }
    return { status, headers: { 'content-type': json10, ...headers, ...more }, body, error: wire.name }
  }

  #finish(request: IncomingMessage, response: ServerResponse, exchange: Exchange, answer: Answer): void {
    const isGone = response.destroyed || response.writableEnded || request.socket.destroyed
    const bytes = typeof answer.body === 'string' ? Buffer.byteLength(answer.body) : answer.body.length
    if (!isGone) this.#send(request, response, exchange.requestId, answer, bytes)
    const seconds = (this.#options.env.monotonicMs() - exchange.startMs) / 1000
    const outcome = isGone ? 'ClientGone' : (answer.error ?? 'ok')
    this.#options.metrics.answered(exchange.operation, outcome, seconds, exchange.bytesIn, isGone ? 0 : bytes)
    this.#options.onAccess?.({
      timeMs: this.#options.env.nowMs(),
      requestId: exchange.requestId,
      remote: request.socket.remoteAddress ?? '-',
      method: request.method ?? '-',
      path: (request.url ?? '-').split('?', 1)[0] as string,
      operation: exchange.operation,
      accessKeyId: exchange.accessKeyId,
      status: isGone ? 0 : answer.status,
      error: isGone ? undefined : answer.error,
      bytesIn: exchange.bytesIn,
      bytesOut: isGone ? 0 : bytes,
      ms: seconds * 1000,
    })
  }

  #send(request: IncomingMessage, response: ServerResponse, requestId: string, answer: Answer, bytes: number): void {
    // What was not read of a refused request is not worth reading.
    const isUnread = !request.complete
    const headers: string[] = ['content-length', String(bytes), 'x-amzn-requestid', requestId]
    for (const name of Object.keys(answer.headers)) headers.push(name, answer.headers[name] as string)
    if (isUnread) headers.push('connection', 'close')
    response.writeHead(answer.status, headers)
    response.end(answer.body)
    if (!isTaken(response)) this.#watchSlowClient(response, bytes)
  }

  /** An answer that the client does not fetch must not stay in memory; nor must many small ones. */
  #watchSlowClient(response: ServerResponse, bytes: number): void {
    const holding = this.#held.hold(bytes, () => response.destroy())
    if (!holding.take(bytes)) {
      response.destroy()
      return
    }
    const timer = setTimeout(() => response.destroy(), this.#limits.answerMsMax)
    this.#departures.whenOver(response, () => {
      clearTimeout(timer)
      holding.release()
    })
  }
}

/** Who shares: an address, of IPv6 its network, of which one machine may have as many addresses as it likes. */
function shareOf(address = ''): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail = ''] = plain.split('%')[0]?.split('::') ?? []
  const groups = head.split(':')
  const missing = 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0')].slice(0, 4).join(':')
}

/** Whether the system has taken all of an answer: it waits for no other one, nor for a client that does not read. */
function isTaken({ socket }: ServerResponse): boolean {
  return socket !== null && socket.writableLength === 0
}
