import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ask } from '../../src/shell/risk.ts'
import { openSession } from './session.ts'

interface Asked {
  readonly questions: string[]
  readonly ask: Ask
}

function answering(isYes: boolean): Asked {
  const questions: string[] = []
  return {
    questions,
    ask: async ({ text, prompt }) => {
      questions.push(`${text} ${prompt}`)
      return isYes
    },
  }
}

async function withTable(): Promise<Awaited<ReturnType<typeof openSession>>> {
  const session = await openSession()
  await session.shell.run("CREATE TABLE T; INSERT INTO T << {'a': 1}, {'a': 2} >>", session.sink)
  session.said()
  return session
}

test('a no runs neither the statement nor what follows it', async () => {
  const { shell, sink, said } = await withTable()
  const { questions, ask } = answering(false)
  const outcome = await shell.run("DELETE FROM T; INSERT INTO T VALUE {'a': 3}", sink, { ask })
  assert.deepEqual(outcome, { exit: 'failed', quit: false })
  assert.deepEqual(questions, ['This deletes all 2 documents of T. Their history stays. Delete? [y/N] '])
  assert.deepEqual(said(), ['notice: not run: nothing was changed'])
  await shell.run('SELECT VALUE COUNT(*) FROM T', sink, { ask })
  assert.deepEqual(said(), ['result', '2', 'end committed 1'])
})

test('a yes runs it', async () => {
  const { shell, sink, said } = await withTable()
  const { ask } = answering(true)
  await shell.run('UPDATE T SET a = 0', sink, { ask })
  assert.deepEqual(said(), ['result', '{documentId:"<id>"} {documentId:"<id>"}', 'end committed 2'])
})

test('in a transaction its own documents count, and a no leaves it open', async () => {
  const { shell, sink, said } = await withTable()
  const { questions, ask } = answering(false)
  await shell.run("begin; INSERT INTO T VALUE {'a': 3}; DELETE FROM T", sink, { ask })
  assert.match(questions[0] ?? '', /^This deletes all 3 documents of T/)
  assert.equal(shell.inTransaction, true)
  said()
})

test('nothing is asked with confirm off, without a terminal, in a script, or about what the ledger refuses', async () => {
  const { shell, sink } = await withTable()
  const { questions, ask } = answering(false)
  await shell.run('DELETE FROM Nowhere', sink, { ask })
  await shell.run('set confirm off; UPDATE T SET a = 0; DROP TABLE T', sink, { ask })
  assert.deepEqual(questions, [])
  const other = await withTable()
  assert.equal((await other.shell.run('DELETE FROM T; DROP TABLE T', other.sink)).exit, 'ok')
})

test('bound values stay for the statement when it was not run', async () => {
  const { shell, sink, said } = await withTable()
  await shell.run('bind 7', sink)
  await shell.run('UPDATE T SET a = ?', sink, { ask: answering(false).ask })
  await shell.run('UPDATE T SET a = ?', sink, { ask: answering(true).ask })
  said()
  await shell.run('SELECT VALUE a FROM T', sink)
  assert.deepEqual(said(), ['result', '7 7', 'end committed 2'])
})

test('quit and Ctrl-D ask before they roll back what a transaction has done', async () => {
  const { shell, sink, said } = await withTable()
  const no = answering(false)
  await shell.run("begin; INSERT INTO T VALUE {'a': 3}", sink)
  said()
  assert.deepEqual(await shell.run('quit', sink, { ask: no.ask }), { exit: 'ok', quit: false })
  assert.deepEqual(await shell.endOfInput(sink, no.ask), { exit: 'ok', quit: false })
  assert.equal(shell.inTransaction, true)
  assert.deepEqual(no.questions, [
    'A transaction is open, with 1 statement not committed. Roll it back and leave? [y/N] ',
    'A transaction is open, with 1 statement not committed. Roll it back? [y/N] ',
  ])
  assert.deepEqual(await shell.run('quit', sink, { ask: answering(true).ask }), { exit: 'ok', quit: true })
  assert.deepEqual(said(), ['notice: transaction <id> aborted'])
})

test('a transaction in which nothing was done is left without a question', async () => {
  const { shell, sink } = await withTable()
  const { questions, ask } = answering(false)
  await shell.run('begin', sink)
  assert.deepEqual(await shell.endOfInput(sink, ask), { exit: 'ok', quit: false })
  assert.equal(shell.inTransaction, false)
  assert.deepEqual(questions, [])
})
