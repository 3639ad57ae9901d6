import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { ended, withShell } from '../cli/test-shell.ts'
import { region, startWire } from './wire-server.ts'

test('the shell takes a new session where its own has expired, and says so inside a transaction', (t) =>
  withShell(async (shell) => {
    const { url, env } = await startWire(t)
    const client = shell.start(['-s', url, '-l', 'fleet', '-r', region, '--continue-on-error'], {
      env: { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' },
    })
    const end = ended(client)
    const types = async (text: string, stream: 'stdout' | 'stderr', pattern: RegExp) => {
      const source = client[stream] as NodeJS.ReadableStream
      let said = ''
      client.stdin?.write(text)
      while (!pattern.test(said)) said += String((await once(source, 'data'))[0])
      return said
    }
    await types('CREATE TABLE T;\n', 'stdout', /tableId/)
    env.advance(18 * 60_000)
    await types("INSERT INTO T {'a': 1};\n", 'stdout', /documentId/)

    await types('begin;\nSELECT * FROM T;\n', 'stdout', /\{a:1\}/)
    env.advance(31_000)
    const late = await types("INSERT INTO T {'a': 2};\n", 'stderr', /has expired[\s\S]*\n/)
    assert.match(late, /transaction/i)

    // A block that was lost is skipped to its end.
    await types('commit;\nbegin;\nSELECT * FROM T;\n', 'stdout', /\{a:1\}/)
    env.advance(18 * 60_000)
    await types("INSERT INTO T {'a': 3};\n", 'stderr', /the transaction is lost/)

    client.stdin?.end("commit;\nSELECT 'after' AS said FROM << 0 >>;\nSELECT COUNT(*) AS n FROM T;\n")
    const { stdout, code } = await end
    assert.match(stdout, /after/)
    assert.match(stdout, /\{n:1\}/)
    assert.equal(code, 4)
  })())
