import { equalBytes } from '../../base/bytes.ts'
import { findLaterGroup, type ScannedGroup, scanGroups } from './scan-groups.ts'
import type { LogTip } from './block-log.ts'
import type { Segment } from './segment.ts'
import { damagedSegment, sectorBytes } from './segment-format.ts'

/** Where a log ends, by its last segment. */
export interface LogEnd {
  readonly segment: Segment
  /** The last group that counts; undefined where the segment has none. */
  readonly last: (ScannedGroup & { kind: 'group' }) | undefined
  /** The tip before that group. */
  readonly tipBefore: LogTip
  /** Behind it. */
  readonly end: number
  readonly isFinished: boolean
  readonly tip: LogTip
  readonly identity: Uint8Array
  /** The same before that group. */
  readonly identityBefore: Uint8Array
  /** Where each block begins in the file. */
  readonly frames: readonly number[]
  /** The number that the next group has. */
  readonly nextGroup: number
}

/**
 * Finds the last whole group. At the first place that does not fit, a later group shows that what is there was durable: that is
 * damage, but in a copy, which may have been made while somebody wrote. Else it is a tail that was never acknowledged.
 * Throws LedgerError 'store/corrupt'. Changes nothing.
 */
export function findEnd(segment: Segment, place: Uint8Array): LogEnd {
  const { header } = segment
  const finished = segment.readEnd()
  let last: (ScannedGroup & { kind: 'group' }) | undefined
  let sequenceNo = header.firstSequenceNo - 1
  let { identity } = header
  let tip: LogTip = { sequenceNo, hash: header.hashBefore }
  let tipBefore = tip
  let identityBefore = identity
  const frames: number[] = []
  for (const found of scanGroups(segment, finished?.end ?? segment.file.size())) {
    if (found.kind === 'bad') {
      if (finished !== undefined) throw damagedSegment(segment.name, `its ${found.what} at byte ${found.at}`)
      const beyond = findLaterGroup(segment, found.at, (last?.header.group ?? header.firstGroup - 1) + 1)
      if (beyond === undefined || !equalBytes(place, header.place)) break
      const what = `its ${found.what} at byte ${found.at} (behind block ${sequenceNo}), before a sound one at byte ${beyond}`
      throw damagedSegment(segment.name, what)
    }
    for (const frame of found.group.frames) frames.push(found.at + frame)
    sequenceNo += found.header.blocks
    tipBefore = tip
    tip = { sequenceNo, hash: found.header.tipHash }
    identityBefore = identity
    identity = found.group.identity ?? identity
    last = found
  }
  const end = last?.end ?? segment.headerBytes
  if (finished === undefined && segment.file.size() < end + sectorBytes)
    throw damagedSegment(segment.name, `it is cut off behind block ${sequenceNo}, at byte ${segment.file.size()}`)
  const nextGroup = last === undefined ? header.firstGroup : last.header.group + 1
  return {
    segment,
    last,
    tipBefore,
    end,
    isFinished: finished !== undefined,
    tip,
    identity,
    identityBefore,
    frames,
    nextGroup,
  }
}
