import { compareInstants, instantOf } from '../values/timestamp.ts'
import type { StructValue, TimestampValue } from '../values/value.ts'
import type { Block, Revision, RevisionMetadata } from './block.ts'
import { knownFields } from './block-from-ion.ts'
import type { FindingCode } from './verify.ts'

/**
 * What a block's hashes leave open about its revisions. A revision's hash is that of its data joined with that of its
 * metadata, in either order, and a deletion's is that of its metadata alone. So whoever holds a block could show a level
 * of the revisions' tree deeper (a revision as two deletions, if its data looks like metadata), one less deep (two
 * deletions as one revision), or data as metadata and the reverse. Three things rule that out: metadata has four fields
 * and no other; each document of transactionInfo, which is hashed, has one revision; and data that looks like
 * metadata of the very transaction is told.
 */

type Fault = readonly [code: FindingCode, message: string]

/** Of a block that this program made, by what its hashes cover. */
export function ownRevisionFaults(block: Block): Fault[] {
  const { revisions = [], transactionInfo, blockAddress, blockTimestamp } = block
  const faults: Fault[] = []
  if (transactionInfo === undefined && blockAddress.sequenceNo > 0)
    faults.push(['transaction-info', 'it has no transactionInfo, which every block made here after block 0 has'])
  for (const [index, revision] of revisions.entries()) {
    const { metadata, metadataIon } = revision
    if (metadata === undefined || metadataIon === undefined) continue
    for (const name of strangeNames(metadataIon))
      faults.push([
        'revision-metadata',
        `the metadata of revision ${index} has the field '${name}', which no revision has`,
      ])
    if (!isSameTime(metadata.txTime, blockTimestamp))
      faults.push(['revision-time', `revision ${index} has another txTime than the block's time`])
    if (isAmbiguous(revision.data, metadata)) faults.push(ambiguousData(index))
  }
  return [...faults, ...namingFaults(block).map((text): Fault => ['documents', text])]
}

/** Of any other block: what can't be told apart makes it incomplete. */
export function foreignRevisionFaults(block: Block): Fault[] {
  const { revisions = [] } = block
  const faults: Fault[] = []
  const hasHidden = revisions.some(({ metadata }) => metadata === undefined)
  for (const [index, { metadata, metadataIon, data }] of revisions.entries()) {
    if (metadata === undefined || metadataIon === undefined) continue
    for (const name of strangeNames(metadataIon)) {
      const text = `the metadata of revision ${index} has the field '${name}', which no published revision has`
      faults.push(['revision-ambiguous', text])
    }
    if (isAmbiguous(data, metadata)) faults.push(ambiguousData(index))
    if (!hasHidden || data !== undefined) continue
    const text = `revision ${index} has no data and stands beside revisions that show only their hash: one may be that of its data`
    faults.push(['revision-ambiguous', text])
  }
  return [...faults, ...namingFaults(block).map((text): Fault => ['revision-unnamed', text])]
}

/** Each revision must be of a document that transactionInfo names, and each document has one. */
function namingFaults({ revisions = [], transactionInfo }: Block): string[] {
  if (transactionInfo === undefined) return []
  const ids = new Map<string, number>()
  for (const { metadata } of revisions)
    if (metadata !== undefined) ids.set(metadata.id, (ids.get(metadata.id) ?? 0) + 1)
  return [...ids].flatMap(([id, count]) => {
    const isNamed = transactionInfo.documents?.has(id) === true
    return [
      ...(isNamed ? [] : [`document '${id}' has a revision but is not in transactionInfo`]),
      ...(count === 1 ? [] : [`document '${id}' has ${count} revisions, expected one`]),
    ]
  })
}

function ambiguousData(index: number): Fault {
  return [
    'revision-ambiguous',
    `the data of revision ${index} could as well be its metadata, by its fields and transaction`,
  ]
}

/** Fields of a revision's metadata that none has. */
export function strangeNames({ names }: StructValue): string[] {
  return names.filter((name) => !knownFields.metadata.has(name))
}

/** Whether data could be metadata of the revision's transaction. */
export function isAmbiguous(data: Revision['data'], { txId }: Pick<RevisionMetadata, 'txId'>): boolean {
  const shown = data?.get('txId')
  if (data === undefined || shown?.type !== 'string' || shown.value !== txId) return false
  return data.names.length === knownFields.metadata.size && strangeNames(data).length === 0
}

/** Whether data could be the head that the first entry of a block made here is the hash of (block.ts, headOf). */
export function isHeadLike(data: Revision['data']): boolean {
  return data?.names.length === 3 && ['blockAddress', 'transactionId', 'blockTimestamp'].every((name) => data.get(name))
}

export function isSameTime(left: TimestampValue, right: TimestampValue): boolean {
  return compareInstants(instantOf(left), instantOf(right)) === 0
}
