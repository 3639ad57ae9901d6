import { ionHash } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { rootOf } from '../../src/journal/merkle-tree.ts'
import { blob, int, list, structOf, type Value } from '../../src/values/value.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Edit } from './edits.ts'
import { childrenOf, field, hashIn, withField } from './tree.ts'

/** How far a forger recomputes the hashes around what was changed. */
export const levels = ['none', 'revision', 'block', 'tip'] as const
export type Level = (typeof levels)[number]

const none = new Uint8Array(0)

/** The blocks with hashes recomputed up to the level; undefined where that is not possible or changes nothing. */
export function recomputed(before: readonly Value[], edit: Edit, level: Level): readonly Value[] | undefined {
  const made = edit.make()
  if (level === 'none') return made
  try {
    const blocks = made.map((block, index) =>
      before.includes(block) ? block : resealed(block, before[index] as Value, edit, level),
    )
    const done = level === 'tip' ? relinked(blocks, edit) : blocks
    return done.every((block, index) => block === made[index]) ? undefined : done
  } catch {
    // A field that a hash needs is gone.
    return undefined
  }
}

function resealed(block: Value, original: Value, edit: Edit, level: Level): Value {
  const revised = isOf(edit, 'hash') ? block : withRevisionHashes(block)
  if (level === 'revision') return revised
  const [top] = edit.names
  const listed =
    top === 'entriesHashList' ? revised : withField(revised, 'entriesHashList', newEntries(original, revised))
  const entries = childrenOf(field(listed, 'entriesHashList') as Value).map(hashOf)
  const rooted =
    top === 'entriesHash' || top === 'blockHash' ? listed : withHash(listed, 'entriesHash', rootOf(entries))
  return top === 'blockHash' ? rooted : withBlockHash(rooted)
}

function isOf(edit: Edit, name: string): boolean {
  return edit.names[0] === 'revisions' && edit.names[2] === name
}

function withBlockHash(block: Value): Value {
  const [entriesHash, previous] = [hashOf(field(block, 'entriesHash')), hashOf(field(block, 'previousBlockHash'))]
  return withHash(block, 'blockHash', joinHashes(entriesHash, previous))
}

/** Every hash of a revision that does not fit its content. */
function withRevisionHashes(block: Value): Value {
  const revisions = field(block, 'revisions')
  if (revisions?.type !== 'list') return block
  return withField(block, 'revisions', list(revisions.items.map(withRevisionHash)))
}

export function withRevisionHash(revision: Value): Value {
  const metadata = field(revision, 'metadata')
  if (metadata === undefined) return revision
  const data = field(revision, 'data')
  const dataHash = hashIn(field(revision, 'dataHash')) ?? (data === undefined ? none : ionHash(data))
  return withHash(revision, 'hash', joinHashes(dataHash, ionHash(metadata)))
}

/** The entries that explain parts of the original are those of the parts as they are now; those of lost parts go. */
function newEntries(original: Value, block: Value): Value {
  const [was, is] = [partsOf(original), partsOf(block)]
  const entries = childrenOf(field(original, 'entriesHashList') as Value).flatMap((entry) => {
    const name = Object.keys(was).find((part) => was[part] === base64(hashOf(entry)))
    if (name === undefined) return [entry]
    return is[name] === undefined ? [] : [blob(Buffer.from(is[name], 'base64'))]
  })
  return list(entries)
}

function partsOf(block: Value): Record<string, string | undefined> {
  const head = structOf(
    Object.fromEntries(
      ['blockAddress', 'transactionId', 'blockTimestamp'].flatMap((name) => {
        const value = field(block, name)
        return value === undefined ? [] : [[name, value]]
      }),
    ),
  )
  const revisions = field(block, 'revisions')
  const of = (value: Value | undefined) => value && base64(ionHash(value))
  return {
    head: of(head),
    transactionInfo: of(field(block, 'transactionInfo')),
    redactionInfo: of(field(block, 'redactionInfo')),
    revisions:
      revisions === undefined || childrenOf(revisions).length === 0
        ? undefined
        : base64(rootOf(childrenOf(revisions).map((revision) => hashOf(field(revision, 'hash'))))),
  }
}

/** Each block after the first follows the one before: its number, where blocks went or came, and its hashes. */
function relinked(blocks: readonly Value[], edit: Edit): readonly Value[] {
  let last: Value | undefined
  const first = Number((field(field(blocks[0], 'blockAddress'), 'sequenceNo') as { value: number }).value)
  return blocks.map((block, index) => {
    let here = block
    if (edit.operation === 'blocks') here = renumbered(here, first + index)
    if (last !== undefined && (edit.names[0] !== 'previousBlockHash' || index !== edit.index))
      here = withHash(here, 'previousBlockHash', hashOf(field(last, 'blockHash')))
    if (edit.names[0] !== 'blockHash' || index !== edit.index) here = withBlockHash(here)
    last = here
    return here
  })
}

function renumbered(block: Value, sequenceNo: number): Value {
  const address = field(block, 'blockAddress') as Value
  if ((field(address, 'sequenceNo') as { value: number }).value === sequenceNo) return block
  const moved = withField(address, 'sequenceNo', int(sequenceNo))
  const revisions = childrenOf(field(block, 'revisions') ?? list([])).map((revision) =>
    field(revision, 'blockAddress') === undefined ? revision : withField(revision, 'blockAddress', moved),
  )
  const changed = withField(block, 'blockAddress', moved)
  const whole = revisions.length === 0 ? changed : withField(changed, 'revisions', list(revisions))
  const listed = withField(whole, 'entriesHashList', newEntries(block, whole))
  return withHash(listed, 'entriesHash', rootOf(childrenOf(field(listed, 'entriesHashList') as Value).map(hashOf)))
}

function withHash(value: Value, name: string, hash: Uint8Array): Value {
  const found = hashIn(field(value, name))
  return found !== undefined && Buffer.compare(found, hash) === 0 ? value : withField(value, name, blob(hash))
}

function hashOf(value: Value | undefined): Uint8Array {
  const hash = hashIn(value)
  if (hash === undefined) throw new Error('there is no hash')
  return hash
}

function base64(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64')
}

/** Where a piece of evidence has its revision, and its proof. */
export interface EvidencePlaces {
  readonly revision: readonly string[]
  readonly proof?: string
}

/** Evidence with its revision's hash, or also its own digest, recomputed. */
export function recomputedProof(edit: Edit, level: Level, places: EvidencePlaces): readonly Value[] | undefined {
  const [file] = edit.make()
  if (level === 'none' || file === undefined) return file && [file]
  try {
    const revised = withRevisionAt(file, places.revision)
    if (level === 'revision') return isSameValue(revised, file) ? undefined : [revised]
    if (level !== 'tip' || places.proof === undefined || field(file, 'digest') === undefined) return undefined
    const hashes = childrenOf(field(file, places.proof) as Value).map(hashOf)
    const revision = places.revision.reduce<Value | undefined>(field, revised)
    const digest = hashes.reduce(joinHashes, hashOf(field(revision, 'hash')))
    return [withField(revised, 'digest', blob(digest))]
  } catch {
    // A field that a hash needs is gone.
    return undefined
  }
}

function withRevisionAt(value: Value, path: readonly string[]): Value {
  const [name, ...rest] = path
  if (name === undefined) return withRevisionHash(value)
  const inner = name === '[0]' ? childrenOf(value)[0] : field(value, name)
  if (inner === undefined) return value
  const changed = withRevisionAt(inner, rest)
  return name === '[0]' ? list([changed, ...childrenOf(value).slice(1)]) : withField(value, name, changed)
}

function isSameValue(left: Value, right: Value): boolean {
  return printIon(left) === printIon(right)
}
