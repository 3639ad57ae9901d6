import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import type { AuditName } from './auditor.ts'
import type { Value } from '../values/value.ts'
import { bareLine, commandWords } from './command-text.ts'
import type { ConnectTarget } from './connection.ts'
import { parseParameters } from './parameters.ts'
import { settingNames } from './settings.ts'
import { refusedTransactionForm } from './transaction-forms.ts'

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
  describe(table: string | undefined): Promise<void>
  showLedgers(): Promise<void>
  showHistory(count: number): Promise<void>
  /** Undefined: the other way than now. */
  showVertical(isOn: boolean | undefined): Promise<void>
  /** Binds values to the `?` of the next statement. */
  bind(values: readonly Value[]): Promise<void>
  /** Runs a script; what becomes of it is the command's own outcome. */
  include(path: string): Promise<void>
  /** Where data goes from now on; undefined: where it went at first. */
  redirect(path: string | undefined): Promise<void>
  help(topic: string): Promise<void>
  /** Undefined: all. */
  showFunctions(pattern: string | undefined): Promise<void>
  leave(): Promise<void>
}

export interface CommandDefinition {
  /** The words that begin it, the first spelling being the one that help shows. */
  readonly names: readonly string[]
  /** Spellings that need the backslash, because without it they could be a statement. */
  readonly shortNames?: readonly string[]
  /** For help; empty for a command that takes nothing: without backslash it is then a command only when it stands alone. */
  readonly arguments: string
  readonly group: CommandGroup
  readonly help: string
  /** `rest`: what follows the name, as it was written. */
  readonly run: (host: CommandHost, words: readonly string[], rest: string) => Promise<void> | void
  /** What follows the name is PartiQL, not words. */
  readonly takesText?: true
}

export const commandGroups = ['Transactions', 'Results and scripts', 'Proofs', 'Shell'] as const
type CommandGroup = (typeof commandGroups)[number]

/** All commands. Help, completion and docs/shell.md are printed from this table. */
export const commands: readonly CommandDefinition[] = [
  {
    names: ['begin', 'start transaction', 'begin transaction', 'begin work'],
    arguments: '',
    group: 'Transactions',
    help: 'start a transaction, which commit or abort ends; at most 30 seconds',
    run: (host) => host.begin(),
  },
  {
    names: ['commit', 'commit transaction', 'commit work', 'end', 'end transaction', 'end work'],
    arguments: '',
    group: 'Transactions',
    help: 'save the changes of the open transaction',
    run: (host) => host.commit(),
  },
  {
    names: [...['abort', 'rollback', 'rollback transaction', 'rollback work'], ...['abort transaction', 'abort work']],
    arguments: '',
    group: 'Transactions',
    help: 'roll back the changes of the open transaction',
    run: (host) => host.abort(),
  },
  {
    names: ['bind'],
    arguments: '[value, ...]',
    group: 'Results and scripts',
    help: "values for the ? of the next statement, as PartiQL writes them: bind 'Tacoma', 2015, `2024-01-31T`",
    takesText: true,
    run: (host, _, rest) => host.bind(parseParameters(rest)),
  },
  {
    names: ['include'],
    shortNames: ['i'],
    arguments: '<FILE>',
    group: 'Results and scripts',
    help: 'run a script: statements and commands, up to its first error',
    run: (host, words) => host.include(oneWord('include', words)),
  },
  {
    names: ['output'],
    shortNames: ['o'],
    arguments: '[FILE]',
    group: 'Results and scripts',
    help: 'send results to FILE (format from its extension); without FILE, back to the screen',
    run: (host, words) => host.redirect(words.length === 0 ? undefined : oneWord('output', words)),
  },
  {
    names: ['vertical'],
    shortNames: ['x'],
    arguments: '[on | off]',
    group: 'Results and scripts',
    help: 'show each row as name/value lines, nothing cut; without an argument, toggle',
    run: (host, words) => host.showVertical(words.length === 0 ? undefined : isOn('vertical', words)),
  },
  {
    names: ['digest'],
    arguments: '[--out FILE]',
    group: 'Proofs',
    help: 'show the digest of the ledger, or save it: 32 bytes that stand for all of its blocks',
    run: (host, words) => host.audit('digest', words),
  },
  {
    names: ['prove'],
    arguments: '<document-id> [--table name] [--version n] [--digest FILE] [--out FILE]',
    group: 'Proofs',
    help: 'make a proof that a revision belongs to a digest of the ledger: it can be checked without the ledger',
    run: (host, words) => host.audit('prove', words),
  },
  {
    names: ['verify'],
    arguments: '[FILE ...] [--digest FILE] [--format text|json]',
    group: 'Proofs',
    help: 'check every block of the ledger, or proof files: each hash, the chain, a saved digest',
    run: (host, words) => host.audit('verify', words),
  },
  {
    names: ['help'],
    shortNames: ['?', 'h'],
    arguments: '[command | statement | function | error code | functions]',
    group: 'Shell',
    help: 'show this list, or one entry: help bind, help INSERT, help substring, help transaction/conflict',
    run: (host, words) => host.help(words.join(' ')),
  },
  {
    names: ['describe'],
    shortNames: ['d'],
    arguments: '[table]',
    group: 'Shell',
    help: 'show a table, its indexes and the fields of its first 200 documents; without a name, all tables',
    run: (host, words) => host.describe(words.length === 0 ? undefined : oneWord('describe', words)),
  },
  {
    names: ['show tables'],
    shortNames: ['dt'],
    arguments: '',
    group: 'Shell',
    help: 'list the active tables of the ledger',
    run: (host) => host.showTables(),
  },
  {
    names: ['show ledgers'],
    shortNames: ['l'],
    arguments: '',
    group: 'Shell',
    help: 'list the ledgers in the data directory',
    run: (host) => host.showLedgers(),
  },
  {
    names: ['show functions'],
    shortNames: ['df'],
    arguments: '[pattern]',
    group: 'Shell',
    help: 'list functions with their signatures: all, or those that match a pattern like date*',
    run: (host, words) => host.showFunctions(words.length === 0 ? undefined : oneWord('show functions', words)),
  },
  {
    names: ['status'],
    arguments: '',
    group: 'Shell',
    help: 'show ledger, address, transaction and version',
    run: (host) => host.showStatus(),
  },
  {
    names: ['env'],
    arguments: '',
    group: 'Shell',
    help: 'show every setting, its value and where that came from',
    run: (host) => host.showSettings(),
  },
  {
    names: ['use'],
    arguments: '<ledger> [-r region] [-p profile] [-s endpoint] [--create]',
    group: 'Shell',
    help: 'switch to another ledger, which stays open until the session ends; --create makes a new one',
    run: (host, words) => host.useLedger(useTarget(words)),
  },
  {
    names: ['set'],
    arguments: '<setting> <value>',
    group: 'Shell',
    help: 'change a setting for this session: ' + settingNames.join(', '),
    run: (host, words) => changeSetting(host, words),
  },
  {
    names: ['history'],
    shortNames: ['s'],
    arguments: '[count]',
    group: 'Shell',
    help: 'show the last inputs, newest last (default: 20)',
    run: (host, words) => host.showHistory(countOf('history', words, 20)),
  },
  {
    names: ['quit', 'exit'],
    shortNames: ['q'],
    arguments: '',
    group: 'Shell',
    help: 'leave the shell; an open transaction is rolled back',
    run: (host) => host.leave(),
  },
]

export interface CommandCall {
  readonly command: CommandDefinition
  readonly words: readonly string[]
  readonly rest: string
}

/**
 * The command that a text calls, or undefined when it is a statement for the ledger. Names in any case, with or without a
 * backslash, a `;` at the end or not. After a backslash there is always a command: an unknown one throws LedgerError
 * 'usage/unknown-command', and so do forms of `begin`, `commit` and `abort` that are not supported.
 */
export function findCommand(text: string): CommandCall | undefined {
  const backslash = /^\s*\\/.test(text)
  if (!backslash && !maybeCommand.test(text)) return undefined
  const line = bareLine(text)
  const spoken = (backslash ? line.slice(1) : line).trim()
  for (const command of commands) {
    const names = backslash ? [...command.names, ...(command.shortNames ?? [])] : command.names
    for (const name of longestFirst(names)) {
      const rest = afterName(spoken, name)
      if (rest === undefined || (rest !== '' && command.arguments === '' && !backslash)) continue
      const words = command.takesText ? [] : commandWords(rest)
      if (words.length > 0 && command.arguments === '') throw tooManyWords(name, words)
      return { command, words, rest }
    }
  }
  const refused = refusedTransactionForm(spoken)
  if (refused !== undefined) throw refused
  if (!backslash) return undefined
  throw unknownCommand(spoken)
}

/** Commands of other shells that could be none of ours, and no statement. */
const foreignCommands: readonly (readonly [RegExp, string])[] = [
  [/^\.(?:help|h)$/i, 'help'],
  [/^\.(?:tables|schema)$/i, 'show tables'],
  [/^\.(?:databases|dbs)$/i, 'show ledgers'],
  [/^(?:\.(?:exit|quit|q)|(?:exit|quit|bye|logout)\(?\)?)$/i, 'quit'],
  [/^show(?: tables?| collections)?$/i, 'show tables'],
  [/^show (?:databases?|schemas|dbs|ledger)$/i, 'show ledgers'],
  [/^(?:\.read|source) \S+$/i, 'include FILE'],
  [/^(?:\.mode|\.output|\.open|\.dump|\.import)(?: .*)?$/i, 'help'],
]

/** For a statement that failed: the command that was meant, when it is a word or two and the first is nearly a command's. */
export function meantCommand(text: string): string | undefined {
  const line = bareLine(text)
  const words = line.split(/\s+/)
  const [first = ''] = words
  const described = /^desc (\S+)$/i.exec(line)
  if (described !== null) return `describe ${described[1]}`
  const foreign = foreignCommands.find(([pattern]) => pattern.test(line))
  if (foreign !== undefined) return foreign[1]
  if (words.length > 2 || !/^[a-z]+$/i.test(first) || findsCommand(text)) return undefined
  return nearName(
    first,
    commands.flatMap(({ names }) => names).filter((name) => !name.includes(' ')),
  )
}

function findsCommand(text: string): boolean {
  try {
    return findCommand(text) !== undefined
  } catch {
    return true
  }
}

/** `commit work` is no `commit` with an argument. */
function longestFirst(names: readonly string[]): readonly string[] {
  return names.length === 1 ? names : names.toSorted((a, b) => b.length - a.length)
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

export function unknownCommand(spoken: string): LedgerError {
  const word = spoken.split(/\s+/)[0] as string
  const near = nearName(
    word,
    commands.flatMap(({ names }) => names),
  )
  const help = near === undefined ? "'help' lists the commands" : `did you mean '\\${near}'?`
  return new LedgerError('usage/unknown-command', `no command named '\\${word}'`, { help })
}

function oneWord(name: string, words: readonly string[]): string {
  if (words.length === 1) return words[0] as string
  throw new LedgerError('usage/invalid-argument', `'${name}' takes one name, found ${words.length}`, {
    help: usage(name),
  })
}

function countOf(name: string, words: readonly string[], usual: number): number {
  if (words.length === 0) return usual
  const count = Number(oneWord(name, words))
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new LedgerError('usage/invalid-argument', `'${words[0]}' is not a count`, { help: usage(name) })
}

function isOn(name: string, words: readonly string[]): boolean {
  const word = oneWord(name, words).toLowerCase()
  if (word === 'on' || word === 'off') return word === 'on'
  throw new LedgerError('usage/invalid-argument', `'${name}' takes on or off, found '${word}'`, { help: usage(name) })
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
