import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What is written to a socket: text, or milliseconds to wait. */
export type RawStep = string | number

/** Bytes that no client library would write, on so many connections at once. */
export interface RawAttack {
  readonly name: string
  readonly connections: number
  readonly steps: () => Iterable<RawStep>
}

const head = (more: string): string =>
  `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-amz-json-1.0\r\n` +
  `x-amz-target: QLDBSession.SendCommand\r\n${more}\r\n`

const chunked = head('transfer-encoding: chunked\r\n')
const times = (count: number, step: string): string[] => Array.from({ length: count }, () => step)

export const rawAttacks: readonly RawAttack[] = [
  {
    name: 'chunks of one byte',
    connections: 20,
    steps: () => [chunked, ...times(100, '1\r\na\r\n'.repeat(10_000)), '0\r\n\r\n'],
  },
  {
    name: 'chunk extensions of megabytes',
    connections: 20,
    steps: () => [`${chunked}1;`, ...times(100, 'x'.repeat(65_536))],
  },
  {
    name: 'trailers of megabytes',
    connections: 20,
    steps: () => [`${chunked}1\r\na\r\n0\r\n`, ...times(100, `t: ${'x'.repeat(10_000)}\r\n`)],
  },
  {
    name: 'headers without an end',
    connections: 50,
    steps: () => ['GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n', ...times(1_000, `x: ${'y'.repeat(1_000)}\r\n`)],
  },
  {
    name: 'two thousand headers, again and again',
    connections: 20,
    steps: () => times(50, head(`${'a: 1\r\n'.repeat(2_000)}content-length: 0\r\n`)),
  },
  {
    name: '20,000 requests at once on a connection',
    connections: 5,
    steps: () => times(200, 'GET /metrics HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'.repeat(100)),
  },
  {
    name: 'bodies that drip',
    connections: 200,
    steps: () => [head('content-length: 30000000\r\n'), ...times(60, 'x').flatMap((byte) => [byte, 100])],
  },
  {
    name: 'bodies that are shorter than they say',
    connections: 100,
    steps: () => [head('content-length: 30000000\r\n'), '{'.padEnd(60_000)],
  },
  {
    name: 'lengths that are none',
    connections: 50,
    steps: () => times(100, head('content-length: 99999999999999999999999\r\n')),
  },
  {
    name: 'bytes of another protocol',
    connections: 100,
    steps: () => times(20, '\x16\x03\x01\0\xa5\x01\0\0\xa1\x03\x03'),
  },
]

/** Resolves with what came of it; times out after so many milliseconds. */
export async function runRaw({ connections, steps }: RawAttack, port: number, giveUpMs: number): Promise<string> {
  const kinds = new Map<string, number>()
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const kind = await oneConnection(port, steps(), giveUpMs)
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }),
  )
  return [...kinds].map(([kind, count]) => `${count} x ${kind}`).join(', ')
}

async function oneConnection(port: number, steps: Iterable<RawStep>, giveUpMs: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  let hasEnded = false
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  void ended.then(() => {
    hasEnded = true
  })
  socket.on('error', () => undefined)
  socket.on('data', (part: Buffer) => {
    if (text.length < 20) text += part.toString('latin1')
  })
  const timer = setTimeout(() => socket.destroy(), giveUpMs)
  for (const step of steps) {
    if (hasEnded) break
    if (typeof step === 'number') await Promise.race([sleep(step), ended])
    else if (!socket.write(step, 'latin1'))
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), ended])
  }
  await Promise.race([ended, sleep(200)])
  clearTimeout(timer)
  socket.destroy()
  return /^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? (hasEnded ? 'closed' : 'no answer')
}
