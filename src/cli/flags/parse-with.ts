import { type Command, CommanderError, Option } from 'commander'
import { LedgerError } from '../../base/errors.ts'

/**
 * Parses words with a program of commander. Returns a text to print instead (help, version), undefined when there is none.
 * Throws LedgerError 'usage/invalid-argument' for what the program does not understand.
 */
export function parseWith(program: Command, words: readonly string[]): string | undefined {
  const parts: string[] = []
  program
    .exitOverride()
    .helpOption('-h, --help', 'show this text')
    .configureOutput({ writeOut: (part) => void parts.push(part), writeErr: () => undefined })
  try {
    program.parse([...words], { from: 'user' })
    return undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return parts.join('')
    throw usageError(program, error)
  }
}

function usageError(program: Command, error: CommanderError): LedgerError {
  const message = error.message.replace(/^error: /, '').replace(/\n\(?Did you mean.*$/s, '')
  const near = /Did you mean (?:one of )?(.*?)\?/.exec(error.message)?.[1]
  return new LedgerError('usage/invalid-argument', message, {
    help: near === undefined ? `'${program.name()} --help' lists the flags` : `did you mean '${near}'?`,
  })
}

/** A flag that may be repeated, or is counted. */
export function repeatable(option: Option, kind: 'list' | 'count'): Option {
  return kind === 'list'
    ? option.argParser((value: string, before: string[] = []) => [...before, value])
    : option.argParser((_: string, before: number = 0) => before + 1)
}

/** `-v`, of every tool. */
export function verboseOption(): Option {
  return repeatable(new Option('-v, --verbose', verboseHelp), 'count')
}

export const verboseHelp = 'show causes of errors (-v) and stack traces (-vv)'
