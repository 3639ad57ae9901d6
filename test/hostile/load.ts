import { setTimeout as sleep } from 'node:timers/promises'
import { CommitDigest } from '../../src/protocol/commit-digest.ts'
import { Client, Session } from './client.ts'

export interface Wait {
  readonly ms: number
  /** When it began, by this process's clock. */
  readonly fromMs: number
}

/** The longest that others waited. */
export interface Waits {
  readonly health: Wait
  readonly reads: Wait
  readonly writes: Wait
  /** Of a server that does nothing: what the machine alone made everyone wait. */
  readonly bare: Wait
  readonly asked: number
  /** Answers that were none, or were wrong. */
  readonly failures: readonly string[]
}

const noWait: Wait = { ms: 0, fromMs: 0 }

const pauseMs = 20

/**
 * Light load: /health, a point read and a write, each by a client of its own, over and over; and the same of a bare server
 * beside it, if there is one.
 */
export class Load {
  readonly #client: Client
  readonly #bareClient: Client | undefined
  #isOver = false
  #health = noWait
  #reads = noWait
  #writes = noWait
  #bare = noWait
  #asked = 0
  #failures: string[] = []
  #work: Promise<unknown> = Promise.resolve()

  constructor(port: number, barePort?: number) {
    this.#client = new Client(port)
    this.#bareClient = barePort === undefined ? undefined : new Client(barePort)
  }

  start(): void {
    this.#work = Promise.all([this.#askHealth(), this.#askBare(), this.#read(), this.#write()])
  }

  /** The longest waits since the last call. */
  take(): Waits {
    const waits = {
      health: this.#health,
      reads: this.#reads,
      writes: this.#writes,
      bare: this.#bare,
      asked: this.#asked,
      failures: this.#failures,
    }
    this.#health = this.#reads = this.#writes = this.#bare = noWait
    this.#asked = 0
    this.#failures = []
    return waits
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#work
    this.#client.close()
    this.#bareClient?.close()
  }

  async #askBare(): Promise<void> {
    while (!this.#isOver && this.#bareClient !== undefined) {
      const { ms } = await this.#bareClient.get('/health')
      this.#bare = longer(this.#bare, ms)
      await sleep(pauseMs)
    }
  }

  async #askHealth(): Promise<void> {
    while (!this.#isOver) {
      const { status, text, ms } = await this.#client.get('/health')
      this.#health = longer(this.#health, ms)
      if (status !== 200) this.#failures.push(`/health: ${status} ${text}`)
      await sleep(pauseMs)
    }
  }

  async #read(): Promise<void> {
    await this.#repeat('SELECT VALUE t.n FROM Light AS t WHERE t.n = 7', (ms) => {
      this.#reads = longer(this.#reads, ms)
    })
  }

  async #write(): Promise<void> {
    await this.#repeat("INSERT INTO Log VALUE {'at': 1}", (ms) => {
      this.#writes = longer(this.#writes, ms)
    })
  }

  /** One transaction after the other; the time of each of its requests is noted. */
  async #repeat(statement: string, note: (ms: number) => void): Promise<void> {
    let session = await Session.open(this.#client)
    while (!this.#isOver) {
      session ??= await Session.open(this.#client)
      const id = await session?.begin()
      if (session === undefined || id === undefined) {
        this.#failures.push('no transaction')
        session = undefined
        await sleep(pauseMs)
        continue
      }
      const digest = new CommitDigest(id)
      digest.add(statement, [])
      for (const step of [() => session?.execute(id, statement), () => session?.commit(id, digest.bytes())]) {
        const reply = await step()
        if (reply === undefined) break
        note(reply.ms)
        this.#asked += 1
        if (reply.status !== 200) {
          this.#failures.push(`${statement}: ${reply.status} ${reply.text.slice(0, 200)}`)
          break
        }
      }
      await sleep(pauseMs)
    }
    await session?.end()
  }
}

/** A wait has just ended. */
function longer(longest: Wait, ms: number): Wait {
  return ms > longest.ms ? { ms, fromMs: performance.now() - ms } : longest
}

/** The tables that attacks and load work with. */
export async function setUp(port: number): Promise<void> {
  const client = new Client(port)
  const session = await Session.open(client)
  const commit = async (...statements: readonly string[]) => {
    const id = await session?.begin()
    if (session === undefined || id === undefined) throw new Error('the server opens no session')
    const digest = new CommitDigest(id)
    for (const statement of statements) {
      digest.add(statement, [])
      const { status, text } = await session.execute(id, statement)
      if (status !== 200) throw new Error(text)
    }
    const { status, text } = await session.commit(id, digest.bytes())
    if (status !== 200) throw new Error(text)
  }
  const documents = (count: number) =>
    Array.from({ length: count }, (_, n) => `{'n': ${n}, 'name': 'document ${n}'}`).join(', ')
  await commit('CREATE TABLE Light', 'CREATE TABLE Wide', 'CREATE TABLE Log')
  await commit('CREATE INDEX ON Light (n)')
  await commit(`INSERT INTO Light << ${documents(10)} >>`)
  for (let at = 0; at < 5; at += 1) await commit(`INSERT INTO Wide << ${documents(1_000)} >>`)
  await session?.end()
  client.close()
}
