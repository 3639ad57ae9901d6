import assert from 'node:assert/strict'
import { Agent, request as httpRequest } from 'node:http'
import { test } from 'node:test'
import { toBase64 } from '../../src/base/bytes.ts'
import { CommitDigest } from '../../src/protocol/commit-digest.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { SimEnv } from '../support/sim-env.ts'
import { withShell } from '../cli/test-shell.ts'
import { serve } from './serve-process.ts'
import { startWire } from './wire-server.ts'

/**
 * How long is tried: CI asks for a minute (.ci/run). A longer run draws from another seed each time; QLDB_FUZZ_SEED gives
 * a failure again.
 */
const seconds = Number(process.env['QLDB_FUZZ_SECONDS'] ?? 0)
const seed = Number(process.env['QLDB_FUZZ_SEED'] ?? (seconds === 0 ? 7 : Date.now() % 1_000_000_007))
const recordEvery = 1_000
const what = `the right errors, no fault, nothing leaked${seconds === 0 ? '' : ` (${seconds / 2} s, seed ${seed})`}`

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

class Chance {
  readonly #env: SimEnv

  constructor(seedOfRun: number) {
    this.#env = new SimEnv(seedOfRun)
  }

  below(count: number): number {
    const [a = 0, b = 0, c = 0] = this.#env.randomBytes(3)
    return ((a << 16) | (b << 8) | c) % count
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }
}

const sessionHeaders = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'QLDBSession.SendCommand',
}

/** Values that stand where others belong: wrong types, hostile texts, Ion that is cut off or claims too much. */
const oddities: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  '\u0000',
  '__proto__',
  'x'.repeat(5000),
  '((((((((((',
  "'",
  '????',
  [],
  [[[[]]]],
  {},
  { __proto__: 1 },
  { IonBinary: 'not base64!' },
  { IonBinary: '4AEA6g==' },
  { IonBinary: toBase64(Buffer.from('e00100ea21', 'hex')) },
  { IonBinary: toBase64(Buffer.from('e00100eade', 'hex')) },
  // A struct that claims 2^49 bytes, a symbol table that imports without end, one that includes itself, a huge maxId.
  { IonBinary: toBase64(Buffer.from('e00100eade017f7f7f7f7fff', 'hex')) },
  { IonBinary: toBase64(encodeIon(parseIon('{a:b}'))).slice(0, 12) },
  { IonBinary: toBase64(Buffer.from('e00100eaee9a8183de9686be938e84616263648821018821ffffffffff87be81', 'hex')) },
  { IonBinary: toBase64(Buffer.from(`e00100ea${'b1'.repeat(600)}`, 'hex')) },
  { IonBinary: toBase64(Buffer.from('e00100ea718f', 'hex')) },
  { IonText: '$ion_symbol_table::{imports:[{name:"x",version:1,max_id:2147483647}]} $2147483000' },
  { IonText: '['.repeat(3000) },
  { IonText: '1 2' },
  { IonText: '1d999999999999' },
  { IonText: '"\\u{110000}"' },
  { IonBinary: '4AEA6g8=', IonText: '1' },
]

const statements = [
  'SELECT * FROM T',
  'SELECT * FROM T WHERE a = ?',
  'INSERT INTO T ?',
  'UPDATE T SET a = ?',
  'SELECT * FROM history(T)',
  'SELECT * FROM information_schema.user_tables',
  'DELETE FROM T WHERE a = ?',
  'SELECT * FROM T AS x, T AS y, T AS z',
  'CREATE INDEX ON T (a)',
  'DROP TABLE T',
]

test(`requests that were recorded, changed at random: ${what}`, async (t) => {
  const server = await startWire(t, { ledgers: ['alive'] })
  const ask = asker(t, server.url)
  await fuzz(t, ask, 1_000, (round) => {
    if (round % 200 === 0) server.env.advance(40_000)
  })
  server.env.advance(18 * 60_000)
  server.service.router.sweep()
  await new Promise(setImmediate)
  const { sessions, transactions } = server.service.router
  assert.deepEqual({ sessions, transactions }, { sessions: 0, transactions: 0 })
  const alive = await ask({ method: 'POST', path: '/', headers: sessionHeaders, body: startOf('alive') })
  assert.equal(alive.status, 200)
})

test(`the same against the program, whose transactions move between threads: ${what}`, (t) =>
  withShell(async (shell) => {
    const args = ['--data-dir', shell.path('data'), '-l', 'alive', '--drain-seconds', '0']
    const { url, child, end } = await serve(shell, ...args)
    const ask = asker(t, url)
    await fuzz(t, ask, 250, () => undefined)
    const alive = await ask({ method: 'POST', path: '/', headers: sessionHeaders, body: startOf('alive') })
    assert.equal(alive.status, 200)
    child.kill('SIGTERM')
    const { stderr, code } = await end
    assert.doesNotMatch(stderr, /fault of this program/)
    assert.equal(code, 0)
  })())

/** Asks until it is enough; new ledgers and sessions are recorded now and then, since old ones run out of time. */
async function fuzz(
  t: { diagnostic(text: string): void },
  ask: (sent: Sent) => Promise<Answer>,
  roundsMin: number,
  beforeRound: (round: number) => void,
): Promise<void> {
  const chance = new Chance(seed)
  const endMs = performance.now() + (seconds * 1000) / 2
  let recorded: readonly Sent[] = []
  let round = 0
  for (; round < roundsMin || performance.now() < endMs; round += 1) {
    if (round % recordEvery === 0) recorded = await record(ask, String(round / recordEvery))
    const sent = mutate(chance, chance.of(recorded), recorded)
    const answer = await ask(sent)
    check(answer, sent, `seed ${seed}, round ${round}: ${JSON.stringify(sent).slice(0, 2000)}`)
    beforeRound(round)
  }
  t.diagnostic(`seed ${seed}: ${round} requests`)
}

interface Answer {
  readonly status: number
  readonly errorType: string | undefined
  readonly body: string
}

const errorNames = new Set([
  'AccessDeniedException',
  'BadRequestException',
  'InvalidSessionException',
  'OccConflictException',
  'LimitExceededException',
  'RateExceededException',
  'InvalidParameterException',
  'ResourceNotFoundException',
  'ResourceAlreadyExistsException',
  'ResourcePreconditionNotMetException',
  'SerializationException',
  'UnknownOperationException',
])

function check(answer: Answer, sent: Sent, place: string): void {
  if (sent.path === '/metrics') return
  if (answer.status === 200) {
    assert.doesNotThrow(() => JSON.parse(answer.body), place)
    return
  }
  // What node:http itself refuses has no body of ours.
  if (answer.errorType === undefined) {
    assert.ok([400, 431].includes(answer.status), `${answer.status} ${place}`)
    return
  }
  assert.ok(errorNames.has(answer.errorType), `${answer.errorType} ${answer.body} ${place}`)
  assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${place}`)
  const { Message } = JSON.parse(answer.body) as { Message: string }
  assert.equal(typeof Message, 'string', place)
  assert.doesNotMatch(Message, /\n\s+at |node:|\.ts:|\.js:|undefined is not|Cannot read/, place)
}

function startOf(ledger: string): string {
  return JSON.stringify({ StartSession: { LedgerName: ledger } })
}

/** Two sessions' worth of requests that were good when they were made, on ledgers made for them. */
async function record(ask: (sent: Sent) => Promise<Answer>, suffix: string): Promise<Sent[]> {
  const [fleet, other] = [`fleet-${suffix}`, `other-${suffix}`]
  for (const Name of [fleet, other]) {
    const body = JSON.stringify({ Name, PermissionsMode: 'ALLOW_ALL', DeletionProtection: false })
    const made = await ask({ method: 'POST', path: '/ledgers', headers: { 'content-type': 'application/json' }, body })
    assert.equal(made.status, 200, made.body)
  }
  const recorded: Sent[] = []
  const post = async (body: unknown): Promise<Record<string, Record<string, unknown>>> => {
    const sent = { method: 'POST', path: '/', headers: sessionHeaders, body: JSON.stringify(body) }
    recorded.push(sent)
    const answer = await ask(sent)
    assert.equal(answer.status, 200, answer.body)
    return JSON.parse(answer.body)
  }
  for (const ledger of [fleet, other]) {
    const SessionToken = (await post({ StartSession: { LedgerName: ledger } }))['StartSession']?.['SessionToken']
    const many = Array.from({ length: 40 }, (_, n) => `{'a': ${n}}`).join(', ')
    const fill = Array.from({ length: 6 }, () => `INSERT INTO T << ${many} >>`)
    for (const Statement of ['CREATE TABLE T', ...fill]) {
      const TransactionId = (await post({ SessionToken, StartTransaction: {} }))['StartTransaction']?.[
        'TransactionId'
      ] as string
      const digest = new CommitDigest(TransactionId)
      digest.add(Statement, [])
      await post({ SessionToken, ExecuteStatement: { TransactionId, Statement } })
      await post({ SessionToken, CommitTransaction: { TransactionId, CommitDigest: toBase64(digest.bytes()) } })
    }
    const TransactionId = (await post({ SessionToken, StartTransaction: {} }))['StartTransaction']?.['TransactionId']
    const Parameters = [{ IonBinary: toBase64(encodeIon(parseIon('{a: 1.5, b: [x, {{aGk=}}]}'))) }]
    await post({ SessionToken, ExecuteStatement: { TransactionId, Statement: 'INSERT INTO T ?', Parameters } })
    const first = await post({ SessionToken, ExecuteStatement: { TransactionId, Statement: 'SELECT * FROM T' } })
    const page = first['ExecuteStatement']?.['FirstPage'] as { NextPageToken: string } | undefined
    const NextPageToken = page?.NextPageToken
    await post({ SessionToken, FetchPage: { TransactionId, NextPageToken } })
    await post({ SessionToken, AbortTransaction: {} })
  }
  for (const [method, path, body] of [
    ['POST', '/ledgers', '{"Name":"made","PermissionsMode":"ALLOW_ALL","Tags":{"a":"b"}}'],
    ['GET', '/ledgers?max_results=1', ''],
    ['GET', `/ledgers/${fleet}`, ''],
    ['PATCH', `/ledgers/${fleet}`, '{"DeletionProtection":true}'],
    ['POST', `/ledgers/${fleet}/digest`, ''],
    ['POST', `/ledgers/${fleet}/block`, '{"BlockAddress":{"IonText":"{strandId:\\"x\\",sequenceNo:1}"}}'],
    ['GET', `/tags/arn%3Aaws%3Aqldb%3Aus-east-1%3A0%3Aledger%2F${fleet}`, ''],
    ['DELETE', `/ledgers/${fleet}`, ''],
    ['GET', '/metrics', ''],
  ] as const) {
    recorded.push({ method, path, headers: { 'content-type': 'application/json' }, body })
  }
  return recorded
}

function mutate(chance: Chance, sent: Sent, recorded: readonly Sent[]): Sent {
  switch (chance.below(8)) {
    case 0:
      return sent
    case 1:
      return { ...sent, body: mutateText(chance, sent.body) }
    case 2:
      return { ...sent, path: mutateText(chance, sent.path).replace(/[^!-~]/g, '') || '/' }
    case 3:
      return { ...sent, headers: { ...sent.headers, [chance.of(headerNames)]: chance.of(headerValues) } }
    case 4:
      return { ...sent, body: spliced(chance, sent.body, chance.of(recorded).body) }
    default:
      return { ...sent, body: mutateMembers(chance, sent.body, chance.of(recorded).body) }
  }
}

const headerNames = ['content-type', 'x-amz-target', 'origin', 'authorization', 'x-amz-date', 'accept', 'x-amz-more']
const headerValues = [
  '',
  'x',
  'QLDBSession.SendCommand',
  'application/json',
  'QLDBSession.Other',
  '\t',
  '%00',
  'AWS4-HMAC-SHA256 x=y',
]

function mutateText(chance: Chance, text: string): string {
  const at = chance.below(text.length + 1)
  const junk = chance.of(['', '"', '{', '}', '\\', '\u0000', '\u{1f4d2}', '9'.repeat(400), '%', '/', '..', '\ud800'])
  return text.slice(0, at) + junk + text.slice(at + chance.below(4))
}

function spliced(chance: Chance, left: string, right: string): string {
  return left.slice(0, chance.below(left.length + 1)) + right.slice(chance.below(right.length + 1))
}

/** Puts an oddity, or a member of another request, somewhere into the JSON; or a statement into ExecuteStatement. */
function mutateMembers(chance: Chance, body: string, otherBody: string): string {
  if (body === '' || otherBody === '') return body
  const root = JSON.parse(body) as Record<string, unknown>
  const other = JSON.parse(otherBody) as Record<string, unknown>
  const donor = chance.of([other, ...Object.values(other).filter(isObject)])
  let target = root
  while (chance.below(3) > 0) {
    const inner = Object.values(target).filter(isObject)
    if (inner.length === 0) break
    target = chance.of(inner)
  }
  const names = [...Object.keys(target), ...Object.keys(donor), 'Unknown', '__proto__', 'constructor']
  const name = chance.of(names)
  const value = chance.below(2) === 0 ? chance.of(oddities) : donor[chance.of(Object.keys(donor))]
  if (name === 'Statement' || chance.below(6) === 0) target['Statement'] = chance.of(statements)
  if (chance.below(4) === 0) target['Parameters'] = [chance.of(oddities), chance.of(oddities)].slice(chance.below(2))
  else if (chance.below(5) === 0) delete target[name]
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
  return JSON.stringify(root)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function asker(t: { after(work: () => void): void }, url: string): (sent: Sent) => Promise<Answer> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const { hostname, port } = new URL(url)
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const length = String(Buffer.byteLength(body))
      const options = { agent, hostname, port, method, path, headers: { ...headers, 'content-length': length } }
      const asked = httpRequest(options, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part) => parts.push(part))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            errorType: response.headers['x-amzn-errortype'] as string | undefined,
            body: Buffer.concat(parts).toString('utf8'),
          }),
        )
      })
      asked.on('error', reject)
      asked.end(body)
    })
}
