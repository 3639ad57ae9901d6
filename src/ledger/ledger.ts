import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { ledgerNameCharactersMax } from '../base/limits.ts'
import { checkCall } from '../exec/compile-call.ts'
import { evaluateConstant } from '../exec/evaluate-constant.ts'
import type { ImportMarks } from '../journal/digest-file.ts'
import { type BlockAddress, blockToIon, encodeBlock } from '../journal/block.ts'
import { sealBlock } from '../journal/seal-block.ts'
import { digestAt } from '../journal/digest.ts'
import { blockProof, type Proof, revisionProof } from '../journal/proof.ts'
import type { Store, WriteTransaction } from '../store/store.ts'
import { timestampFromMs } from '../values/timestamp.ts'
import type { StructValue } from '../values/value.ts'
import { readBlock } from './block-cache.ts'
import { CatalogCache } from './catalog-store.ts'
import { revisionRow } from './committed-row.ts'
import type { LedgerCore, LedgerOptions } from './core.ts'
import { treeNodes } from './journal-tree.ts'
import { blockKey, doubtsOf, identityKey } from './keys.ts'
import { LedgerSymbols } from './ledger-symbols.ts'
import { PreparedStatements } from './prepared.ts'
import { quotasOf } from './quotas.ts'
import { applyMissingBlocks } from './rebuild.ts'
import {
  encodeIdentity,
  formatVersion,
  type Identity,
  type LedgerState,
  type Origin,
  readIdentity,
  stateOf,
} from './records.ts'
import { LedgerTransaction, type TransactionOptions } from './transaction.ts'
import { importMarks } from './import-marks.ts'
import { type LedgerReport, verifyLedger } from './verify-ledger.ts'

export type { CommitOutcome } from './commit.ts'
export type { LedgerOptions } from './core.ts'
export type { LedgerQuotas } from './quotas.ts'
export { LedgerTransaction, type StatementRun } from './transaction.ts'
export type { LedgerReport } from './verify-ledger.ts'

/** A ledger over a store. Several ledgers, in several processes too, may be open over one store. */
export class Ledger {
  readonly #core: LedgerCore

  private constructor(core: LedgerCore) {
    this.#core = core
  }

  /**
   * Opens the store's ledger; makes one in an empty store. Blocks that the derived data does not account for, as after
   * an interrupted rebuild, are applied first.
   *
   * Throws LedgerError 'ledger/invalid-name', 'ledger/foreign' when the store holds something else or a ledger of
   * another name, 'ledger/format-too-new', and the store's errors.
   */
  static async open(store: Store, env: Env, options: LedgerOptions): Promise<Ledger> {
    checkLedgerName(options.name)
    const found = readNow(store, readIdentity) ?? (await store.write((t) => create(t, env, options.name)))
    const identity = await withSettings(store, found, options)
    if (identity.name !== options.name)
      throw new LedgerError('ledger/foreign', `the store holds the ledger '${identity.name}', not '${options.name}'`)
    if (identity.origin?.state === 'running') {
      throw new LedgerError('ledger/incomplete', `the import into ledger '${identity.name}' is unfinished`, {
        help: "run the same 'qldb import' again to resume it, or remove the ledger's directory",
      })
    }
    await applyMissingBlocks(store)
    const { typing = 'permissive', quotas } = options
    const strictQldb = options.strictQldb || identity.strictQldb === true
    return new Ledger({
      store,
      env,
      options: { ...options, strictQldb },
      quotas: quotasOf(strictQldb, quotas),
      identity,
      symbols: new LedgerSymbols(),
      catalogs: new CatalogCache(),
      prepared: new PreparedStatements({ strictQldb, typing, checkCall, evaluateConstant }),
    })
  }

  get name(): string {
    return this.#core.identity.name
  }

  /** The id of the ledger's only strand, which every block address names. */
  get strandId(): string {
    return this.#core.identity.strandId
  }

  /** Whether what QLDB refused is refused: because its opener asked for it, or because the ledger is set so. */
  get strictQldb(): boolean {
    return this.#core.options.strictQldb
  }

  begin(options: TransactionOptions = {}): LedgerTransaction {
    return new LedgerTransaction(this.#core, options)
  }

  /** The hash over all blocks so far and the address of the last of them (GetDigest). */
  digest(): LedgerDigest {
    return readNow(this.#core.store, (snapshot) => {
      const tipAddress = { strandId: this.strandId, sequenceNo: stateOf(snapshot).tip }
      this.#checkWhole()
      const { digest } = digestAt(treeNodes(snapshot), tipAddress)
      return { digest, tipAddress }
    })
  }

  /** The marks that its import left on blocks up to a tip; undefined for a ledger that was made here. */
  importMarks(tipSequenceNo: number): ImportMarks | undefined {
    if (this.origin === undefined) return undefined
    return readNow(this.#core.store, (snapshot) => importMarks(snapshot, tipSequenceNo))
  }

  /** Positions of a block's revisions that its import marked. */
  markedRevisions(sequenceNo: number): readonly number[] {
    if (this.origin === undefined) return []
    return readNow(this.#core.store, (snapshot) => doubtsOf(snapshot, sequenceNo))
  }

  /** The address of the newest block. */
  tip(): BlockAddress {
    return readNow(this.#core.store, (snapshot) => ({ strandId: this.strandId, sequenceNo: stateOf(snapshot).tip }))
  }

  /** A block in the shape of GetBlock and of exports. Throws LedgerError 'journal/gap' when there is none. */
  block(sequenceNo: number): StructValue {
    return readNow(this.#core.store, (snapshot) => blockToIon(readBlock(snapshot, sequenceNo)))
  }

  /**
   * GetBlock's proof: from the block's hash to the digest at `tipSequenceNo`. Throws LedgerError 'journal/gap' when
   * there is no such block, or no such tip not before it.
   */
  blockProof(sequenceNo: number, tipSequenceNo: number): Proof {
    return readNow(this.#core.store, (snapshot) => {
      checkTip(stateOf(snapshot), sequenceNo, tipSequenceNo)
      this.#checkWhole()
      return blockProof(treeNodes(snapshot), sequenceNo, tipSequenceNo)
    })
  }

  /**
   * GetRevision: a document's revision in a block, in the shape of the committed view, and its proof; undefined when
   * the block has none of that document. Throws as blockProof.
   */
  revision(sequenceNo: number, documentId: string, tipSequenceNo: number): ProvenRevision | undefined {
    return readNow(this.#core.store, (snapshot) => {
      checkTip(stateOf(snapshot), sequenceNo, tipSequenceNo)
      this.#checkWhole()
      const block = readBlock(snapshot, sequenceNo)
      const position = block.revisions?.findIndex(({ metadata }) => metadata?.id === documentId) ?? -1
      if (position === -1) return undefined
      const proof = revisionProof(treeNodes(snapshot), block, position, tipSequenceNo)
      if (proof === undefined)
        throw new LedgerError('journal/hash-mismatch', `no entry of block ${sequenceNo} is the root of its revisions`, {
          help: "'qldb verify' shows what was changed",
        })
      return { revision: revisionRow(block, position).value, proof }
    })
  }

  /** Checks the whole journal (verify-ledger.ts). */
  verify(onBlock?: (sequenceNo: number) => void): LedgerReport {
    return verifyLedger(this.#core.store, onBlock)
  }

  /** Where the ledger was imported from; undefined for one that was made here. */
  get origin(): Origin | undefined {
    return this.#core.identity.origin
  }

  /** Digests and proofs need every block from 0 on. */
  #checkWhole(): void {
    const first = this.#core.identity.origin?.firstSequenceNo ?? 0
    if (first === 0) return
    throw new LedgerError('journal/gap', `the ledger was imported from block ${first} on, so it has no digest`, {
      help: 'a digest covers all blocks from 0 on; import the earlier exports, too',
    })
  }

  /** Closes the store; open transactions fail from then on. */
  async close(): Promise<void> {
    await this.#core.store.close()
  }
}

export interface ProvenRevision {
  readonly revision: StructValue
  readonly proof: Proof
}

export interface LedgerDigest {
  /** 32 bytes. */
  readonly digest: Uint8Array
  readonly tipAddress: BlockAddress
}

/** Throws LedgerError 'ledger/invalid-name'. Source of the rule: botocore, qldb 2019-01-02, LedgerName. */
export function checkLedgerName(name: string): void {
  const pattern = /^(?!.*--)(?![0-9]+$)(?!-)(?!.*-$)[A-Za-z0-9-]+$/
  if (name.length <= ledgerNameCharactersMax && pattern.test(name)) return
  throw new LedgerError('ledger/invalid-name', `'${name}' can't name a ledger`, {
    help: `1 to ${ledgerNameCharactersMax} letters, digits and single hyphens, no hyphen at an end, not digits alone`,
  })
}

function checkTip({ tip }: LedgerState, sequenceNo: number, tipSequenceNo: number): void {
  if (sequenceNo >= 0 && sequenceNo <= tipSequenceNo && tipSequenceNo <= tip) return
  throw new LedgerError(
    'journal/gap',
    `no block ${sequenceNo} in a digest at block ${tipSequenceNo}; the tip is ${tip}`,
  )
}

function readNow<T>(store: Store, read: (snapshot: ReturnType<Store['snapshot']>) => T): T {
  const snapshot = store.snapshot()
  try {
    return read(snapshot)
  } finally {
    snapshot.release()
  }
}

/** The identity with the settings that the options ask for. */
async function withSettings(store: Store, found: Identity, options: LedgerOptions): Promise<Identity> {
  const { name, journalReads, keepStrictQldb } = options
  const isAsWanted =
    (journalReads === undefined || journalReads === (found.journalReads ?? false)) &&
    (keepStrictQldb === undefined || keepStrictQldb === (found.strictQldb ?? false))
  if (isAsWanted || found.name !== name) return found
  return await store.write((transaction) => {
    const now = readIdentity(transaction) ?? found
    const { journalReads: readsNow, strictQldb: strictNow, ...rest } = now
    const identity: Identity = {
      ...rest,
      ...((journalReads ?? readsNow) ? { journalReads: true } : {}),
      ...((keepStrictQldb ?? strictNow) ? { strictQldb: true } : {}),
    }
    transaction.put(identityKey, encodeIdentity(identity))
    return identity
  })
}

/** Puts the identity and block 0, which has no statements; unless another process was first. */
function create(transaction: WriteTransaction, env: Env, name: string): Identity {
  const found = readIdentity(transaction)
  if (found !== undefined) return found
  const identity: Identity = { format: formatVersion, name, strandId: newId(env) }
  const genesis = sealBlock(
    { strandId: identity.strandId, transactionId: newId(env), blockTimestamp: timestampFromMs(env.nowMs()) },
    undefined,
  )
  transaction.put(identityKey, encodeIdentity(identity))
  transaction.put(blockKey(0), encodeBlock(genesis))
  return identity
}
