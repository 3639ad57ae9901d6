import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { ToolProgress } from '../../src/cli/tools/tool-progress.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { openLedger, run } from '../ledger/ledger-fixture.ts'

/** A world whose stderr is kept as text; `interrupt` is Ctrl-C. */
function worldOf(isTTY: boolean, errorFormat: 'text' | 'json' = 'text') {
  let text = ''
  let heard: (() => void) | undefined
  const stderr = new Writable({
    write(chunk, _, done) {
      text += String(chunk)
      done()
    },
  })
  return {
    world: {
      errorFormat,
      stderr: Object.assign(stderr, { isTTY }) as unknown as NodeJS.WriteStream,
      onInterrupt: (callback: () => void) => {
        heard = callback
        return () => {
          heard = undefined
        }
      },
    },
    interrupt: () => heard?.(),
    isListening: () => heard !== undefined,
    text: () => text,
  }
}

test('Ctrl-C is heard at the next report, and no longer when it is over', async () => {
  const { world, interrupt, isListening, text } = worldOf(false)
  const progress = new ToolProgress(world)
  await progress.report('verifying', 1, 10, 'blocks')
  interrupt()
  await assert.rejects(progress.report('verifying', 1_234, 5_000, 'blocks'), {
    code: 'cancelled/by-user',
    message: 'stopped after 1,234 of 5,000 blocks',
  })
  progress.dispose()
  assert.deepEqual([isListening(), text()], [false, ''])
})

test('a check that is stopped lets go of the ledger', async () => {
  const { ledger, store } = await openLedger()
  await run(ledger, 'CREATE TABLE T')
  const { world, interrupt } = worldOf(false)
  const progress = new ToolProgress(world)
  interrupt()
  const onProgress = ({ done, total }: { done: number; total: number }) =>
    progress.report('verifying', done, total, 'blocks')
  await assert.rejects(verifyStore(store, { onProgress }), { code: 'cancelled/by-user' })
  progress.dispose()
  await run(ledger, "INSERT INTO T VALUE {'k': 1}")
  assert.deepEqual((await verifyStore(store)).journal.findings, [])
})

/** What is shown of 90 reports, one every half second, of 100 blocks and a megabyte each. */
async function shownOf(isTTY: boolean, wish?: 'auto' | 'none', errorFormat?: 'json'): Promise<string> {
  const { world, text } = worldOf(isTTY, errorFormat)
  let nowMs = 0
  const progress = new ToolProgress(world, wish, () => nowMs)
  for (let step = 0; step < 90; step += 1) {
    await progress.report('verifying', step * 100, 20_000, 'blocks', step * 1e6)
    nowMs += 500
  }
  return text()
}

test('off a terminal a line comes every 10 s, with per cent, rates and the time left', async () => {
  const lines = [
    'verifying: 10 %, 2,000 of 20,000 blocks, 2.0 MB/s, 200 blocks/s, 2 min left',
    'verifying: 20 %, 4,000 of 20,000 blocks, 2.0 MB/s, 200 blocks/s, 80 s left',
    'verifying: 30 %, 6,000 of 20,000 blocks, 2.0 MB/s, 200 blocks/s, 70 s left',
    'verifying: 40 %, 8,000 of 20,000 blocks, 2.0 MB/s, 200 blocks/s, 60 s left',
  ]
  assert.equal(await shownOf(false, 'auto'), lines.map((line) => `${line}\n`).join(''))
})

test("'--progress none', '--error-format json' and commands without the flag write no lines", async () => {
  const shown = [shownOf(false, 'none'), shownOf(false, 'auto', 'json'), shownOf(false), shownOf(true, 'none')]
  assert.deepEqual(await Promise.all(shown), ['', '', '', ''])
})

test('on a terminal one line is written over', async () => {
  const shown = await shownOf(true)
  assert.ok(shown.startsWith('\rverifying: 0 %, 100 of 20,000 blocks, 2.0 MB/s, 200 blocks/s, 2 min left\r'), shown)
  assert.ok(!shown.includes('\n'))
})
