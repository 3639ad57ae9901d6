import { toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { exportOpenFilesMax, reportFindingsMax, streamPendingBlocksMax, streamPendingBytesMax } from '../base/limits.ts'
import { detached } from '../values/binary-reader.ts'
import { ionEquals } from '../values/compare.ts'
import { type ListValue, list, struct, type StructValue, type Value } from '../values/value.ts'
import { blockFromIon } from '../journal/block-from-ion.ts'
import { knownFields } from '../journal/block-from-ion.ts'
import type { SourceBlock } from './source-block.ts'
import { bestCopy } from './import-copies.ts'
import { isFileFault, type OnRead, readFileValues } from './import-file.ts'
import type { FileValue } from './value-splitter.ts'
import type { ExportFindingCode, FindingList } from './import-findings.ts'
import { isJsonBlock, type JsonRetyper } from './import-json.ts'
import { GoneRecords } from './gone-records.ts'
import { loneRevision } from '../journal/proof-file.ts'
import { namedFields, unknownFields } from '../journal/verify.ts'
import { controlNames, detailNames, recordNames, summaryNames } from './stream-record.ts'
import { verifyEvidence } from './verify-evidence.ts'
import { checkStruct, countField, hashOf, listField, optionalField, textField } from '../journal/shape.ts'

/** A file of a stream's records. */
export interface StreamFile {
  readonly path: string
  /** sequenceNo of the first record's block; -1 where it is of none. */
  readonly first: number
  readonly strandId: string | undefined
  /** Values that one of its records may have, in text. Default: exportBlockValuesMax. */
  readonly valuesMax?: number
}

/** Where a record of a stream belongs; undefined for what is none. */
export function streamFileOf(value: StructValue, path: string): StreamFile | undefined {
  const payload = value.get('payload')
  if (value.get('recordType')?.type !== 'string' || payload === undefined) return undefined
  const revision = payload.type === 'struct' ? payload.get('revision') : undefined
  const holder = revision?.type === 'struct' ? revision : payload
  const address = holder.type === 'struct' ? holder.get('blockAddress') : undefined
  const [strandId, sequenceNo] =
    address?.type === 'struct' ? [address.get('strandId'), address.get('sequenceNo')] : [undefined, undefined]
  return {
    path,
    first: sequenceNo?.type === 'int' ? Number(sequenceNo.value) : -1,
    strandId: strandId?.type === 'string' ? strandId.value : undefined,
  }
}

/**
 * The blocks of an archive of a QLDB stream's records ("QLDB stream records" in the developer guide): a summary for each
 * block and its revisions, one record each, at least once and in any order. Blocks come out in the order of their
 * numbers; up to streamPendingBlocksMax of them, or streamPendingBytesMax bytes, are waited for. Files are read side by
 * side, the one whose last record lies furthest back first. Records that fit nowhere are findings.
 */
export async function* readStreamBlocks(
  files: readonly StreamFile[],
  retyper: JsonRetyper,
  findings: FindingList,
  onRead?: OnRead,
): AsyncGenerator<SourceBlock, undefined> {
  const assembler = new StreamAssembler(retyper, findings, () => onRead?.(0))
  for await (const { value, bytes, path } of recordsOf(files, assembler, findings, onRead)) {
    assembler.add(value, path, bytes)
    yield* assembler.ready(streamPendingBlocksMax, streamPendingBytesMax)
  }
  yield* assembler.ready(0, 0)
  return undefined
}

interface RecordSource {
  readonly path: string
  readonly values: AsyncGenerator<FileValue>
  /** sequenceNo of the last record. */
  at: number
}

interface StreamRecord {
  readonly value: Value
  readonly bytes: number
  readonly path: string
}

async function* recordsOf(
  files: readonly StreamFile[],
  assembler: StreamAssembler,
  findings: FindingList,
  onRead: OnRead | undefined,
): AsyncGenerator<StreamRecord> {
  const waiting = files.toSorted((left, right) => left.first - right.first)
  const open: RecordSource[] = []
  try {
    while (waiting.length > 0 || open.length > 0) {
      const least = open.reduce<RecordSource | undefined>(
        (found, source) => (found === undefined || source.at < found.at ? source : found),
        undefined,
      )
      const next = waiting[0]
      const isNext = next !== undefined && open.length < exportOpenFilesMax
      if (least === undefined || (isNext && next.first <= least.at)) {
        const { path, first, valuesMax } = waiting.shift() as StreamFile
        open.push({ path, values: readFileValues(path, onRead, valuesMax), at: first })
        continue
      }
      const found = await nextValue(least, findings)
      if (found === undefined) {
        open.splice(open.indexOf(least), 1)
        continue
      }
      const isList = found.value.type === 'list' && found.value.annotations === undefined
      for (const value of isList ? (found.value as ListValue).items : [found.value]) {
        yield { value, bytes: found.bytes, path: least.path }
        least.at = assembler.lastSeen
      }
    }
  } finally {
    for (const { values } of open) await values.return(undefined)
  }
}

async function nextValue({ path, values }: RecordSource, findings: FindingList): Promise<FileValue | undefined> {
  try {
    const item = await values.next()
    return item.done === true ? undefined : item.value
  } catch (error) {
    if (!isFileFault(error)) throw error
    findings.add('doubtful', 'file-unreadable', error.message, { file: path })
    return undefined
  }
}

/** What has come of one block; of each record that came more than once all variants that differ. */
interface Pending {
  readonly sequenceNo: number
  /** The files that its records are in. */
  readonly paths: Set<string>
  bytes: number
  readonly summaries: StructValue[]
  /** Revisions by their hash. */
  readonly details: Map<string, StructValue[]>
}

class StreamAssembler {
  readonly #retyper: JsonRetyper
  readonly #findings: FindingList
  readonly #onTurn: () => void | Promise<void>
  readonly #pending = new Map<number, Pending>()
  #pendingBytes = 0
  #strandId: string | undefined
  /** The last block that went, and the records of those that did. */
  #last = -1
  readonly #gone = new GoneRecords()
  /** sequenceNo of the record that came last. */
  lastSeen = -1

  constructor(retyper: JsonRetyper, findings: FindingList, onTurn: () => void | Promise<void>) {
    this.#retyper = retyper
    this.#onTurn = onTurn
    this.#findings = findings
  }

  add(value: Value, path: string, bytes: number): void {
    try {
      this.#add(value, path, bytes)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      // Not 'stream-record': what one block's summary by itself lacks is no excuse for records that can't be read.
      this.#findings.add('doubtful', 'malformed', `'${path}': ${error.message}`, { file: path })
    }
  }

  #add(value: Value, path: string, bytes: number): void {
    const record = checkStruct(value, 'the stream record', recordNames)
    const kind = textField(record, 'recordType', 'the stream record')
    if (kind === 'CONTROL') {
      this.#checkControl(record, path)
      return
    }
    const payload = checkStruct(record.get('payload'), "the record's payload", detailNames)
    this.#noteUnknown(unknownFields(record, recordNames, ''), path)
    if (kind === 'BLOCK_SUMMARY') {
      const pending = this.#of(payload, path, bytes)
      if (pending !== undefined) keepVariant(pending.summaries, payload)
    } else if (kind === 'REVISION_DETAILS') {
      this.#noteUnknown(unknownFields(payload, detailNames, 'payload.'), path)
      const revision = checkStruct(payload.get('revision'), "the record's revision", knownFields.revision)
      const hash = hashText(revision, 'the revision')
      const pending = this.#of(revision, path, bytes)
      if (pending === undefined) return
      const variants = pending.details.get(hash) ?? []
      pending.details.set(hash, variants)
      keepVariant(variants, revision)
    } else throw new LedgerError('journal/malformed', `a record of the unknown type '${kind}'`)
  }

  /** The start or end of a stream, or of what it reads again: it says nothing of blocks. */
  #checkControl(record: StructValue, path: string): void {
    this.#noteUnknown(unknownFields(record, recordNames, ''), path)
    const payload = record.get('payload')
    if (payload?.type === 'struct') this.#noteUnknown(unknownFields(payload, controlNames, 'payload.'), path)
  }

  #noteUnknown(names: readonly string[], path: string): void {
    if (names.length === 0) return
    const message = `'${path}': no hash covers the field ${namedFields(names)} of a stream record`
    this.#findings.add('doubtful', 'field-unknown', message, { file: path })
  }

  /** Undefined for a record that comes once more after its block has gone. */
  #of(record: StructValue, path: string, bytes: number): Pending | undefined {
    const address = checkStruct(record.get('blockAddress'), "the record's blockAddress", knownFields.address)
    const sequenceNo = countField(address, 'sequenceNo', "the record's blockAddress")
    const strandId = textField(address, 'strandId', "the record's blockAddress")
    this.#strandId ??= strandId
    if (strandId !== this.#strandId) {
      const text = `a record of block ${sequenceNo} is of strand '${strandId}', those before it of '${this.#strandId}'`
      throw new LedgerError('journal/malformed', text)
    }
    this.lastSeen = sequenceNo
    if (sequenceNo <= this.#last) {
      if (this.#gone.has(sequenceNo, record)) return undefined
      const message = `a record of block ${sequenceNo} in '${path}' comes after block ${this.#last} and was skipped`
      this.#findings.add('doubtful', 'late-block', message, { sequenceNo, file: path })
      return undefined
    }
    const pending = this.#pending.get(sequenceNo) ?? {
      sequenceNo,
      paths: new Set(),
      bytes: 0,
      summaries: [],
      details: new Map(),
    }
    this.#pending.set(sequenceNo, pending)
    pending.bytes += bytes
    pending.paths.add(path)
    this.#pendingBytes += bytes
    return pending
  }

  /** The first blocks, as long as more than so many, or so many bytes, wait. */
  async *ready(blocksMax: number, bytesMax: number): AsyncGenerator<SourceBlock> {
    while (this.#pending.size > 0 && (this.#pending.size > blocksMax || this.#pendingBytes > bytesMax)) {
      const sequenceNo = Math.min(...this.#pending.keys())
      const pending = this.#pending.get(sequenceNo) as Pending
      this.#pending.delete(sequenceNo)
      this.#pendingBytes -= pending.bytes
      this.#last = sequenceNo
      this.#gone.add(sequenceNo, [...pending.summaries, ...[...pending.details.values()].flat()])
      const [summary] = pending.summaries
      for (const revision of [...pending.details.values()].flat())
        await this.#retyper.prepare(revision, this.#onTurn, summary)
      const source = this.#assemble(pending)
      if (source !== undefined) yield source
    }
  }

  #assemble(pending: Pending): SourceBlock | undefined {
    const { sequenceNo, summaries, details } = pending
    const path = filesOf(pending)
    const where = { sequenceNo, file: path }
    if (summaries.length === 0) {
      this.#checkLone(pending)
      return undefined
    }
    let count = summaries.length
    for (const { length } of details.values()) count = Math.max(count, length)
    try {
      const copies = Array.from({ length: count }, (_, index) => this.#copy(pending, index))
      return bestCopy(copies, this.#findings)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      this.#findings.add('tampered', 'malformed', `'${path}', block ${sequenceNo}: ${error.message}`, where)
      return undefined
    }
  }

  /** Revisions without the record of their block: all that can be said is whether they have their hashes. */
  #checkLone(pending: Pending): void {
    const { sequenceNo, details } = pending
    const path = filesOf(pending)
    const { lone } = this.#findings
    const where = { sequenceNo, file: path }
    lone.blocks += 1
    if (lone.places.length < reportFindingsMax) lone.places.push(where)
    for (const revision of [...details.values()].flat()) {
      lone.revisions += 1
      const { findings, unchecked } = verifyEvidence(loneRevision(revision), undefined, this.#retyper)
      for (const { field, message } of findings)
        this.#findings.add('tampered', 'revision-hash', `block ${sequenceNo}: ${field}: ${message}`, where)
      for (const text of unchecked)
        this.#findings.add('doubtful', 'revision-unchecked', `block ${sequenceNo}: a revision: ${text}`, where)
    }
  }

  /** The block as one variant of its records has it; what has no such variant is as in the first. */
  #copy(pending: Pending, variant: number): SourceBlock {
    const { sequenceNo, bytes, summaries, details } = pending
    const path = filesOf(pending)
    const named = new Set<string>()
    const revisionOf = (hash: string) => {
      named.add(hash)
      const variants = details.get(hash)
      return variants?.[variant] ?? variants?.[0]
    }
    const summary = summaries[variant] ?? (summaries[0] as StructValue)
    const note = (message: string, code: ExportFindingCode = 'stream-record') => {
      if (variant > 0) return
      this.#findings.add('doubtful', code, `block ${sequenceNo}: ${message}`, { sequenceNo, file: path })
    }
    const ion = withRevisions(summary, revisionOf, note)
    const strays = [...details.keys()].filter((hash) => !named.has(hash)).length
    // Not 'stream-record': what a summary lacks that stands alone does not excuse what contradicts it.
    if (strays > 0) note(`its record does not name ${strays} of the revisions that the stream has of it`, 'malformed')
    const isJson = isJsonBlock(ion)
    const retyped = isJson ? this.#retyper.retype(ion) : this.#retyper.retypeRevisions(ion)
    const block = blockFromIon(retyped.ion)
    return {
      block,
      path,
      bytes,
      isJson: isJson || retyped.found > 0 || retyped.doubtful.length > 0,
      doubtful: retyped.doubtful,
    }
  }
}

/** Any of them may be the one at fault. */
function filesOf({ paths }: Pending): string {
  return [...paths].join("' or '")
}

/** One more record of the same thing: kept when it says something else. */
function keepVariant(variants: StructValue[], value: StructValue): void {
  if (!variants.some((variant) => ionEquals(variant, value))) variants.push(detached(value) as StructValue)
}

/** The block of a summary: revisions stand in it where the summary names only their hash and document. */
function withRevisions(
  summary: StructValue,
  revisionOf: (hash: string) => StructValue | undefined,
  note: (message: string, code?: ExportFindingCode) => void,
): StructValue {
  const summaries = listField(summary, 'revisionSummaries', 'the block') ?? []
  const at = summary.names.indexOf('revisionSummaries')
  const names = at === -1 ? summary.names : summary.names.toSpliced(at, 1)
  const values = at === -1 ? summary.values : summary.values.toSpliced(at, 1)
  if (summaries.length === 0) return struct(names, values)
  const revisions = summaries.map((item, index) => {
    const where = `revisionSummaries[${index}]`
    const entry = checkStruct(item, where, summaryNames)
    const unknown = unknownFields(entry, summaryNames, `${where}.`)
    if (unknown.length > 0) note(`no hash covers the field ${namedFields(unknown)}`, 'field-unknown')
    const revision = revisionOf(hashText(entry, where))
    const documentId = optionalField(entry, 'documentId')
    if (revision === undefined) {
      if (documentId !== undefined) note(`the stream lacks the record of its revision ${index}`)
      return struct(['hash'], [entry.get('hash') as Value])
    }
    const metadata = revision.get('metadata')
    const id = metadata?.type === 'struct' ? metadata.get('id') : undefined
    if (documentId === undefined || id === undefined || !ionEquals(id, documentId))
      note(`${where}.documentId is not the id of the revision with that hash`)
    return revision
  })
  return struct([...names, 'revisions'], [...values, list(revisions)])
}

/** A hash in base64, as a blob or, where the records were written as JSON, as the text itself. */
function hashText(holder: StructValue, where: string): string {
  const value = holder.get('hash')
  return value?.type === 'string' && value.annotations === undefined
    ? value.value
    : toBase64(hashOf(value, `${where}.hash`))
}
