import { equalBytes, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { ionHash } from '../values/ion-hash.ts'
import { joinHashes } from '../values/join-hashes.ts'
import { compareInstants, instantOf } from '../values/timestamp.ts'
import { type Block, type BlockAddress, blockFromIon, headOf, type Revision, revisionHash } from './block.ts'
import { revisionFromIon } from './block-from-ion.ts'
import type { Digest } from './digest.ts'
import { sameDigest } from './digest-file.ts'
import { rootOf, siblingRanges } from './merkle-tree.ts'
import type { ProofFile } from './proof-file.ts'
import { verifyBlock } from './verify.ts'

/** What the check of one proof found. */
export interface EvidenceReport {
  /** `version 2 of document '…' in block 7`, for the verdict. */
  readonly subject: string
  /** What is wrong, the field first; empty when the proof holds. */
  readonly findings: readonly { readonly field: string; readonly message: string }[]
  /** The digest that the proof was held against. */
  readonly digest: Digest
  /** The digest was one that the caller trusts, not the one that came with the proof. */
  readonly isTrustedDigest: boolean
  /** Fields whose content the proof says nothing about. */
  readonly unproven: readonly string[]
}

/**
 * Checks a proof with nothing else at hand: the revision's own hash, that the proof leads from it to the digest, and
 * everything the file says about where that was. `trusted` is a digest that the caller keeps; without one the file's
 * own stands, which whoever made the file may have made up.
 *
 * Throws LedgerError 'proof/not-comparable' when there is no digest, or none of the proof's tip.
 */
export function verifyEvidence(file: ProofFile, trusted?: Digest): EvidenceReport {
  const digest = trusted ?? file.digest
  if (digest === undefined) {
    throw new LedgerError('proof/not-comparable', 'the proof came without a digest', {
      help: "give the digest it was made for: '--digest FILE'",
    })
  }
  return new EvidenceCheck(file, digest, trusted !== undefined).run()
}

class EvidenceCheck {
  readonly #file: ProofFile
  readonly #digest: Digest
  readonly #isTrusted: boolean
  readonly #findings: { field: string; message: string }[] = []
  readonly #unproven: string[] = []
  #subject = 'a revision'

  constructor(file: ProofFile, digest: Digest, isTrusted: boolean) {
    this.#file = file
    this.#digest = digest
    this.#isTrusted = isTrusted
  }

  run(): EvidenceReport {
    const { table, unknown, ledger } = this.#file
    this.#checkDigest()
    try {
      if (this.#file.block === undefined) this.#checkRevisionProof()
      else this.#checkBlockProof(blockFromIon(this.#file.block))
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      this.#find('revision', error.message)
    }
    if (!this.#isTrusted) this.#unproven.push('digestTipAddress')
    if (ledger !== undefined) this.#unproven.push('ledger')
    if (table !== undefined) this.#unproven.push('table')
    this.#unproven.push(...unknown)
    return {
      subject: this.#subject,
      findings: this.#findings,
      digest: this.#digest,
      isTrustedDigest: this.#isTrusted,
      unproven: this.#unproven,
    }
  }

  #checkDigest(): void {
    const own = this.#file.digest
    if (!this.#isTrusted || own === undefined) return
    const isSame = sameDigest(own, this.#digest)
    if (isSame === false) {
      const [found, expected] = [toBase64(own.digest), toBase64(this.#digest.digest)]
      this.#find('digest', `the file's digest is ${found}, expected ${expected} of the saved digest`)
    }
    if (isSame !== undefined) return
    const [tip, wanted] = [own.digestTipAddress, this.#digest.digestTipAddress]
    if (tip.strandId !== wanted.strandId) {
      this.#find('digestTipAddress', `it is of another ledger: strand '${tip.strandId}', expected '${wanted.strandId}'`)
      return
    }
    const text = `the proof leads to the digest at block ${tip.sequenceNo}, the saved one is of block ${wanted.sequenceNo}`
    throw new LedgerError('proof/not-comparable', text, {
      help: "'qldb prove --digest FILE' makes a proof for a saved digest",
    })
  }

  #checkRevisionProof(): void {
    const { revision, revisionHash: bareHash, documentId, blockAddress } = this.#file
    const shown = revision === undefined ? undefined : revisionFromIon(revision)
    if (shown !== undefined) this.#checkRevision(shown)
    const hash = shown?.hash ?? (bareHash as Uint8Array)
    if (shown !== undefined && bareHash !== undefined && !equalBytes(shown.hash, bareHash)) {
      this.#find('revisionHash', 'it is not the hash of the revision')
    }
    const id = shown?.metadata?.id ?? documentId
    const address = shown?.blockAddress ?? blockAddress
    const version = shown?.metadata === undefined ? 'a revision' : `version ${shown.metadata.version}`
    this.#subject = `${version} of document '${id ?? '?'}'${address === undefined ? '' : ` in block ${address.sequenceNo}`}`
    if (shown === undefined) this.#unproven.push('documentId')
    else if (documentId !== undefined && documentId !== shown.metadata?.id) {
      this.#find('documentId', `it is '${documentId}', the revision is of '${shown.metadata?.id}'`)
    }
    const folds = this.#fold(hash)
    if (address === undefined) return
    this.#checkAddresses(address, shown)
    const isPlaced = this.#checkHead(address, folds, shown)
    if (!isPlaced) this.#unproven.push('blockAddress')
    const inBlock = folds.length - 1 - this.#journalSteps(address)
    if (inBlock < 0)
      this.#find('proof', `it has ${folds.length - 1} hashes, too few for its block and the digest's tip`)
  }

  #checkRevision(revision: Revision): void {
    const { metadataIon, data, dataHash, hash } = revision
    if (metadataIon === undefined) {
      this.#find('revision.metadata', 'it is absent')
      return
    }
    if (data !== undefined && dataHash !== undefined) {
      this.#find('revision.dataHash', 'it stands beside data, expected one of them')
    }
    const expected = revisionHash(data, metadataIon, dataHash)
    if (!equalBytes(hash, expected)) {
      const message = `it is ${toBase64(hash)}, but data and metadata have the hash ${toBase64(expected)}`
      this.#find('revision.hash', message)
    }
    for (const name of revision.ion.names) {
      if (!['blockAddress', 'hash', 'data', 'dataHash', 'metadata'].includes(name)) {
        this.#unproven.push(`revision.${name}`)
      }
    }
  }

  #checkAddresses(address: BlockAddress, revision: Revision | undefined): void {
    const tip = this.#digest.digestTipAddress
    const own = this.#file.blockAddress
    if (own !== undefined && (own.strandId !== address.strandId || own.sequenceNo !== address.sequenceNo)) {
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
    if (isEntry(ionHash(headOf(address, transactionId, blockTimestamp)))) return true
    this.#find('blockHead', 'address, transaction and time are not those that its entries were made from')
    return false
  }

  /** Hashes of a proof beyond the block's entries: the previous block's, then the journal's tree. */
  #journalSteps({ sequenceNo }: BlockAddress): number {
    const tip = this.#digest.digestTipAddress.sequenceNo
    if (sequenceNo > tip) return 0
    return (sequenceNo === 0 ? 0 : 1) + siblingRanges(sequenceNo, tip + 1).length
  }

  #checkBlockProof(block: Block): void {
    const { sequenceNo } = block.blockAddress
    this.#subject = `block ${sequenceNo}`
    const report = verifyBlock(block)
    for (const { message } of report.findings) this.#find('block', message)
    this.#unproven.push(...report.uncovered.map((field) => `block.${field}`))
    this.#fold(block.blockHash)
    this.#checkAddresses(block.blockAddress, undefined)
  }

  /** The hashes on the way from the subject to the digest, both included; finds a way that leads elsewhere. */
  #fold(hash: Uint8Array): Uint8Array[] {
    const folds = [hash]
    for (const sibling of this.#file.proof) folds.push(joinHashes(folds.at(-1) as Uint8Array, sibling))
    const last = folds.at(-1) as Uint8Array
    if (hash.length === 0 || !equalBytes(last, this.#digest.digest)) {
      this.#find('proof', `it leads to ${toBase64(last)}, expected the digest ${toBase64(this.#digest.digest)}`)
    }
    return folds
  }

  #find(field: string, message: string): void {
    this.#findings.push({ field, message })
  }
}
