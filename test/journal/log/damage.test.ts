import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../../src/base/errors.ts'
import { FileLog } from '../../../src/journal/log/file-log.ts'
import { SimDisk } from '../../support/sim-disk.ts'
import { SimEnv } from '../../support/sim-env.ts'
import { groupBehind, identity, plain } from './log-blocks.ts'
import { drillOptions } from './log-drill.ts'

const env = new SimEnv(11)

/** A log of some segments, with what it holds. `isClosed`: its writer let go of it. */
async function written(isClosed: boolean, options = drillOptions) {
  const disk = new SimDisk()
  const log = FileLog.create(disk, { env, epoch: 1, ...options }, { firstSequenceNo: 0, identity })
  for (let number = 0; number < 14; number += 1)
    await log.append(groupBehind(log.tip(), 1 + (number % 2), env), log.tip())
  const blocks = [...log.read(0)].map(plain)
  if (isClosed) await log.close()
  return { disk, blocks }
}

function openAs(contents: ReadonlyMap<string, Uint8Array>, epoch: number, place?: Buffer<ArrayBuffer>): FileLog {
  return FileLog.open(new SimDisk(contents, place), { env, epoch, ...drillOptions })
}

/** The blocks of damaged files; undefined where the damage was found, and its segment named. */
function read(contents: ReadonlyMap<string, Uint8Array>, epoch: number): readonly unknown[] | undefined {
  try {
    const log = openAs(contents, epoch)
    log.check()
    return [...log.read(0)].map(plain)
  } catch (error) {
    assert.ok(error instanceof LedgerError && error.code === 'store/corrupt', String(error))
    assert.match(error.message, /^log segment \d{12}-\d{6}\.seg is damaged: /)
    return undefined
  }
}

test('a log that was closed says of each byte that was changed, and of each cut, that it is damaged, or lost nothing by it', async () => {
  const { disk, blocks } = await written(true)
  const contents = disk.contents()
  assert.ok(contents.size >= 3, 'the log has some segments')
  let unseen = 0
  for (const [name, bytes] of contents) {
    for (let at = 0; at < bytes.length; at += 1) {
      for (const change of [(byte: number) => byte ^ 1, (byte: number) => byte ^ 0x80]) {
        const changed = bytes.slice()
        changed[at] = change(changed[at] as number)
        const found = read(new Map([...contents, [name, changed]]), 2 + (at % 2))
        if (found !== undefined) unseen += 1
        assert.deepEqual(found ?? blocks, blocks, `byte ${at} of ${name}`)
      }
      const found = read(new Map([...contents, [name, bytes.slice(0, at)]]), 2 + (at % 2))
      assert.deepEqual(found ?? blocks, blocks, `${name} cut at ${at}`)
    }
  }
  // The group that closed it, and zeros behind it.
  assert.ok(unseen < 2 * (72 + 2 * drillOptions.aheadBytes), `${unseen} changes were not seen`)
})

test('a segment that is missing, and one of another log, are named', async () => {
  const { disk } = await written(true)
  const other = (await written(true)).disk.contents()
  const contents = disk.contents()
  const names = [...contents.keys()].sort()
  for (const name of names.slice(0, -1)) {
    const without = new Map(contents)
    without.delete(name)
    assert.equal(read(without, 2), undefined)
  }
  for (const name of names.filter((one) => other.has(one))) {
    const mixed = new Map([...contents, [name, other.get(name) as Uint8Array]])
    assert.equal(read(mixed, 2), undefined, name)
  }
})

test('of a log whose writer was killed, no byte before the last group can change without being found', async () => {
  const { disk, blocks } = await written(false)
  const contents = disk.contents()
  for (const [name, bytes] of contents) {
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = bytes.slice()
      changed[at] = (changed[at] as number) ^ 4
      const found = read(new Map([...contents, [name, changed]]), 3)
      if (found === undefined) continue
      // The last group may never have been acknowledged: nobody can tell.
      assert.deepEqual(found, blocks.slice(0, found.length))
      assert.ok(found.length >= blocks.length - 2, `byte ${at} of ${name}`)
    }
  }
})

test('a block that was changed under an open log is not given', async () => {
  const { disk } = await written(true)
  const log = openAs(disk.contents(), 2)
  const names = [...disk.contents().keys()].sort()
  const changed = new Map([...disk.contents()].map(([name, bytes]) => [name, bytes.slice()]))
  const first = changed.get(names[0] as string) as Uint8Array
  first[700] = (first[700] as number) ^ 1
  const broken = new SimDisk(changed)
  const reader = FileLog.open(broken, { env, epoch: 2, ...drillOptions })
  assert.throws(() => [...reader.read(0)], { code: 'store/corrupt' })
  assert.equal([...log.read(0)].length > 0, true)
})

test('a document that holds a segment is no part of the log', async () => {
  const { disk } = await written(true)
  const segments = [...disk.contents().values()]
  const open = openAs(disk.contents(), 2)
  const before = [...open.read(0)].length
  for (const bytes of segments) {
    const { sequenceNo } = open.tip()
    const blocks = [{ sequenceNo: sequenceNo + 1, bytes, doubtful: [] }]
    assert.equal(await open.append({ blocks, tipHash: env.randomBytes(32) }, open.tip()), 'ok')
  }
  open.check()
  assert.equal([...open.read(0)].length, before + segments.length)
})

test('a copy that was made while somebody wrote ends where it begins to lack something', async () => {
  const { disk, blocks } = await written(false, { segmentBytes: 1_000_000, aheadBytes: 700 })
  const [[name, bytes]] = [...disk.contents()] as [[string, Uint8Array]]
  // A reader that was overtaken: zeros that it read early, groups that were written later.
  const torn = bytes.slice().fill(0, 900, 1_500)
  const contents = new Map([[name, torn]])
  assert.throws(() => openAs(contents, 5), { code: 'store/corrupt' })
  const log = openAs(contents, 5, Buffer.alloc(16, 7))
  const found = [...log.read(0)].map(plain)
  assert.deepEqual(found, blocks.slice(0, found.length))
  assert.ok(found.length > 0 && found.length < blocks.length)
})
