import { statSync } from 'node:fs'
import { Command, Option } from 'commander'
import { LedgerError } from '../base/errors.ts'
import type { Driver } from '../driver/driver.ts'
import { describeFailure } from '../driver/failure.ts'
import { stdinPath } from '../inputs/byte-source.ts'
import { InputError } from '../inputs/input-error.ts'
import { formatOfPath, type InputFormat, inputFormats, openInput } from '../inputs/input.ts'
import { reportOf } from '../shell/error-report.ts'
import { type ExitName, exitCodes } from '../shell/exit-codes.ts'
import { list, string, type StructValue, type Value } from '../values/value.ts'
import { type Arguments, wrongUsage } from './args.ts'
import { connectTo } from './connect.ts'
import { fileError } from './file-error.ts'
import { Checkpoint, type LoadState } from './load-checkpoint.ts'
import { writeReport } from './report-failure.ts'
import { addLedgerFlags, ledgerOptions, parseToolArguments } from './tool-arguments.ts'
import { count, ToolProgress } from './tool-progress.ts'
import type { ToolWorld } from './tools.ts'

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
  const invocation = parseToolArguments<LoadWishes>(
    addLedgerFlags(loadCommand(), ['endpoint', 'create', 'strict-qldb']),
    argv,
    {
      ok: 'all documents are in the table',
      failed: 'records were refused, or the file is malformed',
      usage: wrongUsage,
      unavailable: exitCodes.unavailable[1],
      lost: exitCodes.lost[1],
      interrupted: 'interrupted; the same command goes on',
    },
  )
  if (invocation.kind === 'text') {
    world.stdout.write(invocation.text)
    return 'ok'
  }
  const { wishes, operands } = invocation
  const [table, path, ...more] = operands
  if (table === undefined || path === undefined || more.length > 0)
    throw usage(
      `expected a table and a file, found ${operands.length} words`,
      "for example: 'qldb load Vehicle cars.jsonl'",
    )
  const { format, ...ledgerWishes } = wishes
  const { place } = ledgerOptions(ledgerWishes, world.variables)
  if (place.inMemory) throw usage('a ledger in memory is gone after the load')
  const batchAsked = batchOf(wishes.batch)
  const rows = openRows(path, format)
  const connection = await connectTo(place, 'main')
  const progress = new ToolProgress(world)
  try {
    const isQldb = place.endpoint !== undefined || connection.strictQldb
    const usual = isQldb ? batchAtEndpoint : batchEmbedded
    const batch = batchAsked ?? Math.min(usual, place.quotas.ledger.transactionDocuments ?? usual)
    if (wishes.createTable === true) await createTable(connection.driver, table)
    const load = new Load(connection.driver, connection.ledger, table, path, wishes, world)
    const loaded = await load.run(rows, batch, progress)
    progress.dispose()
    const bad = load.bad === 0 ? '' : `, ${count(load.bad)} bad records were passed over`
    world.stdout.write(`${count(loaded)} documents loaded into '${table}'${bad}\n`)
    return load.bad > 0 ? 'failed' : 'ok'
  } catch (error) {
    progress.dispose()
    return failed(error, path, wishes.verbose ?? 0, world)
  } finally {
    progress.dispose()
    rows.return?.()
    await connection.close()
  }
}

function loadCommand(): Command {
  return new Command('qldb load')
    .description(
      'Inserts the documents of a file into a table, many in one transaction. A load that was broken off goes on where\n' +
        "it was: how far it came stands in a file beside the input, 'FILE.load-TABLE', until it is complete.",
    )
    .usage('[flags] TABLE FILE')
    .argument('[table]', 'the table')
    .argument('[file]', "Ion, JSON, JSON Lines, CSV or TSV, also as .gz; '-' is standard input")
    .addOption(
      new Option('-f, --format <format>', "the file's format (default: by its extension)").choices([...inputFormats]),
    )
    .option('--batch <count>', 'documents in one transaction')
    .option('--create-table', "make the table if it isn't there")
    .option('--continue-on-error', 'pass over records that are no documents or are refused; each is told')
    .option('--checkpoint <path>', 'where to keep how far it is')
    .option('--restart', 'forget how far an earlier load came')
}

/** Reads records one by one; an array or list is its elements. */
function openRows(path: string, format: InputFormat | undefined): Iterator<Value, undefined> {
  const known = format ?? formatOfPath(path)
  if (known === undefined && path !== stdinPath)
    throw usage(`'${path}' has no extension that tells its format`, `'--format' takes: ${inputFormats.join(', ')}`)
  try {
    const content = openInput(path, known)
    if (content.kind === 'rows') return content.rows
    const { value } = content
    return (value.type === 'list' ? value.items : [value]).values() as Iterator<Value, undefined>
  } catch (error) {
    throw fileError(error, path)
  }
}

class Load {
  readonly #driver: Driver
  readonly #insert: string
  readonly #world: ToolWorld
  readonly #skipsBad: boolean
  readonly #checkpoint: Checkpoint | undefined
  readonly #path: string
  #state: LoadState
  bad = 0

  constructor(driver: Driver, ledger: string, table: string, path: string, wishes: LoadWishes, world: ToolWorld) {
    this.#driver = driver
    this.#insert = `INSERT INTO ${quoted(table)} ?`
    this.#world = world
    this.#skipsBad = wishes.continueOnError === true
    this.#path = path
    const info = path === stdinPath ? undefined : statSync(path)
    const place = wishes.checkpoint ?? (info === undefined ? undefined : `${path}.load-${table}`)
    this.#checkpoint = place === undefined ? undefined : new Checkpoint(place)
    const fresh = { file: path, size: info?.size ?? 0, changedMs: Math.floor(info?.mtimeMs ?? 0), ledger, table }
    this.#state = { ...fresh, done: 0, loaded: 0, pending: undefined }
    if (wishes.restart === true) this.#checkpoint?.remove()
  }

  /** Returns how many documents are loaded, those of an earlier run included. */
  async run(rows: Iterator<Value, undefined>, batch: number, progress: ToolProgress): Promise<number> {
    await this.#resume()
    let number = 0
    let held: { readonly document: StructValue; readonly number: number }[] = []
    for (let next = rows.next(); next.done !== true; next = rows.next()) {
      number += 1
      if (number <= this.#state.done) continue
      if (next.value.type === 'struct') held.push({ document: next.value, number })
      else this.#refuse(number, `a document is a struct, found a ${next.value.type}`)
      if (held.length < batch) continue
      await this.#insertAll(held, number)
      held = []
      await progress.report('loading', number, undefined, 'records')
    }
    if (number < this.#state.done)
      throw usage(
        `'${this.#path}' has ${number} records, but ${this.#state.done} were loaded before`,
        "see '--restart'",
      )
    await this.#insertAll(held, number)
    this.#checkpoint?.remove()
    return this.#state.loaded
  }

  async #resume(): Promise<void> {
    const found = this.#checkpoint?.read()
    if (found === undefined) return
    const { size, changedMs, ledger, table } = this.#state
    if (found.size !== size || found.changedMs !== changedMs || found.ledger !== ledger || found.table !== table) {
      throw usage(
        `an earlier load of '${this.#path}' was broken off, and the file, ledger or table is another now`,
        "'--restart' loads it from its beginning",
      )
    }
    const { pending } = found
    const isThere = pending !== undefined && (await this.#wasCommitted(pending.transactionId))
    this.#state = isThere
      ? { ...found, done: pending.done, loaded: pending.loaded, pending: undefined }
      : { ...found, pending: undefined }
    this.#world.stderr.write(`going on after record ${count(this.#state.done)}\n`)
  }

  /** Whether the last transaction of a load that died came to its commit: its documents are there then. */
  async #wasCommitted(transactionId: string): Promise<boolean> {
    const name = quoted(`_ql_committed_${this.#state.table}`)
    const statement = `SELECT c.metadata.id FROM ${name} AS c WHERE c.metadata.txId = ?`
    const rows = await this.#driver.execute(async (transaction) =>
      (await transaction.execute(statement, [string(transactionId)])).toArray(),
    )
    return rows.length > 0
  }

  /** All in one transaction; where that is refused, in halves, so that the bad record is found. */
  async #insertAll(
    records: readonly { readonly document: StructValue; readonly number: number }[],
    done: number,
  ): Promise<void> {
    if (records.length === 0) {
      this.#state = { ...this.#state, done }
      return
    }
    const loaded = this.#state.loaded + records.length
    try {
      await this.#driver.execute(async (transaction) => {
        await transaction.execute(this.#insert, [list(records.map(({ document }) => document))])
        this.#checkpoint?.write({ ...this.#state, pending: { transactionId: transaction.id, done, loaded } })
      })
      this.#state = { ...this.#state, done, loaded }
    } catch (error) {
      if (describeFailure(error).kind !== 'statement') throw error
      const [first] = records
      if (records.length === 1 && first !== undefined) {
        this.#refuse(first.number, describeFailure(error).summary, error)
        this.#state = { ...this.#state, done }
        return
      }
      const half = Math.ceil(records.length / 2)
      await this.#insertAll(records.slice(0, half), (records[half - 1] as { number: number }).number)
      await this.#insertAll(records.slice(half), done)
    }
  }

  #refuse(number: number, reason: string, cause?: unknown): void {
    this.bad += 1
    const message = `record ${number} of '${this.#path}': ${reason}`
    if (!this.#skipsBad) {
      throw new LedgerError('file/malformed', message, {
        cause,
        help: "the records before it are loaded; '--continue-on-error' passes over bad ones",
      })
    }
    const error = new LedgerError('file/malformed', message)
    writeReport(reportOf(error, { statement: undefined, file: undefined, fate: 'none' }), 0, this.#world)
  }
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

/** A fault of the file is shown with its line. */
function failed(error: unknown, path: string, verbosity: number, world: ToolWorld): ExitName {
  if (!(error instanceof InputError)) throw error
  const { text, line, column } = error.excerpt
  const statement = { kind: 'statement' as const, text, line, column, offset: 0, terminated: false }
  const file = path === stdinPath ? 'standard input' : path
  const report = reportOf(error, { statement, file, fate: 'none' })
  writeReport(report, verbosity, world)
  return 'failed'
}

function usage(message: string, help?: string): LedgerError {
  return new LedgerError('usage/invalid-argument', message, help === undefined ? {} : { help })
}
