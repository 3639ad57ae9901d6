import { LedgerError } from '../base/errors.ts'
import { evidenceBytesMax } from '../base/limits.ts'
import { parseDigestFile, type SavedDigest } from '../journal/digest-file.ts'
import { type Evidence, evidenceOfFile, parseEvidence } from '../journal/find-evidence.ts'
import { decodeAllIon, isIonBinary } from '../values/binary-reader.ts'
import { readBoundedFile } from './bounded-file.ts'
import { fileError, writeError } from './file-error.ts'
import { writeWholeFile } from './whole-file.ts'

/** What files prove or show. Each is read once: what is judged is what was looked into before. */
export class EvidenceFiles {
  readonly #found = new Map<string, readonly Evidence[] | LedgerError>()

  /** Throws LedgerError that names the file. */
  of(path: string): readonly Evidence[] {
    const found = this.#found.get(path) ?? readOrError(path)
    this.#found.set(path, found)
    if (found instanceof LedgerError) throw found
    return found
  }
}

function readOrError(path: string): readonly Evidence[] | LedgerError {
  try {
    return readEvidence(path)
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
}

/** In Ion text, JSON or Ion binary. */
function readEvidence(path: string): Evidence[] {
  const bytes = readBytes(path)
  return inFile(path, () =>
    isIonBinary(bytes) ? evidenceOfFile(decodeAllIon(bytes)) : parseEvidence(textOf(path, bytes)),
  )
}

/** A text file. Throws LedgerError 'file/unreadable' or 'file/not-text'. */
function readTextFile(path: string): string {
  return textOf(path, readBytes(path))
}

function readBytes(path: string): Buffer {
  try {
    return readBoundedFile(path, evidenceBytesMax)
  } catch (error) {
    throw fileError(error, path)
  }
}

function textOf(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new LedgerError('file/not-text', `'${path}' is not UTF-8 text`, { cause: error })
  }
}

/** Digest files, each with its path. Throws LedgerError that names the file. */
export function readDigestFile(path: string): SavedDigest {
  return inFile(path, () => parseDigestFile(readTextFile(path)))
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
      throw new LedgerError('usage/invalid-argument', `'${path}' is there already`, { help: 'give another name' })
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
