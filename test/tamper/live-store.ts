import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { bundleScript } from '../support/child-script.ts'
import { projectRoot } from '../support/root.ts'
import type { Artefact, Case, Outcome } from './case.ts'
import { type CoverageRow, rowOf } from './coverage.ts'
import { copyStore, type Record, recordsIn } from './store-file.ts'

export interface LiveSpec {
  readonly name: string
  readonly folder: string
  readonly digest: string
}

/** A store that another process has open, as a server has, while somebody writes into its files. */
export class LiveStore implements Artefact {
  readonly isSlow = true
  readonly name: string
  readonly digest: string
  readonly check: (paths: readonly string[], digest: string | undefined) => Promise<Outcome>
  readonly #spec: LiveSpec
  readonly #rows: readonly CoverageRow[]
  readonly #records: readonly Record[]
  readonly #bundle: string
  readonly #bundles: string
  #holder: Child | undefined
  #verifier: Child | undefined
  #folder = ''
  /** The lock file was changed, not the data. */
  #isOfLock = false

  static async open(spec: LiveSpec, rows: readonly CoverageRow[]): Promise<LiveStore> {
    // Inside the project, where the packages are found.
    const bundles = join(projectRoot, 'build', `live-${process.pid}-${Math.trunc(performance.now())}`)
    mkdirSync(bundles, { recursive: true })
    return new LiveStore(
      spec,
      rows,
      await recordsIn(spec.folder),
      await bundleScript('test/tamper/live-child.ts', bundles),
      bundles,
    )
  }

  private constructor(
    spec: LiveSpec,
    rows: readonly CoverageRow[],
    records: readonly Record[],
    bundle: string,
    bundles: string,
  ) {
    this.#spec = spec
    this.name = spec.name
    this.digest = spec.digest
    this.#rows = rows
    this.#records = records
    this.#bundle = bundle
    this.#bundles = bundles
    this.check = async ([folder = ''], digest) => await this.#verify(folder, digest)
  }

  async close(): Promise<void> {
    await Promise.all([this.#holder?.end(), this.#verifier?.end()])
    rmSync(this.#bundles, { recursive: true, force: true })
  }

  prepare(folder: string): readonly string[] {
    copyStore(this.#spec.folder, folder)
    return [folder]
  }

  *cases(): Generator<Case> {
    const { size } = statSync(join(this.#spec.folder, 'data.mdb'))
    const pages = size / pageBytes
    // Fields of LMDB's states, of its pages and of the entries at a page's end.
    for (let page = 0; page < pages; page += 1) {
      const fields = page < 2 ? statesAt : pageFieldsAt
      for (const at of fields) yield this.#flip('data.mdb', page * pageBytes + at, at % 8)
      for (let at = 57 + (page % 7); at < pageBytes; at += 331)
        yield this.#flip('data.mdb', page * pageBytes + at, at % 8)
    }
    for (const at of lockFieldsAt) for (const bit of [0, 6]) yield this.#flip('lock.mdb', at, bit)
    for (let at = 190; at < 1500; at += 41) yield this.#flip('lock.mdb', at, at % 8)
    for (const name of ['lock.mdb', 'data.mdb']) {
      for (const length of [0, 64, pageBytes, 2 * pageBytes, size - pageBytes])
        yield this.#case('truncate file', `${name}, ${length} bytes`, name, (path) =>
          truncateSync(path, Math.min(length, statSync(path).size)),
        )
      yield this.#case('remove file', name, name, (path) => rmSync(path))
      for (const byte of [0, 0xff])
        yield this.#case('change file', `${name}, each byte ${byte}`, name, (path) =>
          overwrite(path, 0, Buffer.alloc(statSync(path).size, byte)),
        )
    }
    yield this.#case('swap file', 'data.mdb, replaced by a copy', 'data.mdb', (path) => {
      copyFileSync(path, `${path}.copy`)
      rmSync(path)
      copyFileSync(`${path}.copy`, path)
      rmSync(`${path}.copy`)
    })
    yield this.#case('add file', 'lock.mdb of text', 'lock.mdb', (path) => {
      rmSync(path)
      writeFileSync(path, 'x'.repeat(9000))
    })
  }

  #flip(name: string, at: number, bit: number): Case {
    return this.#case('change file', `${name}, byte ${at}, bit ${bit}`, name, (path) => {
      const byte = Buffer.alloc(1)
      const file = openSync(path, 'r')
      readSync(file, byte, 0, 1, at)
      closeSync(file)
      byte[0] = (byte[0] as number) ^ (1 << bit)
      overwrite(path, at, byte)
    })
  }

  #case(operation: string, what: string, name: string, change: (path: string) => void): Case {
    return {
      ...{ artefact: this.name, operation, what, level: 'none' },
      prepare: async (folder) => {
        await this.#release()
        copyStore(this.#spec.folder, folder)
        await this.#hold(folder)
        change(join(folder, name))
        this.#isOfLock = name === 'lock.mdb' && operation === 'change file'
        this.#folder = folder
        return [folder]
      },
      excuse: async () => await this.#excuse(name),
      judge: () => undefined,
    }
  }

  async #hold(folder: string): Promise<void> {
    this.#holder = await Child.alive(this.#holder, this.#bundle)
    const answer = await this.#holder.ask({ hold: folder })
    if (typeof answer !== 'number') throw new Error(`the ledger was not opened: ${JSON.stringify(answer)}`)
  }

  /** The holder may have been ended by what was done to its files. */
  async #release(): Promise<void> {
    const answer = await this.#holder?.ask({ release: true })
    if (answer === 'released') return
    await this.#holder?.end()
    this.#holder = undefined
  }

  async #verify(folder: string, digest: string | undefined): Promise<Outcome> {
    this.#verifier = await Child.alive(this.#verifier, this.#bundle)
    const answer = await this.#verifier.ask({ verify: folder, ...(digest === undefined ? {} : { digest }) })
    const { ending } = this.#verifier
    // What LMDB does with the lock file of a ledger in use whose head is damaged: it ends, or waits for a lock that nobody has.
    if (answer === undefined && this.#isOfLock && (ending === 'SIGSEGV' || ending === 'SIGKILL'))
      return { verdict: 'refused', line: `ended by ${ending}`, findings: [], unchecked: [] }
    if (answer === undefined) throw new Error(`the check ended: ${ending ?? 'no answer in time'}`)
    if ('error' in (answer as object)) throw new Error((answer as { error: string }).error)
    return answer as Outcome
  }

  /** Nobody's answers come from the lock file; of the data file, bytes that no record is in. */
  async #excuse(name: string): Promise<string | undefined> {
    const row = rowOf(this.#rows, "ledger's store", ['data.mdb'])?.unnoticed
    if (name === 'lock.mdb') return row
    const copy = `${this.#folder}.copy`
    copyStore(this.#folder, copy)
    const now = await recordsIn(copy)
    const isSame = (one: Record, other: Record | undefined) =>
      other !== undefined && one.key.equals(other.key) && one.value?.equals(other.value as Buffer) === true
    const hasSame = now.length === this.#records.length && now.every((one, at) => isSame(one, this.#records[at]))
    return hasSame ? row : undefined
  }
}

const pageBytes = 4096
/** struct MDB_page and MDB_meta: number, transaction, flags, magic, version, address, size, two trees, last page, transaction. */
const statesAt = [0, 8, 18, 24, 28, 32, 40, ...Array.from({ length: 12 }, (_, field) => 48 + field * 8), 144, 152, 160]
const pageFieldsAt = [0, 8, 16, 18, 20, 22, 24, 26, 4080, 4090]
/** Magic, format, transaction, readers, mutexes, and the first slots of readers. */
const lockFieldsAt = [
  0, 4, 8, 16, 20, 24, 28, 32, 40, 48, 56, 64, 72, 80, 96, 104, 112, 120, 128, 136, 144, 152, 160, 176,
]

function overwrite(path: string, at: number, bytes: Buffer): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, at)
  closeSync(file)
}

/** A busy machine is slow; a check that waits for a lock nobody holds never answers. */
const answerMsMax = 60_000

class Child {
  readonly #process: ChildProcess
  readonly #answers: ((answer: unknown) => void)[] = []
  /** How it ended. */
  ending: string | undefined

  static async alive(child: Child | undefined, bundle: string): Promise<Child> {
    return child !== undefined && child.ending === undefined ? child : new Child(bundle)
  }

  private constructor(bundle: string) {
    this.#process = spawn(process.execPath, [bundle], { stdio: ['pipe', 'pipe', 'ignore'] })
    this.#process.stdin?.on('error', () => undefined)
    const lines = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream })
    lines.on('line', (line) => this.#answers.shift()?.(JSON.parse(line)))
    this.#process.once('close', (code, signal) => {
      this.ending = signal ?? `exit code ${code}`
      for (const give of this.#answers.splice(0)) give(undefined)
    })
  }

  /** Undefined: it ended, or did not answer in time. */
  async ask(command: object): Promise<unknown> {
    if (this.ending !== undefined) return undefined
    return await new Promise((resolve) => {
      const late = setTimeout(() => this.#process.kill('SIGKILL'), answerMsMax)
      this.#answers.push((answer) => {
        clearTimeout(late)
        resolve(answer)
      })
      this.#process.stdin?.write(`${JSON.stringify(command)}\n`)
    })
  }

  async end(): Promise<void> {
    if (this.ending !== undefined) return
    const ended = new Promise((resolve) => this.#process.once('close', resolve))
    this.#process.kill('SIGKILL')
    await ended
  }
}
