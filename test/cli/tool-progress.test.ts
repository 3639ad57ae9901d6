import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { ToolProgress } from '../../src/cli/tool-progress.ts'
import { verifyStore } from '../../src/ledger/verify-ledger.ts'
import { openLedger, run } from '../ledger/ledger-fixture.ts'

/** A world whose stderr is kept as text; `interrupt` is Ctrl-C. */
function worldOf(isTTY: boolean) {
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
