import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import amazon from 'amazon-qldb-driver-nodejs'
import { CommitDigest } from '../../src/protocol/commit-digest.ts'
import { decodeIon } from '../../src/values/binary-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { withShell } from '../cli/test-shell.ts'
import { serve } from './serve-process.ts'
import { credentials, post, region } from './wire-server.ts'

interface Page {
  readonly Values: readonly { readonly IonBinary: string }[]
  readonly NextPageToken?: string
}

/** A session by hand: the test says when each command is sent. */
class HandSession {
  readonly #url: string
  readonly #token: string
  #id = ''
  #digest = new CommitDigest('')

  private constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  static async open(url: string): Promise<HandSession> {
    const answer = JSON.parse((await post(url, { StartSession: { LedgerName: 'fleet' } })).text)
    return new HandSession(url, answer.StartSession.SessionToken)
  }

  async begin(): Promise<this> {
    this.#id = (await this.#send('StartTransaction', {}))['TransactionId'] as string
    this.#digest = new CommitDigest(this.#id)
    return this
  }

  async execute(Statement: string): Promise<Page> {
    this.#digest.add(Statement, [])
    return (await this.#send('ExecuteStatement', { TransactionId: this.#id, Statement }))['FirstPage'] as Page
  }

  async fetch({ NextPageToken }: Page): Promise<Page> {
    return (await this.#send('FetchPage', { TransactionId: this.#id, NextPageToken }))['Page'] as Page
  }

  async commit(): Promise<void> {
    const CommitDigest = Buffer.from(this.#digest.bytes()).toString('base64')
    await this.#send('CommitTransaction', { TransactionId: this.#id, CommitDigest })
  }

  async run(...statements: readonly string[]): Promise<Page | undefined> {
    await this.begin()
    let page: Page | undefined
    for (const statement of statements) page = await this.execute(statement)
    await this.commit()
    return page
  }

  async #send(command: string, member: object): Promise<Record<string, unknown>> {
    const { status, text } = await post(this.#url, { SessionToken: this.#token, [command]: member })
    const answer = JSON.parse(text)
    if (status === 200) return answer[command]
    throw Object.assign(new Error(answer.Message), { name: answer.__type.replace(/^.*#/, '') })
  }
}

function texts(page: Page | undefined): string[] {
  return (page?.Values ?? []).map(({ IonBinary }) => printIon(decodeIon(Buffer.from(IonBinary, 'base64'))))
}

const rows = (from: number, to: number) =>
  `<< ${Array.from({ length: to - from }, (_, n) => `{'n': ${from + n}}`).join(', ')} >>`

/** Ledgers on disk: short reads run in the thread that speaks HTTP, all else in threads beside it. */
describe('a transaction that moves to another thread', () => {
  test(
    'keeps what it was answered: the same pages under the same tokens, its digest, its reads',
    withShell(async (shell) => {
      const { url } = await serve(shell, '--data-dir', shell.path('data'), '-l', 'fleet')
      const [one, other] = [await HandSession.open(url), await HandSession.open(url)]
      await one.run('CREATE TABLE T', 'CREATE TABLE Other')
      await one.run(`INSERT INTO T ${rows(0, 500)}`)
      await one.run('SELECT 1 FROM << 0 >>')
      await one.begin()
      const first = await one.execute('SELECT VALUE t.n FROM T AS t')
      const second = await one.fetch(first)
      await assert.rejects(one.execute('SELECT nope FROM Absent'), { name: 'BadRequestException' })
      await other.run(`INSERT INTO Other ${rows(0, 3)}`)
      await one.execute("INSERT INTO Other {'from': 'one'}")
      await assert.rejects(one.fetch(first), { name: 'BadRequestException' })
      const third = await one.fetch(second)
      assert.deepEqual(
        [first, second, third].flatMap(texts).map(Number),
        Array.from({ length: 500 }, (_, n) => n),
      )
      await one.commit()
      assert.deepEqual(texts(await other.run('SELECT VALUE COUNT(*) FROM Other')), ['4'])
    }),
  )

  test(
    'conflicts when what it read was changed meanwhile, and then is over',
    withShell(async (shell) => {
      const { url } = await serve(shell, '--data-dir', shell.path('data'), '-l', 'fleet')
      const [one, other] = [await HandSession.open(url), await HandSession.open(url)]
      await one.run('CREATE TABLE T')
      await one.run('CREATE INDEX ON T (n)')
      await one.run(`INSERT INTO T ${rows(0, 3)}`)
      for (const [change, fails] of [
        ['UPDATE T SET c = 1 WHERE n = 1', false],
        ['UPDATE T SET c = 1 WHERE n = 0', true],
        ['CREATE INDEX ON T (c)', true],
      ] as const) {
        await one.run('SELECT 1 FROM << 0 >>')
        await one.begin()
        assert.equal((await one.execute('SELECT * FROM T WHERE n = 0')).Values.length, 1)
        await other.run(change)
        const writing = one.execute('UPDATE T SET d = 1 WHERE n = 0')
        if (!fails) {
          await writing
          await one.commit()
          continue
        }
        await assert.rejects(writing, { name: 'OccConflictException' })
        await assert.rejects(one.execute('SELECT * FROM T'), { message: 'No open transaction' })
      }
      assert.deepEqual(texts(await one.run('SELECT VALUE t.c FROM T AS t WHERE t.n = 0')), ['1'])
    }),
  )

  test(
    "is tried again by Amazon's driver when it has lost: nobody's change is lost",
    withShell(async (shell) => {
      const { url } = await serve(shell, '--data-dir', shell.path('data'), '-l', 'fleet')
      const retry = new amazon.RetryConfig(200, () => 0)
      const driver = new amazon.QldbDriver('fleet', { endpoint: url, region, credentials }, undefined, 10, retry)
      const run = (statement: string) => driver.executeLambda(async (executor) => executor.execute(statement))
      await run('CREATE TABLE C')
      await run("INSERT INTO C {'c': 0}")
      let tries = 0
      const increment = () =>
        driver.executeLambda(async (executor) => {
          tries += 1
          const [row] = (await executor.execute('SELECT VALUE c.c FROM C AS c')).getResultList()
          await executor.execute('UPDATE C SET c = ?', (row?.numberValue() ?? Number.NaN) + 1)
        })
      const look = () =>
        driver.executeLambda(async (executor) =>
          (await executor.execute('SELECT VALUE c.c FROM C AS c')).getResultList(),
        )
      const worker = async () => {
        for (let round = 0; round < 5; round += 1) {
          await increment()
          // A transaction that only reads has the next one of its session begin at home, to move again.
          await look()
        }
      }
      await Promise.all(Array.from({ length: 6 }, worker))
      assert.equal((await look())[0]?.numberValue(), 30)
      assert.ok(tries > 30, `${tries} tries`)
      driver.close()
    }),
  )

  test(
    'a long statement is moved, its result is whole, and a read that only looks on still conflicts at its commit',
    withShell(async (shell) => {
      const { url } = await serve(shell, '--data-dir', shell.path('data'), '-l', 'fleet')
      const [one, other] = [await HandSession.open(url), await HandSession.open(url)]
      await one.run('CREATE TABLE T')
      await one.run(`INSERT INTO T ${rows(0, 400)}`)
      await one.run('SELECT 1 FROM << 0 >>')
      const long = 'SELECT VALUE COUNT(*) FROM T AS a, T AS b, << 1, 2, 3, 4 >> AS c WHERE a.n + b.n + c > 0'
      assert.deepEqual(texts(await one.run('SELECT VALUE t.n FROM T AS t WHERE t.n = 7', long)), [
        String(400 * 400 * 4),
      ])
      const metrics = await (await fetch(`${url}/metrics`)).text()
      assert.match(metrics, /\nqldb_engines 2\n/)
      await other.begin()
      await other.execute('SELECT * FROM T WHERE n = 1')
      await one.run('UPDATE T SET c = 1 WHERE n = 2')
      await assert.rejects(other.commit(), { name: 'OccConflictException' })
    }),
  )
})
