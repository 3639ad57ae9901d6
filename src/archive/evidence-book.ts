import { equalBytes, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import type { Block, BlockAddress } from '../journal/block.ts'
import type { Digest } from '../journal/digest.ts'
import type { SavedMarks } from '../journal/import-marks.ts'
import type { MarksBook } from '../journal/marks-book.ts'
import { type RunningTree, siblingRanges } from '../journal/merkle-tree.ts'
import { verifyProof } from '../journal/proof.ts'
import { namedFields } from '../journal/verify.ts'
import type { EvidenceVerdict } from './export-outcome.ts'
import type { FileEvidence, LastBlockProof } from './import-files.ts'
import type { FindingList } from './import-findings.ts'
import { ReceiptBook } from './receipt-book.ts'

/** A digest to be compared when its tip has come. */
interface WaitingDigest {
  readonly digest: SavedMarks
  readonly path: string
  /** It was given, or lies in a file of its own: one of another ledger is refused, not compared. */
  readonly isAlone: boolean
}

/** Compares the digests, proofs and receipts that lie beside the blocks of an export, or are trusted, with the blocks. */
export class EvidenceBook {
  readonly #findings: FindingList
  readonly #trusted: ReadonlyMap<string, SavedMarks>
  readonly #marks: MarksBook
  /** Not compared yet. */
  readonly #digests: WaitingDigest[]
  readonly #receipts = new ReceiptBook()
  /** Digests that the blocks were found to have. */
  readonly #held: Digest[] = []
  readonly #lastBlockProofs: { readonly proof: LastBlockProof; readonly path: string }[] = []
  readonly #verdicts: EvidenceVerdict[] = []

  constructor(findings: FindingList, trusted: ReadonlyMap<string, SavedMarks>, marks: MarksBook) {
    this.#findings = findings
    this.#digests = [...trusted].map(([path, digest]) => ({ digest, path, isAlone: true }))
    this.#trusted = trusted
    this.#marks = marks
  }

  add({ path, evidence }: FileEvidence): void {
    if (evidence.kind !== 'proof' && evidence.kind !== 'steps' && evidence.unknown.length > 0) {
      const text = `no hash covers the field ${namedFields(evidence.unknown)} beside the digest in '${path}'`
      this.#findings.add('doubtful', 'field-unknown', text, { file: path })
    }
    if (evidence.kind === 'digest') this.#digests.push({ digest: evidence.digest, path, isAlone: true })
    else if (evidence.kind === 'last-block') {
      this.#lastBlockProofs.push({ proof: evidence, path })
      this.#digests.push({ digest: evidence.digest, path, isAlone: false })
    } else if (evidence.kind === 'proof') {
      this.#receipts.add(path, evidence.file)
      if (evidence.file.digest !== undefined) this.#digests.push({ digest: evidence.file.digest, path, isAlone: false })
    }
  }

  /** Of a file of which a part fails, nothing is said to hold. */
  get verdicts(): EvidenceVerdict[] {
    const failed = new Set(this.#verdicts.flatMap(({ path, verdict }) => (verdict === 'fails' ? [path] : [])))
    return this.#verdicts.filter(({ path, verdict }) => verdict !== 'holds' || !failed.has(path))
  }

  look(block: Block): void {
    this.#receipts.look(block)
  }

  /** What of the end takes long, with turns for others in between. */
  async prepareEnd(onTurn: () => void | Promise<void>): Promise<void> {
    await this.#receipts.prepare(onTurn)
  }

  /** Digests whose tips are checked already; `foundAt`: the digest that the blocks have there. */
  compareEarlier(last: number, foundAt: (sequenceNo: number) => Digest, strands: ReadonlySet<string>): void {
    for (const item of this.#digests.filter(({ digest }) => digest.digestTipAddress.sequenceNo <= last))
      this.#compare(item, foundAt(item.digest.digestTipAddress.sequenceNo), strands)
  }

  /** Digests of this tip; `find`: the digest that the blocks up to it have, where it is known. */
  compareTip({ sequenceNo }: BlockAddress, find: () => Digest | undefined, strands: ReadonlySet<string>): void {
    const items = this.#digests.filter(({ digest }) => digest.digestTipAddress.sequenceNo === sequenceNo)
    const found = items.length === 0 ? undefined : find()
    if (found !== undefined) for (const item of items) this.#compare(item, found, strands)
  }

  #compare(item: WaitingDigest, found: Digest, strands: ReadonlySet<string>): void {
    const { digest, path } = item
    const { strandId, sequenceNo } = digest.digestTipAddress
    if (item.isAlone && !strands.has(strandId)) return
    this.#digests.splice(this.#digests.indexOf(item), 1)
    const isSame = equalBytes(found.digest, digest.digest) && strandId === found.digestTipAddress.strandId
    const expected = `${toBase64(digest.digest)} at block ${sequenceNo}`
    if (isSame && this.#trusted.has(path)) this.#marks.bind(digest)
    if (isSame) this.#held.push(digest)
    if (isSame) this.#judge(path, 'digest', 'holds', `the blocks 0 to ${sequenceNo} have the digest ${expected}`)
    else {
      const message = `the blocks have the digest ${toBase64(found.digest)}, expected ${expected}`
      this.#judge(path, 'digest', 'fails', message)
    }
  }

  /** Proofs of the last block, which this may be; `before`: the tree of all blocks before it, where they are known. */
  compareLast(block: Block, before: RunningTree | undefined): void {
    const { sequenceNo } = block.blockAddress
    for (const { proof, path } of this.#lastBlockProofs) {
      if (proof.sequenceNo !== sequenceNo) continue
      const tip = proof.digest.digestTipAddress.sequenceNo
      if (!verifyProof(block.blockHash, proof.proof, proof.digest.digest) || tip < sequenceNo) {
        this.#judge(path, 'last-block', 'fails', `the proof does not lead from block ${sequenceNo} to its digest`)
        continue
      }
      const left = siblingRanges(sequenceNo, tip + 1).flatMap((range, index) =>
        range.last < sequenceNo ? [proof.proof[index] as Uint8Array] : [],
      )
      const own = before?.edge.toReversed()
      if (own === undefined) {
        const message = `block ${sequenceNo} is in the digest at block ${tip}; the blocks before it are not all there to be compared`
        this.#judge(path, 'last-block', 'holds', message)
      } else if (
        left.length === own.length &&
        left.every((hash, index) => equalBytes(hash, own[index] as Uint8Array))
      ) {
        this.#judge(path, 'last-block', 'holds', `the blocks 0 to ${sequenceNo} are in the digest at block ${tip}`)
      } else {
        this.#judge(path, 'last-block', 'fails', `the blocks before block ${sequenceNo} are not those of its proof`)
      }
    }
  }

  /** After the last block, `last`. */
  end(last: number): void {
    this.#judgeReceipts()
    this.#judgeRest(last)
  }

  #judgeReceipts(): void {
    for (const { path, verdict, message, unproven } of this.#receipts.judge(this.#held))
      this.#judge(path, 'proof', verdict, message, unproven)
  }

  #judgeRest(last: number): void {
    for (const { digest, path } of this.#digests) {
      const tip = digest.digestTipAddress.sequenceNo
      const held = this.#held.find((one) => equalBytes(one.digest, digest.digest))
      if (held !== undefined) {
        const { sequenceNo } = held.digestTipAddress
        this.#judge(path, 'digest', 'fails', `the digest is that of block ${sequenceNo}, and is given for block ${tip}`)
        continue
      }
      // One that was given must be compared itself: a proof of the last block says nothing of those that are missing.
      const proven =
        !this.#trusted.has(path) &&
        this.#lastBlockProofs.some((item) => item.path === path && item.proof.sequenceNo <= last)
      if (proven) continue
      const why = tip > last ? `the export ends at block ${last}` : 'the export does not hold every block from 0 on'
      this.#judge(path, 'digest', 'not-comparable', `the digest at block ${tip} can't be compared: ${why}`)
    }
    for (const { proof, path } of this.#lastBlockProofs) {
      if (proof.sequenceNo > last)
        this.#judge(path, 'last-block', 'not-comparable', `block ${proof.sequenceNo}, which it proves, is not there`)
    }
  }

  /** Throws LedgerError 'proof/foreign-digest' for a digest of another ledger than the blocks'. */
  refuseForeign(strands: ReadonlySet<string>): void {
    for (const { path, digest, isAlone } of this.#digests) {
      const { strandId } = digest.digestTipAddress
      if (!isAlone || strands.size === 0 || strands.has(strandId)) continue
      const text = `${path}: this digest belongs to another ledger, of strand '${strandId}'`
      throw new LedgerError('proof/foreign-digest', text, { help: 'give the digest that was saved of this ledger' })
    }
  }

  #judge(
    path: string,
    kind: EvidenceVerdict['kind'],
    verdict: EvidenceVerdict['verdict'],
    message: string,
    unproven: readonly string[] = [],
  ): void {
    const trusted = kind === 'digest' ? this.#trusted.get(path) : undefined
    const isTrusted = trusted !== undefined
    const tip = trusted && { tip: trusted.digestTipAddress.sequenceNo }
    this.#verdicts.push({ path, kind, verdict, message, isTrusted, ...tip, unproven })
    if (verdict === 'fails') this.#findings.add('tampered', 'digest', `${path}: ${message}`, { file: path })
    if (verdict !== 'not-comparable') return
    const code = kind === 'proof' ? 'evidence-unchecked' : isTrusted ? 'digest-uncovered' : 'digest-not-covered'
    this.#findings.add(isTrusted || kind === 'proof' ? 'doubtful' : 'note', code, `${path}: ${message}`, { file: path })
  }
}
