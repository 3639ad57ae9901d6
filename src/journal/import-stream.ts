import { toBase64 } from '../base/bytes.ts'
import { LedgerError } from '../base/errors.ts'
import { streamPendingBlocksMax } from '../base/limits.ts'
import { list, struct, type StructValue, type Value } from '../values/value.ts'
import { blockFromIon } from './block.ts'
import { knownFields } from './block-from-ion.ts'
import type { SourceBlock } from './import-blocks.ts'
import { readFileValues } from './import-file.ts'
import type { FindingList } from './import-findings.ts'
import { checkStruct, countField, hashField, listField } from './shape.ts'

/** What has come of one block. */
interface Pending {
  summary: StructValue | undefined
  path: string
  bytes: number
  /** Revisions by their hash. */
  readonly details: Map<string, StructValue>
}

/**
 * The blocks of an archive of a QLDB stream's records ("QLDB stream records" in the developer guide): a summary for each
 * block and its revisions, one record each, at least once and in any order. Blocks come out in the order of their
 * numbers; up to streamPendingBlocksMax of them are waited for. Records that fit nowhere are findings.
 */
export async function* readStreamBlocks(
  paths: readonly string[],
  findings: FindingList,
): AsyncGenerator<SourceBlock, undefined> {
  const assembler = new StreamAssembler(findings)
  for (const path of paths) {
    try {
      for await (const { value, bytes } of readFileValues(path)) {
        for (const item of value.type === 'list' ? value.items : [value]) assembler.add(item, path, bytes)
        yield* assembler.ready(streamPendingBlocksMax)
      }
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      findings.add('doubtful', 'file-unreadable', error.message, { file: path })
    }
  }
  yield* assembler.ready(0)
  return undefined
}

class StreamAssembler {
  readonly #findings: FindingList
  readonly #pending = new Map<number, Pending>()
  #last = -1

  constructor(findings: FindingList) {
    this.#findings = findings
  }

  add(value: Value, path: string, bytes: number): void {
    try {
      this.#add(value, path, bytes)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      this.#findings.add('doubtful', 'stream-record', `'${path}': ${error.message}`, { file: path })
    }
  }

  #add(value: Value, path: string, bytes: number): void {
    const record = checkStruct(value, 'the stream record', new Set(['recordType', 'payload']))
    const type = record.get('recordType')
    const kind = type?.type === 'string' ? type.value : undefined
    if (kind === 'CONTROL') return
    const payload = checkStruct(record.get('payload'), "the record's payload", new Set(['blockAddress', 'revision']))
    if (kind === 'BLOCK_SUMMARY') {
      const pending = this.#of(payload, path)
      if (pending === undefined) return
      pending.summary ??= payload
      pending.bytes += bytes
    } else if (kind === 'REVISION_DETAILS') {
      const revision = checkStruct(payload.get('revision'), "the record's revision", knownFields.revision)
      const pending = this.#of(revision, path)
      if (pending === undefined) return
      pending.details.set(toBase64(hashField(revision, 'hash', 'the revision')), revision)
      pending.bytes += bytes
    } else throw new LedgerError('journal/malformed', `a record of the unknown type '${kind ?? ''}'`)
  }

  /** Undefined for a record that comes once more after its block has gone. */
  #of(holder: StructValue, path: string): Pending | undefined {
    const address = checkStruct(holder.get('blockAddress'), "the record's blockAddress", knownFields.address)
    const sequenceNo = countField(address, 'sequenceNo', "the record's blockAddress")
    if (sequenceNo <= this.#last) return undefined
    const pending = this.#pending.get(sequenceNo) ?? { summary: undefined, path, bytes: 0, details: new Map() }
    this.#pending.set(sequenceNo, pending)
    return pending
  }

  /** The first blocks, as long as more than `pendingMax` wait. */
  *ready(pendingMax: number): Generator<SourceBlock> {
    while (this.#pending.size > pendingMax) {
      const sequenceNo = Math.min(...this.#pending.keys())
      const pending = this.#pending.get(sequenceNo) as Pending
      this.#pending.delete(sequenceNo)
      this.#last = sequenceNo
      const source = this.#assemble(sequenceNo, pending)
      if (source !== undefined) yield source
    }
  }

  #assemble(sequenceNo: number, { summary, path, bytes, details }: Pending): SourceBlock | undefined {
    const where = { sequenceNo, file: path }
    if (summary === undefined) {
      const message = `block ${sequenceNo}: the stream has revisions of it, but not the record of the block`
      this.#findings.add('doubtful', 'stream-record', message, where)
      return undefined
    }
    try {
      const block = blockFromIon(this.#withRevisions(summary, details, sequenceNo, path))
      return { block, path, bytes, isJson: false, doubtful: [] }
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      this.#findings.add('tampered', 'malformed', `'${path}', block ${sequenceNo}: ${error.message}`, where)
      return undefined
    }
  }

  #withRevisions(
    summary: StructValue,
    details: ReadonlyMap<string, StructValue>,
    sequenceNo: number,
    path: string,
  ): StructValue {
    const summaries = listField(summary, 'revisionSummaries', 'the block') ?? []
    const at = summary.names.indexOf('revisionSummaries')
    const names = at === -1 ? summary.names : summary.names.toSpliced(at, 1)
    const values = at === -1 ? summary.values : summary.values.toSpliced(at, 1)
    if (summaries.length === 0) return struct(names, values)
    const revisions = summaries.map((item, index) => {
      const revision = checkStruct(item, `revisionSummaries[${index}]`, new Set(['hash', 'documentId']))
      const hash = revision.get('hash')
      const detail = details.get(toBase64(hashField(revision, 'hash', `revisionSummaries[${index}]`)))
      if (detail !== undefined) return detail
      if (revision.get('documentId') !== undefined) {
        const message = `block ${sequenceNo}: the stream lacks the record of its revision ${index}`
        this.#findings.add('doubtful', 'stream-record', message, { sequenceNo, file: path })
      }
      return struct(['hash'], [hash as Value])
    })
    return struct([...names, 'revisions'], [...values, list(revisions)])
  }
}
