import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { CreateLedgerCommand, DeleteLedgerCommand, DescribeLedgerCommand, QLDBClient } from '@aws-sdk/client-qldb'
import amazon from 'amazon-qldb-driver-nodejs'
import { ended, withShell } from '../cli/test-shell.ts'
import { serveFlags } from '../../src/cli/flags/serve-args.ts'
import { serve } from './serve-process.ts'
import { credentials, region } from './wire-server.ts'

function driverOf(url: string, ledger = 'demo') {
  return new amazon.QldbDriver(ledger, { endpoint: url, region, credentials })
}

const rowsOf = async (driver: ReturnType<typeof driverOf>, statement: string) =>
  driver.executeLambda(async (executor) => (await executor.execute(statement)).getResultList())

describe('qldb serve', () => {
  test(
    'ledgers in a data directory outlive the server, even one that is killed; Amazon and the shell see the same',
    withShell(async (shell) => {
      const data = ['--data-dir', shell.path('data')]
      const first = await serve(shell, ...data, '-l', 'demo')
      const driver = driverOf(first.url)
      await rowsOf(driver, 'CREATE TABLE T')
      await rowsOf(driver, "INSERT INTO T {'a': 1}")
      const remote = await shell.run(['-s', first.url, '-l', 'demo', '-r', region, '-e', "INSERT INTO T {'a': 2}"], {
        env: { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' },
      })
      assert.equal(remote.code, 0, remote.stderr)
      driver.close()
      first.child.kill('SIGKILL')
      await first.end
      const embedded = await shell.run([...data, '-l', 'demo', '-e', 'SELECT VALUE t.a FROM T AS t'])
      assert.equal(embedded.stdout, '1\n2\n')
      const second = await serve(shell, ...data)
      const again = driverOf(second.url)
      assert.equal((await rowsOf(again, 'SELECT * FROM T')).length, 2)
      again.close()
      second.child.kill('SIGTERM')
      const { code, stderr } = await second.end
      assert.deepEqual([code, stderr.split('\n').at(-2)], [0, 'stopping: open transactions have time to end'])
    }),
  )

  test(
    'SIGTERM ends a server while another process holds the lock of its ledger and does nothing',
    withShell(async (shell) => {
      const server = await serve(shell, '--data-dir', shell.path('data'), '-l', 'demo', '--drain-seconds', '0')
      const driver = driverOf(server.url)
      await rowsOf(driver, 'CREATE TABLE T')
      driver.close()
      const gate = join(shell.path('data'), 'demo', 'gate.mdb')
      const hold = `require('lmdb').open(${JSON.stringify(gate)}, { noSubdir: true, maxDbs: 1 }).transactionSync(() => {
        require('fs').writeSync(1, 'held'); require('fs').readSync(0, Buffer.alloc(1)) })`
      const holder = spawn(process.execPath, ['-e', hold], { stdio: ['pipe', 'pipe', 'inherit'] })
      await once(holder.stdout, 'data')
      server.child.kill('SIGTERM')
      const { signal, stderr } = await server.end
      holder.kill('SIGKILL')
      assert.equal(signal, 'SIGKILL')
      assert.match(stderr, /stopped without closing the ledgers: another process holds the lock/)
    }),
  )

  test(
    'a hundred and more ledgers at once',
    withShell(async (shell) => {
      const server = await serve(shell, '--data-dir', shell.path('data'))
      const client = new QLDBClient({ endpoint: server.url, region, credentials })
      const names = Array.from({ length: 140 }, (_, n) => `ledger-${n}`)
      for (const Name of names) await client.send(new CreateLedgerCommand({ Name, PermissionsMode: 'ALLOW_ALL' }))
      for (const name of names.filter((_, n) => n % 35 === 0)) {
        const driver = driverOf(server.url, name)
        assert.equal((await rowsOf(driver, 'CREATE TABLE T')).length, 1)
        driver.close()
      }
      client.destroy()
      server.child.kill('SIGTERM')
      assert.equal((await server.end).code, 0)
    }),
  )

  test(
    'a stop lets an open transaction commit and begins no other',
    withShell(async (shell) => {
      const data = ['--data-dir', shell.path('data')]
      const server = await serve(shell, ...data, '-l', 'demo')
      const driver = driverOf(server.url)
      await rowsOf(driver, 'CREATE TABLE T')
      await driver.executeLambda(async (executor) => {
        await executor.execute("INSERT INTO T {'a': 1}")
        server.child.kill('SIGTERM')
        let status = 200
        while (status === 200) status = (await fetch(`${server.url}/health`)).status
        assert.equal(status, 503)
        await executor.execute("INSERT INTO T {'a': 2}")
      })
      driver.close()
      assert.equal((await server.end).code, 0)
      const { stdout } = await shell.run([...data, '-l', 'demo', '-e', 'SELECT COUNT(*) AS n FROM T'])
      assert.equal(stdout, '{n:2}\n')
    }),
  )

  test(
    'the control plane makes and removes ledgers under the engine threads',
    withShell(async (shell) => {
      const server = await serve(shell, '--data-dir', shell.path('data'))
      const client = new QLDBClient({ endpoint: server.url, region, credentials, maxAttempts: 1 })
      for (let round = 0; round < 2; round += 1) {
        const made = { Name: 'orders', PermissionsMode: 'ALLOW_ALL', DeletionProtection: false } as const
        await client.send(new CreateLedgerCommand({ ...made, Tags: { round: String(round) } }))
        const driver = driverOf(server.url, 'orders')
        assert.deepEqual(await driver.getTableNames(), [])
        await rowsOf(driver, 'CREATE TABLE T')
        driver.close()
        await client.send(new DeleteLedgerCommand({ Name: 'orders' }))
        await assert.rejects(client.send(new DescribeLedgerCommand({ Name: 'orders' })), {
          name: 'ResourceNotFoundException',
        })
      }
      await client.send(new CreateLedgerCommand({ Name: 'kept', PermissionsMode: 'STANDARD' }))
      client.destroy()
      server.child.kill('SIGTERM')
      await server.end
      const again = await serve(shell, '--data-dir', shell.path('data'))
      const later = new QLDBClient({ endpoint: again.url, region, credentials, maxAttempts: 1 })
      const { PermissionsMode } = await later.send(new DescribeLedgerCommand({ Name: 'kept' }))
      assert.equal(PermissionsMode, 'STANDARD')
      later.destroy()
    }),
  )

  test(
    'the shell says when its connection is lost inside a transaction, and reconnects outside of one',
    withShell(async (shell) => {
      const data = ['--data-dir', shell.path('data')]
      const first = await serve(shell, ...data, '-l', 'demo')
      const { port } = new URL(first.url)
      const client = shell.start(['-s', first.url, '-l', 'demo', '-r', region, '--continue-on-error'], {
        env: { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' },
      })
      const end = ended(client)
      const says = async (stream: 'stdout' | 'stderr', pattern: RegExp) => {
        let text = ''
        const source = client[stream] as NodeJS.ReadableStream
        while (!pattern.test(text)) text += String((await once(source, 'data'))[0])
      }
      client.stdin?.write('CREATE TABLE T;\n')
      await says('stdout', /tableId/)
      first.child.kill('SIGKILL')
      await first.end
      const second = await serve(shell, ...data, '--port', port)
      client.stdin?.write("INSERT INTO T {'a': 1};\n")
      await says('stdout', /documentId/)
      client.stdin?.write('begin;\nSELECT * FROM T;\n')
      await says('stdout', /\{a:1\}/)
      second.child.kill('SIGKILL')
      await second.end
      await serve(shell, ...data, '--port', port)
      client.stdin?.end("INSERT INTO T {'a': 2};\ncommit;\nSELECT 'after' AS said FROM << 0 >>;\n")
      const { stdout, stderr, code } = await end
      assert.match(stderr, /the transaction is lost; no changes were saved/)
      assert.match(stdout, /after/)
      assert.notEqual(code, 0)
    }),
  )

  test(
    'HTTPS with a certificate, and signed requests only',
    withShell(async (shell) => {
      const [cert, key, keys] = [shell.path('cert.pem'), shell.path('key.pem'), shell.path('keys')]
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
      const made = spawnSync(
        'openssl',
        ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'].concat(
          ['-nodes', '-days', '2', '-keyout', key, '-out', cert],
          subject,
        ),
        { stdio: 'ignore' },
      )
      if (made.status !== 0) return console.log('skipped: openssl is not there to make a certificate')
      writeFileSync(keys, `[app]\naws_access_key_id = AKID\naws_secret_access_key = s3cret\n`, { mode: 0o600 })
      const log = shell.path('access.log')
      const args = ['--memory', '-l', 'demo', '--tls-cert', cert, '--tls-key', key, '--keys', keys, '--access-log', log]
      const server = await serve(shell, ...args)
      assert.match(server.url, /^https:/)
      const env = { NODE_EXTRA_CA_CERTS: cert, AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 's3cret' }
      const flags = ['-s', server.url, '-l', 'demo', '-r', region]
      const good = await shell.run([...flags, '-e', "CREATE TABLE T; INSERT INTO T {'a': 'hush'}; SELECT * FROM T"], {
        env,
      })
      assert.equal(good.code, 0, good.stderr)
      assert.match(good.stdout, /\{a:"hush"\}/)
      const bad = await shell.run([...flags, '-e', 'SELECT * FROM T'], { env: { ...env, AWS_SECRET_ACCESS_KEY: 'x' } })
      assert.equal(bad.code, 3)
      assert.match(bad.stderr, /refused the credentials/)
      // The recipe of docs/serve.md for an application with its own agent.
      const agent = new Agent({ keepAlive: true, maxSockets: 10, ca: readFileSync(cert) })
      const signer = { accessKeyId: 'AKID', secretAccessKey: 's3cret' }
      const options = { endpoint: server.url, region, credentials: signer }
      const driver = new amazon.QldbDriver('demo', options, { httpsAgent: agent })
      assert.equal((await rowsOf(driver, 'SELECT * FROM T')).length, 1)
      driver.close()
      agent.destroy()
      const status = await new Promise((resolve, reject) => {
        const asked = request(`${server.url}/metrics`, { ca: readFileSync(cert) }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
        asked.on('error', reject).end()
      })
      assert.equal(status, 403)
      server.child.kill('SIGTERM')
      await server.end
      const written = readFileSync(log, 'utf8')
      assert.equal(statSync(log).mode & 0o777, 0o600)
      assert.ok(
        written
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).operation)
          .includes('ExecuteStatement'),
      )
      assert.doesNotMatch(written, /hush|s3cret|SELECT|AWS4|[A-Za-z0-9+=]{40}/)
    }),
  )

  test(
    '--demo has the sample in it; metrics count',
    withShell(async (shell) => {
      const server = await serve(shell, '--demo', '--memory')
      const driver = driverOf(server.url, 'vehicle-registration')
      assert.equal((await driver.getTableNames()).length, 4)
      driver.close()
      const metrics = await (await fetch(`${server.url}/metrics`)).text()
      assert.match(metrics, /qldb_requests_total\{operation="StartSession",outcome="ok"\} 1\n/)
      assert.match(metrics, /qldb_request_seconds_count\{operation="CommitTransaction"\} 1\n/)
      assert.match(metrics, /\nprocess_resident_memory_bytes \d{7,}\n/)
    }),
  )

  test(
    'wrong usage ends with 2 and says what is wrong',
    withShell(async (shell) => {
      for (const [args, message] of [
        [['--host', '0.0.0.0', '--memory'], /would serve other machines without checking who asks/],
        [['--port', 'x'], /'--port' takes a whole number/],
        [['--tls-cert', 'x'], /are needed together/],
        [['--memory', '--data-dir', 'x'], /exclude each other/],
        [['-l', 'a--b'], /can't name a ledger/],
        [['--keys', shell.path('absent'), '--memory'], /there is no such file/],
        [['--nothing'], /unknown option/],
      ] as const) {
        const { code, stderr, stdout } = await shell.run(['serve', ...args])
        assert.equal(code, 2, `${args.join(' ')}: ${stderr}`)
        assert.match(stderr, message)
        assert.equal(stdout, '')
      }
      writeFileSync(shell.path('keys'), '[a]\naws_access_key_id = AKID\naws_secret_access_key s3cret\n')
      const bad = await shell.run(['serve', '--memory', '--keys', shell.path('keys')])
      assert.equal(bad.code, 2)
      assert.match(bad.stderr, /line 3: expected/)
      assert.doesNotMatch(bad.stderr, /s3cret/)
      const noPem = await shell.run(['serve', '--tls-cert', shell.path('keys'), '--tls-key', shell.path('keys')])
      assert.equal(noPem.code, 2)
      assert.match(noPem.stderr, /error\[config\/invalid\]: '.*keys' has no certificate in PEM/)
    }),
  )

  test(
    'what a terminal would obey in a path is escaped on standard error',
    withShell(async (shell) => {
      const server = await serve(shell, '--data-dir', shell.path('a\x1b[31m\nfake'))
      server.child.kill('SIGTERM')
      assert.match((await server.end).stderr, /^serving ledgers in .*a\\x1b\[31m\\nfake; /)
    }),
  )

  test(
    '--help tells every flag',
    withShell(async (shell) => {
      const { stdout, code } = await shell.run(['serve', '--help'])
      assert.equal(code, 0)
      for (const { flags } of serveFlags) assert.ok(stdout.includes(flags), flags)
      assert.match((await shell.run(['--help'])).stdout, /\n {2}serve +serve ledgers over HTTP/)
    }),
  )

  test(
    'a port that is taken',
    withShell(async (shell) => {
      const first = await serve(shell, '--memory')
      const { code, stderr } = await shell.run(['serve', '--memory', '--port', new URL(first.url).port])
      assert.equal(code, 3)
      assert.match(stderr, /can't listen on '127\.0\.0\.1' port \d+: EADDRINUSE/)
    }),
  )
})
