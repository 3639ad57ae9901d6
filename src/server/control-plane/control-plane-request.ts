import type { ValueHolder } from '../../protocol/message.ts'
import { invalidParameter } from './control-plane-errors.ts'
import { HttpError } from '../http/http-error.ts'

/** The operations of the control plane, with their HTTP calls. `{name}` takes one segment, `{name+}` all that are left. */
const calls = {
  CreateLedger: 'POST /ledgers',
  ListLedgers: 'GET /ledgers',
  DescribeLedger: 'GET /ledgers/{name}',
  UpdateLedger: 'PATCH /ledgers/{name}',
  DeleteLedger: 'DELETE /ledgers/{name}',
  UpdateLedgerPermissionsMode: 'PATCH /ledgers/{name}/permissions-mode',
  GetDigest: 'POST /ledgers/{name}/digest',
  GetBlock: 'POST /ledgers/{name}/block',
  GetRevision: 'POST /ledgers/{name}/revision',
  ExportJournalToS3: 'POST /ledgers/{name}/journal-s3-exports',
  ListJournalS3ExportsForLedger: 'GET /ledgers/{name}/journal-s3-exports',
  DescribeJournalS3Export: 'GET /ledgers/{name}/journal-s3-exports/{exportId}',
  ListJournalS3Exports: 'GET /journal-s3-exports',
  StreamJournalToKinesis: 'POST /ledgers/{name}/journal-kinesis-streams',
  ListJournalKinesisStreamsForLedger: 'GET /ledgers/{name}/journal-kinesis-streams',
  DescribeJournalKinesisStream: 'GET /ledgers/{name}/journal-kinesis-streams/{streamId}',
  CancelJournalKinesisStream: 'DELETE /ledgers/{name}/journal-kinesis-streams/{streamId}',
  ListTagsForResource: 'GET /tags/{resourceArn+}',
  TagResource: 'POST /tags/{resourceArn+}',
  UntagResource: 'DELETE /tags/{resourceArn+}',
} as const

export type ControlOperation = keyof typeof calls

export interface ControlCall {
  readonly operation: ControlOperation
  /** What stands in the place of `{…}`, decoded. */
  readonly path: Readonly<Record<string, string>>
  /** The query's members, decoded, in their order. */
  readonly query: readonly (readonly [name: string, value: string])[]
}

interface CallPattern {
  readonly operation: ControlOperation
  readonly method: string
  readonly segments: readonly string[]
}

const patterns: readonly CallPattern[] = Object.entries(calls).map(([operation, call]) => {
  const [method, path] = call.split(' ') as [string, string]
  return { operation: operation as ControlOperation, method, segments: path.slice(1).split('/') }
})

/** The operation that a method and a path's decoded segments call; undefined when there is none. */
export function findCall(
  method: string,
  segments: readonly string[],
): Pick<ControlCall, 'operation' | 'path'> | undefined {
  for (const pattern of patterns) {
    const path = pattern.method === method ? match(pattern.segments, segments) : undefined
    if (path !== undefined) return { operation: pattern.operation, path }
  }
  return undefined
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const found: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index]
    if (segment === undefined || segment === '') return undefined
    if (part.endsWith('+}')) {
      found[part.slice(1, -2)] = segments.slice(index).join('/')
      return found
    }
    if (part.startsWith('{')) found[part.slice(1, -1)] = segment
    else if (part !== segment) return undefined
  }
  return pattern.length === segments.length ? found : undefined
}

/**
 * Reads the typed members of a JSON body. A member that is null counts as absent, unknown ones are ignored; what
 * has the wrong type is refused by name, as HttpError InvalidParameterException.
 */
export class BodyMembers {
  readonly #members: Readonly<Record<string, unknown>>

  private constructor(members: Readonly<Record<string, unknown>>) {
    this.#members = members
  }

  /** No body counts as an empty object. Throws HttpError SerializationException for a body that is no JSON object. */
  static parse(body: Uint8Array): BodyMembers {
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
    if (text.trim() === '') return new BodyMembers({})
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw new HttpError(400, 'SerializationException', 'The body is not JSON')
    }
    if (!isObject(value)) throw new HttpError(400, 'SerializationException', 'The body is not a JSON object')
    return new BodyMembers(value)
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined
  }

  text(name: string): string | undefined {
    const value = this.#get(name)
    if (value === undefined || typeof value === 'string') return value
    throw invalidParameter(`${name} is not a string`, name)
  }

  needText(name: string): string {
    return this.text(name) ?? missing(name)
  }

  flag(name: string): boolean | undefined {
    const value = this.#get(name)
    if (value === undefined || typeof value === 'boolean') return value
    throw invalidParameter(`${name} is not true or false`, name)
  }

  /** Seconds since 1970, as milliseconds; a timestamp in ISO form is taken too. */
  needTimeMs(name: string): number {
    const value = this.#get(name) ?? missing(name)
    const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN
    if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) throw invalidParameter(`${name} is not a time`, name)
    return ms
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const found = choices.find((choice) => choice === value)
    if (found === undefined) throw invalidParameter(`${name} has to be one of ${choices.join(', ')}`, name)
    return found
  }

  texts(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.#get(name)
    if (value === undefined) return undefined
    if (!isObject(value) || Object.values(value).some((item) => typeof item !== 'string')) {
      throw invalidParameter(`${name} is not an object of strings`, name)
    }
    return value as Record<string, string>
  }

  members(name: string): BodyMembers | undefined {
    const value = this.#get(name)
    if (value === undefined) return undefined
    if (!isObject(value)) throw invalidParameter(`${name} is not an object`, name)
    return new BodyMembers(value)
  }

  needMembers(name: string): BodyMembers {
    return this.members(name) ?? missing(name)
  }

  /** A ValueHolder with Ion text. */
  holder(name: string): ValueHolder | undefined {
    const holder = this.members(name)
    return holder === undefined ? undefined : { IonText: holder.needText('IonText') }
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? (this.#members[name] ?? undefined) : undefined
  }
}

function missing(name: string): never {
  throw invalidParameter(`${name} is missing`, name)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
