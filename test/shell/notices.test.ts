import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transactionAgeMsMax } from '../../src/base/limits.ts'
import { openSession } from './session.ts'

const create = 'CREATE TABLE T'

test('notes follow their result, inside a transaction and outside', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run(`${create}; INSERT INTO T << {'VIN': 1, 'Make': 'x'}, {'VIN': 2, 'Make': 'y'} >>`, sink)
  said()
  await shell.run('SELECT vin FROM T', sink)
  assert.deepEqual(said(), [
    'result',
    '{} {}',
    'end committed 2',
    "note: no document of T has a field 'vin'; did you mean 'VIN'?",
  ])
  await shell.run('begin; SELECT VIN FROM T WHERE Make = "x"; abort', sink)
  assert.ok(said().includes('note: "x" is a name; strings take single quotes'))
})

test('set notices off: none is asked for and none is shown', async () => {
  const asked: (boolean | undefined)[] = []
  const { shell, sink, said } = await openSession((send) => (request, control) => {
    if (request.ExecuteStatement !== undefined) asked.push(control?.takesNotices)
    return send(request, control)
  })
  await shell.run(`${create}; INSERT INTO T {'a': 1}; set notices off`, sink)
  said()
  await shell.run('SELECT nosuch FROM T', sink)
  assert.deepEqual(said(), ['result', '{}', 'end committed 1'])
  assert.deepEqual(asked, [true, true, undefined])
})

test('a result of several pages has its notes once, at its end', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run(create, sink)
  const documents = Array.from({ length: 1_500 }, (_, at) => `{'n': ${at}}`).join(', ')
  await shell.run(`INSERT INTO T << ${documents} >>`, sink)
  said()
  await shell.run('SELECT n, m FROM T', sink)
  const lines = said()
  assert.deepEqual(
    lines.filter((line) => line.startsWith('note')),
    ["note: no document of T has a field 'm'"],
  )
  assert.match(lines.at(-1) ?? '', /^note/)
})

test('a statement that was tried again has its notes once', async () => {
  let interfere = async () => {}
  const { shell, sink, said, other } = await openSession((send) => async (request, control) => {
    if (request.CommitTransaction !== undefined) await interfere()
    return send(request, control)
  })
  await shell.run(`${create}; INSERT INTO T {'a': 1}`, sink)
  said()
  let tries = 0
  interfere = async () => {
    tries += 1
    if (tries < 3) await other.execute(async (transaction) => transaction.execute("INSERT INTO T {'a': 2}"))
  }
  await shell.run('SELECT nosuch FROM T', sink)
  assert.equal(said().filter((line) => line.startsWith('note')).length, 1)
  assert.equal(tries, 3)
})

test('a statement that fails or is stopped has no notes', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run(`${create}; INSERT INTO T << {'a': 1}, {'a': 0} >>`, sink)
  said()
  await shell.run('SELECT nosuch, 1 / a AS x FROM T', sink)
  assert.ok(!said().some((line) => line.startsWith('note: no document')))
})

test('the prompt learns that a transaction has expired, once', async () => {
  const { shell, sink, said, env } = await openSession()
  let expired = 0
  const look = () => shell.noticeExpiry(sink, () => (expired += 1))
  await shell.run('begin', sink)
  await look()
  env.advance(transactionAgeMsMax - 1)
  await look()
  assert.equal(shell.inTransaction, true)
  said()
  env.advance(10)
  await look()
  await look()
  assert.equal(shell.inTransaction, false)
  assert.equal(expired, 1)
  assert.deepEqual(said(), ['warning: transaction <id> expired after 30 s; no changes were saved'])
})

test('a transaction whose ledger lets it live longer stays open, and commits', async () => {
  let later = 0
  const { shell, sink, said, env } = await openSession((send) => (request, control) => {
    later += request.FetchPage === undefined ? 0 : 1
    return send(request, control)
  })
  await shell.run(`${create}; begin; INSERT INTO T {'a': 1}`, sink)
  said()
  // What the shell takes for the time of expiry is only when it asks.
  const realNow = env.nowMs.bind(env)
  env.nowMs = () => realNow() + transactionAgeMsMax + 1
  await shell.noticeExpiry(sink, () => assert.fail('it lives'))
  assert.equal(later, 1)
  assert.deepEqual(said(), [])
  env.nowMs = realNow
  await shell.run('commit; SELECT a FROM T', sink)
  assert.ok(said().includes('{a:1}'))
})
