import assert from 'node:assert/strict'
import { LedgerError } from '../../../src/base/errors.ts'
import type { LogBlock } from '../../../src/journal/log/block-log.ts'
import { FileLog, type FileLogOptions } from '../../../src/journal/log/file-log.ts'
import type { LogFiles } from '../../../src/journal/log/log-files.ts'
import { Died, SimDisk } from '../../support/sim-disk.ts'
import { SimEnv } from '../../support/sim-env.ts'
import { groupBehind, identity, plain } from './log-blocks.ts'

/** What may happen to one process that writes to the log. */
export type Fault = 'none' | 'death' | 'full' | 'flush'
/** What follows its end. */
export type End = 'closed' | 'dead' | 'power'

export interface Plan {
  readonly seed: number
  /** One process after the other: at which step of it what happens, and how many groups it wants to append. */
  readonly lives: readonly { readonly fault: Fault; readonly at: number; readonly groups: number; readonly end: End }[]
}

export type OpenLog = (files: LogFiles, options: FileLogOptions) => FileLog

/** What is known of the log: blocks that were acknowledged, and the group whose outcome nobody knows. */
interface Known {
  readonly blocks: LogBlock[]
  open: readonly LogBlock[]
}

export const drillOptions = { segmentBytes: 2_500, aheadBytes: 700 }

/** Runs the lives of a log, and checks after each that all that was acknowledged is there, and nothing else. */
export async function runLives(plan: Plan, openLog: OpenLog = (files, options) => FileLog.open(files, options)) {
  const env = new SimEnv(plan.seed)
  const known: Known = { blocks: [], open: [] }
  let disk = new SimDisk()
  let epoch = 1
  FileLog.create(disk, { env, epoch, ...drillOptions }, { firstSequenceNo: 0, identity })
  disk.flushNames()
  for (const life of plan.lives) {
    epoch += life.end === 'power' ? 2 : 1
    const steps = disk.steps
    disk.onStep = faultAt(life.fault, steps + life.at)
    await live(disk, { env, epoch, ...drillOptions }, life.groups, life.end, known, openLog)
    disk.onStep = () => undefined
    disk = life.end === 'power' ? disk.afterPowerLoss(() => (env.randomBytes(1)[0] as number) < 128) : disk.afterDeath()
    epoch += 1
    settle(openLog(new SimDisk(disk.contents()), { env, epoch, ...drillOptions }), known)
  }
  const last = openLog(disk, { env, epoch: epoch + 1, ...drillOptions })
  last.check()
  assert.deepEqual([...last.read(0)].map(plain), known.blocks.map(plain))
}

async function live(
  disk: SimDisk,
  options: FileLogOptions & { readonly env: SimEnv },
  groups: number,
  end: End,
  known: Known,
  openLog: OpenLog,
): Promise<void> {
  const { env } = options
  try {
    const log = openLog(disk, options)
    assert.deepEqual([...log.read(0)].map(plain), known.blocks.map(plain), 'what was acknowledged is there')
    for (let number = 0; number < groups; number += 1) {
      const group = groupBehind(log.tip(), 1 + ((env.randomBytes(1)[0] as number) % 3), env)
      known.open = group.blocks
      try {
        assert.equal(await log.append(group, log.tip()), 'ok')
        known.blocks.push(...group.blocks)
      } catch (error) {
        if (!(error instanceof LedgerError) || error.code === 'transaction/unknown-outcome') throw error
        assert.match(error.code, /^store\/(full|unavailable)$/)
      }
      known.open = []
    }
    if (end === 'closed') await log.close()
  } catch (error) {
    if (!isOfFault(error)) throw error
  }
}

function isOfFault(error: unknown): boolean {
  if (error instanceof Died) return true
  if (!(error instanceof LedgerError)) return false
  return error.cause instanceof Died || /^(store\/(full|unavailable)|transaction\/unknown-outcome)$/.test(error.code)
}

/** The group whose outcome was not known is there as a whole, or not at all. */
function settle(log: FileLog, known: Known): void {
  const found = [...log.read(0)].map(plain)
  const without = known.blocks.map(plain)
  const isThere = found.length > without.length
  assert.deepEqual(found, isThere ? [...without, ...known.open.map(plain)] : without, 'nothing but what was appended')
  if (isThere) known.blocks.push(...known.open)
  known.open = []
}

function faultAt(fault: Fault, at: number): (step: number, what: string) => void {
  let isDead = false
  return (step, what) => {
    if (isDead) throw new Died()
    if (fault === 'none' || step < at) return
    if (fault === 'death') {
      isDead = true
      throw new Died()
    }
    if (fault === 'full' && step === at && what !== 'flush')
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    if (fault === 'flush' && step >= at && step < at + 2 && what === 'flush')
      throw Object.assign(new Error('input/output error'), { code: 'EIO' })
  }
}
