import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { SendCommand } from '../../src/protocol/message.ts'
import { WireError, type WireErrorName } from '../../src/protocol/message.ts'
import { projectRoot } from '../support/root.ts'
import { credentials, startWire } from './wire-server.ts'

/** The system's Python: Debian's python3-boto3 still has the clients that Amazon has removed since. */
const python = '/usr/bin/python3'
const probe = "import boto3; boto3.client('qldb-session', region_name='us-east-1')"

function whyNot(): string | undefined {
  if (!existsSync(python)) return 'there is no python3'
  const { status } = spawnSync(python, ['-c', probe], { stdio: 'ignore' })
  return status === 0 ? undefined : 'boto3 with qldb-session (python3-boto3) is not installed'
}

const checks = [
  'seven_commands',
  'text_parameter',
  'exceptions',
  'no_paginator',
  'presigned_urls',
  'control_plane',
  'presigned_expiry',
  'closing',
]

test('boto3: its clients qldb-session and qldb', async (t) => {
  const reason = whyNot()
  if (reason !== undefined) return t.skip(`skipped: ${reason}`)
  const server = await startWire(t, { keys: new Map([[credentials.accessKeyId, credentials.secretAccessKey]]) })
  failByName(server.service.router)
  const script = join(projectRoot, 'test', 'wire', 'boto3-client.py')
  const args = [script, server.url, credentials.accessKeyId, credentials.secretAccessKey]
  const child = spawn(python, args, { env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' } })
  let stderr = ''
  child.stderr.on('data', (part) => {
    stderr += part
  })
  const ended = once(child, 'close')
  const done: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const [kind, text = ''] = line.split(' ')
    if (kind === 'ok') done.push(text)
    else if (kind === 'url') {
      assert.deepEqual(await statusAndError(text), [400, 'BadRequestException'])
      // The server's clock stands still while the script's runs, so more than its minute.
      server.env.advance(240_000)
      assert.deepEqual(await statusAndError(text), [403, 'InvalidSignatureException'])
      // What is left of the script signs with the real time.
      server.env.advance(-240_000)
      child.stdin.write('\n')
    }
  }
  await ended
  assert.equal(stderr, '')
  assert.deepEqual(done, checks)
})

async function statusAndError(url: string) {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'QLDBSession.SendCommand' }
  const answer = await fetch(url, { method: 'POST', headers })
  await answer.text()
  return [answer.status, answer.headers.get('x-amzn-errortype')]
}

/** A session on a ledger named `RateExceeded` fails with RateExceededException, and so on: they do not come up at will. */
function failByName(router: { send: SendCommand }): void {
  const send = router.send.bind(router)
  router.send = async (request) => {
    const name = request.StartSession?.LedgerName ?? ''
    if (/Exceeded$/.test(name)) throw new WireError(`${name}Exception` as WireErrorName, `${name}, as asked`)
    return send(request)
  }
}
