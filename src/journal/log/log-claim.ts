import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../../base/bytes.ts'
import type { Env } from '../../base/env.ts'
import { placeOfSegment } from './segment-format.ts'

/** Claims that are kept: fewer would let one that was slow in making its own make an old one again, unseen. */
const claimsKept = 3

/**
 * Who may write to a log: the process with the newest claim. Each takes the next epoch, so that a claim is never renewed, only
 * followed by a newer one; its owner looks for that before it acknowledges anything (docs/log-design.md, "One writer at a
 * time").
 */
export class LogClaim {
  readonly epoch: number
  readonly #directory: string
  readonly #file: number

  private constructor(directory: string, epoch: number, file: number) {
    this.#directory = directory
    this.epoch = epoch
    this.#file = file
  }

  /**
   * Takes the next epoch, whoever holds the present one. `note` is what others read in the claim. A claim has its content when it
   * has its name. Throws what the file system throws.
   */
  static take(directory: string, env: Pick<Env, 'randomBytes'>, note: string): LogClaim {
    const unnamed = join(directory, `claim-${toHex(env.randomBytes(8))}.tmp`)
    const file = openSync(unnamed, 'wx', 0o600)
    try {
      writeSync(file, note)
      fsyncSync(file)
      for (;;) {
        const epoch = newestEpoch(directory) + 1
        if (!linked(unnamed, join(directory, nameOf(epoch)))) continue
        // One that was slow between looking and linking may have made an old claim again: it gives way.
        if (newestEpoch(directory) === epoch) return new LogClaim(directory, epoch, file)
      }
    } catch (error) {
      closeSync(file)
      throw error
    } finally {
      unlinkSync(unnamed)
    }
  }

  /**
   * Whether a newer claim exists, or this one has gone. The newer one is asked for first: claims are removed from the oldest on, so
   * where it was removed this one was before.
   */
  isFenced(): boolean {
    return mayExist(join(this.#directory, nameOf(this.epoch + 1))) || fstatSync(this.#file).nlink === 0
  }

  /** Removes claims that nobody can hold any more, the oldest first. */
  removeOlder(): void {
    const older = epochsOf(readdirSync(this.#directory), claimOf).filter((epoch) => epoch <= this.epoch - claimsKept)
    for (const epoch of older.sort((a, b) => a - b)) {
      if (this.isFenced()) return
      removeIfThere(join(this.#directory, nameOf(epoch)))
    }
  }

  close(): void {
    closeSync(this.#file)
  }
}

function nameOf(epoch: number): string {
  return `claim-${String(epoch).padStart(6, '0')}`
}

function claimOf(name: string): number | undefined {
  const found = /^claim-(\d{6,15})$/.exec(name)
  return found === null ? undefined : Number(found[1])
}

function epochsOf(names: readonly string[], epochOf: (name: string) => number | undefined): number[] {
  return names.flatMap((name) => epochOf(name) ?? [])
}

/** Of claims and segments: a copy may have these alone. */
function newestEpoch(directory: string): number {
  const names = readdirSync(directory)
  const segments = epochsOf(names, (name) => placeOfSegment(name)?.epoch)
  return Math.max(0, ...epochsOf(names, claimOf), ...segments)
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** False only where the system reports that no such file exists. */
function mayExist(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
