import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { HashThreads } from '../../src/host/hash-threads.ts'
import { LedgerError } from '../../src/base/errors.ts'
import { encodeBlock } from '../../src/journal/block.ts'
import { exportFactsHere } from '../../src/archive/export-facts.ts'
import { verifyExport } from '../../src/archive/verify-export.ts'
import { decodeIon } from '../../src/values/binary-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { ForeignJournal, idOf, withFolder, writeFiles } from '../archive/foreign-journal.ts'
import { projectRoot } from '../support/root.ts'

const program = join(projectRoot, 'dist', 'hash-worker.cjs')
/** Threads start after 16 windows of 64 blocks. */
const blockCount = 1600

/** The files of an export, one in Ion binary and one in Ion text, four blocks of which were changed. */
function changedExport(): Record<string, Uint8Array> {
  const journal = new ForeignJournal()
  const car = { table: 'Car', tableId: idOf('table Car') }
  journal.append({ statements: ['CREATE TABLE Car'], hidden: 1 })
  for (let at = 1; at < blockCount; at += 1)
    journal.append({
      statements: ['UPDATE Car SET n = ?'],
      changes: [{ ...car, id: idOf(`${at % 400}`), data: `{n:${at},d:${at % 7}.25}` }],
    })
  const streams = journal.blocks.map((block) => Buffer.from(encodeBlock(block)))
  for (const at of [3, 1200, 1201, 1599]) {
    const stream = streams[at] as Buffer
    stream.writeUInt8(stream.readUInt8(stream.length - 30) ^ 1, stream.length - 30)
  }
  const texts = streams.slice(800).map((stream) => Buffer.from(`${printIon(decodeIon(stream))}\n`))
  return { '0.ion': Buffer.concat(streams.slice(0, 800)), '1.ion': Buffer.concat(texts) }
}

test(
  'an export gets the same report with hash threads, with threads that can not start, and without any',
  withFolder(async (folder) => {
    writeFiles(folder, changedExport())
    const expected = await verifyExport([folder], { facts: exportFactsHere })
    assert.equal(expected.verdict, 'tampered')
    assert.deepEqual([expected.blocks, expected.counts.tampered >= 4], [blockCount, true])
    const runs = [{ threads: 2, program }, { threads: 2, program: join(folder, 'missing.cjs') }, { threads: 0 }]
    const answered: number[] = []
    for (const options of runs) {
      const threads = new HashThreads(options)
      assert.deepEqual(await verifyExport([folder], { facts: threads }), expected)
      answered.push(threads.answered)
      await threads.close()
    }
    assert.ok((answered[0] as number) > 0, 'threads have hashed nothing')
    assert.deepEqual(answered.slice(1), [0, 0])
  }),
)

test(
  'a check with hash threads that is stopped ends with its reason, and the threads end',
  withFolder(async (folder) => {
    writeFiles(folder, changedExport())
    const threads = new HashThreads({ threads: 2, program })
    const onBlock = (_: unknown, { blocks }: { readonly blocks: number }) => {
      if (blocks === 1500) throw new LedgerError('cancelled/by-user', 'stopped')
    }
    await assert.rejects(verifyExport([folder], { facts: threads, onBlock }), { code: 'cancelled/by-user' })
    await threads.close()
  }),
)
