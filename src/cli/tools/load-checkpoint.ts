import { rmSync } from 'node:fs'
import { LedgerError } from '../../base/errors.ts'
import { readBoundedText } from '../../host/bounded-file.ts'
import { writeJsonFile } from '../../host/json-file.ts'

/** How far a load has come. It is on disk before each commit, so that an interrupted load loses and doubles nothing. */
export interface LoadState {
  readonly file: string
  readonly ledger: string
  readonly table: string
  /** What the last transaction that was committed left. */
  readonly committed: LoadPlace
  /** What the one that was about to be committed leaves. */
  readonly pending: LoadPlace | undefined
}

/** A place in the file: behind one of its records. */
export interface LoadPlace {
  /** Records that were loaded, or skipped as bad. */
  readonly done: number
  readonly loaded: number
  /** Over all records up to here: another content must not be taken for the same. */
  readonly digest: string
  /** Of the last records' transaction the id of one document; undefined before the first. */
  readonly documentId: string | undefined
}

export class Checkpoint {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Undefined when there is none. Throws LedgerError 'file/malformed' for something else of that name. */
  read(): LoadState | undefined {
    let text: string
    try {
      text = readBoundedText(this.#path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const found = parseState(text)
    if (found !== undefined) return found
    throw new LedgerError('file/malformed', `'${this.#path}' is not the checkpoint of a load`, {
      help: 'restore it, or start over with --restart, which loads all records again',
    })
  }

  /** On disk when it returns. */
  write(state: LoadState): void {
    writeJsonFile(this.#path, state)
  }

  remove(): void {
    rmSync(this.#path, { force: true })
  }
}

/** Undefined for a text that is no whole state: where a load resumes may not be guessed. */
function parseState(text: string): LoadState | undefined {
  try {
    const { file, ledger, table, committed, pending } = (JSON.parse(text) ?? {}) as Partial<LoadState>
    const areTexts = [file, ledger, table].every((member) => typeof member === 'string')
    if (!areTexts || !isPlace(committed) || (pending !== undefined && !isPlace(pending))) return undefined
    return { file: file as string, ledger: ledger as string, table: table as string, committed, pending }
  } catch {
    return undefined
  }
}

function isPlace(value: unknown): value is LoadPlace {
  const { done, loaded, digest, documentId } = (value ?? {}) as Partial<LoadPlace>
  const areCounts = [done, loaded].every((count) => Number.isSafeInteger(count) && (count as number) >= 0)
  return areCounts && typeof digest === 'string' && (documentId === undefined || typeof documentId === 'string')
}
