import { Command, Option } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { statementDiskBytesMax } from '../../base/limits.ts'
import { looksLikeFile } from '../../base/file-name.ts'
import { nearName } from '../../base/near-name.ts'
import { Observation } from '../../exec/observation.ts'
import { InputError } from '../../inputs/input-error.ts'
import { inputFormatHelp, inputFormats } from '../../inputs/input.ts'
import { PreparedQuery } from '../../library/prepared-query.ts'
import { reportOf } from '../../shell/error-report.ts'
import { type ExitName, exitCodes } from '../../shell/exit-codes.ts'
import { type FormatName, formatNames, isFormatName, resultFormat } from '../../shell/formats/formats.ts'
import type { ScriptStatement } from '../../syntax/split.ts'
import type { Value } from '../../values/value.ts'
import { exitCodeHelp, wrongUsage } from '../flags/args.ts'
import { processMemoryShare, withinHeap } from '../../host/memory-share.ts'
import { Output } from '../session/output.ts'
import { parseWith, repeatable, verboseOption } from '../flags/parse-with.ts'
import { checkInputs, fileBinding, type InputSpec, nameOfPath, parseInput } from './query-inputs.ts'
import type { Quotas } from '../../host/quotas.ts'
import { parseQueryQuotas, queryQuotaHelp, tempDirHelp } from '../flags/quota-args.ts'
import { realEnv } from '../../host/real-env.ts'
import { writeNotice, writeRenamed, writeReport } from '../session/report-failure.ts'
import type { ToolWorld } from './tool.ts'

interface QueryArguments {
  readonly input: readonly string[]
  readonly format: FormatName | undefined
  readonly typing: 'permissive' | 'strict'
  readonly verbose: number
  readonly text: string
  readonly quotas: Quotas
  readonly quiet: boolean
}

/** Notices about columns of the same name, as about a statement's other mistakes. */
const renamedMax = 3

/** `qldb query`: one PartiQL query over files, without a ledger. */
export async function queryTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const invocation = parseQueryArguments(argv)
  if (typeof invocation === 'string') {
    world.stdout.write(invocation)
    return 'ok'
  }
  const { input, text, verbose } = invocation
  const inputs = input.map(parseInput)
  if (inputs.length === 0 && !world.stdin.isTTY) inputs.push({ name: 'stdin', path: '-', format: undefined })
  checkInputs(inputs)
  try {
    const observation = invocation.quiet ? undefined : new Observation(text)
    const renamed = new Map<string, readonly [path: string, column: string, name: string]>()
    const onRenamed = (path: string) => (column: string, name: string) => {
      if (renamed.size < renamedMax) renamed.set(`${path}\n${name}`, [path, column, name])
    }
    await writeRows(rowsOf(invocation, inputs, observation, onRenamed), text, invocation.format, world)
    if (!invocation.quiet) for (const [path, column, name] of renamed.values()) writeRenamed(path, column, name, world)
    for (const notice of observation?.notices() ?? []) writeNotice(notice, statementAt(text, 1, 1), world)
    return 'ok'
  } catch (error) {
    const report = reportOf(error, placeOf(error, text))
    writeReport(report, verbose, world)
    return report.exit
  }
}

function rowsOf(
  { text, typing, quotas }: QueryArguments,
  inputs: readonly InputSpec[],
  observation: Observation | undefined,
  onRenamed: (path: string) => (column: string, name: string) => void,
): Generator<Value> {
  const bindings = new Map(inputs.map((input) => [input.name, fileBinding(input, onRenamed(input.path))]))
  for (const { name, quotedName } of inputs) {
    const binding = bindings.get(name)
    if (quotedName !== undefined && binding !== undefined && !bindings.has(quotedName))
      bindings.set(quotedName, binding)
  }
  const { statementMemoryBytes, statementDiskBytes = statementDiskBytesMax, ...limits } = quotas.ledger
  const query = new PreparedQuery(text, bindings.keys(), realEnv, {
    typing,
    memoryBytes: statementMemoryBytes ?? processMemoryShare(),
    diskBytes: statementDiskBytes,
    ...limits,
    ...(quotas.tempDir === undefined ? {} : { tempDir: quotas.tempDir }),
  })
  return query.rows((name) => bindings.get(name) as ReturnType<typeof fileBinding>, [], observation)
}

/** Rows that are made before anything is written, and at most so many. */
const rowsAtOnce = 200

async function writeRows(
  rows: Iterator<Value>,
  statement: string,
  format: FormatName | undefined,
  world: ToolWorld,
): Promise<void> {
  const stdout = new Output(world.stdout)
  const result = resultFormat(format ?? (stdout.isTerminal ? 'table' : 'ion'), { width: stdout.width, statement })
  let page = takePage(rows)
  await stdout.write(result.start())
  try {
    while (page.length > 0) {
      await stdout.write(result.bytes?.(page) ?? result.values(page))
      // A reader that went away is heard of only when the event loop turns.
      await new Promise((resolve) => setImmediate(resolve))
      page = takePage(rows)
    }
  } catch (error) {
    await stdout.write(result.end(false))
    throw error
  }
  await stdout.write(result.end(true))
}

function takePage(rows: Iterator<Value>): Value[] {
  const page: Value[] = []
  while (page.length < rowsAtOnce) {
    const found = rows.next()
    if (found.done === true) break
    page.push(found.value)
  }
  return page
}

function statementAt(text: string, line: number, column: number): ScriptStatement {
  return { kind: 'statement', text, line, column, offset: 0, terminated: false }
}

/** What an error's place is in: the file for a fault of the file, else the query. */
function placeOf(error: unknown, text: string) {
  if (error instanceof InputError) {
    const { path, text: found, line, column } = error.excerpt
    const file = path === '-' ? 'standard input' : path
    return { statement: statementAt(found, line, column), file, fate: 'none' as const }
  }
  const isOfFile = error instanceof LedgerError && error.span === undefined
  return { statement: isOfFile ? undefined : statementAt(text, 1, 1), file: undefined, fate: 'none' as const }
}

interface QueryFlags {
  readonly input?: string[]
  readonly format?: string
  readonly typing?: string
  readonly verbose?: number
  readonly quota?: string[]
  readonly tempDir?: string
  readonly quiet?: boolean
}

/** The help text, or what was asked for. Throws LedgerError 'usage/invalid-argument'. */
function parseQueryArguments(argv: readonly string[]): QueryArguments | string {
  const program = buildProgram()
  const help = parseWith(program, argv)
  if (help !== undefined) return help
  const options = program.opts<QueryFlags>()
  const [text, ...more] = program.args
  if (text !== undefined && looksLikeFile(text)) {
    const query = more[0] ?? `SELECT * FROM ${nameOfPath(text)}`
    throw usage(`'${text}' is a file, not a query`, `qldb query --input ${text} "${query}"`)
  }
  if (text === undefined || more.length > 0) {
    const found = text === undefined ? 'none' : `${more.length + 1}`
    throw usage(`expected one query, found ${found}`, 'a query is one argument: put it in quotes')
  }
  const typing = options.typing ?? 'permissive'
  if (typing !== 'permissive' && typing !== 'strict')
    throw usage(`'${typing}' is not a value of '--typing'`, 'it takes one of: permissive, strict')
  return {
    input: options.input ?? [],
    format: options.format === undefined ? undefined : formatOf(options.format),
    typing,
    verbose: options.verbose ?? 0,
    text,
    quotas: withinHeap(parseQueryQuotas(options.quota ?? [], options.tempDir)),
    quiet: options.quiet === true,
  }
}

function formatOf(name: string): FormatName {
  if (isFormatName(name)) return name
  const near = nearName(name, formatNames)
  throw usage(
    `no format named '${name}'`,
    near === undefined ? `formats are: ${formatNames.join(', ')}` : `did you mean '${near}'?`,
  )
}

const inputText = "file and its name in the query; 'name:format=FILE' gives its format; '-' is standard input"

function buildProgram(): Command {
  return new Command('qldb query')
    .description('Run a PartiQL query over Ion, JSON and CSV files, without a ledger.')
    .usage('[--input name=FILE]… [flags] "SELECT …"')
    .argument('[query]', 'the query')
    .allowExcessArguments(true)
    .addOption(repeatable(new Option('-i, --input <name=FILE>', inputText), 'list'))
    .option('-f, --format <format>', `format of results: ${formatNames.join(', ')}`)
    .option('-q, --quiet', 'show no notices after the result')
    .option('--typing <mode>', 'permissive (a type error gives MISSING, the default) or strict (it is an error)')
    .addOption(repeatable(new Option('--quota <name=number>', queryQuotaHelp), 'list'))
    .option('--temp-dir <path>', tempDirHelp)
    .addOption(verboseOption())
    .addHelpText(
      'after',
      `\n${inputHelp()}\n\n${exitCodeHelp({
        ok: exitCodes.ok[1],
        failed: 'the query failed, or a file is malformed',
        usage: wrongUsage,
        interrupted: 'interrupted',
      })}`,
    )
}

function inputHelp(): string {
  const rows = inputFormats.map((name) => `  ${name.padEnd(6)} ${inputFormatHelp(name)}`)
  return [
    'Input formats, by extension; each also as .gz:',
    ...rows,
    "Without --input, standard input is 'stdin' when it is not a terminal.",
  ].join('\n')
}

function usage(message: string, help: string): LedgerError {
  return new LedgerError('usage/invalid-argument', message, { help })
}
