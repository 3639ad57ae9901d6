import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import type { SendControl } from '../protocol/control-message.ts'
import { isLedgerName } from '../protocol/check-request.ts'
import type { LedgerRecord, LedgerRegistry } from '../server/control-plane/control-plane-ledgers.ts'
import { isStoreDirectory } from '../store/lmdb-files.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import type { Store } from '../store/store.ts'
import { readBoundedText } from './bounded-file.ts'
import { fileError } from './file-error.ts'
import { writeJsonFile } from './json-file.ts'
import type { OpenLedgers, OpenStore } from './open-ledgers.ts'
import { openLedgerStore } from './ledger-store.ts'

/** Where a server's ledgers are: what the registry does with them. */
export interface LedgerPlaces {
  names(): readonly string[]
  has(name: string): boolean
  /** Throws LedgerError 'store/corrupt' or 'file/unreadable'. */
  readRecord(name: string): LedgerRecord
  /** When a ledger was made, as far as it shows without its record. */
  madeMs(name: string): number
  writeRecord(record: LedgerRecord): void
  /** Makes a new ledger. */
  make(name: string): void | Promise<void>
  remove(name: string): void | Promise<void>
}

/**
 * The ledgers of a server for its control plane. `open`: those that this thread has opened, if any; `end` ends a ledger's
 * sessions in all engines and closes it there.
 */
export class Registry implements LedgerRegistry {
  readonly #places: LedgerPlaces
  readonly #open: OpenLedgers | undefined
  readonly readJournal: SendControl
  readonly #end: (name: string) => Promise<void>
  /** Being made or removed: not there for anyone else. */
  readonly #changing = new Set<string>()

  constructor(
    places: LedgerPlaces,
    open: OpenLedgers | undefined,
    readJournal: SendControl,
    end: (name: string) => Promise<void>,
  ) {
    this.#places = places
    this.#open = open
    this.readJournal = readJournal
    this.#end = end
  }

  has(name: string): boolean {
    return !this.#changing.has(name) && this.#places.has(name)
  }

  list(): readonly Pick<LedgerRecord, 'name' | 'createdMs'>[] {
    return this.#places
      .names()
      .filter((name) => !this.#changing.has(name))
      .sort()
      .map((name) => ({ name, createdMs: this.#createdMs(name) }))
  }

  #createdMs(name: string): number {
    try {
      return this.#places.readRecord(name).createdMs
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      return this.#places.madeMs(name)
    }
  }

  find(name: string): LedgerRecord | undefined {
    return this.has(name) ? this.#places.readRecord(name) : undefined
  }

  async create(record: LedgerRecord): Promise<void> {
    const { name } = record
    if (this.#changing.has(name) || this.#places.has(name)) {
      throw new LedgerError('ledger/exists', `there is a ledger named '${name}' already`)
    }
    this.#changing.add(name)
    try {
      await this.#places.make(name)
      await this.#open?.open(name)
      await this.#record(record)
    } finally {
      this.#changing.delete(name)
    }
  }

  /** Of a ledger that was made just now: without it there is to be none. */
  async #record(record: LedgerRecord): Promise<void> {
    try {
      this.#places.writeRecord(record)
    } catch (error) {
      await this.#open?.forget(record.name)
      await this.#places.remove(record.name)
      throw error
    }
  }

  async update(record: LedgerRecord): Promise<void> {
    this.#places.writeRecord(record)
  }

  async remove(name: string): Promise<void> {
    this.#changing.add(name)
    try {
      await this.#end(name)
      await this.#open?.forget(name)
      await this.#places.remove(name)
    } finally {
      this.#changing.delete(name)
    }
  }
}

const recordFile = 'ledger.json'
const removedPrefix = '.removed-'

/** Ledgers in a data directory, one LMDB directory each, with what the control plane knows in a file beside the data. */
export class DirectoryPlaces implements LedgerPlaces {
  readonly #directory: string
  readonly #env: Env
  readonly openStore: OpenStore

  /** Makes the directory, and removes what an interrupted removal has left. Throws LedgerError 'file/unreadable'. */
  constructor(directory: string, env: Env) {
    this.#directory = directory
    this.#env = env
    this.openStore = storesIn(directory, () => true)
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      for (const name of readdirSync(directory)) {
        if (name.startsWith(removedPrefix)) rmSync(join(directory, name), { recursive: true, force: true })
      }
    } catch (error) {
      throw fileError(error, directory)
    }
  }

  names(): readonly string[] {
    return readdirSync(this.#directory).filter((name) => isLedgerName(name) && this.has(name))
  }

  has(name: string): boolean {
    return isStoreDirectory(join(this.#directory, name))
  }

  /**
   * A ledger that the shell has made has no record: it gets what a new one has. Of one that can't be read nothing is assumed:
   * a ledger is not to lose its tags and permissions without a word.
   */
  readRecord(name: string): LedgerRecord {
    const path = join(this.#directory, name, recordFile)
    let text: string
    try {
      text = readBoundedText(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileError(error, path)
      const createdMs = this.madeMs(name)
      return { name, createdMs, permissionsMode: 'ALLOW_ALL', deletionProtection: true, tags: {} }
    }
    return { ...parseRecord(text, path), name }
  }

  madeMs(name: string): number {
    return statSync(join(this.#directory, name)).birthtimeMs
  }

  /** What is wrong with records of ledgers. */
  faults(): readonly LedgerError[] {
    return this.names().flatMap((name) => {
      try {
        this.readRecord(name)
        return []
      } catch (error) {
        if (!(error instanceof LedgerError)) throw error
        return [error]
      }
    })
  }

  /** On disk, whole or not at all, when it returns. */
  writeRecord(record: LedgerRecord): void {
    const { name, ...kept } = record
    writeJsonFile(join(this.#directory, name, recordFile), kept)
  }

  make(): void {}

  remove(name: string): void {
    const gone = join(this.#directory, `${removedPrefix}${newId(this.#env)}`)
    try {
      renameSync(join(this.#directory, name), gone)
      rmSync(gone, { recursive: true, force: true })
    } catch (error) {
      throw fileError(error, join(this.#directory, name))
    }
  }
}

/** Members that a newer version adds are kept. Throws LedgerError 'store/corrupt'. */
function parseRecord(text: string, path: string): Omit<LedgerRecord, 'name'> {
  const problem = (what: string) =>
    new LedgerError('store/corrupt', `'${path}' is damaged: ${what}`, {
      help: 'restore it from a copy, or delete it: the ledger has then no tags, ALLOW_ALL, and deletion protection',
    })
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    throw problem('it is not JSON')
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) throw problem('it is not a JSON object')
  const { createdMs, permissionsMode, deletionProtection, tags } = found as Partial<LedgerRecord>
  if (typeof createdMs !== 'number') throw problem("'createdMs' is not a number")
  if (permissionsMode !== 'ALLOW_ALL' && permissionsMode !== 'STANDARD') {
    throw problem("'permissionsMode' is neither 'ALLOW_ALL' nor 'STANDARD'")
  }
  if (typeof deletionProtection !== 'boolean') throw problem("'deletionProtection' is neither true nor false")
  const areTexts = typeof tags === 'object' && Object.values(tags ?? {}).every((value) => typeof value === 'string')
  if (tags === null || Array.isArray(tags) || !areTexts) throw problem("'tags' is not an object of strings")
  return { ...found, createdMs, permissionsMode, deletionProtection, tags: tags ?? {} }
}

/** The stores in a data directory, for a thread of its own. `mayMake`: whether a store that is not there is made. */
export function storesIn(directory: string, mayMake: (name: string) => boolean): OpenStore {
  return async (name) => {
    const path = join(directory, name)
    if (!isStoreDirectory(path) && !mayMake(name)) return undefined
    return openLedgerStore(path)
  }
}

/** Ledgers in the memory of another thread. */
export class ThreadPlaces implements LedgerPlaces {
  readonly #records = new Map<string, LedgerRecord>()
  readonly make: (name: string) => Promise<void>
  readonly #remove: (name: string) => Promise<void>

  constructor(make: (name: string) => Promise<void>, remove: (name: string) => Promise<void>) {
    this.make = make
    this.#remove = remove
  }

  names(): readonly string[] {
    return [...this.#records.keys()]
  }

  has(name: string): boolean {
    return this.#records.has(name)
  }

  readRecord(name: string): LedgerRecord {
    return this.#records.get(name) as LedgerRecord
  }

  madeMs(name: string): number {
    return this.readRecord(name).createdMs
  }

  writeRecord(record: LedgerRecord): void {
    this.#records.set(record.name, record)
  }

  async remove(name: string): Promise<void> {
    this.#records.delete(name)
    await this.#remove(name)
  }
}

/** Ledgers in memory: gone with the process. */
export class MemoryPlaces implements LedgerPlaces {
  readonly #records = new Map<string, LedgerRecord | undefined>()
  readonly #stores = new Map<string, Store>()

  readonly openStore: OpenStore = async (name) => {
    const store = this.#stores.get(name)
    // A ledger closes its store; the data has to outlive that for the next one to open it.
    return store === undefined ? undefined : { ...boundTo(store), close: async () => undefined }
  }

  names(): readonly string[] {
    return [...this.#stores.keys()]
  }

  has(name: string): boolean {
    return this.#stores.has(name)
  }

  readRecord(name: string): LedgerRecord {
    return this.#records.get(name) as LedgerRecord
  }

  madeMs(name: string): number {
    return this.readRecord(name).createdMs
  }

  writeRecord(record: LedgerRecord): void {
    this.#records.set(record.name, record)
  }

  make(name: string): void {
    this.#stores.set(name, createMemoryStore())
  }

  remove(name: string): void {
    this.#stores.delete(name)
    this.#records.delete(name)
  }
}

function boundTo(store: Store): Pick<Store, 'snapshot' | 'write'> {
  return { snapshot: () => store.snapshot(), write: (work) => store.write(work) }
}
