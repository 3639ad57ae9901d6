import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FileLog } from '../../../src/journal/log/file-log.ts'
import type { LogFile, LogFiles } from '../../../src/journal/log/log-files.ts'
import { type End, type Fault, type Plan, runLives } from './log-drill.ts'

const runs = Number(process.env['QLDB_LOG_RUNS'] ?? 500)

const life = fc.record({
  fault: fc.constantFrom<Fault>('none', 'death', 'death', 'full', 'flush'),
  at: fc.integer({ min: 1, max: 40 }),
  groups: fc.integer({ min: 0, max: 12 }),
  end: fc.constantFrom<End>('closed', 'dead', 'power', 'power'),
})
const plans: fc.Arbitrary<Plan> = fc.record({ seed: fc.nat(), lives: fc.array(life, { minLength: 1, maxLength: 5 }) })

test(`what was acknowledged survives deaths, full disks, failed flushes and losses of power (${runs} histories)`, async () => {
  await fc.assert(
    fc.asyncProperty(plans, (plan) => runLives(plan)),
    { numRuns: runs },
  )
})

test('each step of a process may be its last', async () => {
  for (const end of ['dead', 'power'] as const) {
    for (const fault of ['death', 'full', 'flush'] as const) {
      for (let at = 1; at <= 60; at += 1) {
        const lives = [
          { fault: 'none', at: 0, groups: 3, end: 'closed' },
          { fault, at, groups: 8, end },
        ] as const
        await runLives({ seed: at, lives })
      }
    }
  }
})

/** Mistakes that a log's files, or the log over them, may make: each is found by histories of chance. */
const planted: Readonly<Record<string, (files: LogFiles) => LogFiles>> = {
  'a flush that does not wait for the disk': (files) =>
    withFile(files, (file) => ({ ...bound(file), flush: () => undefined })),
  'a group that is not flushed': (files) =>
    withFile(files, (file) => ({ ...bound(file), writeDurably: (bytes, at) => file.write(bytes, at) })),
  'a segment whose name is not durable': (files) => ({ ...boundFiles(files), flushNames: () => undefined }),
  'a tail that is not filled with zeros': (files) =>
    withFile(files, (file) => ({
      ...bound(file),
      write: (bytes, at) => (bytes.every((byte) => byte === 0) && at > 600 ? undefined : file.write(bytes, at)),
    })),
}

test('a planted bug is found', async () => {
  for (const [name, plant] of Object.entries(planted)) {
    const property = fc.asyncProperty(plans, (plan) =>
      runLives(plan, (files, options) => FileLog.open(plant(files), options)),
    )
    const { failed } = await fc.check(property, { numRuns: 300, seed: 5, endOnFailure: true })
    assert.ok(failed, `not found: ${name}`)
  }
})

function boundFiles(files: LogFiles): LogFiles {
  return {
    list: () => files.list(),
    open: (name, isWritable) => files.open(name, isWritable),
    create: (name) => files.create(name),
    rename: (from, to) => files.rename(from, to),
    remove: (name) => files.remove(name),
    flushNames: () => files.flushNames(),
    place: () => files.place(),
  }
}

function withFile(files: LogFiles, change: (file: LogFile) => LogFile): LogFiles {
  return {
    ...boundFiles(files),
    open: (name, isWritable) => change(files.open(name, isWritable)),
    create: (name) => change(files.create(name)),
  }
}

function bound(file: LogFile): LogFile {
  return {
    size: () => file.size(),
    isNamed: () => file.isNamed(),
    read: (target, at) => file.read(target, at),
    write: (bytes, at) => file.write(bytes, at),
    writeDurably: (bytes, at) => file.writeDurably(bytes, at),
    writeDurablyLater: (bytes, at) => file.writeDurablyLater(bytes, at),
    flush: () => file.flush(),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
  }
}
