import { type Command, CommanderError, Option } from 'commander'
import { LedgerError } from '../base/errors.ts'
import { type Arguments, checkArguments, exitCodeHelp, flagDefinitions, notGiven, optionOf } from './args.ts'
import { type Options, resolveOptions } from './options.ts'

/** What a subcommand was called with, or a text to print and be done. */
export type ToolInvocation<Wishes> =
  | { readonly kind: 'run'; readonly wishes: Wishes; readonly operands: readonly string[] }
  | { readonly kind: 'text'; readonly text: string }

/** Parses a subcommand's words. Throws LedgerError 'usage/invalid-argument'. */
export function parseToolArguments<Wishes>(program: Command, argv: readonly string[]): ToolInvocation<Wishes> {
  let text = ''
  program
    .exitOverride()
    .helpOption('-h, --help', 'show this text')
    .addHelpText('after', `\n${exitCodeHelp()}`)
    .configureOutput({ writeOut: (part) => (text += part), writeErr: () => undefined })
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { kind: 'text', text }
    const message = error.message.replace(/^error: /, '').replace(/\n\(?Did you mean.*$/s, '')
    const near = /Did you mean (?:one of )?(.*?)\?/.exec(error.message)?.[1]
    throw new LedgerError('usage/invalid-argument', message, {
      help: near === undefined ? `'${program.name()} --help' lists the flags` : `did you mean '${near}'?`,
    })
  }
  return { kind: 'run', wishes: program.opts() as Wishes, operands: program.args }
}

/** The flags that say which ledger, as the shell itself has them. */
export function addLedgerFlags(program: Command): Command {
  for (const definition of flagDefinitions) {
    if (definition.group === 'Connection') program.addOption(optionOf(definition))
  }
  return program.addOption(
    new Option('-v, --verbose', 'more about errors: their causes (-v), where they arose (-vv)')
      .argParser((_: string, before: number = 0) => before + 1)
      .helpGroup('Output:'),
  )
}

/** Which ledger the flags of addLedgerFlags mean, weighed against environment and configuration file. */
export function ledgerOptions(
  wishes: Partial<Arguments>,
  variables: Readonly<Record<string, string | undefined>>,
): Options {
  const args: Arguments = { ...notGiven, ...wishes, execute: [], file: [] }
  checkArguments(args)
  return resolveOptions(args, variables)
}
