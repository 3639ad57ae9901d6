import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { int, list, structOf } from '../../src/values/value.ts'
import { noticeHeader } from '../../src/protocol/notice-header.ts'
import { nodeDriver, startWire } from './wire-server.ts'

/** SendCommand as bare HTTP: the answer's text and its header. */
async function send(url: string, command: object, asks = false): Promise<{ body: string; notices: string | null }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'QLDBSession.SendCommand',
      ...(asks ? { [noticeHeader]: '1' } : {}),
    },
    body: JSON.stringify(command),
  })
  const body = await response.text()
  assert.equal(response.status, 200, body)
  return { body, notices: response.headers.get(noticeHeader) }
}

/** Runs a statement to its last page; every answer without what is different each time. */
async function answers(url: string, statement: string, asks: boolean, parameter?: string) {
  const started = JSON.parse((await send(url, { StartSession: { LedgerName: 'fleet' } })).body)
  const SessionToken = started.StartSession.SessionToken
  const begun = JSON.parse((await send(url, { SessionToken, StartTransaction: {} })).body)
  const TransactionId = begun.StartTransaction.TransactionId
  const Parameters = parameter === undefined ? [] : [{ IonBinary: parameter }]
  let answer = await send(
    url,
    { SessionToken, ExecuteStatement: { TransactionId, Statement: statement, Parameters } },
    asks,
  )
  const found = [answer]
  for (;;) {
    const { ExecuteStatement, FetchPage } = JSON.parse(answer.body)
    const { NextPageToken } = ExecuteStatement?.FirstPage ?? FetchPage.Page
    if (NextPageToken === undefined) break
    answer = await send(url, { SessionToken, FetchPage: { TransactionId, NextPageToken } }, asks)
    found.push(answer)
  }
  await send(url, { SessionToken, EndSession: {} })
  return found.map(({ body, notices }) => ({
    body: body.replace(/"NextPageToken":"[^"]*"/, '').replace(/"ProcessingTimeMilliseconds":\d+/, ''),
    notices,
  }))
}

test('notices come in a header of the last page, to who asks for them; bodies are the same for all', async (t) => {
  const { url, service } = await startWire(t, { strictQldb: false })
  const driver = nodeDriver(t, { url, service } as never)
  const run = (statement: string, ...parameters: unknown[]) =>
    driver.executeLambda(async (executor) => (await executor.execute(statement, ...parameters)).getResultList())
  await run('CREATE TABLE T')
  await run(
    'INSERT INTO T ?',
    Array.from({ length: 450 }, (_, n) => ({ n })),
  )
  const text = 'SELECT n, Nn FROM T'
  const asked = await answers(url, text, true)
  const unasked = await answers(url, text, false)
  assert.ok(asked.length > 1)
  assert.deepEqual(
    asked.map(({ body }) => body),
    unasked.map(({ body }) => body),
  )
  assert.ok(unasked.every(({ notices }) => notices === null))
  assert.ok(asked.slice(0, -1).every(({ notices }) => notices === null))
  assert.deepEqual(JSON.parse(asked.at(-1)?.notices ?? ''), [
    {
      code: 'notice/no-such-field',
      message: "no document of T has a field 'Nn'; did you mean 'n'?",
      start: 10,
      end: 12,
    },
  ])
  assert.equal((await run(text)).length, 450)
  const fine = await answers(url, 'SELECT n FROM T', true)
  assert.ok(fine.every(({ notices }) => notices === null))
  const parameter = Buffer.from(encodeIon(list([structOf({ n: int(1) })]))).toString('base64')
  const inserted = await answers(url, 'INSERT INTO T ?', true, parameter)
  assert.equal(inserted[0]?.notices, null)
})
