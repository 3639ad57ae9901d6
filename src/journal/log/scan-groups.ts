import type { LogFile } from './log-files.ts'
import {
  type DecodedGroup,
  decodeGroup,
  decodeGroupHeader,
  groupBytes,
  groupHeaderBytes,
  groupPlaces,
  type GroupHeader,
  type SegmentHeader,
} from './segment-format.ts'

/** A file with groups behind a header. */
export interface GroupFile {
  readonly file: LogFile
  readonly header: SegmentHeader
  readonly headerBytes: number
}

/** A group that counts, or the first place that does not fit. */
export type ScannedGroup =
  | {
      readonly kind: 'group'
      readonly at: number
      readonly header: GroupHeader
      readonly group: DecodedGroup
      readonly end: number
    }
  | { readonly kind: 'bad'; readonly at: number; readonly what: string }

/**
 * The groups of a segment from its first to `end`, each of which has the number and the sequenceNo that follow those of the one
 * before. At a place that does not fit it ends; where all groups fit it ends without one.
 */
export function* scanGroups(segment: GroupFile, end: number): Generator<ScannedGroup> {
  const { mark, firstGroup } = segment.header
  let number = firstGroup
  let sequenceNo = segment.header.firstSequenceNo
  let at = segment.headerBytes
  const size = segment.file.size()
  if (end > size) return yield { kind: 'bad', at: size, what: `groups are cut off before byte ${end}` }
  while (at < end) {
    const header = readHeader(segment, at, end)
    if (header === undefined) return yield { kind: 'bad', at, what: 'group has no sound header' }
    if (header.group !== number || header.firstSequenceNo !== sequenceNo)
      return yield { kind: 'bad', at, what: `group is number ${header.group}, not ${number}` }
    const length = groupBytes(header)
    const group = at + length > end ? undefined : decodeGroup(readBytes(segment, at, length), header)
    if (group === undefined) return yield { kind: 'bad', at, what: `group ${number} does not fit its checksums` }
    yield { kind: 'group', at, header, group, end: at + length }
    number += 1
    sequenceNo += header.blocks
    at += length
  }

  function readHeader(from: GroupFile, place: number, limit: number): GroupHeader | undefined {
    if (place + groupHeaderBytes > limit) return undefined
    return decodeGroupHeader(readBytes(from, place, groupHeaderBytes), mark)
  }
}

/** How much is looked at at once. */
const windowBytes = 1024 * 1024

/** A later group's sound header behind a place where a group ought to be: it was written when that one was durable. */
export function findLaterGroup(segment: GroupFile, from: number, number: number): number | undefined {
  const size = segment.file.size()
  for (let start = from; start < size; start += windowBytes) {
    // Windows overlap, so that a header that begins in one is read whole.
    const bytes = readBytes(segment, start, Math.min(windowBytes + groupHeaderBytes, size - start))
    for (const at of groupPlaces(bytes, segment.header.mark)) {
      const header = decodeGroupHeader(bytes.subarray(at, at + groupHeaderBytes), segment.header.mark)
      if (header !== undefined && header.group > number) return start + at
    }
  }
  return undefined
}

function readBytes(segment: GroupFile, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  segment.file.read(bytes, at)
  return bytes
}
