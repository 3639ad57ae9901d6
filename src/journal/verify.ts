import { equalBytes, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { ionHash, ionHashOfString } from '../values/ion-hash.ts'
import { joinHashes } from '../values/join-hashes.ts'
import { compareInstants, instantMs, instantOf } from '../values/timestamp.ts'
import type { StructValue, TimestampValue } from '../values/value.ts'
import { knownFields } from './block-from-ion.ts'
import { type Block, type DocumentInfo, headOf, type Revision, revisionHash, type TransactionInfo } from './block.ts'
import type { FindingCode, GapCode } from './finding-codes.ts'
import { rootOf } from './merkle-tree.ts'
import { changesCatalog, type EntryPlaces, isCatalogChange, opaqueEntriesOfQldb, unlikeQldb } from './qldb-form.ts'
import { foreignRevisionFaults, ownRevisionFaults } from './revision-form.ts'

/** One fault or gap in one block. */
export interface Finding {
  readonly code: FindingCode
  readonly sequenceNo: number
  /** One line: the thing, what was found, what was expected. */
  readonly message: string
}

/** The fields that AWS leaves out of every hash it explains (block.ts, headOf). */
export const headFields: readonly string[] = ['blockAddress', 'transactionId', 'blockTimestamp']

const gapCodes: ReadonlySet<string> = new Set<GapCode>([
  'revision-missing',
  'revision-unchecked',
  'revision-unnamed',
  'revision-ambiguous',
  'entries-unknown',
  'block-blank',
  'redaction-missing',
  'start-unknown',
  'head-unproven',
  'field-unknown',
  'digest-uncovered',
  'order-unproven',
  'marks-unproven',
])

/** Whether a finding says that something could not be checked, not that it is wrong. */
export function isGap({ code }: { readonly code: string }): boolean {
  return gapCodes.has(code)
}

/** The table id of this program's own catalog; AWS draws its ids at random, so it has none like that. */
const ownCatalogId = '0'.repeat(22)

/** Whether a block says in hashed content that this program made it, whatever its head says. */
function changesOwnCatalog({ transactionInfo }: Block): boolean {
  for (const { tableId } of transactionInfo?.documents?.values() ?? []) if (tableId === ownCatalogId) return true
  return false
}

/** What the check of one block found. A block is sound if `findings`, `gaps` and `uncovered` are empty. */
export interface BlockReport {
  readonly findings: readonly Finding[]
  /** What could not be checked. */
  readonly gaps: readonly Finding[]
  /** Fields whose content no hash covers, as paths: a change there would not show, unless it contradicts another field. */
  readonly uncovered: readonly string[]
  /** Entries of entriesHashList that nothing in the block explains. AWS's blocks have two. */
  readonly opaqueEntries: number
  /** Revisions that show nothing but their hash. */
  readonly opaqueRevisions: number
  /** Statements with parameters: their digest can't be recomputed, since the journal has no parameters. */
  readonly uncheckedDigests: number
  /** Whether the fields outside of AWS's hashes are hashed too: so in every block that this program sealed. */
  readonly coversHead: boolean
  /** It was made here, by what its hashes cover: it covers its head, or changes this program's catalog. */
  readonly isOwn: boolean
  /** It has all that QLDB's blocks have, in whatever order (qldb-form.ts). */
  readonly isOfQldb: boolean
  /** Documents of transactionInfo whose revision is not shown, though it is not one of QLDB's own catalog. */
  readonly missingRevisions: number
  /** Revisions whose data does not have their hash, with the finding; undefined for those that are not to be checked. */
  readonly wrongRevisions: ReadonlyMap<number, Finding | undefined>
}

/** What the caller knows about a block from its surroundings. */
export interface VerifyOptions {
  /** The block must cover its head: it follows one that does, or is of a ledger that this program made. */
  readonly mustCoverHead?: boolean
  /** Indexes of revisions whose data lost its types on the way (JSON): their own hash is not checked. */
  readonly uncheckedRevisions?: readonly number[]
}

/**
 * Checks one block by itself: every hash that can be recomputed, then the fields that must agree (developer
 * guide, "Data verification in Amazon QLDB"; the Java sample's JournalBlock.verifyBlockHash). Never throws for what is
 * in the block.
 */
export function verifyBlock(block: Block, options: VerifyOptions = {}): BlockReport {
  const check = new BlockCheck(block)
  check.run(options)
  return check
}

class BlockCheck implements BlockReport {
  readonly findings: Finding[] = []
  readonly gaps: Finding[] = []
  readonly uncovered: string[] = []
  opaqueEntries = 0
  opaqueRevisions = 0
  uncheckedDigests = 0
  coversHead = false
  isOwn = false
  isOfQldb = false
  missingRevisions = 0
  readonly wrongRevisions = new Map<number, Finding | undefined>()
  readonly #block: Block
  /** Indexes of entriesHashList that have been explained. */
  readonly #explained = new Set<number>()
  readonly #places: EntryPlaces = {}

  constructor(block: Block) {
    this.#block = block
  }

  run({ mustCoverHead = false, uncheckedRevisions = [] }: VerifyOptions): void {
    const block = this.#block
    this.#guard(() => this.#checkUnknown(block.ion, knownFields.block, ''))
    this.#guard(() => this.#checkUnknownInAddress(block.ion, 'blockAddress'))
    this.#guard(() => this.#checkTransactionInfo())
    this.#guard(() => this.#checkRedactionInfo())
    this.#guard(() => this.#checkRevisions(new Set(uncheckedRevisions)))
    if (this.uncovered.length > 0) {
      const names = new Set(this.uncovered.map((path) => path.replace(/\[\d+\]/g, '[]')))
      this.#find('field-unknown', `no hash covers the field ${namedFields([...names])}, which no block has so`)
    }
    this.#checkHead(mustCoverHead)
    this.#guard(() => this.#checkDocuments())
    if (!this.findings.some(({ code }) => code === 'malformed')) this.#guard(() => this.#checkRevisionForms())
    this.#checkEntries()
    if (!this.coversHead) this.#guard(() => this.#checkForeign(mustCoverHead))
    this.#checkStart(block)
    this.#expectHash('entries-hash', 'entriesHash', block.entriesHash, rootOf(block.entriesHashList))
    const joined = joinHashes(block.entriesHash, block.previousBlockHash)
    this.#expectHash('block-hash', 'blockHash', block.blockHash, joined)
  }

  #checkHead(mustCoverHead: boolean): void {
    const { blockAddress, transactionId, blockTimestamp } = this.#block
    const head = ionHash(headOf(blockAddress, transactionId, blockTimestamp))
    this.coversHead = this.#explain(head) !== undefined
    this.isOwn = this.coversHead
    if (this.coversHead) {
      if (!this.findings.some(({ code }) => code === 'malformed')) this.#checkOrder(head)
      return
    }
    this.uncovered.push(...headFields)
    if (!mustCoverHead) return
    this.#find('head', `no entry is the hash of its head, expected ${toBase64(head)} for address, transaction and time`)
  }

  #checkTransactionInfo(): void {
    const info = this.#block.transactionInfo
    if (info === undefined) return
    const hash = ionHash(info.ion)
    this.#note('transactionInfo', this.#explain(hash))
    if (this.#places.transactionInfo === undefined) {
      this.#find('transaction-info', `transactionInfo has the hash ${toBase64(hash)}, expected an entry of that hash`)
    }
    info.statements.forEach(({ statement, statementDigest }, index) => {
      if (statement.includes('?')) {
        this.uncheckedDigests += 1
        return
      }
      const name = `the digest of statement ${index}`
      this.#expectHash('statement-digest', name, statementDigest, ionHashOfString(statement))
    })
  }

  #checkRedactionInfo(): void {
    const info = this.#block.redactionInfo
    if (info === undefined) return
    const hash = ionHash(info.ion)
    this.#note('redactionInfo', this.#explain(hash))
    if (this.#places.redactionInfo !== undefined) return
    this.#find('redaction-info', `redactionInfo has the hash ${toBase64(hash)}, expected an entry of that hash`)
  }

  #checkRevisions(unchecked: ReadonlySet<number>): void {
    const { revisions } = this.#block
    if (revisions === undefined) return
    for (const [index, revision] of revisions.entries())
      this.#guard(() => this.#checkRevision(revision, index, !unchecked.has(index)))
    // No block has an empty list: the field is absent.
    if (revisions.length === 0) this.uncovered.push('revisions')
    const root = rootOf(revisions.map((revision) => revision.hash))
    if (revisions.length > 0) this.#note('revisions', this.#explain(root))
    if (revisions.length === 0 || this.#places.revisions !== undefined) return
    this.#find(
      'revisions-root',
      `its ${revisions.length} revisions have the root ${toBase64(root)}, expected an entry of that hash`,
    )
  }

  #checkRevision(revision: Revision, index: number, checksHash: boolean): void {
    const name = `revision ${index}`
    const path = `revisions[${index}]`
    this.#checkUnknown(revision.ion, knownFields.revision, `${path}.`)
    this.#checkUnknownInAddress(revision.ion, `${path}.blockAddress`)
    const { metadata, metadataIon } = revision
    if (metadata === undefined || metadataIon === undefined) {
      this.opaqueRevisions += 1
      for (const field of ['blockAddress', 'data', 'dataHash']) {
        if (revision.ion.get(field) !== undefined) this.uncovered.push(`${path}.${field}`)
      }
      return
    }
    const { data, dataHash } = revision
    if (data !== undefined && dataHash !== undefined) {
      this.#find('revision-hash', `${name} has both data and dataHash, expected one of them`)
    }
    const expected = revisionHash(data, metadataIon, dataHash)
    const fits = equalBytes(revision.hash, expected)
    if (checksHash) this.#expectHash('revision-hash', `the hash of ${name}`, revision.hash, expected)
    else if (fits) this.#find('mark', `${name} is marked as one that can't be checked, but its hash fits`)
    if (!fits) this.wrongRevisions.set(index, checksHash ? this.findings.at(-1) : undefined)
    const { blockAddress, transactionId, blockTimestamp } = this.#block
    const { strandId, sequenceNo } = revision.blockAddress ?? {}
    if (strandId !== blockAddress.strandId || sequenceNo !== blockAddress.sequenceNo) {
      this.#find('revision-address', `${name} says it is of block ${sequenceNo} of strand '${strandId}'`)
    }
    if (metadata.txId !== transactionId) {
      this.#find(
        'revision-transaction',
        `${name} is of transaction '${metadata.txId}', expected the block's '${transactionId}'`,
      )
    }
    if (compareInstants(instantOf(metadata.txTime), instantOf(blockTimestamp)) > 0) {
      this.#find('revision-time', `${name} has a txTime after the block's time`)
    }
  }

  /** The documents of transactionInfo and those of the revisions are the same; AWS's internal revisions have none. */
  #checkDocuments(): void {
    const { revisions, transactionInfo } = this.#block
    if (transactionInfo === undefined) return
    const ids = new Set((revisions ?? []).flatMap((revision) => revision.metadata?.id ?? []))
    const documents: ReadonlyMap<string, DocumentInfo> = transactionInfo.documents ?? new Map()
    for (const [id, document] of documents) {
      if (ids.has(id)) continue
      if (this.coversHead) {
        this.#find('documents', `document '${id}' is in transactionInfo but has no revision`)
      } else if (!isCatalogChange(document, transactionInfo.statements)) {
        this.missingRevisions += 1
        const message = `the revision of document '${id}' of table '${document.tableName}', named in transactionInfo, is not shown`
        this.#find('revision-missing', message)
      }
    }
    this.#checkHidden(transactionInfo)
  }

  #checkRevisionForms(): void {
    const faults = this.coversHead ? ownRevisionFaults(this.#block) : foreignRevisionFaults(this.#block)
    for (const [code, text] of faults) this.#find(code, text)
  }

  /** Revisions that show only their hash and are of no document: QLDB has them where a statement changes its catalog. */
  #checkHidden({ statements }: TransactionInfo): void {
    const hidden = this.opaqueRevisions - this.missingRevisions
    if (this.coversHead || hidden <= 0 || statements.some(changesCatalog)) return
    this.missingRevisions += hidden
    const text = `${hidden} of its revisions show only their hash, though no statement changes the catalog`
    this.#find('revision-missing', text)
  }

  /** What only blocks that do not cover their head are asked. */
  #checkForeign(mustCoverHead: boolean): void {
    const { revisions = [], transactionInfo, blockTimestamp } = this.#block
    this.isOwn = changesOwnCatalog(this.#block)
    const times = [
      ...(transactionInfo?.statements ?? []).map(({ startTime }) => startTime),
      ...revisions.flatMap(({ metadata }) => metadata?.txTime ?? []),
    ]
    const isSaid = this.findings.some(({ code }) => code === 'revision-time')
    if (!isSaid && times.some((time) => !isWithinTransaction(time, blockTimestamp))) {
      const limit = `${transactionMs / 1000} s, the longest a transaction of QLDB's takes`
      this.#find('revision-time', `its time is not within ${limit}, after the times of its statements and revisions`)
    }
    if (mustCoverHead) return
    if (this.isOwn) {
      this.#find('head', 'it changes the catalog of a ledger made here, but no entry is the hash of its head')
      return
    }
    const unlike = unlikeQldb(this.#block, this.#places, this.opaqueEntries)
    for (const [code, text] of unlike) this.#find(code, text)
    // Not every kind of QLDB's blocks was published: another order is a gap, not evidence of who made the block.
    const isComplete = unlike.every(([code]) => code === 'entries-unknown') && this.missingRevisions === 0
    this.isOfQldb = isComplete && this.opaqueEntries === opaqueEntriesOfQldb
  }

  /** Nothing is before block 0. */
  #checkStart({ blockAddress, previousBlockHash }: Block): void {
    if (blockAddress.sequenceNo > 0 || previousBlockHash.length === 0) return
    const text = `it is block 0, but has the previousBlockHash ${toBase64(previousBlockHash)}`
    this.#find(this.coversHead ? 'previous-hash' : 'start-unknown', text)
  }

  #checkEntries(): void {
    this.opaqueEntries = this.#block.entriesHashList.length - this.#explained.size
    if (!this.coversHead) return
    if (this.opaqueEntries > 0) {
      this.#find('unexplained-entry', `${this.opaqueEntries} of its entries belong to nothing in it, expected none`)
    }
    if (this.opaqueRevisions > 0) {
      this.#find('malformed', `${this.opaqueRevisions} of its revisions show only their hash, expected none`)
    }
  }

  #checkUnknown(ion: StructValue, known: ReadonlySet<string>, path: string): void {
    for (const field of unknownFields(ion, known, path)) this.uncovered.push(field)
  }

  #checkUnknownInAddress(ion: StructValue, path: string): void {
    const address = ion.get('blockAddress')
    if (address?.type === 'struct') this.#checkUnknown(address, knownFields.address, `${path}.`)
  }

  /** This program writes its entries in one order: head, revisions, redactionInfo, transactionInfo. */
  #checkOrder(head: Uint8Array): void {
    const { transactionInfo, redactionInfo, revisions = [], entriesHashList } = this.#block
    const expected = [head]
    if (revisions.length > 0) expected.push(rootOf(revisions.map(({ hash }) => hash)))
    for (const info of [redactionInfo, transactionInfo]) if (info !== undefined) expected.push(ionHash(info.ion))
    const isOrdered = expected.every((hash, index) => equalBytes(hash, entriesHashList[index] ?? new Uint8Array(0)))
    if (!isOrdered) this.#find('entries-order', 'its entries are not in the order in which they were written')
    const ids = revisions.flatMap(({ metadata }) => metadata?.id ?? [])
    const named = [...(transactionInfo?.documents?.keys() ?? [])]
    if (ids.length === named.length && ids.some((id, index) => id !== named[index]))
      this.#find('order-unproven', 'its revisions are not in the order of the documents in transactionInfo')
  }

  /** The entry that nothing else has explained and that is this hash. */
  #explain(hash: Uint8Array): number | undefined {
    const index = this.#block.entriesHashList.findIndex(
      (entry, at) => !this.#explained.has(at) && equalBytes(entry, hash),
    )
    if (index === -1) return undefined
    this.#explained.add(index)
    return index
  }

  #note(part: keyof EntryPlaces, index: number | undefined): void {
    if (index !== undefined) this.#places[part] = index
  }

  #expectHash(code: FindingCode, name: string, found: Uint8Array, expected: Uint8Array): void {
    if (equalBytes(found, expected)) return
    this.#find(code, `${name} is ${toBase64(found)}, expected ${toBase64(expected)}`)
  }

  #find(code: FindingCode, message: string): void {
    const finding = findingOf(code, this.#block, message)
    ;(isGap(finding) ? this.gaps : this.findings).push(finding)
  }

  #guard(check: () => void): void {
    try {
      check()
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      this.#find('malformed', error.message)
    }
  }
}

/**
 * Paths of fields that no hash covers: those that none of QLDB's structs has, and nulls, which stand for a field that is
 * not there. QLDB may have shown the hash before block 0 as one.
 */
export function unknownFields(ion: StructValue, known: ReadonlySet<string>, path: string): string[] {
  const isNull = (index: number) => ion.values[index]?.type === 'null'
  const isUnknown = (name: string, index: number) => !known.has(name) || (isNull(index) && name !== 'previousBlockHash')
  return ion.names.filter(isUnknown).map((name) => path + name)
}

const namedFieldsMax = 10

/** `'a', 'b'`, and how many more there are. */
export function namedFields(names: readonly string[]): string {
  const first = `'${names.slice(0, namedFieldsMax).join("', '")}'`
  const more = names.length - namedFieldsMax
  return more > 0 ? `${first} and ${more} more` : first
}

/** QLDB aborted a transaction that took longer ("Quotas and limits in Amazon QLDB"). */
const transactionMs = 30_000

/** Whether a time of a transaction fits the time of its end. */
export function isWithinTransaction(time: TimestampValue, blockTimestamp: TimestampValue): boolean {
  if (compareInstants(instantOf(time), instantOf(blockTimestamp)) > 0) return false
  return instantMs(blockTimestamp) - instantMs(time) <= transactionMs
}

export function findingOf(code: FindingCode, block: Pick<Block, 'blockAddress'>, message: string): Finding {
  const { sequenceNo } = block.blockAddress
  return { code, sequenceNo, message: `block ${sequenceNo}: ${message}` }
}
