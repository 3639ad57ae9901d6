import { LedgerError } from '../base/errors.ts'
import type { StructValue } from '../values/value.ts'
import { knownFields, transactionInfoFromIon } from './block-from-ion.ts'

/**
 * Data that has the form of another part of its block. Joining two hashes does not depend on their order, and a joined hash
 * does not say what was joined: such data could be shown as that part (docs/verify.md, "Other readings of a hash").
 */

export interface ReadingContext {
  /** Documents that the transaction changed; undefined where that is not known. */
  readonly documents?: ReadonlyMap<string, unknown> | undefined
  /** The transaction, where a hash covers it: else whoever swaps data and metadata chooses it. */
  readonly transactionId?: string | undefined
}

/** Whether data could be metadata of a document of the transaction, so that the hash does not tell which of the two is which. */
export function isMetadataLike(data: StructValue, { documents, transactionId }: ReadingContext): boolean {
  if (!hasForm(data, { id: 'string', version: 'int', txTime: 'timestamp', txId: 'string' })) return false
  const version = data.get('version')
  if (version?.type !== 'int' || version.value < 0) return false
  if (transactionId !== undefined && textOf(data, 'txId') !== transactionId) return false
  return documents === undefined || documents.has(textOf(data, 'id'))
}

/** Whether data could be the head that the first entry of a block made here is the hash of (block.ts, headOf). */
export function isHeadLike(data: StructValue, transactionId?: string): boolean {
  if (!hasForm(data, { blockAddress: 'struct', transactionId: 'string', blockTimestamp: 'timestamp' })) return false
  return transactionId === undefined || textOf(data, 'transactionId') === transactionId
}

/** What else a document that is about to be written could pass for; undefined if nothing. */
export function couldPassFor(
  data: StructValue,
  transactionId: string,
  ids: ReadonlyMap<string, unknown>,
): string | undefined {
  if (data.names.length > 4) return undefined
  if (isMetadataLike(data, { transactionId })) return 'the metadata of a revision'
  if (isHeadLike(data, transactionId)) return "the block's address, transaction and time"
  return isInfoLike(data, ids) ? "the block's transactionInfo" : undefined
}

function isInfoLike(data: StructValue, ids: ReadonlyMap<string, unknown>): boolean {
  const isKnown = data.names.every((name) => knownFields.transactionInfo.has(name))
  if (data.get('statements') === undefined || !isKnown) return false
  try {
    return [...(transactionInfoFromIon(data).documents?.keys() ?? [])].some((id) => ids.has(id))
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}

/** Whether a struct has exactly these fields, each once, with plain values of these types. */
function hasForm({ names, values }: StructValue, form: Readonly<Record<string, string>>): boolean {
  if (names.length !== Object.keys(form).length || new Set(names).size !== names.length) return false
  return names.every((name, at) => values[at]?.type === form[name] && values[at]?.annotations === undefined)
}

function textOf(struct: StructValue, name: string): string {
  const value = struct.get(name)
  return value?.type === 'string' ? value.value : ''
}
