import type { dom } from 'ion-js'
import { base64, dot, follow, type Hash, ionHashOf, isSame, loaded, merkle, textOf } from './hashes.ts'

/** What is wrong with blocks that stand one after another from block 0 on; each line begins with the block's number. */
export function faultsOf(blocks: readonly dom.Value[]): string[] {
  const faults: string[] = []
  blocks.forEach((block, index) => {
    const before = index === 0 ? new Uint8Array(0) : hashIn(blocks[index - 1] as dom.Value, 'blockHash')
    for (const fault of faultsOfBlock(block, before)) faults.push(`${index}: ${fault}`)
    if (numberIn(block, 'blockAddress', 'sequenceNo') !== index) faults.push(`${index}: it has another number`)
  })
  return faults
}

function faultsOfBlock(block: dom.Value, before: Hash): string[] {
  const faults: string[] = []
  const entries = hashesIn(block, 'entriesHashList')
  const expectEntry = (name: string, hash: Hash) => {
    if (!entries.some((entry) => isSame(entry, hash))) faults.push(`no entry for ${name}`)
  }
  for (const name of ['transactionInfo', 'redactionInfo']) {
    const value = block.get(name)
    if (value !== null) expectEntry(name, ionHashOf(value))
  }
  const revisions = block.get('revisions')?.elements() ?? []
  revisions.forEach((revision, index) => {
    const fits = revision.get('metadata') === null || isSame(hashIn(revision, 'hash'), revisionHash(revision))
    if (!fits) faults.push(`the hash of revision ${index}`)
  })
  if (revisions.length > 0) expectEntry('revisions', merkle(revisions.map((revision) => hashIn(revision, 'hash'))))
  for (const statement of block.get('transactionInfo', 'statements')?.elements() ?? []) {
    const text = statement.get('statement')
    if (text === null || text.stringValue()?.includes('?') === true) continue
    if (!isSame(ionHashOf(text), hashIn(statement, 'statementDigest'))) faults.push('the digest of a statement')
  }
  if (!isSame(merkle(entries), hashIn(block, 'entriesHash'))) faults.push('entriesHash')
  if (!isSame(hashIn(block, 'previousBlockHash'), before)) faults.push('previousBlockHash')
  if (!isSame(dot(hashIn(block, 'entriesHash'), before), hashIn(block, 'blockHash'))) faults.push('blockHash')
  return faults
}

/** Data joined with metadata; a redacted revision's dataHash stands for its data, a deletion has neither. */
export function revisionHash(revision: dom.Value): Hash {
  const data = revision.get('data')
  const dataHash = revision.get('dataHash') === null ? new Uint8Array(0) : hashIn(revision, 'dataHash')
  return dot(data === null ? dataHash : ionHashOf(data), ionHashOf(revision.get('metadata') as dom.Value))
}

/** What a block of the program's own has in its first entry: the hash of what AWS's hashes leave out. */
export function headHash(block: dom.Value): Hash {
  const [address, id, time] = ['blockAddress', 'transactionId', 'blockTimestamp'].map((name) =>
    textOf(block.get(name) as dom.Value),
  )
  return ionHashOf(`{blockAddress:${address},transactionId:${id},blockTimestamp:${time}}`)
}

export function digestOf(blocks: readonly dom.Value[]): Hash {
  return merkle(blocks.map((block) => hashIn(block, 'blockHash')))
}

/** What is wrong with a proof file, an answer of GetRevision or a receipt, against a digest. */
export function faultsOfProof(file: dom.Value, digest: Hash): string[] {
  const faults: string[] = []
  const revision = file.get('revision')
  const hash = revision === null ? hashIn(file, 'RevisionHash') : hashIn(revision, 'hash')
  if (revision !== null && !isSame(revisionHash(revision), hash)) faults.push('the hash of the revision')
  const proof = hashesIn(file, file.get('proof') === null ? 'Proof' : 'proof')
  if (!isSame(follow(hash, proof), digest)) faults.push(`the proof leads to ${base64(follow(hash, proof))}`)
  return faults
}

/** A field that is a hash: a blob, or base64. */
export function hashIn(value: dom.Value, name: string): Hash {
  return hashOf(value.get(name), name)
}

export function hashesIn(value: dom.Value, name: string): Hash[] {
  const field = value.get(name)
  const text = field?.getType().name === 'struct' ? field.get('IonText') : null
  const list = text === null ? field : loaded(text.stringValue() as string)
  return (list?.elements() ?? []).map((item) => hashOf(item, name))
}

function hashOf(value: dom.Value | null, name: string): Hash {
  const bytes = value?.getType().name === 'string' ? Buffer.from(value.stringValue() as string, 'base64') : undefined
  const found = bytes ?? value?.uInt8ArrayValue()
  if (found == null) throw new Error(`${name} is no hash`)
  return Uint8Array.from(found)
}

function numberIn(value: dom.Value, ...path: string[]): number | undefined {
  return value.get(...path)?.numberValue() ?? undefined
}
