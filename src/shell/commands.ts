import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import type { AuditName } from './auditor.ts'
import { bareLine, commandWords } from './command-text.ts'
import type { ConnectTarget } from './connection.ts'
import { formatHelp, formatNames } from './formats.ts'
import { settingDefinitions, settingNames } from './settings.ts'

/** What a command may do: the shell, seen from the command table. */
export interface CommandHost {
  begin(): Promise<void>
  commit(): Promise<void>
  abort(): Promise<void>
  showTables(): Promise<void>
  showStatus(): Promise<void>
  showSettings(): Promise<void>
  changeSetting(name: string, value: string): Promise<void>
  useLedger(target: ConnectTarget): Promise<void>
  audit(name: AuditName, words: readonly string[]): Promise<void>
  print(text: string): Promise<void>
  leave(): void
}

interface CommandDefinition {
  /** The words that begin it, the first spelling being the one that help shows. */
  readonly names: readonly string[]
  /** Spellings that need the backslash, because without it they could be a statement. */
  readonly shortNames?: readonly string[]
  /** For help; empty for a command that takes nothing: without backslash it is then a command only when it stands alone. */
  readonly arguments: string
  readonly group: 'Transactions' | 'Proofs' | 'Shell'
  readonly help: string
  readonly run: (host: CommandHost, words: readonly string[]) => Promise<void> | void
}

/** All commands. Help, completion and the documentation are made from this table. */
export const commands: readonly CommandDefinition[] = [
  {
    names: ['begin', 'start transaction', 'begin transaction'],
    arguments: '',
    group: 'Transactions',
    help: 'starts a transaction; it lasts until commit or abort, at most 30 seconds',
    run: (host) => host.begin(),
  },
  {
    names: ['commit'],
    arguments: '',
    group: 'Transactions',
    help: 'makes the changes of the open transaction final',
    run: (host) => host.commit(),
  },
  {
    names: ['abort', 'rollback'],
    arguments: '',
    group: 'Transactions',
    help: 'drops the changes of the open transaction',
    run: (host) => host.abort(),
  },
  {
    names: ['digest'],
    arguments: '[--out FILE]',
    group: 'Proofs',
    help: 'the digest of the ledger, 32 bytes that stand for all of its blocks: shown, or saved in a file',
    run: (host, words) => host.audit('digest', words),
  },
  {
    names: ['prove'],
    arguments: '<document-id> [--table name] [--version n] [--digest FILE] [--out FILE]',
    group: 'Proofs',
    help: 'a proof that a revision belongs to a digest of the ledger: checked with no ledger at hand',
    run: (host, words) => host.audit('prove', words),
  },
  {
    names: ['verify'],
    arguments: '[FILE ...] [--digest FILE] [--format text|json]',
    group: 'Proofs',
    help: 'checks every block of the ledger, or proof files: each hash, the chain, a saved digest',
    run: (host, words) => host.audit('verify', words),
  },
  {
    names: ['help'],
    shortNames: ['?', 'h'],
    arguments: '[command]',
    group: 'Shell',
    help: 'this list, or what one command does',
    run: (host, words) => host.print(helpText(words.join(' '))),
  },
  {
    names: ['show tables'],
    arguments: '',
    group: 'Shell',
    help: 'the active tables of the ledger',
    run: (host) => host.showTables(),
  },
  {
    names: ['status'],
    arguments: '',
    group: 'Shell',
    help: 'ledger, where it is, transaction, version',
    run: (host) => host.showStatus(),
  },
  {
    names: ['env'],
    arguments: '',
    group: 'Shell',
    help: 'every setting, its value and where that came from',
    run: (host) => host.showSettings(),
  },
  {
    names: ['use'],
    arguments: '<ledger> [-r region] [-p profile] [-s endpoint] [--create]',
    group: 'Shell',
    help: 'goes to another ledger (-l <ledger> is understood too)',
    run: (host, words) => host.useLedger(useTarget(words)),
  },
  {
    names: ['set'],
    arguments: '<setting> <value>',
    group: 'Shell',
    help: 'changes a setting for this session: ' + settingNames.join(', '),
    run: (host, words) => changeSetting(host, words),
  },
  {
    names: ['quit', 'exit'],
    shortNames: ['q'],
    arguments: '',
    group: 'Shell',
    help: 'leaves the shell; an open transaction is aborted',
    run: (host) => host.leave(),
  },
]

export interface CommandCall {
  readonly command: CommandDefinition
  readonly words: readonly string[]
}

/**
 * The command that a text calls, or undefined when it is a statement for the ledger. Names in any case, with or without a
 * backslash, a `;` at the end or not. After a backslash there is always a command: an unknown one throws LedgerError
 * 'usage/unknown-command'.
 */
export function findCommand(text: string): CommandCall | undefined {
  const backslash = /^\s*\\/.test(text)
  if (!backslash && !maybeCommand.test(text)) return undefined
  const line = bareLine(text)
  const spoken = (backslash ? line.slice(1) : line).trim()
  for (const command of commands) {
    const names = backslash ? [...command.names, ...(command.shortNames ?? [])] : command.names
    for (const name of names) {
      const rest = afterName(spoken, name)
      if (rest === undefined || (rest !== '' && command.arguments === '' && !backslash)) continue
      const words = commandWords(rest)
      if (words.length > 0 && command.arguments === '') throw tooManyWords(name, words)
      return { command, words }
    }
  }
  if (!backslash) return undefined
  throw unknownCommand(spoken)
}

/** A quick no for statements: the first word of every command. */
const maybeCommand = new RegExp(
  `^\\s*(?:${[...new Set(commands.flatMap(({ names }) => names.map((name) => name.split(' ')[0])))].join('|')})(?:[\\s;]|$)`,
  'i',
)

function afterName(spoken: string, name: string): string | undefined {
  const pattern = name.split(' ').map((word) => word.replace('?', '\\?'))
  const match = new RegExp(`^${pattern.join('\\s+')}(?:\\s+([^]*))?$`, 'i').exec(spoken)
  return match === null ? undefined : (match[1] ?? '')
}

function tooManyWords(name: string, words: readonly string[]): LedgerError {
  return new LedgerError('usage/invalid-argument', `'${name}' takes no arguments, found '${words.join(' ')}'`)
}

function unknownCommand(spoken: string): LedgerError {
  const word = spoken.split(/\s+/)[0] as string
  const near = nearName(
    word,
    commands.flatMap(({ names }) => names),
  )
  const help = near === undefined ? "'help' lists the commands" : `did you mean '\\${near}'?`
  return new LedgerError('usage/unknown-command', `no command named '\\${word}'`, { help })
}

/** `set format json`, `set format = json`, `set prompt "$LEDGER> "`. */
function changeSetting(host: CommandHost, words: readonly string[]): Promise<void> {
  const [name, ...rest] = words.flatMap((word, index) => (index === 0 ? word.split('=', 2) : [word]))
  const value = (rest[0] === '=' || rest[0] === '' ? rest.slice(1) : rest).join(' ')
  if (name === undefined || name === '' || rest.length === 0) {
    throw new LedgerError('usage/invalid-argument', "'set' needs a setting and a value", {
      help: `settings are: ${settingNames.join(', ')}`,
    })
  }
  return host.changeSetting(name, value)
}

const useFlags: Readonly<Record<string, 'ledger' | 'region' | 'profile' | 'endpoint'>> = {
  '-l': 'ledger',
  '--ledger': 'ledger',
  '-r': 'region',
  '--region': 'region',
  '-p': 'profile',
  '--profile': 'profile',
  '-s': 'endpoint',
  '--qldb-session-endpoint': 'endpoint',
}

function useTarget(words: readonly string[]): ConnectTarget {
  const target: { -readonly [Key in keyof ConnectTarget]: ConnectTarget[Key] } = { ledger: undefined }
  const rest = words.flatMap((word) =>
    /^--[a-z-]+=/.test(word) ? [word.split('=', 1)[0] as string, word.replace(/^[^=]*=/, '')] : [word],
  )
  while (rest.length > 0) {
    const word = rest.shift() as string
    const name = useFlags[word]
    if (word === '--create') target.create = true
    else if (name !== undefined) {
      const value = rest.shift()
      if (value === undefined) throw new LedgerError('usage/invalid-argument', `'${word}' needs a value`)
      target[name] = value
    } else if (word.startsWith('-') || target.ledger !== undefined) {
      throw new LedgerError('usage/invalid-argument', `'use' does not understand '${word}'`, { help: usage('use') })
    } else target.ledger = word
  }
  if (words.length === 0)
    throw new LedgerError('usage/invalid-argument', "'use' needs a ledger", { help: usage('use') })
  return target
}

function usage(name: string): string {
  const command = commands.find(({ names }) => names.includes(name)) as CommandDefinition
  return `usage: ${name} ${command.arguments}`.trimEnd()
}

/** The text of `help` (empty topic) or `help <command>`. Throws LedgerError 'usage/unknown-command' for an unknown topic. */
export function helpText(topic: string): string {
  const wanted = topic.replace(/^\\/, '').toLowerCase()
  if (wanted === '') return generalHelp()
  const command = commands.find(({ names, shortNames }) => [...names, ...(shortNames ?? [])].includes(wanted))
  if (command === undefined) throw unknownCommand(wanted)
  const lines = [`${command.names[0]} ${command.arguments}`.trimEnd(), `  ${command.help}`]
  const others = [...command.names.slice(1), ...(command.shortNames ?? []).map((name) => `\\${name}`)]
  if (others.length > 0) lines.push(`  also: ${others.join(', ')}`)
  if (wanted === 'set') lines.push(...settingLines())
  return lines.join('\n')
}

function generalHelp(): string {
  const rows = commands.map((command) => [command.names.slice(0, 2).join(', '), command] as const)
  const width = rows.reduce((most, [name]) => Math.max(most, name.length), 0)
  const lines = ['Anything that is not a command is a PartiQL statement and goes to the ledger.']
  for (const group of ['Transactions', 'Proofs', 'Shell'] as const) {
    lines.push('', group)
    for (const [name, command] of rows) {
      if (command.group === group) lines.push(`  ${name.padEnd(width)}  ${shortHelp(command)}`)
    }
  }
  lines.push('', 'Commands work with a backslash before them too, in any case, with or without a semicolon.')
  lines.push("'help <command>' tells more about one.")
  return lines.join('\n')
}

function shortHelp(command: CommandDefinition): string {
  return command.help.split(': ')[0] as string
}

function settingLines(): string[] {
  const lines: string[] = []
  for (const name of settingNames) {
    const { choices, help }: { choices: readonly string[] | undefined; help: string } = settingDefinitions[name]
    lines.push(`  ${name}: ${choices?.join(' | ') ?? 'text'}`, `      ${help}`)
    if (name === 'format')
      lines.push(...formatNames.map((format) => `      ${format.padEnd(10)} ${formatHelp(format)}`))
  }
  return lines
}
