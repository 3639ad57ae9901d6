import { basename, resolve } from 'node:path'
import { LedgerError } from '../../base/errors.ts'
import { placeAt } from '../../base/span.ts'
import { Settings } from '../../shell/settings.ts'
import type { Arguments } from './args.ts'
import { regionWarning } from './aws-regions.ts'
import { readBoundedText } from '../../host/bounded-file.ts'
import { type Config, emptyConfig, parseConfig } from './config.ts'
import type { Place, Sourced } from '../session/connect.ts'
import { fileError, reasonOf } from '../../host/file-error.ts'
import { configFile, dataDirectory } from './places.ts'
import { withinHeap } from '../../host/memory-share.ts'
import { parseQuotas } from './quota-args.ts'

type Variables = Readonly<Record<string, string | undefined>>

export interface Options {
  readonly place: Place
  readonly settings: Settings
  /** One line each, for stderr. */
  readonly warnings: readonly string[]
}

/** Weighs flags, environment, configuration file and defaults, in this order. Throws LedgerError 'config/…', 'usage/…'. */
export function resolveOptions(args: Arguments, variables: Variables): Options {
  const path = args.config === undefined ? configFile(variables) : resolve(args.config)
  const config = readConfig(path, args.config !== undefined)
  const fromFile = (value: string | undefined): Sourced | undefined =>
    value === undefined ? undefined : { value, from: `file ${path}` }
  const endpoint =
    flag(args.qldbSessionEndpoint, '--qldb-session-endpoint') ??
    (isEmbedded(args) ? undefined : variable(variables, 'AWS_ENDPOINT_URL_QLDB_SESSION'))
  const named = flag(args.ledger, '--ledger') ?? (args.demo ? undefined : fromFile(config.defaultLedger))
  const inMemory = args.memory || args.demo
  const place: Place = {
    ledger: named ?? {
      value: args.demo ? 'vehicle-registration' : 'default',
      from: args.demo ? 'flag --demo' : 'default',
    },
    isDefaultLedger: named === undefined,
    create: args.create,
    endpoint,
    region: flag(args.region, '--region') ?? variable(variables, 'AWS_REGION', 'AWS_DEFAULT_REGION'),
    profile: flag(args.profile, '--profile') ?? variable(variables, 'AWS_PROFILE'),
    dataDir: dataDirOf(args, variables, fromFile(config.dataDir)),
    inMemory,
    strictQldb: args.strictQldb,
    keepStrictQldb: args.keepStrictQldb === undefined ? undefined : args.keepStrictQldb === 'on',
    quotas: withinHeap(parseQuotas(args.quota ?? [], args.tempDir)),
    journalReads: args.journalReads === undefined ? undefined : args.journalReads === 'on',
    ledgers: isEmbedded(args) ? [] : config.ledgers,
  }
  return {
    place,
    settings: settingsOf(args, config, path),
    warnings: [...config.warnings.map((warning) => `${path}: ${warning}`), ...placeWarnings(args, place)],
  }
}

/** Whether a flag asks for the embedded ledger, whatever the environment says. */
function isEmbedded(args: Arguments): boolean {
  return args.memory || args.demo || args.create || args.dataDir !== undefined
}

function flag(value: string | undefined, name: string): Sourced | undefined {
  return value === undefined ? undefined : { value, from: `flag ${name}` }
}

function variable(variables: Variables, ...names: readonly string[]): Sourced | undefined {
  for (const name of names) {
    const value = variables[name]
    if (value !== undefined && value !== '') return { value, from: `environment ${name}` }
  }
  return undefined
}

function dataDirOf(args: Arguments, variables: Variables, configured: Sourced | undefined): Sourced {
  const given = flag(args.dataDir, '--data-dir') ?? configured
  if (given !== undefined) return { ...given, value: resolve(given.value) }
  return { value: dataDirectory(variables), from: 'default' }
}

function settingsOf(args: Arguments, config: Config, path: string): Settings {
  const settings = new Settings()
  for (const [name, value] of config.settings) {
    try {
      settings.set(name, value, `file ${path}`)
    } catch (error) {
      throw error instanceof LedgerError ? configError(path, error) : error
    }
  }
  if (args.quiet) settings.set('notices', 'false', 'flag --quiet')
  if (args.format !== undefined) settings.set('format', args.format, 'flag --format')
  return settings
}

/** A region or profile is of no use without an endpoint: the embedded ledger is what is opened then. */
function placeWarnings(args: Arguments, place: Place): string[] {
  const configured = place.ledgers.find(({ name }) => name === place.ledger.value)
  if (place.endpoint !== undefined || configured?.endpoint !== undefined) {
    const region = place.region?.value ?? configured?.region
    const warning = region === undefined ? undefined : regionWarning(region)
    return warning === undefined ? [] : [warning]
  }
  return (['region', 'profile'] as const)
    .filter((name) => args[name] !== undefined)
    .map((name) => `'--${name}' has no effect on the embedded ledger; --qldb-session-endpoint names an endpoint`)
}

/** psql runs what stands behind -c. */
function statementAsConfig(path: string, cause: unknown): LedgerError {
  return new LedgerError('file/unreadable', `can't read the configuration file '${path}': ${reasonOf(cause)}`, {
    cause,
    help: '-c names the configuration file; a statement is run with -e',
  })
}

function readConfig(path: string, isAsked: boolean): Config {
  let text: string
  try {
    text = readBoundedText(path)
  } catch (error) {
    const isAbsent = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
    if (isAbsent && !isAsked) return emptyConfig
    if (isAbsent && /\s/.test(basename(path))) throw statementAsConfig(path, error)
    throw fileError(error, path)
  }
  try {
    return parseConfig(text)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    const place = error.span === undefined ? undefined : placeAt(text, error.span.start)
    throw configError(place === undefined ? path : `${path}:${place.line}:${place.column}`, error)
  }
}

function configError(where: string, error: LedgerError): LedgerError {
  return new LedgerError('config/invalid', `${where}: ${error.message}`, {
    cause: error,
    ...(error.help === undefined ? {} : { help: error.help }),
  })
}
