import { LedgerError } from '../../base/errors.ts'
import { clockSkewMsMax } from '../../base/limits.ts'
import { invalidParameter, limitExceeded, notFound } from './control-plane-errors.ts'
import { pageOf } from './control-plane-pages.ts'
import type { BodyMembers, ControlCall } from './control-plane-request.ts'

export const outputFormats = ['ION_TEXT', 'ION_BINARY', 'JSON'] as const
const encryptionTypes = ['SSE_KMS', 'SSE_S3', 'NO_ENCRYPTION'] as const

/** What ExportJournalToS3 asks for. */
export interface ExportRequest {
  readonly ledger: string
  readonly fromMs: number
  readonly toMs: number
  /** A folder's name in the export root. */
  readonly bucket: string
  /** Put before every file's key. */
  readonly prefix: string
  readonly encryption: 'SSE_S3' | 'NO_ENCRYPTION'
  readonly roleArn: string
  readonly format: (typeof outputFormats)[number]
}

export interface ExportRecord extends ExportRequest {
  readonly id: string
  readonly createdMs: number
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'CANCELLED'
}

/** Who writes exports; the program that holds the ledgers provides it. */
export interface JournalExports {
  /** Begins an export. Rejects with LedgerError 'session/limit' when too many of the ledger are under way. */
  start(request: ExportRequest): Promise<ExportRecord>
  /** Sorted by their ids. */
  list(): readonly ExportRecord[]
}

/** Throws HttpError for what is not offered or not valid. `exports` is undefined when no folder for them is configured. */
export async function startExport(
  exports: JournalExports | undefined,
  ledger: string,
  body: BodyMembers,
  nowMs: number,
): Promise<{ readonly ExportId: string }> {
  const request = readRequest(ledger, body, nowMs)
  if (exports === undefined) {
    throw invalidParameter(
      'Journal exports are not offered: the server has been started without a folder for them',
      'S3ExportConfiguration',
    )
  }
  try {
    return { ExportId: (await exports.start(request)).id }
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'session/limit') throw error
    throw limitExceeded('JournalS3Export', error.message)
  }
}

/** All exports, or those of one ledger. */
export function listExports(
  exports: JournalExports | undefined,
  ledger: string | undefined,
  query: ControlCall['query'],
): Readonly<Record<string, unknown>> {
  const all = (exports?.list() ?? []).filter((record) => ledger === undefined || record.ledger === ledger)
  const { items, nextToken } = pageOf(all, ({ id }) => id, query)
  return { JournalS3Exports: items.map(describe), ...(nextToken === undefined ? {} : { NextToken: nextToken }) }
}

/** Throws HttpError ResourceNotFoundException. */
export function describeExport(
  exports: JournalExports | undefined,
  ledger: string,
  id: string,
): Readonly<Record<string, unknown>> {
  const record = exports?.list().find((found) => found.id === id && found.ledger === ledger)
  if (record === undefined) throw notFound('JournalS3Export', id, `The journal export with id ${id} is not found`)
  return { ExportDescription: describe(record) }
}

function readRequest(ledger: string, body: BodyMembers, nowMs: number): ExportRequest {
  const [fromMs, toMs] = [body.needTimeMs('InclusiveStartTime'), body.needTimeMs('ExclusiveEndTime')]
  if (toMs > nowMs + clockSkewMsMax) throw invalidParameter('ExclusiveEndTime is in the future', 'ExclusiveEndTime')
  if (fromMs >= toMs) throw invalidParameter('InclusiveStartTime is not before ExclusiveEndTime', 'InclusiveStartTime')
  const place = body.needMembers('S3ExportConfiguration')
  const encryption = place.needMembers('EncryptionConfiguration').choice('ObjectEncryptionType', encryptionTypes)
  if (encryption === undefined) throw invalidParameter('ObjectEncryptionType is missing', 'ObjectEncryptionType')
  if (encryption === 'SSE_KMS') {
    throw invalidParameter('Keys of your own are not offered by this server', 'ObjectEncryptionType')
  }
  return {
    ledger,
    fromMs,
    toMs,
    bucket: checkBucket(place.needText('Bucket')),
    prefix: checkPrefix(place.needText('Prefix')),
    encryption,
    roleArn: body.needText('RoleArn'),
    format: body.choice('OutputFormat', outputFormats) ?? 'ION_TEXT',
  }
}

function checkBucket(bucket: string): string {
  if (/^(?!\.)[A-Za-z0-9._-]{1,255}$/.test(bucket)) return bucket
  throw invalidParameter('Bucket has to be letters, digits, dots, hyphens and underscores', 'Bucket')
}

/** A prefix is a path below the bucket's folder, and may not lead out of it or name a hidden file. */
function checkPrefix(prefix: string): string {
  const isPlain = prefix.split('/').every((part, index) => !part.startsWith('.') && (part !== '' || index > 0))
  if (prefix === '' || (prefix.length <= 128 && isPlain && /^[A-Za-z0-9!_.*'()/ =-]+$/.test(prefix))) return prefix
  throw invalidParameter('Prefix has to be a relative path of at most 128 characters', 'Prefix')
}

function describe(record: ExportRecord): Readonly<Record<string, unknown>> {
  return {
    LedgerName: record.ledger,
    ExportId: record.id,
    ExportCreationTime: record.createdMs / 1000,
    Status: record.status,
    InclusiveStartTime: record.fromMs / 1000,
    ExclusiveEndTime: record.toMs / 1000,
    S3ExportConfiguration: {
      Bucket: record.bucket,
      Prefix: record.prefix,
      EncryptionConfiguration: { ObjectEncryptionType: record.encryption },
    },
    RoleArn: record.roleArn,
    OutputFormat: record.format,
  }
}
