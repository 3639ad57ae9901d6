import { Command, Option } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { drainMsMax, engineThreadsMax } from '../../base/limits.ts'
import { isLedgerName } from '../../protocol/check-request.ts'
import { exitCodeHelp, wrongUsage } from './args.ts'
import type { Quotas } from '../../host/quotas.ts'
import type { ServerQuotas } from '../../host/server-quotas.ts'
import { parseWith, repeatable, verboseHelp } from './parse-with.ts'
import { tempDirHelp } from './quota-args.ts'
import { parseServeQuotas, serveQuotaHelp } from './serve-quotas.ts'

/** The command line of `qldb serve`, its defaults filled in. */
export interface ServeArguments {
  readonly host: string
  readonly port: number
  readonly dataDir: string | undefined
  readonly ledgers: readonly string[]
  readonly exportDir: string | undefined
  readonly memory: boolean
  readonly demo: boolean
  readonly strictQldb: boolean
  readonly quotas: Quotas
  readonly serverQuotas: ServerQuotas
  readonly keys: string | undefined
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
  readonly region: string
  readonly threads: number
  readonly drainSeconds: number
  readonly accessLog: string | undefined
  readonly verbose: number
}

interface FlagDefinition {
  readonly flags: string
  readonly help: string
  readonly group: 'Address' | 'Ledgers' | 'Access' | 'Work'
  readonly kind?: 'list' | 'count'
}

/** All flags of `qldb serve`. `--help` and the table of docs/serve.md are printed from this table. */
export const serveFlags: readonly FlagDefinition[] = [
  {
    flags: '--host <address>',
    group: 'Address',
    help: 'address to listen on (default: 127.0.0.1); others need --keys',
  },
  { flags: '--port <number>', group: 'Address', help: 'port (default: 8182); 0 takes a free one' },
  { flags: '--tls-cert <path>', group: 'Address', help: 'serve HTTPS with this certificate chain (PEM)' },
  { flags: '--tls-key <path>', group: 'Address', help: "the certificate's private key (PEM)" },
  { flags: '--data-dir <path>', group: 'Ledgers', help: 'folder of the ledgers (default: $XDG_DATA_HOME/qldb)' },
  {
    flags: '-l, --ledger <name>',
    group: 'Ledgers',
    kind: 'list',
    help: 'create this ledger if it does not exist; may be repeated',
  },
  { flags: '--memory', group: 'Ledgers', help: 'keep ledgers in memory, gone at exit' },
  { flags: '--demo', group: 'Ledgers', help: 'serve the vehicle registration sample, in memory' },
  {
    flags: '--export-dir <path>',
    group: 'Ledgers',
    help: 'folder for ExportJournalToS3, with a folder for each bucket',
  },
  { flags: '--strict-qldb', group: 'Ledgers', help: 'refuse what QLDB refused, and apply its quotas' },
  { flags: '--quota <name=number>', group: 'Ledgers', kind: 'list', help: serveQuotaHelp },
  { flags: '--temp-dir <path>', group: 'Ledgers', help: tempDirHelp },
  {
    flags: '--keys <path>',
    group: 'Access',
    help: "check signatures against these keys, in the form of AWS's credentials file (default: none are checked)",
  },
  { flags: '--region <code>', group: 'Access', help: 'the region in ARNs (default: us-east-1)' },
  {
    flags: '--access-log <path>',
    group: 'Access',
    help: 'append a line of JSON for each request; "-" is standard error',
  },
  {
    flags: '--threads <number>',
    group: 'Work',
    help: `maximum worker threads for writes and long reads (default: ${engineThreadsMax}); 0 runs everything on the main thread`,
  },
  {
    flags: '--drain-seconds <number>',
    group: 'Work',
    help: `how long a stop waits for open transactions (default: ${drainMsMax / 1000})`,
  },
  { flags: '-v, --verbose', group: 'Work', kind: 'count', help: verboseHelp },
]

type Given = Readonly<Record<string, string | boolean | number | readonly string[] | undefined>>

/** The arguments, or the help text when that was asked for. Throws LedgerError 'usage/invalid-argument'. */
export function parseServeArguments(argv: readonly string[]): ServeArguments | string {
  const program = buildProgram()
  const text = parseWith(program, argv)
  if (text !== undefined) return text
  const given = program.opts<Given>()
  const args = argumentsOf(given)
  checkArguments(args, given)
  return args
}

function argumentsOf(given: Given): ServeArguments {
  const text = (name: string) => given[name] as string | undefined
  const quotas = parseServeQuotas((given['quota'] as readonly string[] | undefined) ?? [], text('tempDir'))
  return {
    host: text('host') ?? '127.0.0.1',
    port: wholeNumber('--port', text('port') ?? '8182', 65_535),
    dataDir: text('dataDir'),
    ledgers: (given['ledger'] as readonly string[] | undefined) ?? [],
    exportDir: text('exportDir'),
    memory: given['memory'] === true,
    demo: given['demo'] === true,
    strictQldb: given['strictQldb'] === true,
    quotas: quotas.ledgers,
    serverQuotas: quotas.server,
    keys: text('keys'),
    tlsCert: text('tlsCert'),
    tlsKey: text('tlsKey'),
    region: text('region') ?? 'us-east-1',
    threads: wholeNumber('--threads', text('threads') ?? String(engineThreadsMax), 64),
    drainSeconds: wholeNumber('--drain-seconds', text('drainSeconds') ?? String(drainMsMax / 1000), 3600),
    accessLog: text('accessLog'),
    verbose: (given['verbose'] as number | undefined) ?? 0,
  }
}

function checkArguments(args: ServeArguments, given: Given): void {
  if (args.dataDir !== undefined && (args.memory || args.demo)) {
    throw usage("'--data-dir' and ledgers in memory exclude each other")
  }
  if ((args.tlsCert === undefined) !== (args.tlsKey === undefined)) {
    throw usage("'--tls-cert' and '--tls-key' are needed together")
  }
  for (const name of args.ledgers) {
    if (!isLedgerName(name)) throw usage(`'${name}' can't name a ledger`)
  }
  if (args.demo && args.ledgers.length > 1) throw usage("'--demo' fills one ledger, but several are named")
  if (given['threads'] !== undefined && args.threads > 0 && (args.memory || args.demo)) {
    throw usage("'--threads' has no effect on ledgers in memory")
  }
}

function wholeNumber(flag: string, text: string, max: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= max) return number
  throw usage(`'${flag}' takes a whole number from 0 to ${max}, found '${text}'`)
}

function buildProgram(): Command {
  const program = new Command('qldb serve')
    .description("Serve ledgers over HTTP. Amazon's QLDB drivers and SDKs work with it unchanged.")
    .usage('[flags]')
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      `\nCtrl-C or SIGTERM stops it, after open transactions have ended.\n\n${exitCodeHelp({
        ok: 'stopped in order',
        usage: wrongUsage,
        unavailable: 'the address or a ledger cannot be opened',
      })}`,
    )
  for (const { flags, help, group, kind } of serveFlags) {
    const option = new Option(flags, help).helpGroup(`${group}:`)
    program.addOption(kind === undefined ? option : repeatable(option, kind))
  }
  return program
}

function usage(message: string, help?: string): LedgerError {
  return new LedgerError('usage/invalid-argument', message, help === undefined ? {} : { help })
}
