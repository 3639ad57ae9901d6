import { createHash } from 'node:crypto'
import { cryptoHasherProvider, makeHashReader } from 'ion-hash-js'
import { type dom, load, makeBinaryWriter, makeReader, makeTextWriter } from 'ion-js'

/**
 * QLDB's hashes a second time, over ion-js and ion-hash-js. Nothing in this folder but its tests imports from src: what
 * both sides agree on was worked out twice.
 */

export type Hash = Uint8Array

const none: Hash = new Uint8Array(0)

/** Ion Hash 1.0 with SHA-256, of a value or of Ion text. */
export function ionHashOf(value: dom.Value | string): Hash {
  const reader = makeHashReader(
    makeReader(Buffer.from(binaryOf(typeof value === 'string' ? loaded(value) : value))),
    cryptoHasherProvider('sha256'),
  )
  reader.next()
  reader.next()
  return Uint8Array.from(reader.digest())
}

export function binaryOf(value: dom.Value): Uint8Array {
  const writer = makeBinaryWriter()
  value.writeTo(writer)
  writer.close()
  return writer.getBytes()
}

export function textOf(value: dom.Value): string {
  const writer = makeTextWriter()
  value.writeTo(writer)
  writer.close()
  return Buffer.from(writer.getBytes()).toString()
}

/** The one value of a text or of Ion binary. */
export function loaded(source: string | Uint8Array): dom.Value {
  const value = load(typeof source === 'string' ? source : Buffer.from(source))
  if (value === null) throw new Error('there is no value')
  return value
}

/** The smaller hash first: bytes are signed, the last one weighs most. */
export function dot(left: Hash, right: Hash): Hash {
  if (left.length === 0) return right
  if (right.length === 0) return left
  return createHash('sha256')
    .update(isBefore(left, right) ? Buffer.concat([left, right]) : Buffer.concat([right, left]))
    .digest()
}

function isBefore(left: Hash, right: Hash): boolean {
  for (let at = 31; at >= 0; at -= 1) {
    const [a, b] = [Buffer.from(left).readInt8(at), Buffer.from(right).readInt8(at)]
    if (a !== b) return a < b
  }
  return false
}

/** Pairs joined level by level, an odd last one moves up. */
export function merkle(leaves: readonly Hash[]): Hash {
  if (leaves.length <= 1) return leaves[0] ?? none
  return merkle(levelAbove(leaves))
}

function levelAbove(level: readonly Hash[]): Hash[] {
  const above: Hash[] = []
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = [level[at] as Hash, level[at + 1]]
    above.push(right === undefined ? left : dot(left, right))
  }
  return above
}

/** The hashes that lead from one leaf to the root. */
export function siblings(leaves: readonly Hash[], at: number): Hash[] {
  if (leaves.length <= 1) return []
  const sibling = leaves[at ^ 1]
  return [...(sibling === undefined ? [] : [sibling]), ...siblings(levelAbove(leaves), at >> 1)]
}

/** Where a proof leads to. */
export function follow(hash: Hash, proof: readonly Hash[]): Hash {
  return proof.reduce(dot, hash)
}

export function base64(hash: Hash): string {
  return Buffer.from(hash).toString('base64')
}

export function isSame(left: Hash, right: Hash): boolean {
  return Buffer.compare(left, right) === 0
}
