import assert from 'node:assert/strict'
import { test } from 'node:test'
import { functionFacts } from '../../src/plan/function-facts.ts'
import { shownErrorsMax } from '../../src/base/limits.ts'
import { resultBufferValuesMax } from '../../src/base/limits.ts'
import { WireError } from '../../src/protocol/message.ts'
import type { ShellEvent } from '../../src/shell/events.ts'
import { openSession, type TestSession } from './session.ts'

async function filled(session: TestSession, count: number): Promise<void> {
  await session.other.execute(async (transaction) => {
    await transaction.execute('CREATE TABLE T')
    const rows = Array.from({ length: count }, (_, index) => `{'n': ${index}}`)
    await transaction.execute(`INSERT INTO T << ${rows.join(', ')} >>`)
  })
}

test('statements run one by one, each in a transaction of its own', async () => {
  const { shell, sink, said } = await openSession()
  assert.deepEqual(await shell.run("CREATE TABLE T; INSERT INTO T VALUE {'a': 1}; SELECT * FROM T", sink), {
    exit: 'ok',
    quit: false,
  })
  assert.deepEqual(said(), [
    'result',
    '{tableId:"<id>"}',
    'end committed 1',
    'result',
    '{documentId:"<id>"}',
    'end committed 1',
    'result',
    '{a:1}',
    'end committed 1',
  ])
})

test('an empty result has no rows', async () => {
  const session = await openSession()
  await filled(session, 1)
  await session.shell.run('SELECT * FROM T WHERE n = 7', session.sink)
  assert.deepEqual(session.said(), ['result', 'end committed 0'])
})

test('an error points at its place, suggests a near name and drops the rest of the input', async () => {
  const session = await openSession()
  await filled(session, 1)
  const outcome = await session.shell.run('SELECT 1 FROM T;\n SELECT *\n   FROM TT, T; DROP TABLE T', session.sink)
  assert.deepEqual(outcome, { exit: 'failed', quit: false })
  const [, , , error, ...rest] = session.said()
  assert.deepEqual(rest, [])
  assert.deepEqual(error?.split('\n'), [
    "error[semantic/no-such-variable]: No such variable named 'TT'",
    ' --> line 3, column 9',
    '     FROM TT, T',
    '          ^',
    "help: did you mean 'T'?",
  ])
})

test('every error of a statement is shown with its place, a great many are counted', async () => {
  const session = await openSession()
  await filled(session, 1)
  await session.shell.run('SELECT uper(a.n),\n  x9\nFROM T AS a, TT AS b', session.sink)
  assert.deepEqual(session.said().at(-1)?.split('\n'), [
    "error[semantic/no-such-variable]: No such variable named 'TT'",
    ' --> line 3, column 14',
    '  FROM T AS a, TT AS b',
    '               ^',
    "help: did you mean 'T'?",
    "error[semantic/no-such-variable]: No such variable named 'x9'",
    ' --> line 2, column 3',
    '    x9',
    '    ^',
    'error[semantic/no-such-function]: No such function: uper',
    ' --> line 1, column 8',
    '  SELECT uper(a.n),',
    '         ^',
    "help: did you mean 'upper'?",
  ])
  const names = Array.from({ length: 14 }, (_, at) => `x${at}x`).join(', ')
  await session.shell.run(`SELECT ${names} FROM T AS a, T AS b`, session.sink)
  const lines = session.said().at(-1)?.split('\n') ?? []
  assert.equal(lines.filter((line) => line.startsWith('error[')).length, 1 + shownErrorsMax)
  assert.equal(lines.at(-1), 'and 3 more errors')
})

test('begin, commit and abort; the prompt shows the open transaction', async () => {
  const session = await openSession()
  const { shell, sink, said } = session
  await filled(session, 0)
  assert.equal(shell.state.prompt, 'qldb> ')
  await shell.run("begin; INSERT INTO T VALUE {'a': 1}", sink)
  assert.equal(shell.state.prompt, 'qldb *> ')
  assert.equal(shell.state.transaction?.ageMsMax, 30_000)
  assert.deepEqual(said(), ['result', '{documentId:"<id>"}', 'end open 1'])
  await shell.run('ABORT', sink)
  await shell.run("\\begin\nINSERT INTO T VALUE {'a': 2};\nCommit", sink)
  await shell.run('SELECT * FROM T', sink)
  assert.deepEqual(said(), [
    'notice: transaction <id> aborted',
    'result',
    '{documentId:"<id>"}',
    'end open 1',
    'notice: transaction <id> committed',
    'result',
    '{a:2}',
    'end committed 1',
  ])
  assert.equal(shell.state.transaction, undefined)
})

test('a refused statement leaves the transaction open at the prompt, and nothing of itself', async () => {
  const session = await openSession()
  await filled(session, 0)
  const { shell, sink } = session
  await shell.run("begin work; INSERT INTO T VALUE {'a': 1}", sink)
  const refused = [
    'nonsense here',
    'SELECT * FROM Tt',
    "UPDATE T SET a = a + 'x'",
    "INSERT INTO T << {'a': 2}, 5 >>",
    'SELECT 1 / 0 FROM T',
    'SELECT * FROM T WHERE a = ?',
  ]
  for (const text of refused) {
    assert.equal((await shell.run(text, sink)).exit, 'failed')
    assert.match(session.said().at(-1) as string, /note: the transaction is still open/, text)
  }
  await shell.run('COMMIT TRANSACTION; SELECT * FROM T', sink)
  assert.deepEqual(session.said().slice(1), ['result', '{a:1}', 'end committed 1'])
})

test('set on-error rollback: an error in a transaction rolls it back and says so', async () => {
  const session = await openSession()
  await filled(session, 0)
  const { shell, sink } = session
  await shell.run('set on-error rollback', sink)
  const outcome = await shell.run("begin; INSERT INTO T VALUE {'a': 1}; nonsense here; commit", sink)
  assert.equal(outcome.exit, 'failed')
  assert.match(session.said().at(-1) as string, /\nnote: rolled back; no changes were saved\n/)
  assert.equal(shell.inTransaction, false)
  await shell.run('SELECT * FROM T', sink)
  assert.deepEqual(session.said(), ['result', 'end committed 0'])
})

test('a mistaken command leaves the transaction open and says so', async () => {
  const { shell, sink, said } = await openSession()
  assert.equal((await shell.run('begin; begin', sink)).exit, 'failed')
  assert.deepEqual(said()[0]?.split('\n'), [
    'error[transaction/already-open]: a transaction is open already',
    ' --> line 1, column 8',
    'note: the transaction is still open',
    "help: 'commit' or 'abort' ends it",
  ])
  await shell.run('\\comit', sink)
  assert.match(said()[0] as string, /did you mean '\\commit'/)
  await shell.run('use other', sink)
  assert.equal(shell.inTransaction, true)
  assert.equal((await shell.endOfInput(sink)).quit, false)
  assert.equal((await shell.endOfInput(sink)).quit, true)
})

test('commit without a transaction is an error', async () => {
  const { shell, sink, said } = await openSession()
  assert.equal((await shell.run('commit', sink)).exit, 'failed')
  assert.match(said()[0] as string, /nothing to commit: no transaction is open/)
})

test('a commit that loses to another transaction is lost', async () => {
  const session = await openSession()
  await filled(session, 1)
  const { shell, sink } = session
  await shell.run('begin; UPDATE T SET n = 5', sink)
  await session.other.execute((transaction) => transaction.execute('UPDATE T SET n = 6'))
  assert.equal((await shell.run('commit', sink)).exit, 'lost')
  assert.match(session.said().at(-1) as string, /^error\[transaction\/conflict\].*note: the transaction is lost/s)
})

test('a transaction that outlived its time is lost', async () => {
  const session = await openSession()
  await filled(session, 1)
  await session.shell.run('begin', session.sink)
  session.env.advance(31_000)
  assert.equal((await session.shell.run('SELECT * FROM T', session.sink)).exit, 'lost')
  assert.match(session.said().at(-1) as string, /has expired[\s\S]*note: the transaction is lost/)
  assert.equal(session.shell.inTransaction, false)
})

test('a result in the buffer is shown after its commit; conflicts are tried again', async () => {
  let conflicts = 2
  const session = await openSession((send) => (request, control) => {
    if (request.CommitTransaction === undefined || conflicts === 0) return send(request, control)
    conflicts -= 1
    return send({ SessionToken: request.SessionToken as string, AbortTransaction: {} }).then(() => {
      throw new WireError('OccConflictException', 'conflict')
    })
  })
  await filled(session, resultBufferValuesMax)
  assert.equal((await session.shell.run('SELECT * FROM T', session.sink)).exit, 'ok')
  assert.deepEqual(session.said(), ['result', '1000 rows', 'end committed 1000'])
  assert.equal(conflicts, 0)
})

test('a larger result streams before its commit, and says so when the commit fails', async () => {
  let commits = 0
  const session = await openSession((send) => (request, control) => {
    if (request.CommitTransaction === undefined) return send(request, control)
    commits += 1
    return send({ SessionToken: request.SessionToken as string, AbortTransaction: {} }).then(() => {
      throw new WireError('OccConflictException', 'conflict')
    })
  })
  await filled(session, resultBufferValuesMax + 500)
  assert.equal((await session.shell.run('SELECT * FROM T', session.sink)).exit, 'lost')
  const said = session.said()
  assert.deepEqual(said.slice(0, -1), ['stream', '1200 rows', '200 rows', '100 rows', 'end lost 1500'])
  assert.match(said.at(-1) as string, /conflict; the rows shown above are not committed/)
  assert.equal(commits, 1)
})

test('nobody says that nothing was saved, or rows are not committed, when the outcome of the commit is not known', async () => {
  const session = await openSession((send) => async (request, control) => {
    if (request.CommitTransaction === undefined || !fails) return send(request, control)
    await send({ SessionToken: request.SessionToken as string, AbortTransaction: {} })
    throw new WireError('InternalFailure', 'out of order')
  })
  let fails = false
  await filled(session, resultBufferValuesMax + 500)
  fails = true
  for (const script of ['INSERT INTO T VALUE {}', 'SELECT * FROM T', 'begin; INSERT INTO T VALUE {}; commit']) {
    session.said()
    assert.equal((await session.shell.run(script, session.sink)).exit, 'lost')
    const said = session.said().at(-1) as string
    assert.match(said, /was committed: out of order/)
    assert.match(said, /note: its changes may have been saved, or not/)
    assert.doesNotMatch(said, /no changes were saved|are not committed/)
  }
})

test('a slow sink holds the stream: pages are fetched when the one before was taken', async () => {
  let pages = 0
  const session = await openSession((send) => (request, control) => {
    if (request.FetchPage !== undefined) pages += 1
    return send(request, control)
  })
  await filled(session, 3_000)
  const seen: number[] = []
  await session.shell.run('SELECT * FROM T', async (event) => {
    if (event.type === 'rows') seen.push(pages)
  })
  assert.deepEqual(seen, [5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
})

test('with auto-commit off a statement outside a transaction is refused', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run('set auto-commit off', sink)
  assert.equal((await shell.run('CREATE TABLE T', sink)).exit, 'failed')
  assert.match(said().at(-1) as string, /auto-commit is off/)
  await shell.run('begin; CREATE TABLE T; commit', sink)
  assert.deepEqual(said().slice(-1), ['notice: transaction <id> committed'])
})

test('show tables, status, env, set, use, help, quit', async () => {
  const session = await openSession()
  const { shell, sink, said } = session
  await shell.run('show tables', sink)
  assert.deepEqual(said(), ['notice: the ledger has no tables'])
  await session.other.execute(async (t) => {
    await t.execute('CREATE TABLE Zebra')
    await t.execute('CREATE TABLE Ant')
  })
  await shell.run('SHOW TABLES', sink)
  assert.deepEqual(said(), ['text: - Ant\n- Zebra'])
  assert.deepEqual(shell.knownTables, ['Ant', 'Zebra'])
  await shell.run('status', sink)
  assert.deepEqual(said(), [
    'text: ledger       test\nwhere        embedded, in memory\nregion       here\ntransaction  none\nversion      1.2.3',
  ])
  await shell.run('set Format = jsonl; env', sink)
  const env = said().at(-1) as string
  assert.match(env, /^text: region +here +\(flag --region\)\nformat +jsonl +\(set\)\nauto-commit +true +\(default\)/)
  await shell.run(`set prompt "$LEDGER@$REGION$ACTIVE_TRANSACTION# "`, sink)
  assert.equal(shell.state.prompt, 'test@here# ')
  assert.equal((await shell.run('set formt json', sink)).exit, 'failed')
  assert.match(said().at(-1) as string, /no setting named 'formt'[\s\S]*did you mean 'format'/)
  await shell.run('use elsewhere', sink)
  assert.equal(shell.state.ledger, 'elsewhere')
  assert.deepEqual(said(), ["notice: now on ledger 'elsewhere' (elsewhere)"])
  await shell.run('help begin', sink)
  assert.match(said()[0] as string, /^text: begin\n/)
  assert.deepEqual(await shell.run('quit; DROP TABLE Ant', sink), { exit: 'ok', quit: true })
})

test('a raised signal stops the statement and the input', async () => {
  const session = await openSession()
  await filled(session, 10)
  const outcome = await session.shell.run('SELECT * FROM T; SELECT 1', session.sink, { signal: AbortSignal.abort() })
  assert.equal(outcome.exit, 'interrupted')
  assert.equal(session.said().length, 1)
})

test('the session ends with a warning when a transaction is open', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run('begin', sink)
  assert.deepEqual(await shell.close(sink), { exit: 'failed', quit: true })
  assert.match(said()[0] as string, /^warning: a transaction was still open/)
})

test('the shell waits until an event is taken before it sends the next', async () => {
  const { shell, env } = await openSession()
  const taken: string[] = []
  let waiting = 0
  const slow = async ({ type }: ShellEvent) => {
    waiting += 1
    assert.equal(waiting, 1, `${type} came before ${taken.at(-1)} was taken`)
    await new Promise((resolve) => setImmediate(resolve))
    taken.push(type)
    waiting -= 1
  }
  const wholly = async (what: string, work: Promise<unknown>) => {
    await work
    assert.equal(waiting, 0, `${what}: its last event was not taken yet`)
    assert.ok(taken.length > 0, what)
    taken.length = 0
  }
  await wholly('a statement', shell.run('CREATE TABLE T', slow))
  await shell.run('begin', slow)
  await wholly('rows', shell.run("INSERT INTO T <<{'a': 1}, {'a': 2}>>; SELECT * FROM T", slow))
  await wholly('an error', shell.run('SELECT * FORM T', slow))
  await wholly('Ctrl-D in a transaction', shell.endOfInput(slow))
  await shell.run('begin', slow)
  await wholly('abort', shell.run('abort', slow))
  await wholly('begin', shell.run('begin; SELECT * FROM T', slow))
  await wholly('commit', shell.run('commit', slow))
  for (const command of ['show tables', 'show status', 'set', 'set format json', 'set format ion', 'show history'])
    await wholly(command, shell.run(command, slow))
  for (const command of [
    'help',
    'help begin',
    'describe T',
    'vertical',
    'show ledgers',
    'set notices off',
    'set nothing',
  ])
    await wholly(command, shell.run(command, slow))
  await shell.run('begin', slow)
  env.advance(3_600_000)
  await wholly(
    'expiry',
    shell.noticeExpiry(slow, () => undefined),
  )
  await wholly('use', shell.run('use elsewhere', slow))
  await shell.run('begin', slow)
  await wholly('the end', shell.close(slow))
})

test('what Enter should do', async () => {
  const { shell } = await openSession()
  assert.equal(shell.inputState(' \n'), 'empty')
  assert.equal(shell.inputState('begin'), 'complete')
  assert.equal(shell.inputState('\\set'), 'complete')
  assert.equal(shell.inputState('SELECT * FROM T'), 'incomplete')
  assert.equal(shell.inputState('SELECT * FROM T; -- all'), 'complete')
  shell.settings.set('terminator-required', 'false', 'test')
  assert.equal(shell.inputState('begin'), 'complete')
  assert.equal(shell.inputState('SELECT * FROM T'), 'complete')
  assert.equal(shell.inputState('SELECT * FROM T WHERE'), 'incomplete')
})

test('a bug of ours says that it is ours', async () => {
  const session = await openSession((send) => (request, control) => {
    if (request.ExecuteStatement !== undefined) throw new TypeError('x is undefined')
    return send(request, control)
  })
  assert.equal((await session.shell.run('SELECT 1', session.sink)).exit, 'failed')
  assert.match(session.said()[0] as string, /^error\[bug\]: internal error: x is undefined[\s\S]*a fault of qldb-shell/)
})

test('a mistyped end of a transaction leaves it open, in a script too', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run('CREATE TABLE T', sink)
  for (const text of ['COMMIT AND CHAIN', 'comit', 'commit transation', 'rollbak']) {
    said()
    await shell.run("begin; INSERT INTO T VALUE {'n': 1}", sink)
    for (const isScript of [undefined, true] as const) {
      said()
      const outcome = await shell.run(text, sink, { ...(isScript && { isScript }) })
      assert.equal(outcome.exit, 'failed')
      assert.match(said().join('\n'), /note: the transaction is still open\nhelp: /)
      assert.ok(shell.inTransaction, text)
    }
    await shell.run('abort', sink)
  }
})

test('help functions lists every function with its signature, and a pattern chooses some', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run('help functions', sink)
  const all = said().join('\n')
  for (const { signature } of functionFacts) assert.ok(all.includes(signature), signature)
  await shell.run('\\df *date*', sink)
  const dates = said().join('\n')
  assert.match(dates, /^text: time\n {2}CURRENT_DATE +the date, in UTC\n {2}DATE_ADD\(part, n, t\) /)
  assert.ok(!dates.includes('UTCNOW'))
  await shell.run('\\df subst', sink)
  assert.match(said().join('\n'), /SUBSTRING\(s, start \[, length\]\) {2}the characters from start/)
  await shell.run('\\df nothing.', sink)
  assert.deepEqual(said(), ['notice: no function has such a name'])
  await shell.run('set format jsonl; show functions txi?', sink)
  assert.match(said().join('\n'), /TXID\(\)/)
})

test('help takes a function and an error code too', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run('help Median', sink)
  assert.deepEqual(said(), [
    'text: MEDIAN(x)\n  the middle number, or the mean of the two in the middle\n  QLDB did not have it: --strict-qldb refuses it',
  ])
  await shell.run('help transaction/conflict', sink)
  assert.match(said().join('\n'), /^text: error\[transaction\/conflict\] \(conflict\)\n.*\n {2}help: run it again/)
  await shell.run('help medain', sink)
  assert.match(said().join('\n'), /did you mean 'help median'\?/)
  await shell.run('help replace', sink)
  assert.match(said().join('\n'), /REPLACE INTO/)
})
