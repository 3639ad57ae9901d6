import type { Command } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import {
  type Arguments,
  checkArguments,
  type ExitMeanings,
  errorFormatFlag,
  exitCodeHelp,
  flagDefinitions,
  notGiven,
  optionOf,
} from './args.ts'
import { fileQuotaFlags, fileQuotaOption } from './file-quotas.ts'
import { type Options, resolveOptions } from './options.ts'
import { parseWith, verboseOption } from './parse-with.ts'

/** What a subcommand was called with, or a text to print and be done. */
export type ToolInvocation<Wishes> =
  | { readonly kind: 'run'; readonly wishes: Wishes; readonly operands: readonly string[] }
  | { readonly kind: 'text'; readonly text: string }

/**
 * What a subcommand was called with; undefined when it was asked for its help, which then stands on standard output. Throws
 * LedgerError 'usage/invalid-argument'.
 */
export function readToolArguments<Wishes>(
  program: Command,
  argv: readonly string[],
  { stdout }: { readonly stdout: NodeJS.WriteStream },
  exits: ExitMeanings,
): { readonly wishes: Wishes; readonly operands: readonly string[] } | undefined {
  program.addHelpText('after', `\n${exitCodeHelp(exits)}`)
  const invocation = parseToolArguments<Wishes>(program, argv)
  if (invocation.kind === 'run') return invocation
  stdout.write(invocation.text)
  return undefined
}

/** Parses a subcommand's words. Throws LedgerError 'usage/invalid-argument'. */
export function parseToolArguments<Wishes>(program: Command, argv: readonly string[]): ToolInvocation<Wishes> {
  const text = parseWith(program, argv)
  if (text !== undefined) return { kind: 'text', text }
  return { kind: 'run', wishes: program.opts() as Wishes, operands: program.args }
}

/** What a tool may do with a ledger beside opening one that is on disk. */
export type LedgerUse = 'endpoint' | 'create' | 'strict-qldb' | 'files'

const flagUses: Readonly<Record<string, LedgerUse | 'shell'>> = {
  region: 'endpoint',
  profile: 'endpoint',
  'qldb-session-endpoint': 'endpoint',
  create: 'create',
  'strict-qldb': 'strict-qldb',
  quota: 'strict-qldb',
  'temp-dir': 'shell',
  'keep-strict-qldb': 'shell',
  memory: 'shell',
  demo: 'shell',
  'journal-reads': 'shell',
}

/**
 * The flags that say which ledger, as the shell itself has them; help shows those that the tool has a use for. The others
 * are understood, since the tools say themselves what is wrong with a ledger in memory or at an endpoint; but a wish that
 * would have no effect is refused with LedgerError 'usage/invalid-argument' as it is parsed.
 */
export function addLedgerFlags(program: Command, uses: readonly LedgerUse[] = []): Command {
  for (const definition of flagDefinitions) {
    if (definition.group !== 'Connection') continue
    const readsFiles = uses.includes('files') && definition.flags === fileQuotaFlags
    const option = readsFiles ? fileQuotaOption() : optionOf(definition)
    const use = readsFiles ? undefined : flagUses[option.name()]
    const isShown = use === undefined || (use !== 'shell' && uses.includes(use))
    program.addOption(isShown ? option : option.hideHelp())
    if (isShown || !isWithoutEffect(option.name())) continue
    program.on(`option:${option.name()}`, () => {
      throw new LedgerError('usage/invalid-argument', `'--${option.name()}' has no effect on '${program.name()}'`)
    })
  }
  program.addOption(optionOf(errorFormatFlag))
  return program.addOption(verboseOption().helpGroup('Output:'))
}

function isWithoutEffect(flag: string): boolean {
  return ['create', 'strict-qldb', 'quota', 'keep-strict-qldb', 'journal-reads'].includes(flag)
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
