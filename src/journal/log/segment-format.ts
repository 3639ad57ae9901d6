import { crc32 } from 'node:zlib'
import { asBuffer } from '../../base/bytes.ts'
import { LedgerError } from '../../base/errors.ts'
import type { LogBlock, LogGroup } from './block-log.ts'

/** The bytes of a segment (docs/log-design.md, "A segment"). All numbers are big-endian. */

const headerMagic = Buffer.from('QLDBLOG1', 'latin1')
const indexMagic = Buffer.from('QIDX', 'latin1')
const endMagic = Buffer.from('QEND', 'latin1')

/** Smallest unit that a disk writes whole. */
export const sectorBytes = 512
export const groupHeaderBytes = 72
export const endBytes = 64
const frameHeaderBytes = 8
const hashBytes = 32
/** Bytes of a segment's mark. */
export const markBytes = 8
const placeBytes = 16
const logIdBytes = 16
/** A number of 6 bytes that stands for none. */
const none = 0xffff_ffff_ffff

/** Which file, and up to where it counts. */
export interface SegmentEnd {
  readonly firstSequenceNo: number
  readonly epoch: number
  /** Behind its last group that counts. */
  readonly end: number
  /** Whether its writer finished it, so that it has an index and an end. */
  readonly isFinished: boolean
}

export interface SegmentHeader {
  /** The same in all segments of a log. */
  readonly logId: Uint8Array
  readonly epoch: number
  readonly firstSequenceNo: number
  /** The number of its first group, counted through the whole log. */
  readonly firstGroup: number
  /** Random; each group of the segment begins with it: so no document holds what looks like one. */
  readonly mark: Uint8Array
  /** The directory in which it was written: in a copy it is another one. */
  readonly place: Uint8Array
  /** Of the block before its first; empty where there is none. */
  readonly hashBefore: Uint8Array
  readonly before: SegmentEnd | undefined
  readonly identity: Uint8Array
}

export function segmentName({ firstSequenceNo, epoch }: Pick<SegmentHeader, 'firstSequenceNo' | 'epoch'>): string {
  return `${String(firstSequenceNo).padStart(12, '0')}-${String(epoch).padStart(6, '0')}.seg`
}

/** Undefined for the name of something else. */
export function placeOfSegment(name: string): { firstSequenceNo: number; epoch: number } | undefined {
  const found = /^(\d{12,15})-(\d{6,15})\.seg$/.exec(name)
  return found === null ? undefined : { firstSequenceNo: Number(found[1]), epoch: Number(found[2]) }
}

const headerFixedBytes = 8 + 4 + 6 + 6 + 6 + markBytes + placeBytes + logIdBytes + 1 + hashBytes + 18 + 1 + 4

export function encodeHeader(header: SegmentHeader): Uint8Array {
  const { hashBefore, before, identity } = header
  const length = roundedUp(headerFixedBytes + identity.length + 4, sectorBytes)
  const bytes = Buffer.alloc(length)
  headerMagic.copy(bytes)
  bytes.writeUInt32BE(length, 8)
  bytes.writeUIntBE(header.epoch, 12, 6)
  bytes.writeUIntBE(header.firstSequenceNo, 18, 6)
  bytes.writeUIntBE(header.firstGroup, 24, 6)
  bytes.set(header.mark, 30)
  bytes.set(header.place, 38)
  bytes.set(header.logId, 54)
  bytes[70] = hashBefore.length
  bytes.set(hashBefore, 71)
  bytes.writeUIntBE(before?.firstSequenceNo ?? none, 103, 6)
  bytes.writeUIntBE(before?.epoch ?? none, 109, 6)
  bytes.writeUIntBE(before?.end ?? none, 115, 6)
  bytes[121] = before?.isFinished === true ? 1 : 0
  bytes.writeUInt32BE(identity.length, 122)
  bytes.set(identity, headerFixedBytes)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, length - 4)), length - 4)
  return bytes
}

/** The header's length by its first sector; undefined where it can't be one. */
export function lengthOfHeader(sector: Uint8Array): number | undefined {
  const bytes = asBuffer(sector)
  if (bytes.length < sectorBytes || !bytes.subarray(0, 8).equals(headerMagic)) return undefined
  const length = bytes.readUInt32BE(8)
  return length >= sectorBytes && length % sectorBytes === 0 ? length : undefined
}

/** Undefined for bytes that are no whole header. */
export function decodeHeader(found: Uint8Array): SegmentHeader | undefined {
  const bytes = asBuffer(found)
  const length = bytes.length
  if (lengthOfHeader(bytes) !== length || bytes.readUInt32BE(length - 4) !== crc32(bytes.subarray(0, length - 4)))
    return undefined
  const hashLength = bytes.readUInt8(70)
  const before = bytes.readUIntBE(103, 6)
  return {
    epoch: bytes.readUIntBE(12, 6),
    firstSequenceNo: bytes.readUIntBE(18, 6),
    firstGroup: bytes.readUIntBE(24, 6),
    mark: bytes.subarray(30, 30 + markBytes),
    place: bytes.subarray(38, 38 + placeBytes),
    logId: bytes.subarray(54, 54 + logIdBytes),
    hashBefore: bytes.subarray(71, 71 + hashLength),
    before:
      before === none
        ? undefined
        : {
            firstSequenceNo: before,
            epoch: bytes.readUIntBE(109, 6),
            end: bytes.readUIntBE(115, 6),
            isFinished: bytes[121] === 1,
          },
    identity: bytes.subarray(headerFixedBytes, headerFixedBytes + bytes.readUInt32BE(122)),
  }
}

/** What the header of a group says. */
export interface GroupHeader {
  /** Its number in the log. */
  readonly group: number
  readonly firstSequenceNo: number
  readonly blocks: number
  readonly hasIdentity: boolean
  /** Of its writer. */
  readonly epoch: number
  /** Written by one who then let go of the log: everything before it was durable, and nobody else writes behind. */
  readonly isClosing: boolean
  readonly bodyBytes: number
  /** blockHash of its last block; of the block before where it has none. */
  readonly tipHash: Uint8Array
}

/** A group with its header, and where each block's frame begins in it. */
export interface EncodedGroup {
  readonly bytes: Uint8Array
  readonly frames: readonly number[]
}

const kinds = { block: 1, identity: 2 } as const

export function encodeGroup(
  { blocks, identity }: Pick<LogGroup, 'blocks' | 'identity'>,
  place: Pick<GroupHeader, 'group' | 'epoch' | 'firstSequenceNo' | 'tipHash' | 'isClosing'>,
  mark: Uint8Array,
): EncodedGroup {
  const sizes = blocks.map(({ bytes, doubtful }) => frameHeaderBytes + 1 + 4 + 4 * doubtful.length + bytes.length)
  const body = sizes.reduce((sum, size) => sum + size, 0) + (identity ? frameHeaderBytes + 1 + identity.length : 0)
  const bytes = Buffer.alloc(roundedUp(groupHeaderBytes + body, 8))
  const frames: number[] = []
  let at = groupHeaderBytes
  for (const [index, { bytes: block, doubtful }] of blocks.entries()) {
    const size = sizes[index] as number
    frames.push(at)
    bytes[at + frameHeaderBytes] = kinds.block
    bytes.writeUInt32BE(doubtful.length, at + frameHeaderBytes + 1)
    for (const [number, position] of doubtful.entries())
      bytes.writeUInt32BE(position, at + frameHeaderBytes + 5 + 4 * number)
    bytes.set(block, at + frameHeaderBytes + 5 + 4 * doubtful.length)
    sealFrame(bytes, at, size)
    at += size
  }
  if (identity !== undefined) {
    bytes[at + frameHeaderBytes] = kinds.identity
    bytes.set(identity, at + frameHeaderBytes + 1)
    sealFrame(bytes, at, frameHeaderBytes + 1 + identity.length)
  }
  writeGroupHeader(
    bytes,
    { ...place, blocks: blocks.length, hasIdentity: identity !== undefined, bodyBytes: body },
    mark,
  )
  return { bytes, frames }
}

function sealFrame(bytes: Buffer, at: number, size: number): void {
  bytes.writeUInt32BE(size - frameHeaderBytes, at + 4)
  bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, at + size)), at)
}

const flags = { identity: 1, closing: 2 } as const

function writeGroupHeader(bytes: Buffer, header: GroupHeader, mark: Uint8Array): void {
  bytes.set(mark)
  bytes.writeUIntBE(header.group, 12, 6)
  bytes.writeUIntBE(header.firstSequenceNo, 18, 6)
  bytes.writeUInt16BE(header.blocks, 24)
  bytes.writeUInt16BE((header.hasIdentity ? flags.identity : 0) | (header.isClosing ? flags.closing : 0), 26)
  bytes.writeUInt32BE(header.bodyBytes, 28)
  bytes[32] = header.tipHash.length
  bytes.set(header.tipHash, 33)
  bytes.writeUIntBE(header.epoch, 66, 6)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, groupHeaderBytes)), 8)
}

/** Undefined for bytes that are no whole header of a group of this segment. */
export function decodeGroupHeader(found: Uint8Array, mark: Uint8Array): GroupHeader | undefined {
  const bytes = asBuffer(found)
  if (bytes.length < groupHeaderBytes || !bytes.subarray(0, markBytes).equals(mark)) return undefined
  if (bytes.readUInt32BE(8) !== crc32(bytes.subarray(12, groupHeaderBytes))) return undefined
  const flagsFound = bytes.readUInt16BE(26)
  return {
    group: bytes.readUIntBE(12, 6),
    epoch: bytes.readUIntBE(66, 6),
    firstSequenceNo: bytes.readUIntBE(18, 6),
    blocks: bytes.readUInt16BE(24),
    hasIdentity: (flagsFound & flags.identity) !== 0,
    isClosing: (flagsFound & flags.closing) !== 0,
    bodyBytes: bytes.readUInt32BE(28),
    tipHash: bytes.subarray(33, 33 + bytes.readUInt8(32)),
  }
}

/** The bytes of a group with its header and what fills it up. */
export function groupBytes({ bodyBytes }: GroupHeader): number {
  return roundedUp(groupHeaderBytes + bodyBytes, 8)
}

/** Places in `bytes` where the header of a group may begin. */
export function* groupPlaces(bytes: Uint8Array, mark: Uint8Array): Generator<number> {
  const found = asBuffer(bytes)
  for (let at = found.indexOf(mark); at !== -1; at = found.indexOf(mark, at + 1)) yield at
}

/** A frame's content behind its own header. */
type Frame =
  | { readonly kind: 'block'; readonly block: Omit<LogBlock, 'sequenceNo'> }
  | { readonly kind: 'identity'; readonly identity: Uint8Array }

export interface DecodedGroup {
  readonly blocks: readonly LogBlock[]
  readonly identity: Uint8Array | undefined
  /** Where each block's frame begins, from the group's begin on. */
  readonly frames: readonly number[]
}

/** A whole group; undefined where a frame does not fit, or where frames and header differ. */
export function decodeGroup(bytes: Uint8Array, header: GroupHeader): DecodedGroup | undefined {
  const end = groupHeaderBytes + header.bodyBytes
  if (bytes.length !== groupBytes(header) || bytes.subarray(end).some((byte) => byte !== 0)) return undefined
  const blocks: LogBlock[] = []
  const frames: number[] = []
  let identity: Uint8Array | undefined
  let at = groupHeaderBytes
  while (at < end) {
    const frame = decodeFrame(bytes.subarray(at, end))
    if (frame === undefined) return undefined
    if (frame.found.kind === 'identity') identity = frame.found.identity
    else {
      frames.push(at)
      blocks.push({ sequenceNo: header.firstSequenceNo + blocks.length, ...frame.found.block })
    }
    at += frame.size
  }
  const isWhole = blocks.length === header.blocks && (identity !== undefined) === header.hasIdentity
  return isWhole ? { blocks, identity, frames } : undefined
}

/** The bytes of the frame that begins here, by its header. */
export function frameBytes(header: Uint8Array): number {
  return frameHeaderBytes + asBuffer(header).readUInt32BE(4)
}
export { frameHeaderBytes }

/** The frame that begins at the bytes' begin; undefined where it is damaged, or does not lie within them. */
export function decodeFrame(found: Uint8Array): { readonly found: Frame; readonly size: number } | undefined {
  const bytes = asBuffer(found)
  if (bytes.length < frameHeaderBytes + 1) return undefined
  const size = frameBytes(bytes)
  if (size > bytes.length || bytes.readUInt32BE(0) !== crc32(bytes.subarray(4, size))) return undefined
  const content = bytes.subarray(frameHeaderBytes, size)
  if (content[0] === kinds.identity) return { found: { kind: 'identity', identity: content.subarray(1) }, size }
  if (content[0] !== kinds.block || content.length < 5) return undefined
  const count = content.readUInt32BE(1)
  const start = 5 + 4 * count
  if (start > content.length) return undefined
  const doubtful = Array.from({ length: count }, (_, number) => content.readUInt32BE(5 + 4 * number))
  return { found: { kind: 'block', block: { bytes: content.subarray(start), doubtful } }, size }
}

/** What a finished segment says of itself. */
export interface SegmentIndex {
  /** Where each block's frame begins in the file. */
  readonly frames: readonly number[]
  readonly lastGroup: number
  readonly tipHash: Uint8Array
  /** Where the groups end. */
  readonly end: number
}

/** Index and end, which follow the last group. */
export function encodeIndex({ frames, lastGroup, tipHash, end }: SegmentIndex, mark: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(8 + 4 * frames.length + endBytes)
  indexMagic.copy(bytes)
  for (const [number, frame] of frames.entries()) bytes.writeUInt32BE(frame, 8 + 4 * number)
  const at = bytes.length - endBytes
  bytes.writeUInt32BE(ownSum(bytes.subarray(8, at), mark), 4)
  endMagic.copy(bytes, at)
  bytes.writeUIntBE(end, at + 8, 6)
  bytes.writeUIntBE(frames.length, at + 14, 6)
  bytes.writeUIntBE(lastGroup, at + 20, 6)
  bytes[at + 26] = tipHash.length
  bytes.set(tipHash, at + 27)
  bytes.writeUInt32BE(ownSum(bytes.subarray(at + 8), mark), at + 4)
  return bytes
}

/** Where the index begins and how many blocks it has, by a segment's last bytes; undefined where it is unfinished. */
export function decodeEnd(
  last: Uint8Array,
  mark: Uint8Array,
): (Omit<SegmentIndex, 'frames'> & { readonly blocks: number }) | undefined {
  const bytes = asBuffer(last)
  if (bytes.length !== endBytes || !bytes.subarray(0, 4).equals(endMagic)) return undefined
  if (bytes.readUInt32BE(4) !== ownSum(bytes.subarray(8), mark)) return undefined
  return {
    end: bytes.readUIntBE(8, 6),
    blocks: bytes.readUIntBE(14, 6),
    lastGroup: bytes.readUIntBE(20, 6),
    tipHash: bytes.subarray(27, 27 + bytes.readUInt8(26)),
  }
}

/** The places of the frames; undefined where they are damaged. */
export function decodeFrames(found: Uint8Array, mark: Uint8Array): readonly number[] | undefined {
  const bytes = asBuffer(found)
  if (bytes.length < 8 || !bytes.subarray(0, 4).equals(indexMagic)) return undefined
  if (bytes.readUInt32BE(4) !== ownSum(bytes.subarray(8), mark)) return undefined
  return Array.from({ length: (bytes.length - 8) / 4 }, (_, number) => bytes.readUInt32BE(8 + 4 * number))
}

export function damagedSegment(name: string, what: string): LedgerError {
  return new LedgerError('store/corrupt', `log segment ${name} is damaged: ${what}`, {
    help: 'restore the segment from a copy; a finished segment never changes, so any copy of it will do',
  })
}

/** A checksum that fits in this segment alone. */
function ownSum(bytes: Uint8Array, mark: Uint8Array): number {
  return crc32(bytes, crc32(mark))
}

function roundedUp(size: number, to: number): number {
  return Math.ceil(size / to) * to
}
