import { Command, Option } from 'commander'
import type { Arguments } from './args.ts'

export interface VerifyWishes extends Partial<Arguments> {
  /** Paths of digest files. */
  readonly digest?: readonly string[]
  readonly format?: 'text' | 'json'
  /** False: the blocks alone. */
  readonly derived: boolean
}

/** The flags that the shell's command has too. */
export function verifyCommand(name: string): Command {
  return new Command(name)
    .description(
      'Checks a ledger: every block, every revision, the chain, derived data against the journal.\n' +
        'With files: proofs and receipts, with no ledger at hand. With folders: journal exports as AWS wrote them.',
    )
    .usage('[flags] [FILE | DIR …]')
    .argument(
      '[path...]',
      "proof files, folders of exports, or a ledger's folder; none: the ledger that the flags name",
    )
    .addOption(
      new Option('-d, --digest <FILE>', 'a saved digest to hold it against; may be repeated').argParser(
        (path: string, before: string[] = []) => [...before, path],
      ),
    )
    .addOption(new Option('-f, --format <format>', 'how the report is written').choices(['text', 'json']))
    .option('--no-derived', 'leave out the comparison of tables, indexes and history with the journal')
}
