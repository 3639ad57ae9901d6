import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { utf8 } from '../../../src/base/bytes.ts'
import type { LedgerError } from '../../../src/base/errors.ts'
import type { BlockLog, LogTip } from '../../../src/journal/log/block-log.ts'
import { DirectoryFiles } from '../../../src/journal/log/directory-files.ts'
import { FileLog } from '../../../src/journal/log/file-log.ts'
import { MemoryLog } from '../../../src/journal/log/memory-log.ts'
import { SimEnv } from '../../support/sim-env.ts'
import { groupBehind, identity, plain } from './log-blocks.ts'

/** What every log promises, run over each of them. `reopened` gives what another process finds; memory has none. */
interface Opened {
  readonly log: BlockLog
  readonly reopened: () => BlockLog
}

async function withLog(kind: string, firstSequenceNo: number, run: (opened: Opened) => Promise<void>): Promise<void> {
  if (kind === 'memory') {
    const log = new MemoryLog({ firstSequenceNo, identity })
    return await run({ log, reopened: () => log })
  }
  const directory = mkdtempSync(join(tmpdir(), 'qldb-log-'))
  const files = new DirectoryFiles(directory)
  let epoch = 1
  const options = { env: new SimEnv(1), epoch, segmentBytes: 4_000, aheadBytes: 1_024 }
  try {
    const log = FileLog.create(files, options, { firstSequenceNo, identity })
    await run({ log, reopened: () => FileLog.open(files, { ...options, epoch: ++epoch }) })
    await log.close()
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** A tip with its bytes as text: they may lie in a Buffer. */
function tipOf(log: BlockLog): unknown {
  const { sequenceNo, hash } = log.tip()
  return [sequenceNo, Buffer.from(hash).toString('hex')]
}

const refusal = (code: string) => (error: LedgerError) => error.code === code

for (const kind of ['memory', 'file']) {
  describe(`a log in ${kind === 'file' ? 'files' : 'memory'}`, () => {
    test('gives back the blocks that were appended, in their order', async () => {
      for (const first of [0, 7_000_000]) {
        await withLog(kind, first, async ({ log, reopened }) => {
          const env = new SimEnv(3)
          const all: unknown[] = []
          assert.equal(log.tip().sequenceNo, first - 1)
          for (let number = 0; number < 60; number += 1) {
            const group = groupBehind(log.tip(), 1 + (number % 3), env)
            assert.equal(await log.append(group, log.tip()), 'ok')
            all.push(...group.blocks.map(plain))
            assert.deepEqual(Buffer.from(log.tip().hash), Buffer.from(group.tipHash))
          }
          assert.deepEqual([...log.read(first)].map(plain), all)
          assert.deepEqual(plain(log.block(first + 41)), all[41])
          await log.close()
          const again = reopened()
          assert.deepEqual([again.firstSequenceNo(), tipOf(again)], [first, tipOf(log)])
          assert.deepEqual([...again.read(first)].map(plain), all)
          assert.deepEqual([...again.read(first + 100)].map(plain), all.slice(100))
        })
      }
    })

    test('refuses a group with another tip, and writes nothing', async () => {
      await withLog(kind, 0, async ({ log }) => {
        const env = new SimEnv(4)
        const before = log.tip()
        await log.append(groupBehind(before, 2, env), before)
        const wrong: LogTip[] = [before, { ...log.tip(), hash: env.randomBytes(32) }, { ...log.tip(), sequenceNo: 7 }]
        for (const tip of wrong) assert.equal(await log.append(groupBehind(tip, 1, env), tip), 'conflict')
        assert.equal(log.tip().sequenceNo, 1)
        assert.throws(() => log.block(2), refusal('journal/gap'))
        assert.throws(() => log.block(-1), refusal('journal/gap'))
        assert.equal(await log.append(groupBehind(log.tip(), 1, env), log.tip()), 'ok')
      })
    })

    test('keeps what the ledger is, with blocks and without', async () => {
      await withLog(kind, 0, async ({ log, reopened }) => {
        const env = new SimEnv(5)
        assert.deepEqual(Buffer.from(log.identity()), Buffer.from(identity))
        await log.append({ ...groupBehind(log.tip(), 1, env), identity: utf8('second') }, log.tip())
        for (let number = 0; number < 40; number += 1) await log.append(groupBehind(log.tip(), 1, env), log.tip())
        assert.equal(Buffer.from(log.identity()).toString(), 'second')
        const { sequenceNo } = log.tip()
        await log.append({ blocks: [], tipHash: new Uint8Array(0), identity: utf8('third') }, log.tip())
        assert.equal(log.tip().sequenceNo, sequenceNo)
        assert.equal(log.tip().hash.length, 32)
        await log.close()
        const again = reopened()
        assert.equal(Buffer.from(again.identity()).toString(), 'third')
        assert.deepEqual(tipOf(again), tipOf(log))
      })
    })

    test('refuses to be written to once it is closed', async () => {
      await withLog(kind, 0, async ({ log }) => {
        await log.close()
        await assert.rejects(log.append(groupBehind(log.tip(), 1, new SimEnv(6)), log.tip()), refusal('ledger/closed'))
      })
    })
  })
}

test('a log of more segments than are open at once gives its blocks in any order', async () => {
  await withLog('file', 0, async ({ log }) => {
    const env = new SimEnv(8)
    const all: unknown[] = []
    for (let number = 0; number < 90; number += 1) {
      const { sequenceNo } = log.tip()
      const blocks = [{ sequenceNo: sequenceNo + 1, bytes: env.randomBytes(4_000), doubtful: [] }]
      assert.equal(await log.append({ blocks, tipHash: env.randomBytes(32) }, log.tip()), 'ok')
      all.push(...blocks.map(plain))
    }
    for (const step of [1, 37, 89])
      for (let at = 0; at < 90; at += 1) assert.deepEqual(plain(log.block((at * step) % 90)), all[(at * step) % 90])
    assert.deepEqual([...log.read(0)].map(plain), all)
  })
})
