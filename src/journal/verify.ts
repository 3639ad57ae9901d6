import { equalBytes, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { ionHash, ionHashOfString } from '../values/ion-hash.ts'
import { joinHashes } from '../values/join-hashes.ts'
import { compareInstants, instantOf } from '../values/timestamp.ts'
import type { StructValue } from '../values/value.ts'
import { type Block, headOf, type Revision, revisionHash } from './block.ts'
import { knownFields } from './block-from-ion.ts'
import { rootOf } from './merkle-tree.ts'

/**
 * What a check found. Hash checks (the first group) show that something was changed; the others, on fields that no
 * hash of AWS's covers, that fields contradict one another.
 */
export type FindingCode =
  | 'malformed'
  | 'head'
  | 'transaction-info'
  | 'redaction-info'
  | 'statement-digest'
  | 'revision-hash'
  | 'revisions-root'
  | 'unexplained-entry'
  | 'entries-hash'
  | 'block-hash'
  | 'previous-hash'
  | 'gap'
  | 'strand'
  | 'revision-address'
  | 'revision-transaction'
  | 'revision-time'
  | 'revision-version'
  | 'documents'
  | 'block-time'
  | 'redaction'
  | 'encoding'
  | 'digest'

export interface Finding {
  readonly code: FindingCode
  readonly sequenceNo: number
  /** One line: the thing, what was found, what was expected. */
  readonly message: string
}

/** The fields that AWS leaves out of every hash it explains (block.ts, headOf). */
export const headFields: readonly string[] = ['blockAddress', 'transactionId', 'blockTimestamp']

export interface BlockReport {
  readonly findings: readonly Finding[]
  /** Fields whose content no hash covers, as paths: a change there would not show, unless it contradicts another field. */
  readonly uncovered: readonly string[]
  /** Entries of entriesHashList that nothing in the block explains. AWS's blocks have two. */
  readonly opaqueEntries: number
  /** Revisions that show nothing but their hash. */
  readonly opaqueRevisions: number
  /** Statements with parameters: their digest can't be worked out again, since the journal has no parameters. */
  readonly uncheckedDigests: number
  /** Whether the fields outside of AWS's hashes are hashed too: so in every block that this program sealed. */
  readonly coversHead: boolean
}

export interface VerifyOptions {
  /** The block must cover its head: it follows one that does, or is of a ledger that this program made. */
  readonly mustCoverHead?: boolean
  /** Indexes of revisions whose data lost its types on the way (JSON): their own hash is not checked. */
  readonly uncheckedRevisions?: readonly number[]
}

/**
 * Checks one block by itself: every hash that can be worked out again, then the fields that must agree (developer
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
  readonly uncovered: string[] = []
  opaqueEntries = 0
  opaqueRevisions = 0
  uncheckedDigests = 0
  coversHead = false
  readonly #block: Block
  /** Indexes of entriesHashList that have been explained. */
  readonly #explained = new Set<number>()

  constructor(block: Block) {
    this.#block = block
  }

  run({ mustCoverHead = false, uncheckedRevisions = [] }: VerifyOptions): void {
    const block = this.#block
    this.#guard(() => this.#checkUnknown(block.ion, knownFields.block, ''))
    this.#guard(() => this.#checkUnknownInAddress(block.ion, 'blockAddress'))
    this.#guard(() => this.#checkTransactionInfo())
    this.#guard(() => this.#checkRedactionInfo())
    this.#guard(() => this.#checkRevisions(uncheckedRevisions))
    this.#guard(() => this.#checkDocuments())
    this.#checkHead(mustCoverHead)
    this.#checkEntries()
    this.#expectHash('entries-hash', 'entriesHash', block.entriesHash, rootOf(block.entriesHashList))
    const joined = joinHashes(block.entriesHash, block.previousBlockHash)
    this.#expectHash('block-hash', 'blockHash', block.blockHash, joined)
  }

  #checkHead(mustCoverHead: boolean): void {
    const { blockAddress, transactionId, blockTimestamp } = this.#block
    const head = ionHash(headOf(blockAddress, transactionId, blockTimestamp))
    this.coversHead = this.#explain(head)
    if (this.coversHead) return
    this.uncovered.push(...headFields)
    if (!mustCoverHead) return
    this.#find('head', `no entry is the hash of its head, expected ${toBase64(head)} for address, transaction and time`)
  }

  #checkTransactionInfo(): void {
    const info = this.#block.transactionInfo
    if (info === undefined) return
    const hash = ionHash(info.ion)
    if (!this.#explain(hash)) {
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
    if (this.#explain(hash)) return
    this.#find('redaction-info', `redactionInfo has the hash ${toBase64(hash)}, expected an entry of that hash`)
  }

  #checkRevisions(unchecked: readonly number[]): void {
    const { revisions } = this.#block
    if (revisions === undefined) return
    for (const [index, revision] of revisions.entries())
      this.#guard(() => this.#checkRevision(revision, index, !unchecked.includes(index)))
    const root = rootOf(revisions.map((revision) => revision.hash))
    if (revisions.length === 0 || this.#explain(root)) return
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
    if (checksHash) {
      const expected = revisionHash(data, metadataIon, dataHash)
      this.#expectHash('revision-hash', `the hash of ${name}`, revision.hash, expected)
    }
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
    const documents = transactionInfo.documents ?? new Map()
    for (const id of ids) {
      if (!documents.has(id)) this.#find('documents', `document '${id}' has a revision but is not in transactionInfo`)
    }
    if (this.opaqueRevisions > 0) return
    for (const id of documents.keys()) {
      if (!ids.has(id)) this.#find('documents', `document '${id}' is in transactionInfo but has no revision`)
    }
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
    for (const name of ion.names) if (!known.has(name)) this.uncovered.push(path + name)
  }

  #checkUnknownInAddress(ion: StructValue, path: string): void {
    const address = ion.get('blockAddress')
    if (address?.type === 'struct') this.#checkUnknown(address, knownFields.address, `${path}.`)
  }

  /** Whether an entry that nothing else has explained is this hash. */
  #explain(hash: Uint8Array): boolean {
    const index = this.#block.entriesHashList.findIndex(
      (entry, at) => !this.#explained.has(at) && equalBytes(entry, hash),
    )
    if (index !== -1) this.#explained.add(index)
    return index !== -1
  }

  #expectHash(code: FindingCode, name: string, found: Uint8Array, expected: Uint8Array): void {
    if (equalBytes(found, expected)) return
    this.#find(code, `${name} is ${toBase64(found)}, expected ${toBase64(expected)}`)
  }

  #find(code: FindingCode, message: string): void {
    this.findings.push(findingOf(code, this.#block, message))
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

export function findingOf(code: FindingCode, block: Pick<Block, 'blockAddress'>, message: string): Finding {
  const { sequenceNo } = block.blockAddress
  return { code, sequenceNo, message: `block ${sequenceNo}: ${message}` }
}
