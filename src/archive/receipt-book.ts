import { equalBytes, toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { ionEquals } from '../values/compare.ts'
import type { StructValue } from '../values/value.ts'
import type { Block } from '../journal/block.ts'
import type { Digest } from '../journal/digest.ts'
import { addressIn, hashIn, sameDigest } from '../journal/digest-file.ts'
import type { ProofFile } from '../journal/proof-file.ts'
import { downConvert } from './export-json.ts'
import { isJsonRevision, JsonRetyper } from './import-json.ts'
import { contradictionOf, differenceOf } from './receipt-contradictions.ts'
import { verifyEvidence } from './verify-evidence.ts'

/** What a check of an export says of a proof, receipt, revision or block that lies among its files. */
export interface ReceiptVerdict {
  readonly path: string
  readonly verdict: 'holds' | 'fails' | 'not-comparable'
  readonly message: string
  /** Fields of it that neither a hash covers nor a block that is there shows. */
  readonly unproven: readonly string[]
}

interface Receipt {
  readonly path: string
  readonly file: ProofFile
  /** That of the block which it says it is of, or is. */
  readonly sequenceNo: number | undefined
  readonly hash: Uint8Array | undefined
  /** What its block says of it; undefined while that has not come. */
  found?: Found | undefined
}

/** For one that came as JSON, in which the block's own revision is not found again. */
const guessesMax = 4_096

interface Found {
  readonly fault?: string
  /** The field in which it differs from the block though its hash is the same. */
  readonly difference?: string | undefined
  /** The revision as the block has it, where it is the same. */
  readonly same?: StructValue
  readonly isSame: boolean
}

/** Looks for what lies beside the blocks of an export in the very blocks that it names. */
export class ReceiptBook {
  readonly #receipts: Receipt[] = []
  readonly #byBlock = new Map<number, Receipt[]>()
  readonly #retyper = new JsonRetyper(guessesMax)

  add(path: string, file: ProofFile): void {
    const receipt: Receipt = { path, file, ...placeOf(file) }
    this.#receipts.push(receipt)
    if (receipt.sequenceNo === undefined) return
    const others = this.#byBlock.get(receipt.sequenceNo)
    if (others === undefined) this.#byBlock.set(receipt.sequenceNo, [receipt])
    else others.push(receipt)
  }

  look(block: Block): void {
    for (const receipt of this.#byBlock.get(block.blockAddress.sequenceNo) ?? [])
      receipt.found = foundIn(block, receipt)
  }

  /** Guesses at the types of those that came as JSON, with turns for others in between; to be done before `judge`. */
  async prepare(onTurn: () => void | Promise<void>): Promise<void> {
    for (const receipt of this.#receipts) {
      await onTurn()
      const { block, revision } = typed(receipt)
      const value = block ?? revision
      if (value !== undefined) await this.#retyper.prepare(value, onTurn)
    }
  }

  /** `held`: digests that the blocks have been found to have. */
  judge(held: readonly Digest[]): ReceiptVerdict[] {
    return this.#receipts.map((receipt) => {
      try {
        return { path: receipt.path, ...judged(receipt, held, this.#retyper) }
      } catch (error) {
        if (!(error instanceof LedgerError)) throw error
        return { path: receipt.path, verdict: 'not-comparable', message: error.message, unproven: [] }
      }
    })
  }
}

function placeOf({ block, revision, revisionHash, blockAddress }: ProofFile) {
  const hash = block?.get('blockHash') ?? revision?.get('hash')
  const address = (block ?? revision)?.get('blockAddress')
  return {
    sequenceNo: tried(() => address && addressIn(address, 'blockAddress').sequenceNo) ?? blockAddress?.sequenceNo,
    hash: tried(() => hash && hashIn(hash, 'hash')) ?? revisionHash,
  }
}

/** Undefined for what is of another form, which its own check reports. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

function foundIn(block: Block, { file, hash }: Receipt): Found | undefined {
  const { sequenceNo } = block.blockAddress
  if (hash === undefined) return undefined
  if (file.block !== undefined) {
    if (equalBytes(block.blockHash, hash))
      return { isSame: ionEquals(block.ion, file.block), difference: differenceOf(file.block, block) }
    const fault = `block ${sequenceNo} has the hash ${toBase64(block.blockHash)}, not ${toBase64(hash)}`
    return { fault, isSame: false }
  }
  return tried(() => {
    const same = (block.revisions ?? []).find((each) => equalBytes(each.hash, hash))
    if (same === undefined)
      return { fault: `block ${sequenceNo} has no revision with the hash ${toBase64(hash)}`, isSame: false }
    const fault = contradictionOf(file, block, same)
    if (fault !== undefined) return { fault, isSame: false }
    return isSameRevision(file, same.ion) ? { isSame: true, same: same.ion } : { isSame: false }
  })
}

/** A receipt has nothing but the hash. */
function isSameRevision({ revision }: ProofFile, found: StructValue): boolean {
  if (revision === undefined || ionEquals(revision, found)) return true
  return isJsonRevision(revision) && downConvert(revision) === downConvert(found)
}

/** What came as JSON needs no guesses where the block has its types. */
function typed({ file, found }: Receipt): ProofFile {
  return file.revision !== undefined && found?.same !== undefined ? { ...file, revision: found.same } : file
}

function judged(receipt: Receipt, held: readonly Digest[], retyper: JsonRetyper): Omit<ReceiptVerdict, 'path'> {
  const { file, found } = receipt
  const { subject, findings, unchecked, unproven } = verifyEvidence(typed(receipt), undefined, retyper)
  const { digest, proof, unknown } = file
  const hasProof = digest !== undefined && proof !== undefined
  const isHeld = hasProof && held.some((one) => sameDigest(one, digest) === true)
  const open = unproven.filter((field) => field !== 'digestTipAddress' || !isHeld)
  const verdictOf = (verdict: ReceiptVerdict['verdict'], message: string) => {
    // The block shows the others.
    return { verdict, message, unproven: found === undefined ? open : open.filter((field) => field === 'ledger') }
  }
  const [first] = findings
  if (first !== undefined) return verdictOf('fails', `${first.field}: ${first.message}`)
  if (found?.fault !== undefined) return verdictOf('fails', `${subject}: ${found.fault}`)
  const place = file.block === undefined ? 'in its block' : 'the one of that number'
  const where = `${subject} is ${isHeld ? 'in the digest of the proof' : place}`
  if (found?.difference !== undefined) {
    const text = `it has another ${found.difference} than the block of that number, which no hash covers`
    return verdictOf('not-comparable', `${subject}: ${text}`)
  }
  if (found?.isSame === true && unknown.length === 0) return verdictOf('holds', where)
  const [why] = unchecked
  if (why !== undefined) return verdictOf('not-comparable', `${subject}: ${why}`)
  if (found?.isSame === false && file.revision?.get('dataHash') !== undefined) {
    const text = 'it shows only the hash of its data, which its block does not: that it was redacted is not shown'
    return verdictOf('not-comparable', `${subject}: ${text}`)
  }
  if (found !== undefined || isHeld) return verdictOf('holds', where)
  const text = `${subject}: its block is not there, and the digest that it leads to could not be compared`
  return verdictOf('not-comparable', hasProof ? text : `${subject}: its block is not there`)
}
