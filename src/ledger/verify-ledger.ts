import { LedgerError } from '../base/errors.ts'
import type { Block } from '../journal/block.ts'
import type { Finding } from '../journal/verify.ts'
import { ChainVerifier } from '../journal/verify-chain.ts'
import type { Store } from '../store/store.ts'
import { readBlock } from './block-cache.ts'
import { stateOf } from './records.ts'

export interface LedgerReport {
  /** What is wrong; empty for a sound journal. */
  readonly findings: readonly Finding[]
  readonly blocks: number
  /** The digest over all blocks, worked out from their contents alone. */
  readonly digest: Uint8Array
}

/**
 * Checks the whole journal: every hash of every block anew, and the chain. Trusts nothing that is derived but the
 * number of the tip. `onBlock` hears of each block before it is read, and may throw to stop. Throws LedgerError for a
 * block that is missing or can't be read at all.
 */
export function verifyLedger(store: Store, onBlock: (sequenceNo: number) => void = () => {}): LedgerReport {
  const snapshot = store.snapshot()
  try {
    const { tip } = stateOf(snapshot)
    const chain = new ChainVerifier({ mustCoverHeads: true })
    const findings: Finding[] = []
    for (let sequenceNo = 0; sequenceNo <= tip; sequenceNo += 1) {
      onBlock(sequenceNo)
      const block = readBlock(snapshot, sequenceNo)
      findings.push(...chain.add(placed(block, sequenceNo)).findings)
    }
    findings.push(...chain.end())
    return { findings, blocks: tip + 1, digest: chain.digest() ?? new Uint8Array(0) }
  } finally {
    snapshot.release()
  }
}

/** A block that stands under another one's number would shift all that follow. */
function placed(block: Block, sequenceNo: number): Block {
  const found = block.blockAddress.sequenceNo
  if (found === sequenceNo) return block
  throw new LedgerError('journal/gap', `the store holds block ${found} in the place of block ${sequenceNo}`)
}
