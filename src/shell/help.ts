import { codes, isErrorCode } from '../base/error-codes.ts'
import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import { type CommandDefinition, commandGroups, commands, unknownCommand } from './commands.ts'
import { formatHelp, formatNames } from './formats/formats.ts'
import { functionLines, type ListedFunction } from './function-list.ts'
import { settingDefinitions, settingNames } from './settings.ts'
import { statementHelp, statementHelps } from './statement-help.ts'

/**
 * The text of `help` (empty topic), or of one command, statement, function or error code; of all `functions`.
 * Throws LedgerError 'usage/unknown-command' for an unknown topic.
 */
export function helpText(topic: string, functions: readonly ListedFunction[] = []): string {
  const wanted = topic.replace(/^\\/, '').toLowerCase()
  if (wanted === '') return generalHelp()
  const command = commands.find(({ names, shortNames }) => [...names, ...(shortNames ?? [])].includes(wanted))
  if (command !== undefined) return commandHelp(command)
  if (wanted === 'functions') return functionLines(functions)
  const text = statementHelp(wanted) ?? functionHelp(wanted, functions) ?? codeHelp(wanted)
  if (text !== undefined) return text
  const near = nearName(wanted, [...Object.keys(statementHelps), ...functions.map(({ name }) => name)])
  if (near === undefined) throw unknownCommand(wanted)
  throw new LedgerError('usage/unknown-command', `no command, statement or function named '${wanted}'`, {
    help: `did you mean '${near}'?`,
  })
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
    "'help <command>' tells more about one, 'help INSERT' shows a statement's forms, 'help functions' all functions.",
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
  const lines: string[] = []
  for (const name of settingNames) {
    const { choices, help }: { choices: readonly string[] | undefined; help: string } = settingDefinitions[name]
    lines.push(`  ${name}: ${choices?.join(' | ') ?? 'text'}`, `      ${help}`)
    if (name === 'format')
      lines.push(...formatNames.map((format) => `      ${format.padEnd(10)} ${formatHelp(format)}`))
  }
  return lines
}
