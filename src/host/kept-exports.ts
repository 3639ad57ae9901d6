import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Env } from '../base/env.ts'
import { LedgerError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { exportKeptMs, ledgerExportsMax } from '../base/limits.ts'
import type { ExportJournal } from '../server/engine-pool.ts'
import type { ExportRecord, ExportRequest, JournalExports } from '../server/control-plane/control-plane-exports.ts'
import { readBoundedText } from './bounded-file.ts'
import { fileError } from './file-error.ts'
import { writeJsonFile } from './json-file.ts'

const waitStepMs = 100
const recordsFolder = '.exports'

/**
 * Journal exports into folders below a root, one a bucket. An export is written aside and put in its place whole, the
 * manifests last. What is known of it stands in a file, for as long as QLDB kept it.
 */
export class FolderExports implements JournalExports {
  readonly #root: string
  readonly #env: Env
  readonly #write: ExportJournal
  readonly #onFault: (error: unknown) => void
  readonly #records = new Map<string, ExportRecord>()
  /** Exports under way, by their id; the promise never rejects. */
  readonly #running = new Map<string, { readonly ledger: string; readonly done: Promise<void> }>()
  readonly #cancelled = new Set<string>()

  /** Makes the root; an export that an earlier server has not ended counts as cancelled. Throws LedgerError 'file/…'. */
  constructor(root: string, env: Env, write: ExportJournal, onFault: (error: unknown) => void) {
    this.#root = root
    this.#env = env
    this.#write = write
    this.#onFault = onFault
    try {
      mkdirSync(join(root, recordsFolder), { recursive: true, mode: 0o700 })
      for (const name of readdirSync(join(root, recordsFolder))) this.#load(join(root, recordsFolder, name))
    } catch (error) {
      throw fileError(error, root)
    }
  }

  list(): readonly ExportRecord[] {
    const oldestMs = this.#env.nowMs() - exportKeptMs
    for (const record of this.#records.values()) {
      if (record.createdMs >= oldestMs || record.status === 'IN_PROGRESS') continue
      this.#records.delete(record.id)
      rmSync(this.#recordFile(record.id), { force: true })
    }
    return [...this.#records.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async start(request: ExportRequest): Promise<ExportRecord> {
    const running = [...this.#running.values()].filter(({ ledger }) => ledger === request.ledger)
    if (running.length >= ledgerExportsMax) {
      throw new LedgerError('session/limit', `${ledgerExportsMax} exports of the ledger are under way already`)
    }
    const record: ExportRecord = {
      ...request,
      id: newId(this.#env),
      createdMs: this.#env.nowMs(),
      status: 'IN_PROGRESS',
    }
    this.#keep(record)
    const done = this.#run(record).finally(() => this.#running.delete(record.id))
    this.#running.set(record.id, { ledger: request.ledger, done })
    return record
  }

  /** Cancels the exports of a ledger, or all of them, and resolves when none runs any more. */
  async cancel(ledger?: string): Promise<void> {
    const running = [...this.#running].filter(([, found]) => ledger === undefined || found.ledger === ledger)
    for (const [id] of running) this.#cancelled.add(id)
    await Promise.all(running.map(([, { done }]) => done))
  }

  async #run(record: ExportRecord): Promise<void> {
    const bucket = join(this.#root, record.bucket)
    const partial = join(bucket, `.partial-${record.id}`)
    let status: ExportRecord['status'] = 'CANCELLED'
    try {
      await this.#untilEnd(record)
      if (await this.#write(record, partial, () => this.#cancelled.has(record.id))) {
        moveFiles(partial, bucket)
        status = 'COMPLETED'
      }
    } catch (error) {
      this.#onFault(error)
    }
    rmSync(partial, { recursive: true, force: true })
    this.#cancelled.delete(record.id)
    try {
      this.#keep({ ...record, status })
    } catch (error) {
      this.#onFault(error)
    }
  }

  /** A block of the time that was asked for may still be written. */
  async #untilEnd({ id, toMs }: ExportRecord): Promise<void> {
    while (this.#env.nowMs() < toMs && !this.#cancelled.has(id)) {
      await this.#env.sleep(Math.min(waitStepMs, toMs - this.#env.nowMs()))
    }
  }

  #keep(record: ExportRecord): void {
    this.#records.set(record.id, record)
    writeJsonFile(this.#recordFile(record.id), record)
  }

  #load(path: string): void {
    const record = parseRecord(readBoundedText(path))
    if (record === undefined) {
      this.#onFault(new LedgerError('store/corrupt', `'${path}' is damaged: the export it describes is not listed`))
      return
    }
    const { status } = record
    this.#records.set(record.id, { ...record, status: status === 'COMPLETED' ? status : 'CANCELLED' })
  }

  #recordFile(id: string): string {
    return join(this.#root, recordsFolder, `${id}.json`)
  }
}

/** Undefined for a text that is no whole record. */
function parseRecord(text: string): ExportRecord | undefined {
  try {
    const record = (JSON.parse(text) ?? {}) as ExportRecord
    const { id, ledger, bucket, prefix, encryption, roleArn, format, status, fromMs, toMs, createdMs } = record
    const areTexts = [id, ledger, bucket, prefix, encryption, roleArn, format, status].every(isText)
    return areTexts && [fromMs, toMs, createdMs].every(Number.isFinite) ? record : undefined
  } catch {
    return undefined
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

/** Puts the files of a folder at the same paths of another, over what is there; manifests after all others. */
function moveFiles(from: string, to: string): void {
  const names = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(from, name)).isFile(),
  )
  const isManifest = (name: string) => name.endsWith('.manifest')
  for (const name of [...names.filter((found) => !isManifest(found)), ...names.filter(isManifest).sort().reverse()]) {
    mkdirSync(dirname(join(to, name)), { recursive: true, mode: 0o700 })
    renameSync(join(from, name), join(to, name))
  }
}
