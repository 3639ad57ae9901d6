import { isUtf8 } from 'node:buffer'
import { constants, gunzipSync } from 'node:zlib'
import { isGzip } from '../../base/bytes.ts'
import { LedgerError } from '../../base/errors.ts'
import { evidenceBytesMax, evidenceValuesMax } from '../../base/limits.ts'
import { checkedValues } from '../../journal/checked-values.ts'
import { claimOf } from '../../archive/claimed-evidence.ts'
import { notEvidence, parseDigestFile, type SavedDigest, unusableDigest } from '../../journal/digest-file.ts'
import { decodeEvidence, type Evidence, parseEvidence, unrecognizedHelp } from '../../archive/find-evidence.ts'
import { isIonBinary } from '../../values/binary-reader.ts'
import { readBoundedFile } from '../../host/bounded-file.ts'
import { fileError, writeError } from '../../host/file-error.ts'
import { writeWholeFile } from '../../host/whole-file.ts'

/** What files prove or show. Each is read once: what is judged is what was looked into before. */
export class EvidenceFiles {
  readonly #found = new Map<string, readonly Evidence[] | LedgerError>()
  /** What was found in files that are wrong as a whole. */
  readonly #parts = new Map<string, readonly Evidence[]>()
  readonly #valuesMax: number

  /** `valuesMax`: values that one file may have. */
  constructor(valuesMax = evidenceValuesMax) {
    this.#valuesMax = valuesMax
  }

  /** Throws LedgerError that names the file. */
  of(path: string): readonly Evidence[] {
    const found = this.#found.get(path) ?? this.#read(path)
    if (found instanceof LedgerError) throw found
    return found
  }

  #read(path: string): readonly Evidence[] | LedgerError {
    const parts: Evidence[] = []
    const found = readOrError(path, this.#valuesMax, parts)
    this.#found.set(path, found)
    this.#parts.set(path, parts)
    return found
  }

  /** What a file that `of` throws for has to be checked all the same: no digest, which only a whole file may be. */
  partsOf(path: string): readonly Evidence[] {
    return (this.#parts.get(path) ?? []).filter(({ kind }) => kind === 'proof')
  }
}

function readOrError(path: string, valuesMax: number, parts: Evidence[]): readonly Evidence[] | LedgerError {
  try {
    return readEvidence(path, valuesMax, parts)
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
}

/** In Ion text, JSON or Ion binary, packed with gzip or not. */
function readEvidence(path: string, valuesMax: number, parts: Evidence[]): Evidence[] {
  const { bytes, fault } = unpacked(readBytes(path))
  return inFile(path, () => {
    try {
      const budget = checkedValues(valuesMax)
      if (fault !== undefined) {
        readBefore(bytes, budget, parts)
        throw notEvidence(`it can't be unpacked (${fault})`)
      }
      if (isIonBinary(bytes)) return decodeEvidence(bytes, budget, parts)
      if (!isUtf8(bytes)) readBefore(bytes, budget, parts)
      return parseEvidence(utf8Of(bytes), budget, parts)
    } catch (error) {
      throw error instanceof LedgerError ? asDamage(error, bytes) : error
    }
  })
}

/** Evidence that stands before what can't be read: it is checked all the same. */
function readBefore(bytes: Buffer, budget: ReturnType<typeof checkedValues>, parts: Evidence[]): void {
  try {
    if (isIonBinary(bytes)) decodeEvidence(bytes, budget, parts)
    else parseEvidence(bytes.toString('utf8').split('\ufffd')[0] as string, budget, parts)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
  }
}

/** Codes of a content that is neither Ion nor JSON. */
const unreadableCodes: ReadonlySet<string> = new Set(['proof/malformed', 'ion/malformed', 'file/not-text'])

/**
 * A file that can't be read as 'proof/malformed' where it was evidence once, by the fields that it names, as
 * 'proof/unrecognized' where it was a digest file or something else. Other errors pass.
 */
function asDamage(error: LedgerError, bytes: Uint8Array): LedgerError {
  if (!unreadableCodes.has(error.code)) return error
  const claim = claimOf(bytes)
  if (claim === 'subject') return new LedgerError('proof/malformed', error.message, { cause: error })
  if (claim === 'digest') return unusableDigest(error)
  const text = `found neither a proof nor a digest, revision or block: ${error.message}`
  return new LedgerError('proof/unrecognized', text, { cause: error, ...unrecognizedHelp })
}

/** The content of a gzip file, as far as it goes, and what ends it too early; of any other the bytes themselves. */
function unpacked(bytes: Buffer): { readonly bytes: Buffer; readonly fault?: string } {
  if (!isGzip(bytes)) return { bytes }
  const limit = { maxOutputLength: evidenceBytesMax }
  try {
    return { bytes: gunzipSync(bytes, limit) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'Z_BUF_ERROR' && code !== 'Z_DATA_ERROR') throw tooLargeUnpacked(error)
    return { bytes: headOf(bytes), fault: message }
  }
}

function tooLargeUnpacked(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') return error
  return new LedgerError('file/unreadable', `it has more than ${evidenceBytesMax} bytes unpacked`, {
    cause: error as Error,
  })
}

/** What of a damaged gzip file can be unpacked: all that stands before the damage. */
function headOf(bytes: Buffer): Buffer {
  let head: Buffer = Buffer.alloc(0)
  let [good, bad] = [0, bytes.length]
  while (bad - good > 1) {
    const length = Math.floor((good + bad) / 2)
    const unpacked = unpackedHead(bytes.subarray(0, length))
    if (unpacked === undefined) bad = length
    else [good, head] = [length, unpacked]
  }
  return head
}

/** Undefined where the damage lies in it. */
function unpackedHead(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: evidenceBytesMax })
  } catch {
    return undefined
  }
}

function readBytes(path: string): Buffer {
  try {
    return readBoundedFile(path, evidenceBytesMax)
  } catch (error) {
    throw fileError(error, path)
  }
}

function utf8Of(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw notEvidence('it is not UTF-8 text', error)
  }
}

/** Digest files, each with its path. Throws LedgerError that names the file. */
export function readDigestFile(path: string): SavedDigest {
  const bytes = readBytes(path)
  return inFile(path, () => {
    try {
      return parseDigestFile(utf8Of(bytes))
    } catch (error) {
      throw error instanceof LedgerError ? unusableDigest(error) : error
    }
  })
}

/** The digests that `--digest` names, by their files. */
export function savedDigests({ digest: paths = [] }: { digest?: readonly string[] }): Map<string, SavedDigest> {
  return new Map(paths.map((path) => [path, readDigestFile(path)]))
}

/** Writes a file that is not there yet, whole or not at all: a digest or proof is never written over. */
export function writeNewFile(path: string, text: string): void {
  try {
    writeWholeFile(path, text, { mode: 0o644, place: 'new' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new LedgerError('usage/invalid-argument', `'${path}' already exists`, { help: 'choose another name' })
    throw writeError(error, path)
  }
}

/** What `read` throws, with the file's name before it. */
export function inFile<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code.startsWith('file/')) throw error
    throw new LedgerError(error.code, `${path}: ${error.message}`, {
      cause: error,
      ...(error.help === undefined ? {} : { help: error.help }),
    })
  }
}
