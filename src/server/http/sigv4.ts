import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { presignedSecondsMax, signatureSkewMsMax } from '../../base/limits.ts'
import { HttpError } from './http-error.ts'

/**
 * AWS Signature Version 4, the server's side: the header form and the presigned query form, over the whole body.
 * Source of the rules: "Create a signed AWS API request" (IAM user guide) and botocore's auth.py, SigV4Auth and
 * SigV4QueryAuth.
 */

/** What is signed of a request. */
export interface SignedParts {
  readonly method: string
  /** Path and query exactly as they stand in the request line. */
  readonly target: string
  /** All values of a header, by its lower-case name. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>
}

/** Access key id → secret. */
export type AccessKeys = ReadonlyMap<string, string>

const algorithm = 'AWS4-HMAC-SHA256'
const service = 'qldb'
const terminator = 'aws4_request'
const signingKeysMax = 64

interface Claim {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly timestamp: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** Milliseconds from the timestamp for a presigned address. */
  readonly lifeMs: number | undefined
}

/** Checks signatures against a set of keys. */
export class SignatureCheck {
  readonly #keys: AccessKeys
  readonly #nowMs: () => number
  /** Derived from secret, day and region: four rounds of HMAC that need not be repeated for each request. */
  readonly #signingKeys = new Map<string, Buffer>()

  constructor(keys: AccessKeys, nowMs: () => number) {
    this.#keys = keys
    this.#nowMs = nowMs
  }

  /**
   * Reads the signature and refuses what needs no body to be refused, so that nobody without a key makes the server
   * read one. The returned function checks the signature itself once the body's SHA-256 is known, in hexadecimal, and returns the
   * access key id.
   * Both throw HttpError with the names AWS uses.
   */
  begin(parts: SignedParts): (bodyHash: string) => string {
    const claim = readClaim(parts)
    const secret = this.#keys.get(claim.accessKeyId)
    if (secret === undefined) {
      throw new HttpError(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.')
    }
    this.#checkTime(claim)
    checkCoverage(parts, claim)
    return (hash) => {
      checkBodyHash(parts, hash)
      const expected = this.#sign(claim, secret, canonicalRequest(parts, claim, hash))
      const given = Buffer.from(claim.signature, 'hex')
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new HttpError(
          403,
          'InvalidSignatureException',
          'The request signature we calculated does not match the signature you provided. ' +
            'Check your AWS Secret Access Key and signing method.',
        )
      }
      return claim.accessKeyId
    }
  }

  #checkTime({ timestamp, lifeMs }: Claim): void {
    const signedMs = timestampMs(timestamp)
    const nowMs = this.#nowMs()
    if (signedMs > nowMs + signatureSkewMsMax) {
      throw refuse(`Signature not yet current: ${timestamp} is later than ${basicTime(nowMs)} by more than 5 minutes.`)
    }
    if (signedMs + (lifeMs ?? signatureSkewMsMax) < nowMs) {
      throw refuse(`Signature expired: ${timestamp} is too old at ${basicTime(nowMs)}.`)
    }
  }

  #sign(claim: Claim, secret: string, canonical: string): Buffer {
    const scope = `${claim.date}/${claim.region}/${service}/${terminator}`
    const text = `${algorithm}\n${claim.timestamp}\n${scope}\n${sha256(canonical)}`
    return hmac(this.#signingKey(claim, secret), text)
  }

  #signingKey({ accessKeyId, date, region }: Claim, secret: string): Buffer {
    const name = `${accessKeyId}/${date}/${region}`
    const found = this.#signingKeys.get(name)
    if (found !== undefined) return found
    const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), terminator)
    if (this.#signingKeys.size >= signingKeysMax) this.#signingKeys.clear()
    this.#signingKeys.set(name, key)
    return key
  }
}

function readClaim(parts: SignedParts): Claim {
  const authorization = parts.headers['authorization']
  const query = queryPairs(parts.target)
  const isPresigned = query.some(([name]) => name === 'X-Amz-Signature' || name === 'X-Amz-Algorithm')
  if (authorization === undefined && !isPresigned) {
    throw new HttpError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token')
  }
  if (authorization !== undefined && isPresigned) throw incomplete('it is signed in the header and in the query')
  return authorization === undefined ? claimOfQuery(query) : claimOfHeader(parts, authorization)
}

function claimOfHeader({ headers }: SignedParts, values: readonly string[]): Claim {
  const value = values.length === 1 ? (values[0] as string) : ''
  const [scheme, ...rest] = value.split(' ')
  if (scheme !== algorithm) throw incomplete(`the Authorization header does not begin with ${algorithm}`)
  const fields = new Map<string, string>()
  for (const field of rest.join(' ').split(',')) {
    const [name = '', text = ''] = splitAt(field.trim(), '=')
    fields.set(name, text)
  }
  const timestamp = headers['x-amz-date']?.[0] ?? basicTimeOfDate(headers['date']?.[0])
  if (timestamp === undefined) throw incomplete("it has neither a header 'X-Amz-Date' nor 'Date'")
  return claimOf(fields, ['Credential', 'SignedHeaders', 'Signature'], timestamp, undefined)
}

function claimOfQuery(query: readonly Pair[]): Claim {
  const fields = new Map<string, string>()
  for (const [name, value] of query) {
    if (!name.startsWith('X-Amz-')) continue
    if (fields.has(name)) throw incomplete(`'${name}' appears twice in the query`)
    fields.set(name, value)
  }
  if (fields.get('X-Amz-Algorithm') !== algorithm) throw incomplete(`X-Amz-Algorithm is not ${algorithm}`)
  const seconds = fields.get('X-Amz-Expires') ?? ''
  if (!/^\d{1,7}$/.test(seconds) || Number(seconds) > presignedSecondsMax || Number(seconds) < 1) {
    throw incomplete(`X-Amz-Expires has to be 1 to ${presignedSecondsMax} seconds`)
  }
  const names = ['X-Amz-Credential', 'X-Amz-SignedHeaders', 'X-Amz-Signature']
  return claimOf(fields, names, fields.get('X-Amz-Date') ?? '', Number(seconds) * 1000)
}

function claimOf(
  fields: ReadonlyMap<string, string>,
  names: readonly string[],
  timestamp: string,
  lifeMs: number | undefined,
): Claim {
  const [credential, signedHeaders, signature] = names.map((name) => {
    const value = fields.get(name)
    if (value === undefined || value === '') throw incomplete(`it needs '${name}'`)
    return value
  }) as [string, string, string]
  const scope = credential.split('/')
  const [accessKeyId, date, region, scopeService, end] = scope as [string, string, string, string, string]
  if (scope.length !== 5 || scopeService !== service || end !== terminator) {
    throw incomplete(`the credential has to end with '/<date>/<region>/${service}/${terminator}'`)
  }
  if (!/^\d{8}T\d{6}Z$/.test(timestamp) || Number.isNaN(timestampMs(timestamp))) throw incomplete('its date is no date')
  if (date !== timestamp.slice(0, 8)) throw incomplete("the credential's date is not the date of the request")
  if (!/^[0-9a-f]{64}$/.test(signature)) throw incomplete('the signature is not 64 hexadecimal digits')
  return { accessKeyId, date, region, timestamp, signedHeaders: signedHeaders.split(';'), signature, lifeMs }
}

/** What decides about a request has to be signed: its host and every header of AWS's own. */
function checkCoverage({ headers }: SignedParts, { signedHeaders }: Claim): void {
  const signed = new Set(signedHeaders)
  if (!signed.has('host')) throw incomplete("the header 'host' has to be signed")
  for (const name of signed) {
    if (headers[name] === undefined) throw incomplete(`the signed header '${name}' is missing`)
  }
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-amz-') && !signed.has(name)) throw incomplete(`the header '${name}' has to be signed`)
  }
}

/** A client that declares another hash than the body's, or none, is refused: payloads are not sent in chunks. */
function checkBodyHash({ headers }: SignedParts, hash: string): void {
  const declared = headers['x-amz-content-sha256']?.[0]
  if (declared !== undefined && declared !== hash) {
    throw refuse('The header x-amz-content-sha256 is not the SHA-256 hash of the body.')
  }
}

function canonicalRequest({ method, target, headers }: SignedParts, claim: Claim, hash: string): string {
  const [path = ''] = splitAt(target, '?')
  const query = queryPairs(target)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, b], [c, d]) => (a === c ? order(b, d) : order(a, c)))
    .map(([name, value]) => `${name}=${value}`)
  const lines = claim.signedHeaders.map((name) => {
    const values = (headers[name] ?? []).map((value) => value.trim().replace(/\s+/g, ' '))
    return `${name}:${values.join(',')}\n`
  })
  // The path is encoded once more: only S3 signs it as it is sent.
  const encodedPath = path.split('/').map(encode).join('/')
  return [method, encodedPath, query.join('&'), lines.join(''), claim.signedHeaders.join(';'), hash].join('\n')
}

type Pair = readonly [name: string, value: string]

/** The query's names and values, decoded. Throws HttpError for bad percent signs. */
export function queryPairs(target: string): Pair[] {
  const query = splitAt(target, '?')[1] ?? ''
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', value = ''] = splitAt(part, '=')
      return [decode(name), decode(value)]
    })
}

function splitAt(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

/** Throws HttpError for bad percent signs. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new HttpError(400, 'SerializationException', 'The address of the request is not well formed.')
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function timestampMs(text: string): number {
  return Date.parse(
    `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 11)}:${text.slice(11, 13)}:${text.slice(13)}`,
  )
}

function basicTime(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')
}

function basicTimeOfDate(text: string | undefined): string | undefined {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? undefined : basicTime(ms)
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}

function incomplete(problem: string): HttpError {
  return new HttpError(403, 'IncompleteSignatureException', `The request's signature is not complete: ${problem}.`)
}

function refuse(message: string): HttpError {
  return new HttpError(403, 'InvalidSignatureException', message)
}
