import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runScript } from '../../src/shell/script-run.ts'
import { openSession } from './session.ts'

async function run(script: string, continueOnError: boolean) {
  const session = await openSession()
  await session.shell.run('CREATE TABLE T', session.sink)
  session.said()
  const outcome = await runScript(session.shell, [script], session.sink, { file: 'my.partiql', continueOnError })
  const said = session.said()
  await session.shell.abortOpen(session.sink)
  await session.shell.run('SELECT VALUE n FROM T ORDER BY n', session.sink)
  return { outcome, said, kept: session.said()[1] ?? '' }
}

test('a script stops at the first error, naming file, line and column', async () => {
  const { outcome, said, kept } = await run(
    "INSERT INTO T {'n': 1};\n  INSERT INTO U {'n': 2};\nINSERT INTO T {'n': 3};",
    false,
  )
  assert.equal(outcome.exit, 'failed')
  assert.match(said.at(-1) as string, / --> my\.partiql:2:15\n/)
  assert.equal(kept.includes('3'), false)
})

test('with continue-on-error it continues, but skips the rest of a failed transaction', async () => {
  const script = `
    INSERT INTO T {'n': 1};
    oops;
    begin;
    INSERT INTO T {'n': 2};
    oops;
    INSERT INTO T {'n': 3};
    commit;
    begin
    INSERT INTO T {'n': 4};
    commit
    INSERT INTO T {'n': 5}`
  const { outcome, said, kept } = await run(script, true)
  assert.equal(outcome.exit, 'failed')
  assert.equal(kept, '1 4 5')
  assert.deepEqual(
    said.filter((line) => line.startsWith('notice: the rest')),
    ['notice: the rest of the transaction is skipped, up to its commit or abort'],
  )
  assert.equal(said.filter((line) => line.startsWith('error')).length, 2)
})

test("nothing of a block runs alone when its 'begin' failed, or a command in it did", async () => {
  const inside = await run(
    "begin; INSERT INTO T {'n': 1}; \\oops\nINSERT INTO T {'n': 2}; commit; INSERT INTO T {'n': 3}",
    true,
  )
  assert.equal(inside.kept, '3')
  const twice = await run(
    "begin; INSERT INTO T {'n': 1}; begin; INSERT INTO T {'n': 2}; commit; INSERT INTO T {'n': 3}",
    true,
  )
  assert.equal(twice.kept, '3')
})

test('quit ends a script', async () => {
  const { outcome, kept } = await run("INSERT INTO T {'n': 1}; quit; INSERT INTO T {'n': 2}", false)
  assert.deepEqual(outcome, { exit: 'ok', quit: true })
  assert.equal(kept, '1')
})

test('a script that comes slowly runs as it comes', async () => {
  const session = await openSession()
  const seen: number[] = []
  async function* chunks() {
    yield 'CREATE TABLE T;\n'
    seen.push(session.said().length)
    yield "INSERT INTO T {'n'"
    seen.push(session.said().length)
    yield ': 1};\n'
    seen.push(session.said().length)
  }
  await runScript(session.shell, chunks(), session.sink, { continueOnError: false })
  assert.deepEqual(seen, [3, 0, 3])
})

test('an interrupted script runs nothing more, be it between two statements or waiting for input', async () => {
  const { shell, sink, said } = await openSession()
  const controller = new AbortController()
  const options = { continueOnError: true, signal: controller.signal }
  async function* waiting(): AsyncGenerator<string> {
    yield 'CREATE TABLE T; begin;\n'
    controller.abort()
    throw new Error('the input was closed')
  }
  assert.equal((await runScript(shell, waiting(), sink, options)).exit, 'interrupted')
  assert.equal(shell.inTransaction, true)
  said()
  assert.equal((await runScript(shell, ['commit'], sink, options)).exit, 'interrupted')
  assert.deepEqual(said(), [])
  assert.equal(shell.inTransaction, true)
  await shell.abortOpen(sink)
})
