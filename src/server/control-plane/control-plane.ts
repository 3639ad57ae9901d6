import { toBase64 } from '../../base/bytes.ts'
import type { Env } from '../../base/env.ts'
import { LedgerError } from '../../base/errors.ts'
import { isId } from '../../base/ids.ts'
import { ledgerNameCharactersMax } from '../../base/limits.ts'
import { isLedgerName } from '../../protocol/check-request.ts'
import { marksMembers } from '../../protocol/marks-header.ts'
import type { ControlRequest } from '../../protocol/control-message.ts'
import { invalidParameter, ledgerExists, ledgerNotFound, notFound, preconditionNotMet } from './control-plane-errors.ts'
import { describeExport, type JournalExports, listExports, startExport } from './control-plane-exports.ts'
import type { LedgerRecord, LedgerRegistry } from './control-plane-ledgers.ts'
import { pageOf } from './control-plane-pages.ts'
import { BodyMembers, type ControlCall } from './control-plane-request.ts'
import { checkTags, tagKeysOf, withoutTags, withTags } from './control-plane-tags.ts'

/** Stands where AWS has an account's number. */
const account = '000000000000'
const permissionsModes = ['ALLOW_ALL', 'STANDARD'] as const
const ownedKey = 'AWS_OWNED_KMS_KEY'

/** An answer's JSON object. */
export type ControlAnswer = Readonly<Record<string, unknown>>

/**
 * Amazon's control plane `qldb` over the ledgers of a registry: everything of the model 2019-01-02 but journal streams.
 * `answer` throws HttpError for what the model has an exception for.
 */
export class ControlPlane {
  readonly #registry: LedgerRegistry
  readonly #exports: JournalExports | undefined
  readonly #env: Env
  readonly #region: string

  /** `exports`: undefined when there is no place for them; asking for one is refused then. */
  constructor(registry: LedgerRegistry, exports: JournalExports | undefined, env: Env, region: string) {
    this.#registry = registry
    this.#exports = exports
    this.#env = env
    this.#region = region
  }

  async answer({ operation, path, query }: ControlCall, body: Uint8Array): Promise<ControlAnswer> {
    const name = path['name'] as string
    switch (operation) {
      case 'CreateLedger':
        return this.#create(BodyMembers.parse(body))
      case 'ListLedgers':
        return this.#list(query)
      case 'DescribeLedger':
        return this.#described(this.#find(name))
      case 'UpdateLedger':
        return this.#update(name, BodyMembers.parse(body))
      case 'UpdateLedgerPermissionsMode':
        return this.#updatePermissionsMode(name, BodyMembers.parse(body))
      case 'DeleteLedger':
        return this.#delete(name)
      case 'GetDigest':
      case 'GetBlock':
      case 'GetRevision':
        return this.#readJournal(operation, name, BodyMembers.parse(body))
      case 'ExportJournalToS3':
        this.#need(name)
        return startExport(this.#exports, name, BodyMembers.parse(body), this.#env.nowMs())
      case 'ListJournalS3ExportsForLedger':
        this.#need(name)
        return listExports(this.#exports, name, query)
      case 'ListJournalS3Exports':
        return listExports(this.#exports, undefined, query)
      case 'DescribeJournalS3Export':
        this.#need(name)
        return describeExport(this.#exports, name, path['exportId'] as string)
      case 'StreamJournalToKinesis':
        this.#need(name)
        throw invalidParameter(
          'Journal streams are not offered by this server; ExportJournalToS3 writes the journal to files',
          'KinesisConfiguration',
        )
      case 'ListJournalKinesisStreamsForLedger':
        this.#need(name)
        return { Streams: [] }
      case 'DescribeJournalKinesisStream':
      case 'CancelJournalKinesisStream':
        this.#need(name)
        throw notFound('Stream', path['streamId'] as string, 'The stream is not found')
      case 'ListTagsForResource':
        return { Tags: this.#resource(path['resourceArn'] as string).tags }
      case 'TagResource':
        return this.#tag(path['resourceArn'] as string, BodyMembers.parse(body))
      case 'UntagResource':
        return this.#untag(path['resourceArn'] as string, tagKeysOf(query))
      default:
        return operation satisfies never
    }
  }

  async #create(body: BodyMembers): Promise<ControlAnswer> {
    const name = body.needText('Name')
    checkName(name)
    const permissionsMode = body.choice('PermissionsMode', permissionsModes)
    if (permissionsMode === undefined) throw invalidParameter('PermissionsMode is missing', 'PermissionsMode')
    checkKey(body)
    const tags = body.texts('Tags') ?? {}
    checkTags(tags)
    const record: LedgerRecord = {
      name,
      createdMs: this.#env.nowMs(),
      permissionsMode,
      deletionProtection: body.flag('DeletionProtection') ?? true,
      tags,
    }
    try {
      await this.#registry.create(record)
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'ledger/exists') throw ledgerExists(name)
      throw error
    }
    return { ...this.#described(record), State: 'CREATING' }
  }

  #list(query: ControlCall['query']): ControlAnswer {
    const { items, nextToken } = pageOf(this.#registry.list(), ({ name }) => name, query)
    const summaries = items.map(({ name, createdMs }) => ({
      Name: name,
      State: 'ACTIVE',
      CreationDateTime: createdMs / 1000,
    }))
    return { Ledgers: summaries, ...(nextToken === undefined ? {} : { NextToken: nextToken }) }
  }

  async #update(name: string, body: BodyMembers): Promise<ControlAnswer> {
    checkKey(body)
    const record = this.#find(name)
    const changed = { ...record, deletionProtection: body.flag('DeletionProtection') ?? record.deletionProtection }
    await this.#registry.update(changed)
    const { PermissionsMode: _, ...answer } = this.#described(changed)
    return answer
  }

  async #updatePermissionsMode(name: string, body: BodyMembers): Promise<ControlAnswer> {
    const permissionsMode = body.choice('PermissionsMode', permissionsModes)
    if (permissionsMode === undefined) throw invalidParameter('PermissionsMode is missing', 'PermissionsMode')
    await this.#registry.update({ ...this.#find(name), permissionsMode })
    return { Name: name, Arn: this.#arn(name), PermissionsMode: permissionsMode }
  }

  async #delete(name: string): Promise<ControlAnswer> {
    const { deletionProtection } = this.#find(name)
    if (deletionProtection) {
      throw preconditionNotMet(name, `The Ledger with name ${name} is protected against deletion`)
    }
    await this.#registry.remove(name)
    return {}
  }

  async #readJournal(
    operation: 'GetDigest' | 'GetBlock' | 'GetRevision',
    name: string,
    body: BodyMembers,
  ): Promise<ControlAnswer> {
    this.#need(name)
    const request = journalRequest(operation, name, body)
    try {
      const answer = await this.#registry.readJournal(request)
      const { GetDigest, GetBlock, GetRevision } = answer
      if (GetDigest !== undefined) {
        const { Digest, ImportMarks, ...others } = GetDigest
        return { Digest: toBase64(Digest), ...others, ...(ImportMarks && marksMembers(ImportMarks)) }
      }
      const { ImportMarks: marked, ...block } = { ...GetBlock, ...GetRevision }
      return { ...block, ...(marked && { UncheckedRevisions: marked }) }
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      if (error.code === 'journal/no-revision') {
        throw notFound('Document', body.text('DocumentId') ?? '', error.message)
      }
      if (error.code === 'journal/gap' || error.code === 'request/invalid') {
        throw invalidParameter(error.message, parameterOf(error.message))
      }
      throw error
    }
  }

  async #tag(arn: string, body: BodyMembers): Promise<ControlAnswer> {
    const record = this.#resource(arn)
    const tags = body.texts('Tags')
    if (tags === undefined) throw invalidParameter('Tags is missing', 'Tags')
    await this.#registry.update(withTags(record, tags))
    return {}
  }

  async #untag(arn: string, keys: readonly string[]): Promise<ControlAnswer> {
    await this.#registry.update(withoutTags(this.#resource(arn), keys))
    return {}
  }

  /** The ledger of an ARN; whatever region and account it names are taken. */
  #resource(arn: string): LedgerRecord {
    const match = /^arn:aws[a-z-]*:qldb:[a-z0-9-]*:\d*:ledger\/([A-Za-z0-9-]+)$/.exec(arn)
    if (match === null) throw invalidParameter(`'${arn}' is not the ARN of a ledger`, 'ResourceArn')
    return this.#find(match[1] as string)
  }

  /** For what has nothing to do with the ledger's record. */
  #need(name: string): void {
    checkName(name)
    if (!this.#registry.has(name)) throw ledgerNotFound(name)
  }

  #find(name: string): LedgerRecord {
    checkName(name)
    const record = this.#registry.find(name)
    if (record === undefined) throw ledgerNotFound(name)
    return record
  }

  /** Nothing is said about encryption: this server does not encrypt. */
  #described({ name, createdMs, permissionsMode, deletionProtection }: LedgerRecord): ControlAnswer {
    return {
      Name: name,
      Arn: this.#arn(name),
      State: 'ACTIVE',
      CreationDateTime: createdMs / 1000,
      PermissionsMode: permissionsMode,
      DeletionProtection: deletionProtection,
    }
  }

  #arn(name: string): string {
    return `arn:aws:qldb:${this.#region}:${account}:ledger/${name}`
  }
}

function checkName(name: string): void {
  if (isLedgerName(name)) return
  throw invalidParameter(
    `Name has to be 1 to ${ledgerNameCharactersMax} letters, digits and single hyphens between them, not digits alone`,
    'Name',
  )
}

/** Saying yes to a key would be saying that the ledger is encrypted with it. */
function checkKey(body: BodyMembers): void {
  const key = body.text('KmsKey')
  if (key === undefined || key === ownedKey) return
  throw invalidParameter(
    `Keys of your own are not offered by this server: leave KmsKey out, or '${ownedKey}'`,
    'KmsKey',
  )
}

function journalRequest(operation: string, name: string, body: BodyMembers): ControlRequest {
  if (operation === 'GetDigest') return { GetDigest: { Name: name } }
  const address = body.holder('BlockAddress')
  if (address === undefined) throw invalidParameter('BlockAddress is missing', 'BlockAddress')
  const tip = body.holder('DigestTipAddress')
  const request = { Name: name, BlockAddress: address, ...(tip === undefined ? {} : { DigestTipAddress: tip }) }
  if (operation === 'GetBlock') return { GetBlock: request }
  const documentId = body.needText('DocumentId')
  if (!isId(documentId)) throw invalidParameter('DocumentId has to be 22 letters and digits', 'DocumentId')
  return { GetRevision: { ...request, DocumentId: documentId } }
}

function parameterOf(message: string): string {
  return message.startsWith('DigestTipAddress') ? 'DigestTipAddress' : 'BlockAddress'
}
