import { equalBytes, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { ionHash } from '../values/ion-hash.ts'
import { joinHashes } from '../values/join-hashes.ts'
import { compareInstants, instantOf } from '../values/timestamp.ts'
import type { StructValue } from '../values/value.ts'
import { isMetadataLike } from '../journal/ambiguous-data.ts'
import {
  type BlockAddress,
  headOf,
  isSameAddress,
  type Revision,
  revisionHash,
  type TransactionInfo,
} from '../journal/block.ts'
import { blockFromIon, knownFields, revisionFromIon } from '../journal/block-from-ion.ts'
import type { Digest } from '../journal/digest.ts'
import { sameDigest } from '../journal/digest-file.ts'
import { EvidenceNotes, type EvidenceReport } from './evidence-notes.ts'
import { isJsonBlock, isJsonRevision, JsonRetyper } from './import-json.ts'
import { rootOf } from '../journal/merkle-tree.ts'
import type { ProofFile } from '../journal/proof-file.ts'
import { checkLeaf } from '../journal/proof-leaf.ts'
import { journalSteps, misplaced } from '../journal/proof-path.ts'
import { findTransactionInfo, noteStatements } from './proven-statements.ts'
import { strangeNames } from '../journal/revision-form.ts'
import { type Finding, headFields, namedFields, unknownFields, verifyBlock } from '../journal/verify.ts'

export type { EvidenceReport } from './evidence-notes.ts'

/**
 * Checks a proof alone: the revision's own hash, that the proof leads from it to the digest, and
 * everything the file says about where that was. `trusted` is a digest that the caller keeps; without one the file's
 * own stands, which whoever made the file may have made up. Without a proof, or a digest, the revision or block is
 * checked by itself. Throws LedgerError 'proof/foreign-digest' when `trusted` is of another ledger.
 */
export function verifyEvidence(
  file: ProofFile,
  trusted?: Digest,
  retyper: JsonRetyper = new JsonRetyper(),
): EvidenceReport {
  return new EvidenceCheck(file, trusted, retyper).run()
}

/** Parts of a proof file that tell of the revision's block. */
const followedParts = ['blockHead', 'transactionInfo', 'entriesHashList', 'blockRevisions'] as const
type FollowedPart = (typeof followedParts)[number]

/** At least so many hashes lead from the root of a block's revisions to its entriesHash: other entries stand beside it. */
const entryLevels = 2

class EvidenceCheck {
  readonly #file: ProofFile
  readonly #digest: Digest | undefined
  readonly #isTrusted: boolean
  readonly #retyper: JsonRetyper
  readonly #notes = new EvidenceNotes()
  #provesTable = false
  /** Shown to be of the revision's block. */
  #info: TransactionInfo | undefined
  /** Its data came as JSON, and there were more guesses at its types than were tried. */
  #isUntyped = false
  /** That all readings of its JSON were tried. */
  #readings = ''
  /** Parts of the file that were held against the proof. */
  readonly #followed = new Set<FollowedPart>()

  constructor(file: ProofFile, trusted: Digest | undefined, retyper: JsonRetyper) {
    this.#file = file
    this.#digest = file.proof === undefined ? undefined : (trusted ?? file.digest)
    this.#isTrusted = trusted !== undefined && file.proof !== undefined
    this.#retyper = retyper
    if (trusted !== undefined && this.#isOfAnotherLedger(trusted)) {
      const { strandId } = trusted.digestTipAddress
      throw new LedgerError('proof/foreign-digest', `this digest belongs to another ledger, of strand '${strandId}'`, {
        help: 'give a digest of the ledger that the proof is of',
      })
    }
    if (file.proof === undefined && (trusted ?? file.digest) !== undefined)
      this.#notes.unchecked.push('no proof leads from it to the digest')
  }

  run(): EvidenceReport {
    const { table, unknown, ledger } = this.#file
    this.#checkDigest()
    try {
      if (this.#file.block === undefined) this.#checkRevisionProof()
      else this.#checkBlockProof(this.#file.block)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      this.#find('revision', error.message)
    }
    if (this.#digest !== undefined && !this.#isTrusted) this.#notes.unproven.push('digestTipAddress')
    if (ledger !== undefined) this.#notes.unproven.push('ledger')
    if (table !== undefined && !this.#provesTable) this.#notes.unproven.push('table')
    this.#noteIdleParts()
    if (unknown.length > 0) this.#notes.unchecked.push(`no hash covers the field ${namedFields(unknown)}`)
    return this.#notes.report(this.#digest, this.#isTrusted)
  }

  /** What the file has and nothing was held against says something that is not shown. */
  #noteIdleParts(): void {
    const { head: blockHead, transactionInfo, entriesHashList, blockRevisions, block, proof } = this.#file
    // Where there is no such proof, they are among the unknown fields.
    if (block !== undefined || proof === undefined || this.#notes.findings.length > 0) return
    const parts = { blockHead, transactionInfo, entriesHashList, blockRevisions }
    const idle = followedParts.filter((name) => parts[name] !== undefined && !this.#followed.has(name))
    if (idle.length > 0) this.#notes.unchecked.push(`nothing shows that ${namedFields(idle)} is of its block`)
  }

  /** Not where only one of its addresses is of another strand: then that was changed. */
  #isOfAnotherLedger({ digestTipAddress }: Digest): boolean {
    const { digest, blockAddress, revision, block } = this.#file
    const shown = (revision ?? block)?.get('blockAddress')
    const strand = shown?.type === 'struct' ? shown.get('strandId') : undefined
    const strands = [
      digest?.digestTipAddress.strandId,
      blockAddress?.strandId,
      strand?.type === 'string' ? strand.value : undefined,
    ].filter((id) => id !== undefined)
    return strands.length > 0 && !strands.includes(digestTipAddress.strandId)
  }

  #checkDigest(): void {
    const own = this.#file.digest
    if (!this.#isTrusted || own === undefined || this.#digest === undefined) return
    const isSame = sameDigest(own, this.#digest)
    if (isSame === false) {
      const [found, expected] = [toBase64(own.digest), toBase64(this.#digest.digest)]
      this.#find('digest', `the file's digest is ${found}, expected ${expected} of the saved digest`)
    }
    const [tip, wanted] = [own.digestTipAddress, this.#digest.digestTipAddress]
    if (tip.strandId !== wanted.strandId) {
      this.#find('digestTipAddress', `it is of another ledger: strand '${tip.strandId}', expected '${wanted.strandId}'`)
    }
  }

  /** The proof was made for a digest of another time: it can't lead to this one. */
  #isOfAnotherTip(): boolean {
    const own = this.#file.digest?.digestTipAddress
    const wanted = this.#digest?.digestTipAddress
    return this.#isTrusted && own !== undefined && own.sequenceNo !== wanted?.sequenceNo
  }

  #checkRevisionProof(): void {
    const { revision, revisionHash: bareHash, documentId, blockAddress } = this.#file
    const shown = revision === undefined ? undefined : revisionFromIon(this.#typed(revision))
    const address = shown?.blockAddress ?? blockAddress
    const id = shown?.metadata?.id ?? documentId
    const version = shown?.metadata === undefined ? 'a revision' : `version ${shown.metadata.version}`
    this.#notes.subject = `${version} of document '${id ?? '?'}'${address === undefined ? '' : ` in block ${address.sequenceNo}`}`
    const hasHash = shown !== undefined && shown.ion.get('hash') !== undefined
    if (shown !== undefined && hasHash) this.#checkRevision(shown)
    else if (shown !== undefined) this.#notes.unchecked.push('it has no hash to be compared with')
    const hash = (hasHash ? shown.hash : undefined) ?? bareHash
    if (hasHash && bareHash !== undefined && !equalBytes(shown.hash, bareHash)) {
      this.#find('revisionHash', 'it is not the hash of the revision')
    }
    if (shown === undefined) this.#notes.unproven.push('documentId')
    else if (documentId !== undefined && documentId !== shown.metadata?.id) {
      this.#find('documentId', `it is '${documentId}', the revision is of '${shown.metadata?.id}'`)
    }
    this.#notes.shows = 'this revision is whole; that it was in a ledger is not shown'
    if (this.#digest === undefined || hash === undefined) {
      if (shown === undefined) this.#notes.unchecked.push('there is nothing but its hash, and no digest')
      if (address !== undefined) this.#notes.unproven.push('blockAddress')
      if (shown !== undefined) this.#checkLone(shown)
      return
    }
    this.#followProof(hash, address, shown)
  }

  #followProof(hash: Uint8Array, address: BlockAddress | undefined, shown: Revision | undefined): void {
    if (this.#isOfAnotherTip()) {
      const [own, wanted] = [this.#file.digest?.digestTipAddress, this.#digest?.digestTipAddress]
      const text = `the proof leads to the digest at block ${own?.sequenceNo}, the saved one is of block ${wanted?.sequenceNo}`
      this.#notes.unchecked.push(`${text}: 'qldb prove --digest FILE' makes a proof for a saved digest`)
      this.#followAll()
      return
    }
    const folds = this.#fold(hash)
    if (folds === undefined) {
      this.#followAll()
      return
    }
    const what = shown === undefined ? "this hash, which is as deep as a revision's," : 'this revision'
    const whose = this.#isTrusted ? 'the saved digest' : "the file's own digest"
    this.#notes.shows = `${this.#notes.subject}: ${what} belongs to ${whose}`
    if (address !== undefined) this.#checkEntries(folds, address)
    this.#checkStatements(folds, shown, address)
    if (address === undefined) {
      if (shown !== undefined) this.#checkLeaf(shown, undefined, false)
      return
    }
    this.#checkAddresses(address, shown)
    const isPlaced = this.#checkHead(address, folds, shown)
    if (!isPlaced) this.#notes.unproven.push('blockAddress')
    if (shown !== undefined) this.#checkLeaf(shown, this.#toEntries(folds, address), isPlaced)
    const inBlock = folds.length - 1 - this.#journalSteps(address)
    if (inBlock < 0)
      this.#find('proof', `it has ${folds.length - 1} hashes, too few for its block and the digest's tip`)
    else if (this.#notes.findings.length === 0) this.#checkPlace(address, inBlock)
    if (inBlock >= 0 && inBlock < entryLevels && this.#file.head === undefined)
      this.#notes.unchecked.push(`${inBlock} hashes lead from it to its block's, fewer than from any revision`)
  }

  /** Nothing of the proof was followed, and that has been said. */
  #followAll(): void {
    for (const part of followedParts) this.#followed.add(part)
  }

  /** A revision that nothing leads from: what stands for its hash may be made up, but not be something else. */
  #checkLone({ data, dataHash }: Revision): void {
    if (dataHash !== undefined)
      this.#notes.shows = 'this revision is whole, with only the hash of its data; that it was in a ledger is not shown'
    if (data !== undefined && isMetadataLike(data, {}))
      this.#notes.unchecked.push('its data could as well be its metadata, by its fields')
  }

  #checkLeaf(revision: Revision, folds: readonly Uint8Array[] | undefined, isPlaced: boolean): void {
    const { head, entriesHashList } = this.#file
    const entries = head?.entriesHashList ?? entriesHashList
    if (this.#file.blockRevisions !== undefined) this.#followed.add('blockRevisions')
    const isRoot = entries !== undefined && equalBytes(folds?.at(-1) ?? new Uint8Array(0), rootOf(entries))
    const shown = { folds, entries: isRoot ? entries : undefined, info: this.#info, head: isPlaced ? head : undefined }
    const { blockRevisions } = this.#file
    const { findings, unchecked } = checkLeaf({ revision, ...shown, blockRevisions })
    this.#notes.findings.push(...findings)
    this.#notes.unchecked.push(...unchecked)
  }

  /** Whether the proof can be one of the block's place; its first hashes are within the block. */
  #checkPlace({ sequenceNo }: BlockAddress, inBlock: number): void {
    const { proof = [] } = this.#file
    const isFirst = sequenceNo === 0
    const previous = isFirst ? new Uint8Array(0) : (proof[inBlock] ?? new Uint8Array(0))
    const tip = (this.#digest as Digest).digestTipAddress.sequenceNo
    const fault = misplaced(sequenceNo, tip, previous, proof.slice(isFirst ? inBlock : inBlock + 1))
    if (fault !== undefined) this.#find('proof', fault)
  }

  /** Whether the entries in a file without the block's head are those of its place on the way. */
  #checkEntries(folds: readonly Uint8Array[], address: BlockAddress): void {
    const { entriesHashList, head } = this.#file
    if (entriesHashList === undefined || head !== undefined) return
    this.#followed.add('entriesHashList')
    // Elsewhere on the way are hashes of other blocks.
    const at = folds.length - 1 - this.#journalSteps(address)
    if (equalBytes(folds[at] ?? new Uint8Array(0), rootOf(entriesHashList))) return
    this.#find('entriesHashList', "the proof does not pass through these entries at the block's place")
  }

  /** What the block's transactionInfo says of the document: its table, and the statements that changed it. */
  #checkStatements(folds: readonly Uint8Array[], shown: Revision | undefined, address: BlockAddress | undefined): void {
    if (this.#file.transactionInfo === undefined) return
    this.#followed.add('transactionInfo')
    if (address === undefined) {
      this.#notes.unchecked.push('its block is not named, so that its statements are not proven')
      return
    }
    const toEntries = this.#toEntries(folds, address)
    this.#info = findTransactionInfo(this.#file, toEntries, shown, this.#notes)
    if (this.#info !== undefined) this.#provesTable = noteStatements(this.#info, this.#file, shown, this.#notes)
  }

  /** A revision that came as JSON, with Ion's types again. */
  #typed(revision: StructValue): StructValue {
    if (!isJsonRevision(revision)) return revision
    const { ion, isDoubtful, isExhausted, tries } = this.#retyper.revision(revision)
    this.#notes.guesses += tries
    if (isDoubtful && isExhausted)
      this.#readings = `; none of ${tries} readings of its JSON fits, which has no annotations`
    if (isDoubtful && !isExhausted) {
      this.#isUntyped = true
      this.#notes.unchecked.push(`its data could not be checked in JSON form, after ${tries} guesses at its types`)
    }
    return ion
  }

  #checkRevision(revision: Revision): void {
    const { metadataIon, data, dataHash, hash } = revision
    if (metadataIon === undefined) {
      if (data !== undefined || this.#digest !== undefined) this.#find('revision.metadata', 'it is absent')
      else this.#notes.unchecked.push('it shows no metadata, so its hash cannot be worked out again')
      return
    }
    if (data !== undefined && dataHash !== undefined) {
      this.#find('revision.dataHash', 'found together with data, expected one of them')
    }
    const expected = revisionHash(data, metadataIon, dataHash)
    if (!this.#isUntyped && !equalBytes(hash, expected)) {
      const message = `it is ${toBase64(hash)}, but data and metadata have the hash ${toBase64(expected)}`
      this.#find('revision.hash', message + this.#readings)
    }
    const address = revision.ion.get('blockAddress')
    if (this.#file.proof === undefined)
      for (const name of strangeNames(metadataIon))
        this.#notes.unchecked.push(`its metadata has the field '${name}', which no published revision has`)
    const unknown = [
      ...unknownFields(revision.ion, knownFields.revision, 'revision.'),
      ...(address?.type === 'struct' ? unknownFields(address, knownFields.address, 'revision.blockAddress.') : []),
    ]
    if (unknown.length > 0) this.#notes.unchecked.push(`no hash covers the field ${namedFields(unknown)}`)
  }

  #checkAddresses(address: BlockAddress, revision: Revision | undefined): void {
    const tip = (this.#digest as Digest).digestTipAddress
    const own = this.#file.blockAddress
    if (own !== undefined && !isSameAddress(own, address)) {
      this.#find('blockAddress', `it is block ${own.sequenceNo}, the revision says ${address.sequenceNo}`)
    }
    if (address.strandId !== tip.strandId) {
      const field = revision === undefined ? 'blockAddress' : 'revision.blockAddress'
      this.#find(field, `it is of strand '${address.strandId}', the digest of '${tip.strandId}'`)
    }
    if (address.sequenceNo > tip.sequenceNo) {
      this.#find('digestTipAddress', `block ${address.sequenceNo} is after the tip ${tip.sequenceNo}`)
    }
  }

  /** Whether the file shows that the revision's block is the one at its address; finds what contradicts that. */
  #checkHead(address: BlockAddress, folds: readonly Uint8Array[], revision: Revision | undefined): boolean {
    const { head } = this.#file
    if (head === undefined) return false
    this.#followed.add('blockHead')
    const { transactionId, blockTimestamp, entriesHashList } = head
    const isEntry = (hash: Uint8Array) => entriesHashList.some((entry) => equalBytes(entry, hash))
    const root = rootOf(entriesHashList)
    const at = folds.findIndex((hash) => equalBytes(hash, root))
    if (at === -1 || !folds.slice(0, at + 1).some(isEntry)) {
      this.#find('blockHead.entriesHashList', 'the proof does not pass through these entries')
      return false
    }
    const { metadata } = revision ?? {}
    if (metadata !== undefined && metadata.txId !== transactionId) {
      this.#find('blockHead.transactionId', `it is '${transactionId}', the revision is of '${metadata.txId}'`)
    }
    if (metadata !== undefined && compareInstants(instantOf(metadata.txTime), instantOf(blockTimestamp)) > 0) {
      this.#find('blockHead.blockTimestamp', 'it is before the time of the revision')
    }
    const steps = folds.length - 1 - at
    const expected = this.#journalSteps(address)
    if (steps !== expected) {
      this.#find(
        'digestTipAddress',
        `${steps} hashes lead from block ${address.sequenceNo} to the digest, expected ${expected}`,
      )
    }
    const hash = ionHash(headOf(address, transactionId, blockTimestamp))
    if (equalBytes(entriesHashList[0] ?? new Uint8Array(0), hash)) return true
    this.#find('blockHead', 'address, transaction and time are not those that its entries were made from')
    return false
  }

  /** The hashes from the revision to its block's entriesHash, by the place that the block has in the journal. */
  #toEntries(folds: readonly Uint8Array[], address: BlockAddress): Uint8Array[] {
    return folds.slice(0, Math.max(0, folds.length - this.#journalSteps(address)))
  }

  #journalSteps({ sequenceNo }: BlockAddress): number {
    return journalSteps(sequenceNo, (this.#digest as Digest).digestTipAddress.sequenceNo)
  }

  #checkBlockProof(ion: StructValue): void {
    const retyped = isJsonBlock(ion) ? this.#retyper.retype(ion) : { ion, doubtful: [], tries: 0 }
    this.#notes.guesses += retyped.tries
    const block = blockFromIon(retyped.ion)
    const { sequenceNo } = block.blockAddress
    this.#notes.subject = `block ${sequenceNo}`
    const report = verifyBlock(block, { uncheckedRevisions: retyped.doubtful })
    const plain = ({ message }: Finding) => message.replace(`${this.#notes.subject}: `, '')
    for (const finding of report.findings) this.#find('block', plain(finding))
    for (const gap of report.gaps) this.#notes.unchecked.push(plain(gap))
    if (retyped.doubtful.length > 0) {
      const total = block.revisions?.length
      this.#notes.unchecked.push(`${retyped.doubtful.length} of ${total} revisions could not be checked in JSON form`)
    }
    const redacted = (block.revisions ?? []).filter(({ dataHash }) => dataHash !== undefined).length
    if (redacted > 0)
      this.#notes.unchecked.push(
        `${redacted} of its revisions show only the hash of their data; that it was redacted is not shown`,
      )
    // Those that no block has are a gap of its check.
    const usual = report.uncovered.filter((field) => headFields.includes(field))
    for (const field of usual) this.#notes.unproven.push(`block.${field}`)
    this.#notes.shows = 'this block is whole; that it was in a ledger is not shown'
    if (this.#digest === undefined) return
    if (this.#isOfAnotherTip()) {
      this.#notes.unchecked.push('its proof leads to the digest of another block than the saved one')
      return
    }
    if (this.#fold(block.blockHash) === undefined) return
    const { sequenceNo: tip } = (this.#digest as Digest).digestTipAddress
    const fault = misplaced(sequenceNo, tip, block.previousBlockHash, this.#file.proof ?? [])
    if (fault !== undefined) this.#find('block.blockAddress', fault)
    this.#notes.shows = `this block belongs to ${this.#isTrusted ? 'the saved digest' : "the file's own digest"}`
    this.#checkAddresses(block.blockAddress, undefined)
  }

  /**
   * The hashes on the way from the subject to the digest, both included; finds a way that leads elsewhere. Undefined for one
   * that does, of a proof that does not say which digest it was made for.
   */
  #fold(hash: Uint8Array): Uint8Array[] | undefined {
    const folds = [hash]
    for (const sibling of this.#file.proof ?? []) folds.push(joinHashes(folds.at(-1) as Uint8Array, sibling))
    const last = folds.at(-1) as Uint8Array
    const { digest } = this.#digest as Digest
    const leadsThere = hash.length > 0 && equalBytes(last, digest)
    if (!leadsThere && this.#isTrusted && this.#file.digest === undefined) {
      const text = 'its proof does not lead to the saved digest, and does not say to which one'
      this.#notes.unchecked.push(`${text}: it was made for another, or something was changed`)
      return undefined
    }
    if (!leadsThere) {
      this.#find('proof', `it leads to ${toBase64(last)}, expected the digest ${toBase64(digest)}`)
    }
    return folds
  }

  #find(field: string, message: string): void {
    this.#notes.find(field, message)
  }
}
