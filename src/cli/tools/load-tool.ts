import { createHash } from 'node:crypto'
import { Command, Option } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import type { Driver } from '../../driver/driver.ts'
import { describeFailure } from '../../driver/failure.ts'
import { stdinPath } from '../../inputs/open-bytes.ts'
import { InputError, type RowWatch } from '../../inputs/input-error.ts'
import { formatOfPath, type InputFormat, inputFormats, openInput } from '../../inputs/input.ts'
import { reportOf } from '../../shell/error-report.ts'
import type { ErrorReport } from '../../shell/events.ts'
import { type ExitName, exitCodes } from '../../shell/exit-codes.ts'
import { encodeIon } from '../../values/binary-writer.ts'
import { list, string, type StructValue, type Value } from '../../values/value.ts'
import { type Arguments, wrongUsage } from '../flags/args.ts'
import { connectTo, type Place } from '../session/connect.ts'
import { fileError } from '../../host/file-error.ts'
import { Checkpoint, type LoadPlace, type LoadState } from './load-checkpoint.ts'
import { writeRenamed, writeReport } from '../session/report-failure.ts'
import { sayLine } from '../session/say-line.ts'
import { addLedgerFlags, ledgerOptions, readToolArguments } from '../flags/tool-arguments.ts'
import { count, counted, ToolProgress } from './tool-progress.ts'
import type { ToolWorld } from './tool.ts'

interface LoadWishes extends Partial<Omit<Arguments, 'format'>> {
  readonly format?: InputFormat
  readonly batch?: string
  readonly createTable?: boolean
  readonly continueOnError?: boolean
  readonly checkpoint?: string
  readonly restart?: boolean
}

/** What QLDB took in one transaction; an embedded ledger takes more, and each commit costs a flush. */
const batchAtEndpoint = 40
const batchEmbedded = 500

/** `qldb load TABLE FILE`: documents of a file into a table. */
export async function loadTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const asked = readToolArguments<LoadWishes>(
    addLedgerFlags(loadCommand(), ['endpoint', 'create', 'strict-qldb']),
    argv,
    world,
    {
      ok: 'all documents are in the table',
      failed: 'records were refused, or the file is malformed',
      usage: wrongUsage,
      unavailable: exitCodes.unavailable[1],
      lost: exitCodes.lost[1],
      interrupted: 'interrupted; the same command resumes',
    },
  )
  if (asked === undefined) return 'ok'
  const { wishes, operands } = asked
  const [table, path, ...more] = operands
  if (table === undefined || path === undefined || more.length > 0)
    throw usage(
      `expected a table and a file, found ${operands.length} words`,
      "for example: 'qldb load Vehicle cars.jsonl'",
    )
  const { format, ...ledgerWishes } = wishes
  const { place } = ledgerOptions(ledgerWishes, world.variables)
  if (place.inMemory) throw usage('a ledger in memory is gone after the load')
  const isPassable = (format ?? formatOfPath(path)) !== 'ion'
  const notes = new RowNotes(path, isPassable, wishes.continueOnError === true, world)
  try {
    return await loadFile(place, table, notes, wishes, world)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    notes.tellLast(error, wishes.verbose ?? 0)
    return 'failed'
  }
}

async function loadFile(
  place: Place,
  table: string,
  notes: RowNotes,
  wishes: LoadWishes,
  world: ToolWorld,
): Promise<ExitName> {
  const batchAsked = batchOf(wishes.batch)
  const rows = openRows(notes.path, wishes.format, notes)
  const connection = await connectTo(place, 'main')
  const progress = new ToolProgress(world)
  try {
    const isQldb = place.endpoint !== undefined || connection.strictQldb
    const usual = isQldb ? batchAtEndpoint : batchEmbedded
    const batch = batchAsked ?? Math.min(usual, place.quotas.ledger.transactionDocuments ?? usual)
    if (wishes.createTable === true) await createTable(connection.driver, table)
    const load = new Load(connection.driver, connection.ledger, table, notes, wishes, world)
    const loaded = await load.run(rows, batch, progress)
    progress.dispose()
    const bad = notes.bad === 0 ? '' : `, ${counted(notes.bad, 'bad record')} skipped`
    sayLine(world.stdout, `${counted(loaded, 'document')} loaded into '${table}'${bad}`)
    return notes.bad > 0 ? 'failed' : 'ok'
  } finally {
    progress.dispose()
    rows.return?.()
    await connection.close()
  }
}

function loadCommand(): Command {
  return new Command('qldb load')
    .description(
      'Insert the documents of a file into a table, many in each transaction. An interrupted load resumes where it ' +
        'stopped; progress is kept in FILE.load-TABLE until the load is complete.',
    )
    .usage('[flags] TABLE FILE')
    .argument('[table]', 'the table')
    .argument('[file]', "Ion, JSON, JSON Lines, CSV or TSV, also as .gz; '-' is standard input")
    .addOption(
      new Option('-f, --format <format>', "the file's format (default: by its extension)").choices([...inputFormats]),
    )
    .option('--batch <count>', 'documents per transaction')
    .option('--create-table', 'create the table if it does not exist')
    .option('--continue-on-error', 'skip invalid or rejected records and report each one')
    .option('--checkpoint <path>', 'keep progress in this file instead')
    .option('--restart', 'start over, ignoring the progress of an earlier load')
}

/** Reads records one by one; an array or list is its elements. */
function openRows(path: string, format: InputFormat | undefined, watch: RowWatch): Iterator<Value, undefined> {
  const known = format ?? formatOfPath(path)
  if (known === undefined && path !== stdinPath)
    throw usage(`'${path}' has no extension that gives its format`, `'--format' takes: ${inputFormats.join(', ')}`)
  try {
    const content = openInput(path, known, watch)
    if (content.kind === 'rows') return content.rows
    const { value } = content
    return (value.type === 'list' ? value.items : [value]).values() as Iterator<Value, undefined>
  } catch (error) {
    throw fileError(error, path)
  }
}

/** Records that are skipped between two looks at the clock and for Ctrl-C. */
const recordsBetweenTurns = 1_000

interface LoadRecord {
  readonly document: StructValue
  /** From 1. */
  readonly number: number
  readonly line: number | undefined
  /** Of the file up to this record. */
  readonly digest: string
}

/** Reports records that are no documents, and counts those that are skipped. */
class RowNotes implements RowWatch {
  readonly path: string
  readonly #isPassable: boolean
  readonly #world: ToolWorld
  readonly onFault?: (fault: InputError) => void
  /** Where the record read last begins, if that is known. */
  line: number | undefined
  bad = 0

  /** `isPassable`: malformed records end somewhere, so that they can be skipped. */
  constructor(path: string, isPassable: boolean, skipsBad: boolean, world: ToolWorld) {
    this.path = path
    this.#isPassable = isPassable
    this.#world = world
    if (skipsBad) this.onFault = (fault) => this.#passOver(this.#report(fault, undefined))
  }

  /** Ends the load: a malformed record, shown with its line. */
  tellLast(fault: InputError, verbosity: number): void {
    this.#tell(this.#report(fault, this.#isPassable ? badHelp : fixHelp), verbosity)
  }

  #report(fault: InputError, help: string | undefined): ErrorReport {
    const { text, line, column } = fault.excerpt
    const statement = { kind: 'statement' as const, text, line, column, offset: 0, terminated: false }
    const file = this.path === stdinPath ? 'standard input' : this.path
    return reportOf(fault, { statement, file, fate: 'none', help })
  }

  #tell(report: ErrorReport, verbosity = 0): void {
    writeReport(report, verbosity, this.#world)
  }

  onLine(line: number): void {
    this.line = line
  }

  onRenamed(column: string, name: string): void {
    writeRenamed(this.path, column, name, this.#world)
  }

  /** Throws LedgerError 'file/malformed' unless bad records are skipped. */
  refuse(number: number, line: number | undefined, reason: string, cause?: unknown): void {
    const place = line === undefined ? `record ${number}` : `line ${line}, record ${number}`
    const error = new LedgerError('file/malformed', `${place} of '${this.path}': ${reason}`, { cause, help: badHelp })
    if (this.onFault === undefined) throw error
    const { message } = error
    const plain = new LedgerError(error.code, message)
    this.#passOver(reportOf(plain, { statement: undefined, file: undefined, fate: 'none' }))
  }

  #passOver(report: ErrorReport): void {
    this.bad += 1
    this.#tell(report)
  }
}

class Load {
  readonly #driver: Driver
  readonly #insert: string
  readonly #world: ToolWorld
  readonly #checkpoint: Checkpoint | undefined
  readonly #notes: RowNotes
  readonly #origin: Pick<LoadState, 'file' | 'ledger' | 'table'>
  #place: LoadPlace = { done: 0, loaded: 0, digest: '', documentId: undefined }
  /** Of the last record that was read. */
  #number = 0
  #digest = ''

  constructor(driver: Driver, ledger: string, table: string, notes: RowNotes, wishes: LoadWishes, world: ToolWorld) {
    this.#driver = driver
    this.#insert = `INSERT INTO ${quoted(table)} ?`
    this.#world = world
    this.#notes = notes
    const { path } = notes
    const place = wishes.checkpoint ?? (path === stdinPath ? undefined : `${path}.load-${table}`)
    this.#checkpoint = place === undefined ? undefined : new Checkpoint(place)
    this.#origin = { file: path, ledger, table }
    if (wishes.restart === true) this.#checkpoint?.remove()
  }

  /** Returns how many documents are loaded, those of an earlier run included. */
  async run(rows: Iterator<Value, undefined>, batch: number, progress: ToolProgress): Promise<number> {
    await this.#resume()
    let held: LoadRecord[] = []
    for (;;) {
      const record = this.#next(rows)
      if (record instanceof LedgerError) {
        // What stands before the fault is good.
        await this.#insertAll(held)
        throw record
      }
      if (record === 'end') break
      if (record === 'passed') {
        if (this.#number % recordsBetweenTurns === 0)
          await progress.report('going on', this.#number, this.#place.done, 'records')
        continue
      }
      held.push(record)
      if (held.length < batch) continue
      await this.#insertAll(held)
      held = []
      await progress.report('loading', this.#number, undefined, 'records')
    }
    const before = this.#place.done
    if (this.#number < before)
      throw usage(`'${this.#notes.path}' has ${this.#number} records, but ${before} were loaded before`, restartHelp)
    await this.#insertAll(held)
    this.#checkpoint?.remove()
    return this.#place.loaded
  }

  /** The next record, `passed` when it was loaded before or is a bad one, or the fault that ends the load. */
  #next(rows: Iterator<Value, undefined>): LoadRecord | LedgerError | 'passed' | 'end' {
    try {
      const next = rows.next()
      if (next.done === true) return 'end'
      this.#number += 1
      this.#digest = chained(this.#digest, next.value)
      const [number, { line }, { done }] = [this.#number, this.#notes, this.#place]
      if (number === done) this.#checkBeginning()
      if (number <= done) return 'passed'
      if (next.value.type === 'struct') return { document: next.value, number, line, digest: this.#digest }
      this.#notes.refuse(number, line, `a document is a struct, found ${article(next.value.type)}`)
      return 'passed'
    } catch (error) {
      if (error instanceof LedgerError) return error
      throw error
    }
  }

  #checkBeginning(): void {
    if (this.#digest === this.#place.digest) return
    const text = `'${this.#notes.path}' has other records now than those ${count(this.#place.done)} that were loaded before`
    throw usage(text, restartHelp)
  }

  async #resume(): Promise<void> {
    const found = this.#checkpoint?.read()
    if (found === undefined) return
    const { ledger, table } = this.#origin
    if (found.ledger !== ledger || found.table !== table) {
      const text = `an earlier load of '${this.#notes.path}' into '${found.table}' of '${found.ledger}' was interrupted`
      throw usage(text, `resume that, or ${restartHelp}`)
    }
    const { committed, pending } = found
    const isPendingThere = await this.#isThere(pending?.documentId)
    const isKnown = isPendingThere || committed.documentId === undefined || (await this.#isThere(committed.documentId))
    if (!isKnown) {
      const text = `'${table}' does not hold the ${count(committed.loaded)} documents of '${this.#notes.path}' that were loaded before`
      throw usage(text, restartHelp)
    }
    this.#place = isPendingThere && pending !== undefined ? pending : committed
    this.#world.stderr.write(`going on after record ${count(this.#place.done)}\n`)
  }

  /** Whether a document was ever committed. Asked of its history, for it may have been changed or deleted since. */
  async #isThere(documentId: string | undefined): Promise<boolean> {
    if (documentId === undefined) return false
    const statement = `SELECT h.metadata.version FROM history(${quoted(this.#origin.table)}) AS h WHERE h.metadata.id = ?`
    const rows = await this.#driver.execute(async (transaction) =>
      (await transaction.execute(statement, [string(documentId)])).toArray(),
    )
    return rows.length > 0
  }

  /** All in one transaction; where that is refused, in halves, so that the bad record is found. */
  async #insertAll(records: readonly LoadRecord[]): Promise<void> {
    const last = records.at(-1)
    if (last === undefined) return
    const { number: done, digest } = last
    const loaded = this.#place.loaded + records.length
    let place = this.#place
    try {
      await this.#driver.execute(async (transaction) => {
        const result = await transaction.execute(this.#insert, [list(records.map(({ document }) => document))])
        place = { done, loaded, digest, documentId: await firstId(result) }
        this.#checkpoint?.write({ ...this.#origin, committed: this.#place, pending: place })
      })
      this.#place = place
    } catch (error) {
      if (describeFailure(error).kind !== 'statement') throw error
      if (records.length === 1) {
        this.#notes.refuse(done, last.line, describeFailure(error).summary, error)
        this.#place = { ...this.#place, done, digest }
        return
      }
      const half = Math.ceil(records.length / 2)
      await this.#insertAll(records.slice(0, half))
      await this.#insertAll(records.slice(half))
    }
  }
}

const fixHelp = 'the records before it are loaded; put it right and run the same again'
const badHelp = `${fixHelp}, or skip it with '--continue-on-error'`
const restartHelp = "'--restart' loads it from its beginning; what is in the table stays there"

/** Of the documents that an INSERT has made. */
async function firstId(result: AsyncIterable<Value>): Promise<string | undefined> {
  for await (const row of result) {
    const id = row.type === 'struct' ? row.get('documentId') : undefined
    return id?.type === 'string' ? id.value : undefined
  }
  return undefined
}

/** Over the records so far and one more. */
function chained(before: string, value: Value): string {
  return createHash('sha256').update(before).update(encodeIon(value)).digest('base64')
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`
}

async function createTable(driver: Driver, table: string): Promise<void> {
  await driver.execute(async (transaction) => {
    const statement = 'SELECT VALUE t.name FROM information_schema.user_tables AS t WHERE t.status = ? AND t.name = ?'
    const found = await (await transaction.execute(statement, [string('ACTIVE'), string(table)])).toArray()
    if (found.length === 0) await transaction.execute(`CREATE TABLE ${quoted(table)}`)
  })
}

/** A name in double quotes: no keyword, and no case folded. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function batchOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const batch = Number(text)
  if (Number.isSafeInteger(batch) && batch > 0) return batch
  throw usage(`'${text}' is not a value of '--batch'`, 'it takes a number from 1 on')
}

function usage(message: string, help?: string): LedgerError {
  return new LedgerError('usage/invalid-argument', message, help === undefined ? {} : { help })
}
