import type { ValueHolder } from './message.ts'

/**
 * The three operations of `qldb`, the control plane, that read the journal, and its list of ledgers, member by member as in Amazon's model
 * (botocore data/qldb/2019-01-02/service-2.json): GetDigest, GetBlock, GetRevision. On HTTP values are Ion text, as the
 * model says; between parts of this program they may be Ion binary.
 */
export interface ControlRequest {
  readonly GetDigest?: { readonly Name: string }
  readonly GetBlock?: {
    readonly Name: string
    readonly BlockAddress: ValueHolder
    /** With it, the answer has a proof up to that tip. */
    readonly DigestTipAddress?: ValueHolder
  }
  readonly GetRevision?: {
    readonly Name: string
    readonly BlockAddress: ValueHolder
    readonly DocumentId: string
    readonly DigestTipAddress?: ValueHolder
  }
  /** Only endpoints answer it. */
  readonly ListLedgers?: { readonly NextToken?: string }
}

export interface ControlResponse {
  readonly GetDigest?: {
    readonly Digest: Uint8Array
    readonly DigestTipAddress: ValueHolder
    /** Marks of imports (SavedDigest.marks); inside the program only, Amazon's model has no such member. */
    readonly ImportMarks?: { readonly count: number; readonly hash: Uint8Array }
  }
  readonly GetBlock?: {
    readonly Block: ValueHolder
    readonly Proof?: ValueHolder
    /** Positions of its revisions that an import marked; Amazon's model has no such member either. */
    readonly ImportMarks?: readonly number[]
  }
  readonly GetRevision?: { readonly Revision: ValueHolder; readonly Proof?: ValueHolder }
  readonly ListLedgers?: { readonly Ledgers?: readonly { readonly Name?: string }[]; readonly NextToken?: string }
}

/** One request, one answer. Rejects with LedgerError; what an endpoint refused is 'endpoint/refused'. */
export type SendControl = (request: ControlRequest) => Promise<ControlResponse>
