import { equalBytes } from '../base/bytes.ts'
import { ionHash } from '../values/ion-hash.ts'
import { blob, structOf, type TimestampValue, type Value } from '../values/value.ts'
import { isHeadLike, isMetadataLike } from './ambiguous-data.ts'
import { type Revision, type RevisionMetadata, revisionHash, type TransactionInfo } from './block.ts'
import { revisionFromIon } from './block-from-ion.ts'
import { rootOf, siblingRanges } from './merkle-tree.ts'
import type { BlockHead } from './block-head.ts'
import { changesCatalog } from './qldb-form.ts'
import { isDeletion, isSameTime, strangeNames } from './revision-form.ts'
import { checkStruct, malformed } from './shape.ts'

/** What shows where in its block a revision stands. */
export interface LeafEvidence {
  readonly revision: Revision
  /** The hashes from the revision's to the root of its block's entries, both included; undefined where that is not known. */
  readonly folds: readonly Uint8Array[] | undefined
  /** The block's entries, shown to have that root. */
  readonly entries: readonly Uint8Array[] | undefined
  /** Shown to be one of the entries. */
  readonly info: TransactionInfo | undefined
  /** Of a block made here, shown to be one of the entries. */
  readonly head: BlockHead | undefined
  /** All revisions of the block without their data, as the file has them. */
  readonly blockRevisions: readonly BareRevision[] | undefined
}

export interface LeafReport {
  readonly findings: readonly { readonly field: string; readonly message: string }[]
  readonly unchecked: readonly string[]
}

/** What shows that something is a revision of a block: its metadata, and for one with data the hash of that. */
export interface BareRevision {
  readonly id: string
  readonly txId: string
  readonly txTime: TimestampValue
  readonly hash: Uint8Array
  readonly isDeletion: boolean
}

/** One of blockRevisions in a proof file. Throws LedgerError 'journal/malformed'. */
export function bareRevisionOf(value: Value, where: string): BareRevision {
  const ion = checkStruct(value, where, bareFields)
  const { metadata, metadataIon, dataHash } = revisionFromIon(ion, where)
  const strange = ion.names.find((name) => !bareFields.has(name)) ?? (metadataIon && strangeNames(metadataIon)[0])
  if (metadata === undefined || metadataIon === undefined || strange !== undefined)
    throw malformed(
      where,
      strange === undefined ? 'without metadata' : `one with '${strange}'`,
      'dataHash and metadata',
    )
  const { id, txId, txTime } = metadata
  return { id, txId, txTime, hash: revisionHash(undefined, metadataIon, dataHash), isDeletion: dataHash === undefined }
}

export function bareRevisionToIon({ data, dataHash, metadataIon }: Revision): Value {
  const hash = dataHash ?? (data && ionHash(data))
  return structOf({ ...(hash && { dataHash: blob(hash) }), ...(metadataIon && { metadata: metadataIon }) })
}

const bareFields = new Set(['dataHash', 'metadata'])

/** Both AWS and this program put the root of the revisions second. */
const revisionsEntry = 1

/**
 * Whether a revision that a proof leads from is one of its block's, and not a part of one or two of them together: their
 * joined hashes look like a revision's (revision-form.ts). transactionInfo says how many revisions the block has, and so
 * how many hashes may lead to their root.
 */
export function checkLeaf(evidence: LeafEvidence): LeafReport {
  const check = new LeafCheck(evidence)
  check.run()
  return check
}

class LeafCheck implements LeafReport {
  readonly findings: { field: string; message: string }[] = []
  readonly unchecked: string[] = []
  readonly #evidence: LeafEvidence

  constructor(evidence: LeafEvidence) {
    this.#evidence = evidence
  }

  run(): void {
    const { revision, head } = this.#evidence
    const { data, dataHash, metadata, metadataIon } = revision
    if (metadata === undefined || metadataIon === undefined) return
    this.#checkPlace(metadata.id)
    if (dataHash !== undefined)
      this.unchecked.push('it shows only the hash of its data; that the data was redacted is not shown')
    if (data !== undefined && head === undefined && isHeadLike(data))
      this.unchecked.push("its data could as well be a block's address, transaction and time")
    const documents = this.#evidence.info && (this.#evidence.info.documents ?? new Map())
    if (data !== undefined && isMetadataLike(data, { documents, transactionId: head?.transactionId }))
      this.unchecked.push('its data could as well be its metadata, by its fields')
    for (const name of strangeNames(metadataIon))
      this.#say('revision.metadata', `it has the field '${name}', which no published revision has`)
    if (head !== undefined && !isSameTime(metadata.txTime, head.blockTimestamp))
      this.#say('revision.metadata.txTime', "it is not the time of the revision's block")
  }

  /** Finds what contradicts the number of the block's revisions, and deletions that may be half of a revision with data. */
  #checkPlace(id: string): void {
    const { revision, info, head, blockRevisions } = this.#evidence
    const depth = this.#depth()
    if (head !== undefined && info !== undefined && info.documents?.has(id) !== true)
      this.#say('proof', `transactionInfo does not name the document '${id}'`)
    const depths = info && depthsOf(info, head !== undefined)
    const count = info?.documents?.size
    if (depth !== undefined && depths?.has(depth) === false) {
      const text = `${depth} hashes lead from it to the root of its block's revisions`
      this.#say('proof', `${text}, expected ${[...depths].join(' or ')} for ${count} documents`)
    }
    const isListed = blockRevisions !== undefined && this.#checkList(blockRevisions, id)
    if (!isDeletion(revision)) return
    const isCounted = isListed && depths !== undefined
    const isWhole = depth !== undefined && (info ?? head) !== undefined && !mayBeHalf(depth, depths)
    if (!isCounted && !isWhole)
      this.unchecked.push('it has no data, and nothing shows that it is not half of a revision that has')
  }

  /** How many hashes lead to the root of the block's revisions; undefined where the proof is not shown to pass it. */
  #depth(): number | undefined {
    const { folds, entries } = this.#evidence
    const root = entries?.[revisionsEntry]
    if (folds === undefined || entries === undefined || root === undefined) return undefined
    const depth = folds.length - 1 - siblingRanges(revisionsEntry, entries.length).length
    if (equalBytes(folds[depth] ?? new Uint8Array(0), root)) return depth
    this.#say('proof', "the proof does not pass through the entry of its block's revisions")
    return undefined
  }

  /**
   * Whether these are the block's revisions: their root is its entry, and they are those of the documents that it names, each
   * once, and all of one transaction. Hashes alone would not show it: at the ragged edge of a tree, two halves of one may stand
   * for two, where its data looks like metadata.
   */
  #checkList(revisions: readonly BareRevision[], id: string): boolean {
    const { revision, entries, info } = this.#evidence
    const root = rootOf(revisions.map(({ hash }) => hash))
    const isRoot = equalBytes(root, entries?.[revisionsEntry] ?? new Uint8Array(0))
    const ids = new Set(revisions.map((one) => one.id))
    const areNamed = ids.size === revisions.length && [...ids].every((one) => info?.documents?.has(one) === true)
    const own = revisions.find((one) => one.id === id)
    const isOwn = own !== undefined && equalBytes(own.hash, revision.hash) && own.isDeletion === isDeletion(revision)
    const { txId, txTime } = revision.metadata as RevisionMetadata
    const isTogether = revisions.every((one) => one.txId === txId && isSameTime(one.txTime, txTime))
    const isListed = isRoot && isOwn && areNamed && isTogether && ids.size === info?.documents?.size
    if (!isListed) this.findings.push({ field: 'blockRevisions', message: "these are not its block's revisions" })
    // This program writes no data that could pass for metadata of its own transaction.
    return isListed && (this.#evidence.head !== undefined || !mayBeJoined(revisions, revisions.indexOf(own)))
  }

  #say(field: string, message: string): void {
    if (this.#evidence.head === undefined) this.unchecked.push(message)
    else this.findings.push({ field, message })
  }
}

/**
 * How many hashes may lead from a revision of the block to their root. Not only that of the revision: no hash covers the
 * order of the documents. Undefined where it is not known how many revisions there are.
 */
export function depthsOf({ documents, statements }: TransactionInfo, isOwn: boolean): ReadonlySet<number> | undefined {
  const count = documents?.size ?? 0
  // How many revisions of its own catalog QLDB adds is not known.
  if (count === 0 || (!isOwn && statements.some(changesCatalog))) return undefined
  return new Set(Array.from({ length: count }, (_, index) => siblingRanges(index, count).length))
}

/**
 * Whether a deletion and the one beside it may be one revision with data, where another that has data stands for two in
 * turn: then there are as many as before.
 */
function mayBeJoined(revisions: readonly BareRevision[], position: number): boolean {
  return revisions[position ^ 1]?.isDeletion === true && revisions.some(({ isDeletion }) => !isDeletion)
}

/** Whether what is at that depth may be half of a revision, one level above. */
export function mayBeHalf(depth: number, depths: ReadonlySet<number> | undefined): boolean {
  return depth > 0 && depths?.has(depth - 1) !== false
}
