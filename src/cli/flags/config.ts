import { LedgerError } from '../../base/errors.ts'
import { nearName } from '../../base/near-name.ts'
import { type SettingName, settingDefinitions, settingNames } from '../../shell/settings.ts'
import { parseAllIon } from '../../values/text-reader.ts'
import type { StructValue, Value } from '../../values/value.ts'

/** What the configuration file says. */
export interface Config {
  readonly defaultLedger?: string
  readonly dataDir?: string
  readonly settings: readonly (readonly [SettingName, string])[]
  readonly ledgers: readonly LedgerConfig[]
  /** One line each: keys that are not known. */
  readonly warnings: readonly string[]
}

/** How one ledger is reached. */
export interface LedgerConfig {
  readonly name: string
  readonly profile?: string
  readonly region?: string
  readonly endpoint?: string
}

export const emptyConfig: Config = { settings: [], ledgers: [], warnings: [] }

/** The file's keys. docs/configuration.md is printed from these tables; those of `ui` are the settings' (shell/settings.ts). */
export const configKeys = {
  default_ledger: 'the ledger to open where `--ledger` names none',
  data_dir: "where embedded ledgers live, where `--data-dir` names no other place; not in the official shell's file",
  ui: 'a struct of settings, see below',
  ledgers: 'a list of structs: how each ledger is reached, see below',
  debug: 'accepted and ignored: the official shell had it',
} as const satisfies Record<string, string>

export const ledgerKeys = {
  name: 'the name that `--ledger` and `use` take; required',
  profile: 'AWS profile with the credentials',
  region: 'AWS region',
  qldb_session_endpoint: 'address of the endpoint; without it the ledger is embedded',
} as const satisfies Record<string, string>

/**
 * Reads the official shell's configuration file: Ion, one struct (or nothing).
 * Throws LedgerError 'config/invalid' when a value has the wrong type.
 */
export function parseConfig(text: string): Config {
  const values = readIon(text)
  const [root] = values
  if (root === undefined) return emptyConfig
  if (values.length > 1) throw invalid(`one struct was expected, found ${values.length} values`)
  if (root.type !== 'struct') throw invalid(`one struct was expected, found a ${root.type}`)
  const warnings = unknownKeys(root, '', Object.keys(configKeys))
  const ui = structAt(root, 'ui')
  const debug = structAt(root, 'debug')
  if (ui !== undefined) warnings.push(...unknownKeys(ui, 'ui.', settingNames.map(configKey)))
  if (debug !== undefined) warnings.push(...unknownKeys(debug, 'debug.', ['log']))
  const ledgers = ledgersOf(root, warnings)
  return {
    ...textAt(root, 'default_ledger', 'defaultLedger'),
    ...textAt(root, 'data_dir', 'dataDir'),
    settings: ui === undefined ? [] : settingsOf(ui),
    ledgers,
    warnings,
  }
}

function readIon(text: string): Value[] {
  try {
    return parseAllIon(text)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw new LedgerError('config/invalid', error.message, { cause: error, ...(error.span && { span: error.span }) })
  }
}

function configKey(name: SettingName): string {
  return settingDefinitions[name].configKey
}

function settingsOf(ui: StructValue): [SettingName, string][] {
  const found: [SettingName, string][] = []
  for (const name of settingNames) {
    const value = ui.get(configKey(name))
    if (value === undefined || value.type === 'null') continue
    if (value.type === 'bool') found.push([name, String(value.value)])
    else if (value.type === 'string' || value.type === 'symbol') found.push([name, value.value])
    else throw invalid(`'ui.${configKey(name)}' should be a string or a bool, found a ${value.type}`)
  }
  return found
}

function ledgersOf(root: StructValue, warnings: string[]): LedgerConfig[] {
  const ledgers = root.get('ledgers')
  if (ledgers === undefined || ledgers.type === 'null') return []
  if (ledgers.type !== 'list') throw invalid(`'ledgers' should be a list, found a ${ledgers.type}`)
  return ledgers.items.map((item, index) => {
    const path = `ledgers[${index}].`
    if (item.type !== 'struct') throw invalid(`'ledgers[${index}]' should be a struct, found a ${item.type}`)
    warnings.push(...unknownKeys(item, path, Object.keys(ledgerKeys)))
    const { name } = textAt(item, 'name', 'name', path)
    if (name === undefined) throw invalid(`'ledgers[${index}]' has no 'name'`)
    return {
      name,
      ...textAt(item, 'profile', 'profile', path),
      ...textAt(item, 'region', 'region', path),
      ...textAt(item, 'qldb_session_endpoint', 'endpoint', path),
    }
  })
}

/** `{[name]: text}` when the field is there, else `{}`. */
function textAt<Name extends string>(
  from: StructValue,
  key: string,
  name: Name,
  path = '',
): Partial<Record<Name, string>> {
  const value = from.get(key)
  if (value === undefined || value.type === 'null') return {}
  if (value.type !== 'string' && value.type !== 'symbol') {
    throw invalid(`'${path}${key}' should be a string, found a ${value.type}`)
  }
  return { [name]: value.value } as Record<Name, string>
}

function structAt(from: StructValue, key: string): StructValue | undefined {
  const value = from.get(key)
  if (value === undefined || value.type === 'null') return undefined
  if (value.type !== 'struct') throw invalid(`'${key}' should be a struct, found a ${value.type}`)
  return value
}

function unknownKeys(from: StructValue, path: string, known: readonly string[]): string[] {
  return from.names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearName(name, known)
      return `unknown key '${path}${name}'${near === undefined ? '' : `, did you mean '${path}${near}'?`}`
    })
}

function invalid(message: string): LedgerError {
  return new LedgerError('config/invalid', message)
}
