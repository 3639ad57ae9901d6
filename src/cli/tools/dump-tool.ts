import { join } from 'node:path'
import { Command, Option } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { downConvert } from '../../archive/export-json.ts'
import { Ledger, type LedgerTransaction } from '../../ledger/ledger.ts'
import { type ExitName, exitCodes } from '../../shell/exit-codes.ts'
import { openLedgerStore } from '../../host/ledger-store.ts'
import { printIon } from '../../values/text-writer.ts'
import { string, type StructValue, type Value } from '../../values/value.ts'
import { type Arguments, wrongUsage } from '../flags/args.ts'
import { directoryOf, existing, requireOnDisk } from '../session/connect.ts'
import { makeFolder } from '../../host/folders.ts'
import { quoted } from './load-tool.ts'
import { Output } from '../session/output.ts'
import { realEnv } from '../../host/real-env.ts'
import { sayLine } from '../session/say-line.ts'
import { addLedgerFlags, ledgerOptions, readToolArguments } from '../flags/tool-arguments.ts'
import { count, ToolProgress } from './tool-progress.ts'
import type { ToolWorld } from './tool.ts'
import { writeFileWith } from '../../host/whole-file.ts'

const formats = ['script', 'jsonl', 'ion'] as const
type DumpFormat = (typeof formats)[number]

interface DumpWishes extends Partial<Omit<Arguments, 'format'>> {
  readonly format?: DumpFormat
  readonly out?: string
}

/** Documents in one INSERT of a script: what QLDB took in one transaction. */
const documentsInStatement = 40
const documentsBetweenTurns = 256

/** `qldb dump`: what is in the tables now, as a script that recreates it or as files of documents. */
export async function dumpTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const asked = readToolArguments<DumpWishes>(addLedgerFlags(dumpCommand()), argv, world, {
    ok: exitCodes.ok[1],
    usage: wrongUsage,
    unavailable: exitCodes.unavailable[1],
    interrupted: 'interrupted',
  })
  if (asked === undefined) return 'ok'
  const { wishes, operands } = asked
  const { format = 'script', out, ...ledgerWishes } = wishes
  const { place } = ledgerOptions(ledgerWishes, world.variables)
  requireOnDisk(place, 'dumped')
  if (format !== 'script' && out === undefined) {
    throw new LedgerError('usage/invalid-argument', `a dump as ${format} makes a file for each table`, {
      help: "give a folder: '--out DIR'",
    })
  }
  const store = await openLedgerStore(directoryOf(existing(place)))
  const ledger = await Ledger.open(store, realEnv, { name: place.ledger.value, strictQldb: false })
  const transaction = ledger.begin()
  const progress = new ToolProgress(world)
  try {
    const tables = chosen(tablesOf(transaction), operands)
    const dump = new Dump(transaction, tables, progress)
    if (format !== 'script') await dump.intoFolder(out as string, format)
    else if (out === undefined) await dump.script(new Output(world.stdout))
    else await writeFileWith(out, 0o600, (file) => dump.script(file))
    progress.dispose()
    if (out !== undefined)
      sayLine(world.stdout, `${count(dump.documents)} documents of ${count(tables.length)} tables in '${out}'`)
    return 'ok'
  } finally {
    progress.dispose()
    transaction.abort()
    await ledger.close()
  }
}

function dumpCommand(): Command {
  return new Command('qldb dump')
    .description(
      'Write the current documents: a PartiQL script that recreates tables, indexes and documents, or a file of documents ' +
        "for each table. History is not included: 'qldb export' writes the whole journal.",
    )
    .usage('[flags] [TABLE …]')
    .argument('[table...]', 'tables (default: all active ones)')
    .addOption(new Option('-f, --format <format>', 'script (the default), jsonl or ion').choices([...formats]))
    .option('-o, --out <path>', 'file for the script, or folder for the files (default: stdout)')
}

interface TableToDump {
  readonly name: string
  readonly fields: readonly string[]
}

function tablesOf(transaction: LedgerTransaction): TableToDump[] {
  const statement = 'SELECT t.name, t.indexes FROM information_schema.user_tables AS t WHERE t.status = ?'
  return rowsOf(transaction, statement, [string('ACTIVE')]).map((row) => {
    const [name, indexes] = [(row as StructValue).get('name'), (row as StructValue).get('indexes')]
    const fields = (indexes?.type === 'list' ? indexes.items : []).flatMap((index) => {
      const expr = index.type === 'struct' ? index.get('expr') : undefined
      return expr?.type === 'string' ? [expr.value.slice(1, -1)] : []
    })
    return { name: name?.type === 'string' ? name.value : '', fields }
  })
}

function rowsOf(transaction: LedgerTransaction, statement: string, parameters: readonly Value[] = []): Value[] {
  const { rows } = transaction.execute(statement, parameters)
  const found: Value[] = []
  for (let next = rows.next(); next.done !== true; next = rows.next()) found.push(next.value)
  return found
}

function chosen(tables: readonly TableToDump[], names: readonly string[]): readonly TableToDump[] {
  if (names.length === 0) return tables
  return names.map((name) => {
    const table = tables.find((candidate) => candidate.name === name)
    if (table !== undefined) return table
    throw new LedgerError('usage/invalid-argument', `no table named '${name}'`, {
      help: `tables are: ${tables.map((candidate) => candidate.name).join(', ') || 'none'}`,
    })
  })
}

interface TextSink {
  write(text: string): void | Promise<void>
}

/** One transaction, so that all tables are of one moment. */
class Dump {
  readonly #transaction: LedgerTransaction
  readonly #tables: readonly TableToDump[]
  readonly #progress: ToolProgress
  documents = 0

  constructor(transaction: LedgerTransaction, tables: readonly TableToDump[], progress: ToolProgress) {
    this.#transaction = transaction
    this.#tables = tables
    this.#progress = progress
  }

  async script(sink: TextSink): Promise<void> {
    for (const { name, fields } of this.#tables) {
      await sink.write(`CREATE TABLE ${quoted(name)};\n`)
      for (const field of fields) await sink.write(`CREATE INDEX ON ${quoted(name)} (${quoted(field)});\n`)
      let held: string[] = []
      const flush = async () => {
        if (held.length > 0) await sink.write(`INSERT INTO ${quoted(name)} <<\n  ${held.join(',\n  ')}\n>>;\n`)
        held = []
      }
      for await (const document of this.#documents(name)) {
        held.push(literal(document))
        if (held.length === documentsInStatement) await flush()
      }
      await flush()
    }
  }

  /** A file for each table; the folder's other files stay. */
  async intoFolder(folder: string, format: 'jsonl' | 'ion'): Promise<void> {
    makeFolder(folder)
    const print = format === 'ion' ? printIon : downConvert
    for (const { name } of this.#tables) {
      await writeFileWith(join(folder, `${fileName(name)}.${format}`), 0o600, async (sink) => {
        for await (const document of this.#documents(name)) await sink.write(`${print(document)}\n`)
      })
    }
  }

  async *#documents(table: string): AsyncGenerator<Value> {
    const { rows } = this.#transaction.execute(`SELECT VALUE d FROM ${quoted(table)} AS d`, [])
    for (let next = rows.next(); next.done !== true; next = rows.next()) {
      this.documents += 1
      if (this.documents % documentsBetweenTurns === 0)
        await this.#progress.report('dumping', this.documents, undefined, 'documents')
      yield next.value
    }
  }
}

/**
 * A document as an Ion literal, which keeps every type. The backtick ends a literal wherever it stands outside of Ion's
 * own quotes, where the text writer never puts one.
 */
function literal(document: Value): string {
  return `\`${printIon(document)}\``
}

/** A table's name as a file's: names that AWS allowed are so already. */
function fileName(table: string): string {
  return table.replace(/[^A-Za-z0-9_.-]/g, (character) => `%${character.codePointAt(0)?.toString(16)}`)
}
