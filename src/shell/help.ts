import { codes, isErrorCode } from '../base/error-codes.ts'
import { type CommandDefinition, commandGroups, commands } from './commands.ts'
import { formatHelp, formatNames } from './formats/formats.ts'
import { functionLines, type ListedFunction } from './function-list.ts'
import { functionsBeginning, functionsLike, noSuchTopic, statementOf } from './help-topics.ts'
import { settingDefinitions, settingNames } from './settings.ts'
import { statementHelp } from './statement-help.ts'

/**
 * The text of `help` (empty topic), or of one command, setting, statement, clause, function or error code; of all
 * `functions`, or those that a pattern or a beginning names. Throws LedgerError 'usage/unknown-command' for an unknown topic.
 */
export function helpText(topic: string, functions: readonly ListedFunction[] = []): string {
  const wanted = topic.replace(/^\\/, '').replace(/\s+/g, ' ').trim().toLowerCase()
  if (wanted === '') return generalHelp()
  const command = commands.find(({ names, shortNames }) => [...names, ...(shortNames ?? [])].includes(wanted))
  if (command !== undefined) return commandHelp(command)
  if (wanted === 'functions') return functionLines(functions)
  const [first = '', ...rest] = wanted.split(' ')
  if (first === 'functions' || wanted.startsWith('show functions ')) {
    return functionsLike(rest.at(-1) ?? '', functions)
  }
  const text =
    settingHelp(first === 'set' ? (rest[0] ?? '') : wanted) ??
    both(statementHelp(statementOf(wanted) ?? ''), functionHelp(wanted, functions)) ??
    codeHelp(wanted) ??
    functionsBeginning(wanted, functions)
  if (text === undefined) throw noSuchTopic(wanted, functions)
  return text
}

/** REPLACE is a statement and a function. */
function both(statement: string | undefined, call: string | undefined): string | undefined {
  return statement === undefined || call === undefined ? (statement ?? call) : `${call}\n\n${statement}`
}

/** One setting, its choices and what it does. */
function settingHelp(wanted: string): string | undefined {
  const name = settingNames.find((one) => one === wanted.replaceAll('_', '-'))
  return name === undefined ? undefined : [`set ${name} <value>`, ...linesOf(name)].join('\n')
}

function commandHelp(command: CommandDefinition): string {
  const [name, ...others] = command.names
  const lines = [`${name} ${command.arguments}`.trimEnd(), `  ${command.help}`]
  others.push(...(command.shortNames ?? []).map((short) => `\\${short}`))
  if (others.length > 0) lines.push(`  also: ${others.join(', ')}`)
  if (name === 'set') lines.push(...settingLines())
  return lines.join('\n')
}

function functionHelp(wanted: string, functions: readonly ListedFunction[]): string | undefined {
  const found = functions.find(({ name }) => name === wanted.replace(/\(.*$/, '').trim())
  if (found === undefined) return undefined
  const { signature, gives, isInQldb } = found
  return [signature, `  ${gives}`, ...(isInQldb ? [] : ['  QLDB did not have it: --strict-qldb refuses it'])].join('\n')
}

function codeHelp(wanted: string): string | undefined {
  if (!isErrorCode(wanted)) return undefined
  const [kind, isWorthRetrying, meaning, advice] = codes[wanted]
  const lines = [`error[${wanted}] (${kind})`, `  ${meaning}`]
  if (advice !== 'nothing') lines.push(`  help: ${advice}`)
  if (isWorthRetrying) lines.push('  the same statement or transaction may succeed when it is run again')
  return lines.join('\n')
}

function generalHelp(): string {
  const rows = commands.map((command) => [spellings(command), command] as const)
  const width = rows.reduce((most, [name]) => Math.max(most, name.length), 0)
  const lines = ['Anything that is not a command is a PartiQL statement and goes to the ledger.']
  for (const group of commandGroups) {
    lines.push('', group)
    for (const [name, command] of rows) {
      if (command.group === group) lines.push(`  ${name.padEnd(width)}  ${shortHelp(command)}`)
    }
  }
  lines.push('', 'Commands work with a backslash before them too, in any case, with or without a semicolon.')
  lines.push(
    "'help <command>' tells more about one, 'help INSERT' shows a statement's forms, 'help functions' all functions,",
    "'help functions date' those with date in their name.",
  )
  return lines.join('\n')
}

/** Two of its names, or one and its short one. */
function spellings({ names, shortNames = [] }: CommandDefinition): string {
  return [...names, ...shortNames.map((name) => `\\${name}`)].slice(0, 2).join(', ')
}

function shortHelp(command: CommandDefinition): string {
  return command.help.split(': ')[0] as string
}

function settingLines(): string[] {
  return settingNames.flatMap(linesOf)
}

function linesOf(name: (typeof settingNames)[number]): string[] {
  const { choices, help }: { choices: readonly string[] | undefined; help: string } = settingDefinitions[name]
  const lines = [`  ${name}: ${choices?.join(' | ') ?? 'text'}`, `      ${help}`]
  if (name === 'format') lines.push(...formatNames.map((format) => `      ${format.padEnd(10)} ${formatHelp(format)}`))
  return lines
}
