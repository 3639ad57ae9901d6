import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { CommitDigest } from '../src/protocol/commit-digest.ts'
import { encodeIon } from '../src/values/binary-writer.ts'
import type { Value } from '../src/values/value.ts'

/** One connection that asks and waits, by hand: a client as cheap as can be, so that the server is what is measured. */
export class RawConnection {
  readonly #socket: Socket
  #buffer: Buffer = Buffer.alloc(0)
  #settle: { resolve: (body: string) => void; reject: (error: Error) => void } | undefined
  /** Resolves when the connection is over. */
  readonly destroyed: Promise<'destroyed'>

  private constructor(socket: Socket) {
    this.#socket = socket
    this.destroyed = once(socket, 'close').then(() => 'destroyed' as const)
    socket.setNoDelay(true)
    socket.on('data', (part) => this.#receive(part))
    socket.on('error', (error) => this.#settle?.reject(error))
    socket.on('close', () => this.#settle?.reject(new Error('the connection was closed')))
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  /** Posts to a path and resolves with the body of the answer; rejects with it when the status is not 200. */
  post(path: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#socket.write(
        `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-amz-json-1.0\r\n` +
          `x-amz-target: QLDBSession.SendCommand\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      )
    })
  }

  /** Closes, whatever is under way. */
  destroy(): void {
    this.#settle = undefined
    this.#socket.destroy()
  }

  #receive(part: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? part : Buffer.concat([this.#buffer, part])
    const end = this.#buffer.indexOf('\r\n\r\n')
    if (end === -1) return
    const head = this.#buffer.toString('latin1', 0, end)
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (this.#buffer.length < end + 4 + length) return
    const body = this.#buffer.toString('utf8', end + 4, end + 4 + length)
    this.#buffer = this.#buffer.subarray(end + 4 + length)
    const settle = this.#settle
    this.#settle = undefined
    if (head.startsWith('HTTP/1.1 200')) settle?.resolve(body)
    else settle?.reject(new Error(body))
  }
}

/** A session over one connection, speaking the protocol by hand. */
export class RawSession {
  readonly connection: RawConnection
  readonly token: string

  private constructor(connection: RawConnection, token: string) {
    this.connection = connection
    this.token = token
  }

  static over(connection: RawConnection, token: string): RawSession {
    return new RawSession(connection, token)
  }

  static async open(port: number, ledger: string): Promise<RawSession> {
    const connection = await RawConnection.open(port)
    const answer = JSON.parse(await connection.post('/', JSON.stringify({ StartSession: { LedgerName: ledger } })))
    return new RawSession(connection, answer.StartSession.SessionToken)
  }

  async send(command: string, member: object): Promise<Record<string, unknown>> {
    const body = JSON.stringify({ SessionToken: this.token, [command]: member })
    return JSON.parse(await this.connection.post('/', body))[command]
  }

  /** One transaction of statements without parameters; resolves with the first page of the last. */
  transact(...statements: readonly string[]): Promise<unknown[]> {
    return this.run(statements.map((statement) => ({ statement, parameters: [] })))
  }

  /** The same of statements with parameters. */
  async run(statements: readonly { statement: string; parameters: readonly Value[] }[]): Promise<unknown[]> {
    const { TransactionId } = (await this.send('StartTransaction', {})) as { TransactionId: string }
    const digest = new CommitDigest(TransactionId)
    let values: unknown[] = []
    for (const { statement: Statement, parameters } of statements) {
      digest.add(Statement, parameters)
      const Parameters = parameters.map((value) => ({ IonBinary: Buffer.from(encodeIon(value)).toString('base64') }))
      const answer = await this.send('ExecuteStatement', {
        TransactionId,
        Statement,
        ...(parameters.length === 0 ? {} : { Parameters }),
      })
      values = (answer as { FirstPage: { Values: unknown[] } }).FirstPage.Values
    }
    const CommitDigestText = Buffer.from(digest.bytes()).toString('base64')
    await this.send('CommitTransaction', { TransactionId, CommitDigest: CommitDigestText })
    return values
  }
}

export interface ServerProcess {
  readonly port: number
  readonly child: ChildProcess
  residentMiB(): number
  /** Without the mapped data file and the program's own files. */
  anonymousMiB(): number
  /** Processor time so far, of all threads. */
  cpuMs(): number
  stop(): Promise<void>
}

/** Starts a program whose first line of output ends with its port. */
export async function startServer(args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    port: Number(/(\d+)\s*$/.exec(String(line))?.[1]),
    child,
    residentMiB: () => memoryMiB(child.pid, 'VmRSS'),
    anonymousMiB: () => memoryMiB(child.pid, 'RssAnon'),
    cpuMs: () => {
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) * 10
    },
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

function memoryMiB(pid: number | undefined, what: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)?.[1]) / 1024)
}

export const program = 'bin/qldb.cjs'

/** A bare node:http server that answers the path `/n` with the nth of these bodies, whatever it is sent. */
export function echoArguments(answers: readonly string[]): string[] {
  const script = `
    const answers = ${JSON.stringify(answers)}
    const server = require('node:http').createServer((request, response) => {
      const parts = []
      request.on('data', (part) => parts.push(part))
      request.on('end', () => {
        const body = answers[Number(request.url.slice(1))]
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(body) })
        response.end(body)
      })
    })
    server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
  return ['-e', script]
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
