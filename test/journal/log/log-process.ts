import { randomBytes } from 'node:crypto'
import { readdirSync, writeSync } from 'node:fs'
import { DirectoryFiles } from '../../../src/journal/log/directory-files.ts'
import { FileLog, type FileLogOptions } from '../../../src/journal/log/file-log.ts'
import { LogClaim } from '../../../src/journal/log/log-claim.ts'

/**
 * Run as a process of its own: `node log-process.mjs <directory> [blind]`; `blind` never looks for newer claims. For ever: claims the log, whoever holds it, appends some blocks,
 * says each that was acknowledged, and lets go or does not. `began TOKEN` is written before the append, `acknowledged
 * TOKEN` after it.
 */
const [directory, mistake] = process.argv.slice(2) as [string, string | undefined]
const say = (line: string) => writeSync(1, `${line}\n`)
const env = { randomBytes: (count: number) => randomBytes(count), monotonicMs: () => performance.now() }
const files = new DirectoryFiles(directory)
let number = 0

/** Undefined where another process has taken the log meanwhile. */
function opened(claim: LogClaim, options: FileLogOptions): FileLog | undefined {
  try {
    return FileLog.open(files, options)
  } catch (error) {
    if (!claim.isFenced() && mistake === undefined) throw error
    claim.close()
    return undefined
  }
}

for (;;) {
  const claim = LogClaim.take(directory, env, String(process.pid))
  say(`claimed ${claim.epoch}`)
  const options = {
    env,
    epoch: claim.epoch,
    isFenced: () => mistake !== 'blind' && claim.isFenced(),
    segmentBytes: 20_000,
    aheadBytes: 4_000,
  }
  const log = opened(claim, options)
  if (log === undefined) continue
  for (let left = (randomBytes(1)[0] as number) % 20; left > 0; left -= 1) {
    const token = `${process.pid}:${number++}`
    say(`began ${token}`)
    const { sequenceNo } = log.tip()
    const bytes = Buffer.from(token.padEnd((randomBytes(1)[0] as number) * 4, ' '))
    const group = { blocks: [{ sequenceNo: sequenceNo + 1, bytes, doubtful: [] }], tipHash: randomBytes(32) }
    if ((await log.append(group, log.tip())) !== 'ok') break
    say(`acknowledged ${token}`)
  }
  claim.removeOlder()
  // Without a closing group it is as if it had died.
  if (readdirSync(directory).length % 2 === 0) await log.close()
  claim.close()
}
