import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { exportFileBytes } from '../base/limits.ts'
import { encodeIon } from '../values/binary-writer.ts'
import { printIon } from '../values/text-writer.ts'
import { instantSeconds, timestampFromSeconds } from '../values/timestamp.ts'
import { list, string, type StructValue, structOf, type TimestampValue } from '../values/value.ts'
import type { Block } from '../journal/block.ts'
import { downConvert } from './export-json.ts'
import { markedField, type MarkedRevisions, marksToIon } from '../journal/import-marks.ts'

/** QLDB's output formats (botocore, qldb 2019-01-02, OutputFormat), in small letters with a hyphen. */
export const exportFormats = ['ion-text', 'ion-binary', 'json'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportSpec {
  readonly ledgerName: string
  readonly exportId: string
  readonly strandId: string
  readonly format: ExportFormat
  readonly gzip: boolean
  /** Put before every key in the manifest, as AWS did with the prefix in the bucket; also a folder of that name. */
  readonly prefix: string
  /** What was asked for, to be said in the first manifest; an export without a bucket has neither. */
  readonly bucket?: string
  readonly objectEncryptionType?: string
  /** The window asked for: blocks from the first moment on, before the second. */
  readonly inclusiveStartTime: TimestampValue
  readonly exclusiveEndTime: TimestampValue
  /** Revisions that an import marked as not checkable; JSON has lost what there is to mark. */
  readonly marks?: MarkedRevisions
  /** A file is closed when it has grown beyond this. Default: exportFileBytes. */
  readonly fileBytes?: number
}

/**
 * Writes blocks in the layout of ExportJournalToS3 (developer guide, "Journal export output in QLDB"): a manifest when
 * it starts, files of blocks under `yyyy/mm/dd/hh`, a manifest of their keys when it is complete. Throws the file
 * system's errors. Everything is on disk when `end` returns.
 */
export class ExportWriter {
  readonly #folder: string
  readonly #spec: ExportSpec
  readonly #keys: string[] = []
  #parts: Uint8Array[] = []
  #partBytes = 0
  #hour = ''
  readonly #marks: MarkedRevisions
  /** A block with marks was written. */
  #hasMarks = false
  #first = 0
  #last = 0
  blocks = 0
  bytes = 0

  constructor(folder: string, spec: ExportSpec) {
    this.#folder = folder
    this.#spec = spec
    this.#marks = spec.format === 'json' ? new Map() : (spec.marks ?? new Map())
    this.#write(`${spec.exportId}.started.manifest`, [this.#encode(startedManifest(spec))])
  }

  /** Blocks come in their order. */
  add(block: Block): void {
    const { sequenceNo } = block.blockAddress
    const hour = hourOf(block.blockTimestamp)
    if (this.#parts.length > 0 && (hour !== this.#hour || this.#partBytes >= (this.#spec.fileBytes ?? exportFileBytes)))
      this.#closeFile()
    if (this.#parts.length === 0) {
      this.#hour = hour
      this.#first = sequenceNo
    }
    const bytes = this.#encode(block.ion)
    this.#parts.push(bytes)
    this.#partBytes += bytes.length
    this.#last = sequenceNo
    this.#hasMarks ||= this.#marks.has(sequenceNo)
    this.blocks += 1
    this.bytes += bytes.length
  }

  /** The last file and the manifest that lists all. */
  end(): void {
    if (this.#parts.length > 0) this.#closeFile()
    const keys = list(this.#keys.map((key) => string(key)))
    const manifest = structOf(this.#hasMarks ? { keys, [markedField]: marksToIon(this.#marks) } : { keys })
    this.#write(`${this.#spec.exportId}.${this.#spec.strandId}.completed.manifest`, [this.#encode(manifest)])
  }

  #closeFile(): void {
    const extension = this.#spec.format === 'json' ? 'json' : 'ion'
    const key = `${this.#hour}/${this.#spec.strandId}.${this.#first}-${this.#last}.${extension}`
    if (this.#spec.gzip) this.#write(`${key}.gz`, [gzipSync(Buffer.concat(this.#parts))])
    else this.#write(key, this.#parts)
    this.#keys.push(this.#spec.prefix + key)
    this.#parts = []
    this.#partBytes = 0
  }

  #encode(value: StructValue): Uint8Array {
    switch (this.#spec.format) {
      case 'ion-text':
        return Buffer.from(`${printIon(value)}\n`)
      case 'ion-binary':
        return encodeIon(value)
      case 'json':
        return Buffer.from(`${downConvert(value)}\n`)
    }
  }

  #write(key: string, parts: readonly Uint8Array[]): void {
    const path = join(this.#folder, this.#spec.prefix + key)
    mkdirSync(dirname(path), { recursive: true })
    const file = openSync(path, 'wx', 0o600)
    try {
      for (const part of parts) {
        for (let at = 0; at < part.length; ) at += writeSync(file, part, at)
      }
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }
}

function startedManifest(spec: ExportSpec): StructValue {
  return structOf({
    ledgerName: string(spec.ledgerName),
    exportId: string(spec.exportId),
    inclusiveStartTime: spec.inclusiveStartTime,
    exclusiveEndTime: spec.exclusiveEndTime,
    bucket: string(spec.bucket ?? ''),
    prefix: string(spec.prefix),
    objectEncryptionType: string(spec.objectEncryptionType ?? 'NO_ENCRYPTION'),
    outputFormat: string(spec.format.toUpperCase().replace('-', '_')),
  })
}

/** `yyyy/mm/dd/hh`, UTC. */
function hourOf(time: TimestampValue): string {
  const utc = timestampFromSeconds(instantSeconds(time), 0n, 0, 0)
  const two = (part: number) => String(part).padStart(2, '0')
  return `${String(utc.year).padStart(4, '0')}/${two(utc.month)}/${two(utc.day)}/${two(utc.hour)}`
}
