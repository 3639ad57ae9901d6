import assert from 'node:assert/strict'
import { test } from 'node:test'
import { complete } from '../../src/shell/completion.ts'
import { History } from '../../src/shell/history.ts'
import type { Shell } from '../../src/shell/shell.ts'
import type { RunOptions } from '../../src/shell/script-run.ts'
import { Settings } from '../../src/shell/settings.ts'
import { KeyDecoder } from '../../src/ui/key-decoder.ts'
import { Session } from '../../src/ui/session.ts'
import { themeOf } from '../../src/ui/theme.ts'
import { liveView } from '../../src/ui/view.ts'

interface Fake {
  readonly session: Session
  /** What happened, in order: `run …`, `echo …`, `keep …`, `clear`, `end-of-input`, `close`. */
  readonly log: string[]
  type(bytes: string): Promise<void>
  view(): string[]
  /** Lets the statement that runs end. */
  finish: () => void
}

/** A session over a shell that records its calls; `slow` statements run until finish() or Ctrl-C. */
interface FakeOptions {
  readonly mode?: 'emacs' | 'vi'
  readonly waitingKeysMax?: number
}

function fakeSession(
  entries: readonly string[] = [],
  { mode = 'emacs', waitingKeysMax = 1_000_000 }: FakeOptions = {},
): Fake {
  const log: string[] = []
  const history = new History(entries)
  const shellState: { prompt: string; transaction: { id: string; startedMs: number; ageMsMax: number } | undefined } = {
    prompt: 'qldb> ',
    transaction: undefined,
  }
  const fake: { finish: () => void } = { finish: () => {} }
  const run = async (text: string, _sink: unknown, options: RunOptions = {}) => {
    log.push(`run ${text}`)
    if (text === 'begin') {
      shellState.prompt = 'qldb *> '
      shellState.transaction = { id: 'T', startedMs: 0, ageMsMax: 30_000 }
    }
    if (text === 'DELETE FROM Asks;') {
      const isYes = await options.ask?.({ text: 'This deletes it.', prompt: 'Delete? [y/N] ' })
      log.push(isYes === true ? 'deleted' : 'kept')
    }
    if (text.startsWith('slow')) {
      await new Promise<void>((resolve) => {
        fake.finish = resolve
        options.signal?.addEventListener('abort', () => {
          log.push('cancelled')
          resolve()
        })
      })
    }
    return { exit: 'ok', quit: text === 'quit' }
  }
  const settings = new Settings()
  if (mode === 'vi') settings.set('edit-mode', 'vi', 'set')
  const shell = {
    history,
    settings,
    run,
    get state() {
      return { ledger: 'l', description: '', ...shellState }
    },
    inputState: (text: string) =>
      text.trim() === '' ? 'empty' : /;\s*$|^(quit|begin)$/.test(text) ? 'complete' : 'incomplete',
    noticeExpiry: async (_sink: unknown, onExpired: () => void) => {
      if (shellState.transaction === undefined) return
      shellState.prompt = 'qldb> '
      shellState.transaction = undefined
      onExpired()
    },
    completions: async (text: string, caret: number) => complete(text, caret, ['Vehicle', 'VehicleRegistration']),
    endOfInput: async () => {
      log.push('end-of-input')
      return { exit: 'ok', quit: true }
    },
    close: async () => {
      log.push('close')
      return { exit: 'ok', quit: true }
    },
  } as unknown as Shell
  const session = new Session({
    shell,
    sink: () => {},
    echo: async (state, mark) => void log.push(`echo ${state.editor.text}${mark}`),
    remember: (input) => void log.push(`keep ${input}`),
    clearScreen: () => void log.push('clear'),
    suspend: async () => void log.push('suspend'),
    holdInput: (isHeld) => void log.push(isHeld ? 'hold' : 'go on'),
    waitingKeysMax,
  })
  const decoder = new KeyDecoder()
  return {
    session,
    log,
    type: (bytes) => session.keys(decoder.push(bytes)),
    view: () => {
      const rowsRead = { count: 1234, sinceMs: 0 }
      const theme = themeOf(false)
      const size = { columns: 60, rows: 24 }
      const view = liveView({ state: session.state, theme, shell: shell.state, nowMs: 2000, rowsRead, ...size })
      return [...view.rows]
    },
    get finish() {
      return fake.finish
    },
  }
}

test('session: a terminated statement runs at once, is echoed and kept', async () => {
  const fake = fakeSession()
  await fake.type('SELECT 1;\r')
  assert.deepEqual(fake.log, ['echo SELECT 1;', 'keep SELECT 1;', 'run SELECT 1;'])
  assert.deepEqual(fake.view(), ['qldb> '])
})

test('session: a question is answered with y and Enter, and stands in the scrollback with its answer', async () => {
  const fake = fakeSession()
  void fake.type('DELETE FROM Asks;\r')
  await settled()
  assert.deepEqual(fake.view(), ['This deletes it.', 'Delete? [y/N] '])
  await fake.type('y')
  assert.deepEqual(fake.view(), ['This deletes it.', 'Delete? [y/N] y'])
  await fake.type('\r')
  await settled()
  assert.deepEqual(fake.log.slice(2), ['run DELETE FROM Asks;', 'echo y', 'deleted'])
  assert.deepEqual(fake.view(), ['qldb> '])
})

test('session: Enter, n, Escape, Ctrl-C and Ctrl-D are a no; anything else asks again', async () => {
  for (const no of ['\r', 'n\r', 'No\r', '\x03', '\x04', 'perhaps\r\x03']) {
    const fake = fakeSession()
    void fake.type('DELETE FROM Asks;\r')
    await settled()
    await fake.type(no)
    await settled()
    assert.equal(fake.log.at(-1), 'kept', JSON.stringify(no))
  }
})

test('session: what was typed before a question was shown does not answer it', async () => {
  const fake = fakeSession()
  void fake.type('DELETE FROM Asks;\ry\rSELECT 1;\r')
  await settled()
  assert.deepEqual(fake.view(), ['This deletes it.', 'Delete? [y/N] '])
  await fake.type('\r')
  await settled()
  assert.equal(fake.log.at(-1), 'kept')
})

/** Lets everything run that waits for nothing from outside. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

test('session: an unterminated statement continues on a new line, which says how to end it', async () => {
  const fake = fakeSession()
  await fake.type('SELECT\r')
  assert.deepEqual(fake.view(), ['qldb> SELECT', '   -> ', 'a semicolon, or Enter on an empty line, runs it'])
  await fake.type('1\r')
  assert.deepEqual(fake.view().slice(0, 3), ['qldb> SELECT', '   -> 1', '   -> '])
  await fake.type('\r')
  assert.ok(fake.log.includes('run SELECT\n1\n'))
})

test('session: a paste of several lines is one input, and runs nothing by itself', async () => {
  const fake = fakeSession()
  await fake.type('\x1b[200~SELECT 1;\r\nSELECT 2;\x1b[201~')
  assert.equal(fake.log.length, 0)
  await fake.type('\r')
  assert.ok(fake.log.includes('run SELECT 1;\nSELECT 2;'))
})

test('session: Ctrl-C clears the line, and on an empty one says how to leave', async () => {
  const fake = fakeSession()
  await fake.type('SELECT\x03')
  assert.deepEqual(fake.log, ['echo SELECT^C'])
  assert.deepEqual(fake.view(), ['qldb> '])
  await fake.type('\x03')
  assert.deepEqual(fake.view(), ['qldb> ', 'Ctrl-D or quit leaves the shell'])
})

test('session: Ctrl-Z suspends the program and keeps what was typed', async () => {
  const fake = fakeSession()
  await fake.type('SELECT\x1a 1')
  assert.deepEqual(fake.log, ['echo SELECT^Z', 'suspend'])
  assert.deepEqual(fake.view(), ['qldb> SELECT 1'])
})

test('session: Ctrl-C while a statement runs cancels it and drops what was typed ahead', async () => {
  const fake = fakeSession()
  const running = fake.type('slow;\r')
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(fake.view(), ['running for 2.0 s, 1,234 documents read; Ctrl-C stops it'])
  await fake.type('SELECT 2;\r')
  await fake.type('\x03')
  await running
  assert.ok(fake.log.includes('cancelled'))
  assert.ok(!fake.log.includes('run SELECT 2;'))
  await fake.type('SELECT 3;\r')
  assert.ok(fake.log.includes('run SELECT 3;'))
})

test('session: what is typed while a statement runs waits and then runs', async () => {
  const fake = fakeSession()
  const running = fake.type('slow;\r')
  await new Promise((resolve) => setImmediate(resolve))
  await fake.type('SELECT 2;\r')
  fake.finish()
  await running
  assert.ok(fake.log.includes('run SELECT 2;'))
})

test('session: up and down walk the history, keep the draft, and move inside a text of several lines', async () => {
  const fake = fakeSession(['SELECT 1;', 'SELECT a,\nb;'])
  await fake.type('draft\x1b[A')
  assert.deepEqual(fake.view(), ['qldb> SELECT a,', '   -> b;'])
  await fake.type('\x1b[A\x1b[A')
  assert.deepEqual(fake.view(), ['qldb> SELECT 1;'])
  await fake.type('\x1b[B\x1b[B\x1b[B')
  assert.deepEqual(fake.view(), ['qldb> draft'])
})

test('session: Ctrl-R finds an earlier input, again the one before, and Enter takes and runs it', async () => {
  const fake = fakeSession(['SELECT x;', 'CREATE TABLE t;', 'SELECT y;'])
  await fake.type('\x12select')
  assert.deepEqual(fake.view(), ['search: select', 'SELECT y;'])
  await fake.type('\x12')
  assert.deepEqual(fake.view(), ['search: select', 'SELECT x;'])
  await fake.type('\r')
  assert.ok(fake.log.includes('run SELECT x;'))
})

test('session: Ctrl-D leaves on an empty line and erases to the right in a text', async () => {
  const fake = fakeSession()
  await fake.type('ab\x01\x04')
  assert.deepEqual(fake.view(), ['qldb> b'])
  await fake.type('\x05\x15\x04')
  assert.deepEqual(fake.log, ['echo ^D', 'end-of-input', 'close'])
  assert.equal(await fake.session.ended, 'ok')
})

test('session: quit leaves, and the terminal hanging up closes the shell', async () => {
  const fake = fakeSession()
  await fake.type('quit\r')
  assert.equal(await fake.session.ended, 'ok')
  const other = fakeSession()
  await other.session.hangUp()
  assert.deepEqual(other.log, ['close'])
})

test('session: an open transaction is in the prompt, with the seconds it has left', async () => {
  const fake = fakeSession()
  await fake.type('begin\r')
  assert.deepEqual(fake.view(), ['qldb *> ', 'transaction T: 28 s left'])
})

test('session: Tab completes a word, and shows the candidates when there are several', async () => {
  const fake = fakeSession()
  await fake.type('sel\t')
  assert.deepEqual(fake.view(), ['qldb> select '])
  await fake.type('* from ve\t')
  assert.deepEqual(fake.view(), ['qldb> select * from Vehicle', 'Vehicle  VehicleRegistration'])
  await fake.type('R\t')
  assert.deepEqual(fake.view(), ['qldb> select * from VehicleRegistration '])
})

test('session: a paste of 50,000 keys without brackets, given while a statement runs, is all run', async () => {
  const fake = fakeSession()
  const running = fake.type('slow;\r')
  await new Promise((resolve) => setImmediate(resolve))
  let typed = ''
  for (let index = 0; index < 25_000; index += 1) typed += `SELECT ${index};\r`
  await fake.type(typed)
  fake.finish()
  await running
  const ran = fake.log.filter((line) => line.startsWith('run SELECT'))
  assert.equal(ran.length, 25_000)
  assert.equal(ran.at(-1), 'run SELECT 24999;')
})

test('session: no more keys are read than may wait, until they have been handled', async () => {
  const fake = fakeSession([], { waitingKeysMax: 1_000 })
  const running = fake.type('slow;\r')
  await new Promise((resolve) => setImmediate(resolve))
  await fake.type('\x01'.repeat(1_000))
  assert.notEqual(fake.log.at(-1), 'hold')
  await fake.type('\x01')
  assert.equal(fake.log.at(-1), 'hold')
  fake.finish()
  await running
  assert.equal(fake.log.at(-1), 'go on')
  assert.deepEqual(fake.view(), ['qldb> '])
})

test('session: keys that come together are drawn once', async () => {
  const fake = fakeSession()
  let drawn = 0
  fake.session.subscribe(() => (drawn += 1))
  await fake.type('a\x01b\x01c\x05d')
  assert.equal(drawn, 1)
  assert.deepEqual(fake.view(), ['qldb> cbad'])
})

test('session: vi keys edit, Enter runs from normal mode, and the next input begins in insert mode', async () => {
  const fake = fakeSession([], { mode: 'vi' })
  await fake.type('SELECT 2;\x1bbr1')
  assert.deepEqual(fake.view(), ['qldb> SELECT 1;', 'normal mode'])
  await fake.type('\r')
  assert.ok(fake.log.includes('run SELECT 1;'))
  await fake.type('SELECT 3;\r')
  assert.ok(fake.log.includes('run SELECT 3;'))
})

test('session: vi walks and searches the history; Enter in a search runs nothing', async () => {
  const fake = fakeSession(['SELECT a;', 'UPDATE b;', 'SELECT c;'], { mode: 'vi' })
  await fake.type('\x1bk')
  assert.deepEqual(fake.view(), ['qldb> SELECT c;', 'normal mode'])
  await fake.type('kk')
  assert.equal(fake.view()[0], 'qldb> SELECT a;')
  await fake.type('jjj/sel')
  assert.deepEqual(fake.view(), ['search: sel', 'SELECT c;'])
  await fake.type('\r')
  assert.deepEqual(fake.view(), ['qldb> SELECT c;', 'normal mode'])
  await fake.type('n')
  assert.equal(fake.view()[0], 'qldb> SELECT a;')
  assert.equal(fake.log.length, 0)
  await fake.type('\r')
  assert.ok(fake.log.includes('run SELECT a;'))
})

test('session: in vi mode a meta key is Escape and the key, and control keys are what they were', async () => {
  const fake = fakeSession([], { mode: 'vi' })
  await fake.type('one two')
  await fake.type('\x1bb')
  assert.deepEqual(fake.view(), ['qldb> one two', 'normal mode'])
  await fake.type('dw\x03')
  assert.deepEqual(fake.log, ['echo one ^C'])
  assert.deepEqual(fake.view(), ['qldb> '])
  await fake.type('x')
  assert.deepEqual(fake.view(), ['qldb> x'])
})

test('session: an input that was being typed when its transaction expired runs only when Enter is pressed twice', async () => {
  const fake = fakeSession()
  await fake.type('begin\rDELETE 1;')
  await fake.session.tick()
  assert.equal(fake.view()[0], 'qldb> DELETE 1;')
  await fake.type('\r')
  assert.ok(!fake.log.includes('run DELETE 1;'))
  assert.match(fake.view().join(' '), /the transaction expired: Enter again runs this/)
  await fake.type('\r')
  assert.ok(fake.log.includes('run DELETE 1;'))
  await fake.type('begin\r')
  await fake.session.tick()
  await fake.type('SELECT 1;\r')
  assert.ok(fake.log.includes('run SELECT 1;'))
})
