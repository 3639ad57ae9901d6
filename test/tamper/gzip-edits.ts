import { gunzipSync, gzipSync } from 'node:zlib'

export function isPacked(content: Buffer): boolean {
  return content[0] === 0x1f && content[1] === 0x8b
}

const headerBytes = 10
const trailerBytes = 8
const flagsAt = 3
const flags = { hasChecksum: 2, hasExtra: 4, hasName: 8, hasComment: 16 }

/** A gzip archive (RFC 1952) in other forms, some of which hold the same: what was done, and the bytes. */
export function* archivesOf(content: Buffer, stranger: Buffer): Generator<readonly [what: string, bytes: Buffer]> {
  const plain = gunzipSync(content)
  const half = plain.indexOf(0x0a, plain.length >> 1) + 1
  const body = content.subarray(headerBytes)
  const end = content.length - trailerBytes
  const with32 = (at: number, by: number) => {
    const changed = Buffer.from(content)
    changed.writeUInt32LE((changed.readUInt32LE(at) + by) >>> 0, at)
    return changed
  }
  const flagged = (flag: number, ...more: readonly number[]) => {
    const header = Buffer.from(content.subarray(0, headerBytes))
    header[flagsAt] = flag
    return Buffer.concat([header, Buffer.from(more), body])
  }
  yield ['packed in another way', gzipSync(plain, { level: 0 })]
  yield ['not packed', plain]
  yield ['packed twice', gzipSync(content)]
  yield [
    'as two archives, one after the other',
    Buffer.concat([gzipSync(plain.subarray(0, half)), gzipSync(plain.subarray(half))]),
  ]
  yield ['the first half, and then nothing', gzipSync(plain.subarray(0, half))]
  yield ['twice, one after the other', Buffer.concat([content, content])]
  yield ["another ledger's behind it", Buffer.concat([content, gzipSync(stranger)])]
  yield ["another ledger's before it", Buffer.concat([gzipSync(stranger), content])]
  yield ['zeros behind it', Buffer.concat([content, Buffer.alloc(600)])]
  yield ['other bytes behind it', Buffer.concat([content, Buffer.from('x')])]
  yield ["other bytes behind it, then another ledger's", Buffer.concat([content, Buffer.from('x'), gzipSync(stranger)])]
  yield ['the beginning of another archive behind it', Buffer.concat([content, content.subarray(0, headerBytes)])]
  yield ['another checksum', with32(end, 1)]
  yield ['another length', with32(end + 4, 1)]
  yield ['a length that is 0', with32(end + 4, -plain.length)]
  yield ['without checksum and length', content.subarray(0, end)]
  yield ['without its length', content.subarray(0, end + 4)]
  yield ['with a name', flagged(flags.hasName, 0x61, 0x2e, 0x69, 0x6f, 0x6e, 0)]
  yield ['with a comment', flagged(flags.hasComment, 0x62, 0x6f, 0x73, 0x73, 0)]
  yield ['with another field', flagged(flags.hasExtra, 2, 0, 1, 2)]
  yield ['with a wrong checksum of its header', flagged(flags.hasChecksum, 0, 0)]
  yield ['a method that there is not', Buffer.concat([Buffer.from([0x1f, 0x8b, 9]), content.subarray(3)])]
}
