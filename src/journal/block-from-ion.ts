import { LedgerError } from '../base/errors.ts'
import { isIonBinary, decodeLazy } from '../values/binary-reader.ts'
import { LocalSymbolTable } from '../values/symbols.ts'
import type { StructValue, Value } from '../values/value.ts'
import type {
  Block,
  BlockAddress,
  DocumentInfo,
  RedactedRevision,
  RedactionInfo,
  Revision,
  RevisionMetadata,
  StatementInfo,
  TransactionInfo,
} from './block.ts'
import {
  checkStruct,
  countField,
  countOf,
  hashField,
  hashOf,
  listField,
  malformed,
  optionalField,
  textField,
  timestampField,
} from './shape.ts'

/** The fields that a struct of the journal has; others are kept but mean nothing. */
export const knownFields = {
  block: new Set([
    'blockAddress',
    'transactionId',
    'blockTimestamp',
    'blockHash',
    'entriesHash',
    'previousBlockHash',
    'entriesHashList',
    'transactionInfo',
    'redactionInfo',
    'revisions',
  ]),
  address: new Set(['strandId', 'sequenceNo']),
  revision: new Set(['blockAddress', 'hash', 'data', 'dataHash', 'metadata']),
  metadata: new Set(['id', 'version', 'txTime', 'txId']),
  transactionInfo: new Set(['statements', 'documents']),
  statement: new Set(['statement', 'startTime', 'statementDigest']),
  document: new Set(['tableName', 'tableId', 'statements']),
  redactionInfo: new Set(['revisions']),
  redactedRevision: new Set(['blockAddress', 'tableId', 'documentId', 'version']),
} as const satisfies Record<string, ReadonlySet<string>>

/**
 * A block from its Ion struct, as exports, GetBlock and encodeBlock give it. Checks the shape of everything but the
 * revisions, which are checked when used. Throws LedgerError 'journal/malformed' that names the field.
 */
export function blockFromIon(value: Value): Block {
  return new IonBlock(checkStruct(value, 'the block', knownFields.block))
}

class IonBlock implements Block {
  readonly ion: StructValue
  readonly blockAddress: BlockAddress
  readonly transactionId: string
  readonly blockTimestamp: Block['blockTimestamp']
  readonly blockHash: Uint8Array
  readonly entriesHash: Uint8Array
  readonly previousBlockHash: Uint8Array
  readonly entriesHashList: readonly Uint8Array[]
  readonly #name: string
  #transactionInfo: TransactionInfo | undefined | null = null
  #revisions: readonly Revision[] | undefined | null = null

  constructor(ion: StructValue) {
    this.ion = ion
    this.blockAddress = addressOf(ion.get('blockAddress'), 'the block')
    this.#name = `block ${this.blockAddress.sequenceNo}`
    this.transactionId = textField(ion, 'transactionId', this.#name)
    this.blockTimestamp = timestampField(ion, 'blockTimestamp', this.#name)
    this.blockHash = hashField(ion, 'blockHash', this.#name)
    this.entriesHash = hashField(ion, 'entriesHash', this.#name)
    this.previousBlockHash = previousHashOf(ion, this.blockAddress, this.#name)
    const entries = listField(ion, 'entriesHashList', this.#name) ?? []
    this.entriesHashList = entries.map((item, index) => hashOf(item, `${this.#name}.entriesHashList[${index}]`))
  }

  get transactionInfo(): TransactionInfo | undefined {
    if (this.#transactionInfo === null) {
      const value = optionalField(this.ion, 'transactionInfo')
      this.#transactionInfo = value && transactionInfoOf(value, `${this.#name}.transactionInfo`)
    }
    return this.#transactionInfo
  }

  get redactionInfo(): RedactionInfo | undefined {
    const value = optionalField(this.ion, 'redactionInfo')
    return value && redactionInfoOf(value, `${this.#name}.redactionInfo`)
  }

  get revisions(): readonly Revision[] | undefined {
    if (this.#revisions === null) {
      const items = listField(this.ion, 'revisions', this.#name)
      this.#revisions = items?.map((item, index) => revisionFromIon(item, `${this.#name}.revisions[${index}]`))
    }
    return this.#revisions
  }
}

/** Of block 0 it may be empty, null or absent: nothing is before it. */
function previousHashOf(ion: StructValue, { sequenceNo }: BlockAddress, where: string): Uint8Array {
  const previous = ion.get('previousBlockHash')
  const isNone =
    previous === undefined || previous.type === 'null' || (previous.type === 'blob' && previous.bytes.length === 0)
  if (isNone && sequenceNo === 0 && previous?.annotations === undefined) return new Uint8Array(0)
  return hashField(ion, 'previousBlockHash', where)
}

/** A revision from its Ion struct. Throws LedgerError 'journal/malformed' now or when a field is asked for. */
export function revisionFromIon(value: Value, where = 'the revision'): Revision {
  return new IonRevision(checkStruct(value, where, knownFields.revision), where)
}

class IonRevision implements Revision {
  readonly ion: StructValue
  readonly #where: string
  #metadata: RevisionMetadata | undefined

  constructor(ion: StructValue, where: string) {
    this.ion = ion
    this.#where = where
  }

  get hash(): Uint8Array {
    return hashField(this.ion, 'hash', this.#where)
  }

  get blockAddress(): BlockAddress | undefined {
    const value = optionalField(this.ion, 'blockAddress')
    return value && addressOf(value, this.#where)
  }

  get data(): StructValue | undefined {
    const value = this.ion.get('data')
    if (value === undefined || value.type === 'struct') return value
    throw malformed(`${this.#where}.data`, `a ${value.type}`, 'a struct')
  }

  get dataHash(): Uint8Array | undefined {
    const value = optionalField(this.ion, 'dataHash')
    return value && hashOf(value, `${this.#where}.dataHash`)
  }

  get metadata(): RevisionMetadata | undefined {
    const ion = this.#metadata === undefined ? this.metadataIon : undefined
    if (ion !== undefined) {
      const where = `${this.#where}.metadata`
      this.#metadata = {
        id: textField(ion, 'id', where),
        version: countField(ion, 'version', where),
        txTime: timestampField(ion, 'txTime', where),
        txId: textField(ion, 'txId', where),
      }
    }
    return this.#metadata
  }

  get metadataIon(): StructValue | undefined {
    const value = optionalField(this.ion, 'metadata')
    return value && checkStruct(value, `${this.#where}.metadata`, knownFields.metadata)
  }
}

function addressOf(value: Value | undefined, where: string): BlockAddress {
  const ion = checkStruct(value, `${where}.blockAddress`, knownFields.address)
  return {
    strandId: textField(ion, 'strandId', `${where}.blockAddress`),
    sequenceNo: countField(ion, 'sequenceNo', `${where}.blockAddress`),
  }
}

/** A block's transactionInfo that stands alone. Throws LedgerError 'journal/malformed'. */
export function transactionInfoFromIon(value: Value): TransactionInfo {
  return transactionInfoOf(value, 'transactionInfo')
}

function transactionInfoOf(value: Value, where: string): TransactionInfo {
  const ion = checkStruct(value, where, knownFields.transactionInfo)
  const statements = (listField(ion, 'statements', where) ?? []).map((item, index) =>
    statementOf(item, `${where}.statements[${index}]`),
  )
  const field = optionalField(ion, 'documents')
  if (field === undefined) return { ion, statements, documents: undefined }
  const documentsIon = checkStruct(field, `${where}.documents`, new Set())
  const documents = new Map<string, DocumentInfo>()
  documentsIon.names.forEach((id, index) => {
    if (documents.has(id)) throw malformed(`${where}.documents.${id}`, 'there twice', 'one field')
    documents.set(id, documentOf(documentsIon.values[index] as Value, `${where}.documents.${id}`))
  })
  return { ion, statements, documents }
}

function statementOf(value: Value, where: string): StatementInfo {
  const ion = checkStruct(value, where, knownFields.statement)
  return {
    statement: textField(ion, 'statement', where),
    startTime: timestampField(ion, 'startTime', where),
    statementDigest: hashField(ion, 'statementDigest', where),
  }
}

function documentOf(value: Value, where: string): DocumentInfo {
  const ion = checkStruct(value, where, knownFields.document)
  return {
    tableName: textField(ion, 'tableName', where),
    tableId: textField(ion, 'tableId', where),
    statements: (listField(ion, 'statements', where) ?? []).map((item) => countOf(item, `${where}.statements`)),
  }
}

function redactionInfoOf(value: Value, where: string): RedactionInfo {
  const ion = checkStruct(value, where, knownFields.redactionInfo)
  const revisions = (listField(ion, 'revisions', where) ?? []).map((item, index) =>
    redactedRevisionOf(item, `${where}.revisions[${index}]`),
  )
  return { ion, revisions }
}

function redactedRevisionOf(value: Value, where: string): RedactedRevision {
  const ion = checkStruct(value, where, knownFields.redactedRevision)
  return {
    blockAddress: addressOf(ion.get('blockAddress'), where),
    tableId: textField(ion, 'tableId', where),
    documentId: textField(ion, 'documentId', where),
    version: countField(ion, 'version', where),
  }
}

/**
 * The block in bytes that encodeBlock wrote, or in an exported block's. Decodes lazily: a field when it is asked for,
 * so the bytes must stay as they are, and damage may show as LedgerError 'ion/malformed' only then. Throws LedgerError
 * 'journal/malformed' or 'ion/malformed'.
 */
export function decodeBlock(bytes: Uint8Array): Block {
  if (!isIonBinary(bytes)) throw new LedgerError('journal/malformed', 'a block is not Ion binary')
  return blockFromIon(decodeLazy(bytes, new LocalSymbolTable()))
}
