import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withShell } from '../cli/test-shell.ts'
import { serve } from '../wire/serve-process.ts'
import { run } from './attacker.ts'
import { type Attack, attacks } from './attacks.ts'
import { Client, Session } from './client.ts'
import { Load, setUp } from './load.ts'
import { rawAttacks } from './raw-attacks.ts'

/** What `npm run hostile` does at length: each of these for a moment, all at once. */
const statementMs = 1_500
/** What ends by itself may take its time on a busy machine. */
const patienceMs = 120_000

function once(attack: Attack): Attack {
  return 'body' in attack ? { ...attack, repeat: 1 } : attack
}

function named(name: string): Attack {
  const found = attacks.find((attack) => attack.name === name)
  assert.ok(found !== undefined, name)
  return found
}

test(
  'hostile statements and requests end with limits; nobody else is refused or answered wrongly, and the server lives',
  withShell(async (shell) => {
    const quotas = ['--quota', 'address-connections=200', '--quota', 'statement-memory=16MiB']
    const { url, child } = await serve(shell, '--data-dir', shell.path('data'), '-l', 'fleet', ...quotas)
    const port = Number(new URL(url).port)
    await setUp(port)
    const load = new Load(port)
    load.start()
    const ending: readonly (readonly [string, RegExp])[] = [
      ['products that double 26 times', /a number has at most/],
      ['sums of strings that double 40 times', /one value takes at most/],
      ['products in a condition of a change', /a number has at most/],
      ['1.5 million unknown keys', /more than 100000 members \(--quota request-members\)/],
      ['100,000 parameters', /more than 100000 members \(--quota request-members\)/],
      ['20 MB of brackets', /nests too deep/],
      ['a statement of 30 MB', /the statement has more than 100000 characters \(--quota statement-characters\)/],
      ['30 MB of escapes', /the member 'x' has more than 100000 characters/],
      ['a parameter of 20 MB of Ion text', /more than 1000000 values \(--quota parameter-values\)/],
      ['parentheses', /nests deeper|the statement needs more than 16 MiB of memory/],
    ]
    for (const [name, outcome] of ending) assert.match(await run(once(named(name)), port, patienceMs), outcome, name)
    const endless: readonly (readonly [string, RegExp])[] = [
      ['GROUP AS of 10^9 rows', /memory|timed out/],
      ['an INSERT of 10^7 documents', /timed out|memory|takes at most/],
      ['count of 10^9 rows', /timed out/],
    ]
    for (const [name, outcome] of endless) assert.match(await run(named(name), port, statementMs), outcome, name)
    const limited = [...ending, ...endless]
    await Promise.all(limited.map(([name]) => run(once(named(name)), port, statementMs)))
    await run({ name: 'idle', idleConnections: 100 }, port, 0)
    for (const { name } of rawAttacks) {
      await run({ ...named(name), connections: 5 } as Attack, port, statementMs)
    }
    await load.stop()
    const { failures, asked } = load.take()
    assert.deepEqual(failures, [])
    assert.ok(asked > 0)
    assert.equal(child.exitCode, null)
  }),
)

test(
  'a thread that runs out of memory ends its own statement alone',
  withShell(async (shell) => {
    const { url, child } = await serve(
      shell,
      ...['--data-dir', shell.path('data'), '-l', 'fleet', '--quota', 'statement-memory=64GiB'],
      // A busy machine takes its time.
      ...['--quota', 'transaction-seconds=600'],
      ...['--quota', 'all-statements-memory=64GiB', '--quota', 'value-bytes=64GiB'],
    )
    const port = Number(new URL(url).port)
    await setUp(port)
    const client = new Client(port)
    const ten = '<<0,1,2,3,4,5,6,7,8,9>>'
    const from = Array.from({ length: 9 }, (_, at) => `${ten} AS a${at}`).join(', ')
    const bomb = `SELECT VALUE (SELECT VALUE UPPER(CAST(a0 AS STRING) || '${'x'.repeat(7_000)}') FROM ${from}) FROM [1] AS n`
    const session = await Session.open(client)
    const id = (await session?.begin()) as string
    const answer = await session?.execute(id, bomb, [], 600_000)
    assert.match(
      answer?.text ?? '',
      /needs more than the 512 MiB of memory that its thread may use|more than .* of memory/,
    )
    const next = (await session?.begin()) as string
    const after = await session?.execute(next, 'SELECT COUNT(*) FROM Wide GROUP ALL')
    assert.equal(after?.status, 200)
    assert.equal((await client.get('/health')).status, 200)
    client.close()
    assert.equal(child.exitCode, null)
  }),
)
