import { Command, InvalidArgumentError, Option } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { jsonGuessesMax } from '../../base/limits.ts'
import type { Arguments } from '../flags/args.ts'
import type { ProgressWish } from './tool-progress.ts'

export interface VerifyWishes extends Partial<Arguments> {
  /** Paths of digest files. */
  readonly digest?: readonly string[]
  readonly format?: 'text' | 'json'
  /** False: the blocks alone. */
  readonly derived: boolean
  /** Guesses at the types of a JSON document's data. */
  readonly guesses?: number
  readonly progress?: ProgressWish
  /** The path of a digest file. */
  readonly since?: string
  /** The name or id of the one table to look at. */
  readonly table?: string
}

/** Throws LedgerError 'usage/invalid-argument' for `--since` and `--table`, which only an embedded ledger's store can follow. */
export function refuseLocal({ since, table }: VerifyWishes, what: string): void {
  if (since !== undefined)
    throw wrongFlags(
      `'--since' checks an embedded ledger, not ${what}`,
      `'--digest ${since}' holds all blocks against it`,
    )
  if (table !== undefined) throw wrongFlags(`'--table' checks a table of an embedded ledger, not ${what}`)
}

/** Throws LedgerError 'usage/invalid-argument' for flags that name another ledger than the path that is to be checked. */
export function refuseLedgerFlags({ ledger, qldbSessionEndpoint, dataDir }: VerifyWishes, path: string): void {
  const given = { '--ledger': ledger, '--qldb-session-endpoint': qldbSessionEndpoint, '--data-dir': dataDir }
  for (const [flag, value] of Object.entries(given))
    if (value !== undefined)
      throw wrongFlags(`'${flag}' names a ledger, but '${path}' is to be checked`, 'check one of them a command')
}

/** Throws LedgerError 'usage/invalid-argument' for quotas of files where a ledger is to be checked. */
export function refuseFileQuotas({ quota }: VerifyWishes): void {
  if (quota !== undefined) throw wrongFlags("'--quota' sets limits of files, but a ledger is to be checked")
}

/** Throws LedgerError 'usage/invalid-argument' where another flag leaves out what `--table` looks at. */
export function checkTableWishes({ table, since, derived }: VerifyWishes): void {
  if (table === undefined) return
  const help = `'--table' compares the table's documents, indexes and history with the journal`
  if (since !== undefined) throw wrongFlags("'--table' and '--since' can't be combined", help)
  if (!derived) throw wrongFlags("'--table' and '--no-derived' can't be combined", help)
}

function wrongFlags(message: string, help?: string): LedgerError {
  return new LedgerError('usage/invalid-argument', message, help === undefined ? {} : { help })
}

/** `--guesses N`, of verify and import. */
export function guessesOption(): Option {
  const text = `tries at finding the Ion types of a JSON document by its hash (default: ${jsonGuessesMax})`
  return new Option('--guesses <N>', text).argParser((value) => {
    if (/^[1-9]\d{0,8}$/.test(value)) return Number(value)
    throw new InvalidArgumentError('Expected a number from 1 to 999999999.')
  })
}

/** `--digest FILE`, of verify and rebuild. */
export function digestOption(): Option {
  const text = 'check the journal against a saved digest; may be repeated'
  return new Option('-d, --digest <FILE>', text).argParser((path: string, before: string[] = []) => [...before, path])
}

/** The flags that the shell's command has too. */
export function verifyCommand(name: string): Command {
  return new Command(name)
    .description(
      'Check a ledger: every block, every revision, the chain, and tables and indexes against the journal. With files: ' +
        'proofs, receipts, revisions, blocks, stream records. With folders: journal exports. The first line of the report ' +
        'is the verdict: verified, incomplete or tampered.',
    )
    .usage('[flags] [FILE | DIR …]')
    .argument('[path...]', "files, folders of exports, or a ledger's folder; none: the ledger that the flags name")
    .addOption(digestOption())
    .addOption(new Option('-f, --format <format>', 'format of the report').choices(['text', 'json']))
    .addOption(guessesOption())
    .option('--no-derived', 'do not compare tables, indexes and history with the journal')
}
