import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'

export interface Reply {
  /** 0: the connection ended without an answer. */
  readonly status: number
  readonly text: string
  readonly ms: number
}

/** A client of a server on this machine, one connection for each request under way. */
export class Client {
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true })

  constructor(port: number) {
    this.#port = port
  }

  get(path: string): Promise<Reply> {
    return this.#ask('GET', path, undefined, 60_000)
  }

  /** SendCommand; times out after so many milliseconds. */
  send(body: string, giveUpMs = 60_000): Promise<Reply> {
    return this.#ask('POST', '/', body, giveUpMs)
  }

  close(): void {
    this.#agent.destroy()
  }

  #ask(method: string, path: string, body: string | undefined, giveUpMs: number): Promise<Reply> {
    const startMs = performance.now()
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'QLDBSession.SendCommand',
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
    }
    return new Promise((resolve) => {
      let status = 0
      let text = ''
      const end = () => resolve({ status, text, ms: performance.now() - startMs })
      const sent = request({ host: '127.0.0.1', port: this.#port, agent: this.#agent, method, path, headers })
      const timer = setTimeout(() => sent.destroy(), giveUpMs)
      sent.on('response', (response) => {
        response.setEncoding('utf8')
        response.on('data', (part: string) => {
          if (text.length < keptCharactersMax) text += part
        })
        response.on('end', () => {
          status = response.statusCode ?? 0
        })
      })
      sent.on('error', () => undefined)
      sent.on('close', () => {
        clearTimeout(timer)
        end()
      })
      sent.end(body)
    })
  }
}

/** An attack's answer may be large, and nobody looks at it. */
const keptCharactersMax = 1024 * 1024

/** One session of the protocol, by hand. Every call gives the reply, whatever it says. */
export class Session {
  readonly #client: Client
  readonly #token: string

  private constructor(client: Client, token: string) {
    this.#client = client
    this.#token = token
  }

  /** Undefined: the server did not open one. */
  static async open(client: Client): Promise<Session | undefined> {
    const { status, text } = await client.send(JSON.stringify({ StartSession: { LedgerName: 'fleet' } }))
    return status === 200 ? new Session(client, JSON.parse(text).StartSession.SessionToken) : undefined
  }

  async begin(): Promise<string | undefined> {
    const { status, text } = await this.send({ StartTransaction: {} })
    return status === 200 ? JSON.parse(text).StartTransaction.TransactionId : undefined
  }

  execute(id: string, statement: string, parameters: readonly object[] = [], giveUpMs?: number): Promise<Reply> {
    const command = { TransactionId: id, Statement: statement, Parameters: parameters }
    return this.send({ ExecuteStatement: command }, giveUpMs)
  }

  commit(id: string, digest: Uint8Array): Promise<Reply> {
    return this.send({ CommitTransaction: { TransactionId: id, CommitDigest: Buffer.from(digest).toString('base64') } })
  }

  abort(): Promise<Reply> {
    return this.send({ AbortTransaction: {} })
  }

  end(): Promise<Reply> {
    return this.send({ EndSession: {} })
  }

  send(command: object, giveUpMs?: number): Promise<Reply> {
    return this.#client.send(JSON.stringify({ SessionToken: this.#token, ...command }), giveUpMs)
  }
}

/** Connections that say nothing; resolves with those that the server took. */
export async function idle(port: number, count: number): Promise<{ readonly taken: number; close(): void }> {
  const sockets: Socket[] = []
  for (let at = 0; at < count; at += 1) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    sockets.push(socket)
    if (at % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  return {
    taken: sockets.filter((socket) => socket.readyState === 'open').length,
    close: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}
