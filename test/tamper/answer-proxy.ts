import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An answer of the server, as it goes over the wire. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** What was asked: the last part of the path (`digest`, `block`, `revision`; empty: a session's command), and the body. */
export interface Asked {
  readonly operation: string
  readonly body: Readonly<Record<string, unknown>>
}

export type EditAnswer = (asked: Asked, answer: WireAnswer) => WireAnswer

/** Stands between a client and a server, and changes answers of the journal. The ledger must not change meanwhile. */
export class AnswerProxy {
  readonly url: string
  /** How answers are changed from now on. */
  edit: EditAnswer = (_, answer) => answer
  readonly #server: Server
  readonly #target: string
  readonly #known = new Map<string, Promise<WireAnswer>>()

  static async start(target: string): Promise<AnswerProxy> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new AnswerProxy(server, target)
  }

  private constructor(server: Server, target: string) {
    this.#server = server
    this.#target = target
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', async (request, response) => {
      const { status, headers, text } = await this.#answer(request)
      response.writeHead(status, headers).end(text)
    })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The server's own answer, whatever edit there is. */
  async ask(path: string, body: object): Promise<WireAnswer> {
    return await this.#fetch(path, JSON.stringify(body), { 'content-type': 'application/json' })
  }

  async #answer(request: IncomingMessage): Promise<WireAnswer> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const text = Buffer.concat(parts).toString()
    const path = request.url ?? '/'
    const answer = await this.#fetch(path, text, headersOf(request))
    const operation = path.split('/').at(-1) as string
    return operation === '' ? answer : this.edit({ operation, body: text === '' ? {} : JSON.parse(text) }, answer)
  }

  /** Sessions are asked each time. */
  #fetch(path: string, text: string, headers: Record<string, string>): Promise<WireAnswer> {
    const ask = async () => {
      const answer = await fetch(`${this.#target}${path}`, { method: 'POST', headers, body: text })
      return { status: answer.status, headers: kept(answer.headers), text: await answer.text() }
    }
    if (path === '/') return ask()
    const key = `${path} ${text}`
    const known = this.#known.get(key) ?? ask()
    this.#known.set(key, known)
    return known
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const passed = ['content-type', 'x-amz-target', 'authorization', 'x-amz-date', 'x-amz-content-sha256']
  return Object.fromEntries(
    passed.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  )
}

function kept(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith('x-') || name === 'content-type'))
}
