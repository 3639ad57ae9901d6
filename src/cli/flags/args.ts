import { Command, Option } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { nearName } from '../../base/near-name.ts'
import { type ExitName, exitCodes } from '../../shell/exit-codes.ts'
import { formatNames, isFormatName } from '../../shell/formats/formats.ts'
import { isForEndpoint, quotaHelp, tempDirHelp } from './quota-args.ts'
import { parseWith, repeatable, verboseHelp } from './parse-with.ts'
import { parseParameters } from '../../shell/parameters.ts'
import type { Value } from '../../values/value.ts'
import { type ToolName, toolHelp } from './tool-names.ts'

/** The command line, as typed; what is undefined was not given. */
export interface Arguments {
  readonly region?: string
  readonly ledger?: string
  readonly config?: string
  readonly qldbSessionEndpoint?: string
  readonly profile?: string
  readonly verbose: number
  readonly format?: string
  readonly execute: readonly string[]
  readonly file: readonly string[]
  readonly dataDir?: string
  readonly memory: boolean
  readonly demo: boolean
  readonly create: boolean
  readonly strictQldb: boolean
  /** NAME=NUMBER each. */
  readonly quota?: readonly string[]
  readonly tempDir?: string
  /** `on` or `off`, both. */
  readonly keepStrictQldb?: string
  readonly journalReads?: string
  readonly continueOnError: boolean
  readonly quiet: boolean
  /** Values for `?`, as they were written. */
  readonly param: readonly string[]
}

export interface FlagDefinition {
  readonly flags: string
  readonly help: string
  readonly kind: 'value' | 'list' | 'count' | 'switch'
  readonly group: 'Connection' | 'Input' | 'Output'
  readonly choices?: readonly string[]
}

/** Taken off the command line before anything else is read (takeErrorFormat), so that wrong usage is reported in it, too. */
export const errorFormatFlag: FlagDefinition = {
  flags: '--error-format <text|json>',
  kind: 'value',
  group: 'Output',
  help: 'format of errors, warnings and counts on standard error; json: one object per line',
}

/** All flags. `--help` and docs/flags.md are printed from this table; the first seven are the official shell's. */
export const flagDefinitions: readonly FlagDefinition[] = [
  {
    flags: '-l, --ledger <name>',
    kind: 'value',
    group: 'Connection',
    help: 'ledger to open (default: the configured one, or "default")',
  },
  { flags: '-r, --region <code>', kind: 'value', group: 'Connection', help: 'AWS region of an endpoint' },
  {
    flags: '-p, --profile <name>',
    kind: 'value',
    group: 'Connection',
    help: 'AWS profile with the credentials for an endpoint',
  },
  {
    flags: '-s, --qldb-session-endpoint <url>',
    kind: 'value',
    group: 'Connection',
    help: 'QLDB session endpoint (also: AWS_ENDPOINT_URL_QLDB_SESSION); default: the embedded ledger',
  },
  {
    flags: '-c, --config <path>',
    kind: 'value',
    group: 'Connection',
    help: 'configuration file (default: $XDG_CONFIG_HOME/qldbshell/config.ion)',
  },
  {
    flags: '--data-dir <path>',
    kind: 'value',
    group: 'Connection',
    help: 'folder of embedded ledgers (default: $XDG_DATA_HOME/qldb)',
  },
  { flags: '--create', kind: 'switch', group: 'Connection', help: 'create the embedded ledger if it does not exist' },
  { flags: '--memory', kind: 'switch', group: 'Connection', help: 'use an embedded ledger in memory, gone at exit' },
  {
    flags: '--demo',
    kind: 'switch',
    group: 'Connection',
    help: 'the same, filled with the vehicle registration sample',
  },
  {
    flags: '--strict-qldb',
    kind: 'switch',
    group: 'Connection',
    help: 'refuse what QLDB refused (embedded ledger)',
  },
  { flags: '--quota <name=number>', kind: 'list', group: 'Connection', help: quotaHelp },
  { flags: '--temp-dir <path>', kind: 'value', group: 'Connection', help: tempDirHelp },
  {
    flags: '--keep-strict-qldb <on|off>',
    kind: 'value',
    group: 'Connection',
    help: 'store --strict-qldb in the ledger, for everyone who opens it (default: off)',
  },
  {
    flags: '--journal-reads <on|off>',
    kind: 'value',
    group: 'Connection',
    help: 'also write a block for read-only transactions, as QLDB did; stored in the ledger (default: off)',
  },
  {
    flags: '-e, --execute <statements>',
    kind: 'list',
    group: 'Input',
    help: 'run statements and exit; may be repeated',
  },
  { flags: '--file <path>', kind: 'list', group: 'Input', help: 'run a script and exit; "-" is standard input' },
  {
    flags: '--param <value>',
    kind: 'list',
    group: 'Input',
    help: 'value for the next ?, as PartiQL writes it: --param "\'Tacoma\'"; may be repeated',
  },
  { flags: '--continue-on-error', kind: 'switch', group: 'Input', help: 'continue a script after an error' },
  {
    flags: '-f, --format <format>',
    kind: 'value',
    group: 'Output',
    choices: formatNames,
    help: 'format of results',
  },
  errorFormatFlag,
  { flags: '-q, --quiet', kind: 'switch', group: 'Output', help: 'show no notices after results' },
  {
    flags: '-v, --verbose',
    kind: 'count',
    group: 'Output',
    help: verboseHelp,
  },
]

export type Invocation =
  | { readonly kind: 'run'; readonly args: Arguments }
  /** `--help` or `--version`: print and leave with 0. */
  | { readonly kind: 'text'; readonly text: string }

/** Throws LedgerError 'usage/invalid-argument' or 'usage/unknown-command' for anything that it does not understand. */
export function parseArguments(argv: readonly string[], version: string): Invocation {
  const program = buildProgram(version)
  const text = parseWith(program, argv)
  if (text !== undefined) return { kind: 'text', text }
  const options = program.opts<Partial<Arguments>>()
  const args: Arguments = { ...notGiven, ...options, file: [...(options.file ?? []), ...program.args] }
  checkArguments(args)
  return { kind: 'run', args }
}

/** Of a command line that gives none. */
export const notGiven = {
  verbose: 0,
  execute: [],
  file: [],
  memory: false,
  demo: false,
  create: false,
  strictQldb: false,
  continueOnError: false,
  quiet: false,
  param: [],
} satisfies Arguments

/** The values of `--param`. Throws LedgerError 'usage/invalid-argument'. */
export function parametersOf({ param }: Arguments): Value[] {
  return param.map((text) => {
    const [value, ...more] = parseParameters(text)
    if (value !== undefined && more.length === 0) return value
    throw new LedgerError('usage/invalid-argument', `'--param' takes one value, found ${more.length + (value ? 1 : 0)}`)
  })
}

/** The command line without `--error-format`, and what that was. Throws LedgerError 'usage/invalid-argument'. */
export function takeErrorFormat(words: readonly string[]): { errorFormat: 'text' | 'json'; argv: readonly string[] } {
  const argv: string[] = []
  let errorFormat: 'text' | 'json' = 'text'
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as string
    if (word === '--') return { errorFormat, argv: [...argv, ...words.slice(index)] }
    const [name, joined] = word.split('=', 2)
    if (name !== '--error-format') {
      argv.push(word)
      continue
    }
    if (joined === undefined) index += 1
    const value = joined ?? words[index]
    if (value !== 'text' && value !== 'json')
      throw new LedgerError('usage/invalid-argument', `'--error-format' takes text or json, found '${value ?? ''}'`)
    errorFormat = value
  }
  return { errorFormat, argv }
}

function buildProgram(version: string): Command {
  const program = new Command('qldb')
    .description('A shell for QLDB ledgers, and a ledger: PartiQL over Ion documents, every revision kept.')
    .usage('[flags] [script ...]\n       qldb <tool> [--help]')
    .argument('[script...]', 'script files to run')
    .version(version, '--version', 'show the version')
    .addHelpText('after', `\n${toolListHelp()}\n\n${exitCodeHelp()}\n\n${inputHelp}`)
  for (const definition of flagDefinitions) program.addOption(optionOf(definition))
  return program
}

/** A row of the table for commander. */
export function optionOf({ flags, help, kind, group, choices }: FlagDefinition): Option {
  const option = new Option(flags, choices === undefined ? help : `${help}: ${choices.join(', ')}`).helpGroup(
    `${group}:`,
  )
  return kind === 'list' || kind === 'count' ? repeatable(option, kind) : option
}

const inputHelp = `Without a script and -e, statements are read from standard input; on a terminal the shell is interactive.`

/** The subcommands as help shows them. */
function toolListHelp(): string {
  const names = Object.keys(toolHelp) as ToolName[]
  const rows = names.map((name) => `  ${name.padEnd(8)} ${toolHelp[name]}`)
  return ['Tools (a script of such a name is run as ./NAME):', ...rows].join('\n')
}

/** What exit codes mean for one tool; those that it never gives are left out. */
export type ExitMeanings = Partial<Readonly<Record<ExitName, string>>>

export const wrongUsage = 'wrong usage: an unknown flag, a bad value, a file that cannot be read or written'

/** Exit codes as help shows them: the shell's own, or a tool's. */
export function exitCodeHelp(meanings?: ExitMeanings): string {
  const rows: string[] = []
  for (const name of Object.keys(exitCodes) as ExitName[]) {
    const [code, general] = exitCodes[name]
    const meaning = meanings === undefined ? general : meanings[name]
    if (meaning !== undefined) rows.push(`  ${String(code).padEnd(4)} ${meaning}`)
  }
  return ['Exit codes:', ...rows].join('\n')
}

/** Throws LedgerError 'usage/invalid-argument' for flags that exclude each other. */
export function checkArguments(args: Arguments): void {
  const refuse = (message: string, help?: string): never => {
    throw new LedgerError('usage/invalid-argument', message, help === undefined ? {} : { help })
  }
  if (args.execute.length > 0 && args.file.length > 0) refuse('both -e and a script were given, expected one of them')
  if (args.qldbSessionEndpoint !== undefined) {
    const isGiven = (name: (typeof embeddedFlags)[number]) =>
      name === 'quota' ? args.quota?.some((quota) => !isForEndpoint(quota)) === true : Boolean(args[name])
    const embedded = embeddedFlags.find(isGiven)
    if (embedded !== undefined) refuse(`'--${kebab(embedded)}' is for an embedded ledger, but an endpoint was given`)
    checkEndpointAddress(args.qldbSessionEndpoint)
  }
  for (const name of ['keepStrictQldb', 'journalReads'] as const) {
    const value = args[name]
    if (value !== undefined && value !== 'on' && value !== 'off')
      refuse(`'--${kebab(name)}' takes on or off, found '${value}'`)
  }
  if (args.dataDir !== undefined && (args.memory || args.demo))
    refuse("'--data-dir' and a ledger in memory exclude each other")
  const format = args.format?.toLowerCase()
  if (format !== undefined && !isFormatName(format) && format !== 'ion-text') {
    refuse(`no format named '${args.format}'`, helpForFormat(format))
  }
}

/** What `-f` may have meant: psql takes a script there. */
function helpForFormat(format: string): string {
  if (/[./]/.test(format)) return "-f is the output format; a script is run with '--file PATH'"
  const near = nearName(format, formatNames)
  return near === undefined ? `formats are: ${formatNames.join(', ')}` : `did you mean '${near}'?`
}

const embeddedFlags = [
  'memory',
  'demo',
  'create',
  'dataDir',
  'strictQldb',
  'quota',
  'keepStrictQldb',
  'journalReads',
] as const

const addressHelp = 'an example: http://localhost:8182'

/**
 * Throws LedgerError 'usage/invalid-argument' where no endpoint can be: `localhost:8182` alone would be an address of a
 * scheme `localhost`. A password would be sent to nobody: AWS's signatures have keys of their own.
 */
export function checkEndpointAddress(text: string): void {
  const refuse = (message: string, help: string): never => {
    throw new LedgerError('usage/invalid-argument', message, { help })
  }
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    refuse(`'${text}' is not an address`, addressHelp)
  const { username, password } = new URL(text)
  if (username === '' && password === '') return
  refuse(`the address '${text}' names a user or password`, 'leave them out: requests are signed with AWS credentials')
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
