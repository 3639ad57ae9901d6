import { compareInstants, instantOf } from '../values/timestamp.ts'
import type { StructValue, TimestampValue } from '../values/value.ts'
import { isMetadataLike } from './ambiguous-data.ts'
import type { Block, Revision } from './block.ts'
import { knownFields } from './block-from-ion.ts'
import type { FindingCode } from './finding-codes.ts'

/**
 * What a block's hashes leave open about its revisions. A revision's hash is that of its data joined with that of its
 * metadata, in either order, and a deletion's is that of its metadata alone. So whoever holds a block could show a level
 * of the revisions' tree deeper (a revision as two deletions, if its data looks like metadata), one less deep (two
 * deletions as one revision), or data as metadata and the reverse. Three things rule that out: metadata has four fields
 * and no other; each document of transactionInfo, which is hashed, has one revision; and data that looks like
 * metadata makes the verdict incomplete (docs/verify.md, "Other readings of a hash").
 */

type Fault = readonly [code: FindingCode, message: string]

/** Of a block that this program made, by what its hashes cover. */
export function ownRevisionFaults(block: Block): Fault[] {
  const { revisions = [], transactionInfo, transactionId, blockAddress, blockTimestamp } = block
  const documents = documentsOf(block)
  const faults: Fault[] = []
  if (transactionInfo === undefined && blockAddress.sequenceNo > 0)
    faults.push(['transaction-info', 'it has no transactionInfo, which every block made here after block 0 has'])
  for (const [index, revision] of revisions.entries()) {
    const { metadata, metadataIon, data } = revision
    if (metadata === undefined || metadataIon === undefined) continue
    for (const name of strangeNames(metadataIon))
      faults.push([
        'revision-metadata',
        `the metadata of revision ${index} has the field '${name}', which no revision has`,
      ])
    if (!isSameTime(metadata.txTime, blockTimestamp))
      faults.push(['revision-time', `revision ${index} has another txTime than the block's time`])
    if (data !== undefined && isMetadataLike(data, { documents, transactionId })) faults.push(ambiguousData(index))
  }
  return [...faults, ...namingFaults(block).map((text): Fault => ['documents', text])]
}

/** Of any other block: what is ambiguous makes it incomplete. */
export function foreignRevisionFaults(block: Block): Fault[] {
  const { revisions = [] } = block
  const faults: Fault[] = []
  const documents = documentsOf(block)
  const hasHidden = revisions.some(({ metadata }) => metadata === undefined)
  for (const [index, revision] of revisions.entries()) {
    const { metadata, metadataIon, data } = revision
    if (metadata === undefined || metadataIon === undefined) continue
    for (const name of strangeNames(metadataIon)) {
      const text = `the metadata of revision ${index} has the field '${name}', which no published revision has`
      faults.push(['revision-ambiguous', text])
    }
    if (data !== undefined && isMetadataLike(data, { documents })) faults.push(ambiguousData(index))
    const beside = revisions[index ^ 1]
    if (!hasHidden || !isDeletion(revision) || beside === undefined) continue
    // The number of revisions is not known. Two that are joined directly are an even one and the next.
    if (beside.metadata !== undefined && !isDeletion(beside)) continue
    const text = `revision ${index} has no data, and may be half of one with the revision beside it: no hash tells`
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

/** Undefined without transactionInfo: then nothing is known of them. */
function documentsOf({ transactionInfo }: Block): ReadonlyMap<string, unknown> | undefined {
  return transactionInfo && (transactionInfo.documents ?? new Map())
}

function ambiguousData(index: number): Fault {
  return ['revision-ambiguous', `the data of revision ${index} could as well be its metadata, by its fields`]
}

/** Fields of a revision's metadata that none has. */
export function strangeNames({ names }: StructValue): string[] {
  return names.filter((name) => !knownFields.metadata.has(name))
}

/** Neither data nor its hash is there. */
export function isDeletion({ data, dataHash, metadata }: Revision): boolean {
  return metadata !== undefined && data === undefined && dataHash === undefined
}

export function isSameTime(left: TimestampValue, right: TimestampValue): boolean {
  return compareInstants(instantOf(left), instantOf(right)) === 0
}
