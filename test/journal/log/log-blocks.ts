import { utf8 } from '../../../src/base/bytes.ts'
import type { LogBlock, LogGroup, LogTip } from '../../../src/journal/log/block-log.ts'
import type { SimEnv } from '../../support/sim-env.ts'

export const identity = utf8('{"name":"l"}')

/** A group of blocks behind a tip, of chance lengths; some hold what looks like the log's own bytes. */
export function groupBehind(tip: LogTip, count: number, env: SimEnv, mimic?: Uint8Array): LogGroup {
  const blocks = Array.from({ length: count }, (_, index): LogBlock => {
    const [low = 0, high = 0, kind = 0] = env.randomBytes(3)
    const size = (kind % 8 === 0 ? 4 * high : 0) + (low % 64)
    const bytes = kind % 4 === 1 && mimic !== undefined ? mimic : env.randomBytes(size)
    return { sequenceNo: tip.sequenceNo + 1 + index, bytes, doubtful: kind % 5 === 0 ? [low, high] : [] }
  })
  return { blocks, tipHash: env.randomBytes(32) }
}

/** What tests compare of a block. */
export function plain({ sequenceNo, bytes, doubtful }: LogBlock): unknown {
  return [sequenceNo, Buffer.from(bytes).toString('hex'), [...doubtful]]
}
