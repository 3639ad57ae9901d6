import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { TerminalSession } from '../support/terminal.ts'

/*
 * Whole sessions of the built program in a pseudo-terminal, read through a screen model. They wait for what the screen
 * shows, never for a delay.
 */
const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function home(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-ui-'))
  folders.push(folder)
  return folder
}

/** A session whose files all lie in a folder of its own. */
function start(
  args: readonly string[],
  folder = home(),
  size: { columns?: number; rows?: number } = {},
): TerminalSession {
  const env = {
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_STATE_HOME: join(folder, 'state'),
    AWS_ENDPOINT_URL_QLDB_SESSION: undefined,
  }
  return new TerminalSession(args, { env, ...size })
}

/** The screen ends with this prompt and nothing typed. */
const promptAtEnd = /qldb> $|qldb>$/
const transactionPrompt = /qldb \*> *\n?.*$/

/** What no session at the prompt may ever write: erase the scrollback, enter the alternate screen. */
function assertKindBytes(bytes: string): void {
  assert.ok(!bytes.includes('\x1b[3J'), 'the scrollback was erased')
  assert.ok(!bytes.includes('\x1b[?1049h'), 'the alternate screen was entered')
  assert.equal(bytes.split('\x1b[?2004h').length, bytes.split('\x1b[?2004l').length, 'bracketed paste was left on')
}

async function leave(terminal: TerminalSession): Promise<number> {
  terminal.type('\x04')
  const code = await terminal.waitForExit()
  assertKindBytes(terminal.bytes)
  return code
}

test('terminal: statements, a table, a command and leaving with Ctrl-D', async (t) => {
  const terminal = start(['--memory'])
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter('CREATE TABLE Vehicle;')
  await terminal.waitFor(/tableId[\s\S]*1 document in bag[\s\S]*qldb>$/)
  terminal.enter("INSERT INTO Vehicle << {'VIN': 'A1', 'Price': 42.20, 'Owner': '日本'}, {'VIN': 'B2', 'Price': 7} >>;")
  await terminal.waitFor(/2 documents in bag[\s\S]*qldb>$/)
  terminal.enter('SELECT * FROM Vehicle;')
  const text = await terminal.waitFor(/read-ios: 2,[\s\S]*qldb>$/)
  assert.match(
    text,
    /VIN │ Price │ Owner\n────┼───────┼──────\nA1 {2}│ 42\.20 │ 日本\nB2 {2}│ {5}7 │\n2 documents in bag \(read-ios: 2,/,
  )
  terminal.enter('show tables')
  await terminal.waitFor(/show tables\n[\s\S]*Vehicle\n[\s\S]*qldb>$/)
  assert.equal(await leave(terminal), 0)
})

test('terminal: an error shows its place, and a statement over several lines is one statement', async (t) => {
  const terminal = start(['--demo'])
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter('SELECT VIN')
  await terminal.waitFor(/-> *\n?.*semicolon/)
  terminal.enter('FROM Vehicel;')
  const text = await terminal.waitFor(/error\[[\s\S]*did you mean 'Vehicle'[\s\S]*qldb>$/)
  assert.match(text, /line 2, column 6/)
  assert.match(text, /FROM Vehicel;?\n *\|? *\^/)
  assert.equal(await leave(terminal), 0)
})

test('terminal: history is kept between runs', async (t) => {
  const folder = home()
  const first = start(['--memory'], folder)
  t.after(() => first.kill())
  await first.waitFor(promptAtEnd)
  first.enter('SELECT 41 + 1 AS answer FROM <<0>>;')
  await first.waitFor(/42\n1 document[\s\S]*qldb>$/)
  await leave(first)
  const second = start(['--memory'], folder)
  t.after(() => second.kill())
  await second.waitFor(promptAtEnd)
  second.type('\x1b[A')
  await second.waitFor(/qldb> SELECT 41 \+ 1 AS answer/)
  second.type('\x03\x12answer')
  await second.waitFor(/search: answer\nSELECT 41/)
  second.type('\r')
  await second.waitFor(/42\n1 document[\s\S]*qldb>$/)
  assert.equal(await leave(second), 0)
})

test('terminal: Ctrl-C clears the line, and stops a running statement; the session stays open', async (t) => {
  const terminal = start(['--demo'])
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.type('SELECT nothing')
  await terminal.waitFor(/SELECT nothing$/)
  terminal.type('\x03')
  await terminal.waitFor(/SELECT nothing\^C\nqldb>$/)
  const tables = Array.from({ length: 9 }, (_, index) => `Vehicle AS v${index}`).join(', ')
  terminal.enter(`SELECT COUNT(*) AS n FROM ${tables}, Person AS p1, Person AS p2, Person AS p3;`)
  await terminal.waitFor(/running for .* Ctrl-C stops it/)
  terminal.type('\x03')
  await terminal.waitFor(/error\[cancelled\/by-user\][\s\S]*qldb>$/)
  terminal.enter('SELECT COUNT(*) AS n FROM Vehicle;')
  await terminal.waitFor(/1 document in bag[\s\S]*qldb>$/)
  assert.equal(await leave(terminal), 0)
})

test('terminal: an open transaction is in the prompt; leaving aborts it with a warning and a verdict', async (t) => {
  const folder = home()
  const terminal = start([], folder)
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter('create table T;')
  await terminal.waitFor(/1 document[\s\S]*qldb>$/)
  terminal.enter('BEGIN')
  await terminal.waitFor(transactionPrompt)
  await terminal.waitFor(/transaction \w{22}: \d+ s left/)
  terminal.enter("INSERT INTO T VALUE {'n': 1};")
  await terminal.waitFor(/documentId[\s\S]*qldb \*>/)
  terminal.enter('quit')
  await terminal.waitFor(/with 1 statement not committed\.\nRoll it back and leave\? \[y\/N\]$/)
  terminal.enter('n')
  await terminal.waitFor(/\[y\/N\] n\nqldb \*>/)
  terminal.enter('set confirm off')
  await terminal.waitFor(/confirm is now 'false'\nqldb \*>/)
  terminal.enter('quit')
  await terminal.waitFor(/^warning: a transaction was still open at the end: rolled back/m)
  assert.equal(await terminal.waitForExit(), 1)
  const again = start(['-e', 'SELECT COUNT(*) AS n FROM T'], folder)
  t.after(() => again.kill())
  await again.waitFor(/n\n─\n0/)
  assert.equal(await again.waitForExit(), 0)
})

test('terminal: DELETE without WHERE asks, also on a terminal without control sequences; a script never does', async (t) => {
  const terminal = start(['--demo'])
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter('DELETE FROM Vehicle;')
  await terminal.waitFor(/all 5 documents of Vehicle[^\n]*\nDelete\? \[y\/N\]$/)
  terminal.enter('')
  await terminal.waitFor(/Delete\? \[y\/N\]\nnot run: nothing was changed\nqldb>$/)
  assert.equal(await leave(terminal), 0)
  const dumb = new TerminalSession(['--demo'], { env: { TERM: 'dumb', XDG_STATE_HOME: home() } })
  t.after(() => dumb.kill())
  await dumb.waitFor(promptAtEnd)
  dumb.enter('DELETE FROM Vehicle;')
  await dumb.waitFor(/Delete\? \[y\/N\]$/)
  dumb.type('\x03')
  await dumb.waitFor(/not run: nothing was changed\nqldb>$/)
  dumb.enter('DELETE FROM Vehicle;')
  await dumb.waitFor(/changed[\s\S]*Delete\? \[y\/N\]$/)
  dumb.enter('y')
  await dumb.waitFor(/5 documents in bag[\s\S]*qldb>$/)
  dumb.type('\x04')
  assert.equal(await dumb.waitForExit(), 0)
  const script = start(['--demo', '-e', 'DELETE FROM Vehicle'])
  t.after(() => script.kill())
  await script.waitFor(/5 documents in bag/)
  assert.equal(await script.waitForExit(), 0)
})

test('terminal: a long result streams into the scrollback, whole and in order', async (t) => {
  const terminal = start(['--memory'], home(), { rows: 20 })
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter('CREATE TABLE T;')
  await terminal.waitFor(/1 document[\s\S]*qldb>$/)
  const rows = Array.from({ length: 450 }, (_, index) => `{'n':${index}}`).join(',')
  terminal.type(`\x1b[200~INSERT INTO T << ${rows} >>;\x1b[201~\r`)
  await terminal.waitFor(/450 documents in bag[\s\S]*qldb>$/)
  terminal.enter('SELECT n FROM T;')
  const text = await terminal.waitFor(/read-ios: 450[\s\S]*qldb>$/)
  const shown = text
    .slice(text.lastIndexOf('SELECT n FROM T'))
    .split('\n')
    .filter((line) => /^ *\d+$/.test(line))
  assert.deepEqual(
    shown.map(Number),
    Array.from({ length: 450 }, (_, index) => index),
  )
  assert.equal(await leave(terminal), 0)
})

test('terminal: a value full of control sequences reaches the terminal as visible text only', async (t) => {
  const terminal = start(['--memory'])
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter('SELECT `"\\x1b[31mred\\x1b]0;title\\x07\\x9b2J"` AS v FROM <<0>>;')
  await terminal.waitFor(/1 document[\s\S]*qldb>$/)
  for (const hostile of ['\x1b[31mred', '\x1b]0;', '\x07', '\x9b']) assert.ok(!terminal.bytes.includes(hostile))
  assert.equal(await leave(terminal), 0)
})

test('terminal: a narrow and then resized terminal keeps prompt and text whole', async (t) => {
  const terminal = start(['--memory'], home(), { columns: 40, rows: 10 })
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  const statement = `SELECT ${Array.from({ length: 20 }, (_, index) => `'word${index}'`).join(' || ')} AS t FROM <<0>>;`
  terminal.type(statement)
  await terminal.waitFor(/<<0>>;$/)
  terminal.resize(60, 12)
  await terminal.waitFor((text) => text.includes("qldb> SELECT 'word0' || 'word1' || 'word2' || 'word3' || 'w\n"))
  terminal.type('\r')
  await terminal.waitFor(/1 document in bag[\s\S]*qldb>$/)
  assert.equal(await leave(terminal), 0)
})

test('terminal: a text taller than a window that shrinks never wipes the scrollback', async (t) => {
  const terminal = start(['--memory'], home(), { rows: 24 })
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter("SELECT 'before' AS seen FROM <<0>>;")
  await terminal.waitFor(/1 document[\s\S]*qldb>$/)
  terminal.type(Array.from({ length: 30 }, (_, index) => `-- line ${index}`).join('\x1b\r'))
  await terminal.waitFor(/-- line 29$/)
  terminal.resize(80, 8)
  terminal.type('!')
  await terminal.waitFor(/-- line 29!$/)
  terminal.resize(30, 5)
  terminal.type('?')
  await terminal.waitFor(/-- line 29!\?$/)
  assert.match(terminal.text(), /before/)
  terminal.type('\x03')
  await terminal.waitFor(promptAtEnd)
  assert.equal(await leave(terminal), 0)
})

test('terminal: Ctrl-Z where nobody could continue the program does nothing; what was typed is still there', async (t) => {
  const terminal = start(['--memory'])
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.type('SELECT 1 AS n\x1a')
  await terminal.waitFor(/qldb> SELECT 1 AS n\^Z\n+qldb> SELECT 1 AS n$/)
  terminal.enter(' FROM <<0>>;')
  await terminal.waitFor(/1 document[\s\S]*qldb>$/)
  assert.equal(await leave(terminal), 0)
})

test('terminal: NO_COLOR leaves no colour, and colour is there without it', async (t) => {
  const colour = /\x1b\[3\dm/
  const coloured = start(['--memory'])
  t.after(() => coloured.kill())
  await coloured.waitFor(promptAtEnd)
  coloured.enter('SELECT 1 AS n FROM <<0>>;')
  await coloured.waitFor(/1 document[\s\S]*qldb>$/)
  assert.match(coloured.bytes, colour)
  await leave(coloured)
  const plain = new TerminalSession(['--memory'], { env: { NO_COLOR: '1', XDG_STATE_HOME: home() } })
  t.after(() => plain.kill())
  await plain.waitFor(promptAtEnd)
  plain.enter('SELECT 1 AS n FROM <<0>>;')
  await plain.waitFor(/1 document[\s\S]*qldb>$/)
  assert.ok(!colour.test(plain.bytes))
  await leave(plain)
})

test('terminal: with TERM dumb there is a prompt, a statement of two lines, Ctrl-C, and no escape byte', async (t) => {
  const folder = home()
  const terminal = new TerminalSession(['--demo'], {
    env: { TERM: 'dumb', XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder },
  })
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter('SELECT Make FROM Vehicle')
  await terminal.waitFor(/\n {3}->$/)
  terminal.enter("WHERE VIN = 'WVWZZZ1KZ8W386752';")
  await terminal.waitFor(/Volkswagen\n1 document in bag[\s\S]*qldb>$/)
  terminal.enter('SELECT nothing')
  await terminal.waitFor(/\n {3}->$/)
  terminal.type('\x03')
  await terminal.waitFor(/\^C\nqldb>$/)
  const tables = Array.from({ length: 12 }, (_, index) => `Vehicle AS v${index}`).join(', ')
  terminal.enter(`SELECT COUNT(*) AS n FROM ${tables};`)
  await terminal.waitFor(/running for 1 s, [\d,]+ documents read; Ctrl-C stops it\n/)
  terminal.type('\x03')
  await terminal.waitFor(/error\[cancelled\/by-user\][\s\S]*qldb>$/)
  terminal.enter('begin')
  await terminal.waitFor(transactionPrompt)
  terminal.type('\x04')
  await terminal.waitFor(/warning: a transaction was still open at the end/)
  assert.equal(await terminal.waitForExit(), 1)
  assert.ok(!terminal.bytes.includes('\x1b'), JSON.stringify(terminal.bytes))
})

test('terminal: a line that a dumb terminal has cut is not run', async (t) => {
  const terminal = new TerminalSession(['--memory'], { env: { TERM: 'dumb', XDG_STATE_HOME: home() } })
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter(`SELECT 1 AS n FROM <<0>>; -- ${'x'.repeat(5000)}`)
  await terminal.waitFor(
    /error\[statement\/too-large\]: the terminal cuts a line at 4,095 bytes: nothing was\s+run\n[\s\S]*qldb>$/,
  )
  terminal.enter('quit')
  assert.equal(await terminal.waitForExit(), 0)
})

test('terminal: with pager on, a result longer than the screen goes through $PAGER; a short or streaming one does not', async (t) => {
  const terminal = new TerminalSession(['--memory'], {
    rows: 20,
    env: { PAGER: "sed 's/^/paged /'", XDG_STATE_HOME: home(), XDG_CONFIG_HOME: home() },
  })
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter('CREATE TABLE T;')
  await terminal.waitFor(/1 document[\s\S]*qldb>$/)
  terminal.enter('set pager on')
  await terminal.waitFor(/pager is now 'true'[\s\S]*qldb>$/)
  const rows = Array.from({ length: 1500 }, (_, index) => `{'n':${index}}`).join(',')
  terminal.type(`\x1b[200~INSERT INTO T << ${rows} >>;\x1b[201~\r`)
  const streamed = await terminal.waitFor(/1500 documents in bag[\s\S]*qldb>$/)
  assert.ok(!streamed.includes('paged'))
  terminal.enter('SELECT n FROM T WHERE n < 30;')
  const tall = await terminal.waitFor(/30 documents in bag[\s\S]*qldb>$/)
  assert.match(tall, /paged \s*n\npaged ─+\npaged +0\n[\s\S]*paged +29\n30 documents in bag/)
  terminal.enter('SELECT n FROM T WHERE n < 3;')
  await terminal.waitFor(/\nn\n─\n0\n1\n2\n3 documents in bag[\s\S]*qldb>$/)
  assert.equal(await leave(terminal), 0)
})

test('terminal: a pager that is left early, or is not there, is no error', async (t) => {
  const terminal = new TerminalSession(['--demo'], {
    rows: 10,
    env: { PAGER: 'head -n 3', XDG_STATE_HOME: home(), XDG_CONFIG_HOME: home() },
  })
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter('set pager on')
  await terminal.waitFor(/pager is now 'true'[\s\S]*qldb>$/)
  terminal.enter('vertical on')
  await terminal.waitFor(/format is now 'vertical'[\s\S]*qldb>$/)
  terminal.enter('SELECT * FROM Person;')
  await terminal.waitFor(/─\[ 1 \]─+\nFirstName │ Amara\nLastName {2}│ Okafor\n5 documents in bag[\s\S]*qldb>$/)
  terminal.enter('vertical off')
  await terminal.waitFor(/format is now 'auto'[\s\S]*qldb>$/)
  assert.equal(await leave(terminal), 0)
})

test('terminal: a notice stands under its result', async (t) => {
  const terminal = start(['--demo'])
  t.after(() => terminal.kill())
  await terminal.waitFor(promptAtEnd)
  terminal.enter('SELECT vin FROM Vehicle;')
  await terminal.waitFor(
    /5 documents in bag.*\nnote: no document of Vehicle has a field 'vin'; did you mean 'VIN'\?\nqldb>$/,
  )
  terminal.enter('set notices off')
  await terminal.waitFor(/notices is now 'false'[\s\S]*qldb>$/)
  terminal.enter('SELECT make FROM Vehicle;')
  const text = await terminal.waitFor(/make FROM Vehicle;[\s\S]*5 documents in bag.*\nqldb>$/)
  assert.doesNotMatch(text, /field 'make'/)
  assert.equal(await leave(terminal), 0)
})
