import { LedgerError } from '../base/errors.ts'

/**
 * The words of a command, cut at blanks. A word in single or double quotes may hold blanks; a doubled quote inside stands
 * for one. Throws LedgerError 'usage/invalid-argument' for a quote that is not closed.
 */
export function commandWords(text: string): string[] {
  const words: string[] = []
  const pattern = /'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([^\s'"]\S*)|(\S)/g
  for (const [, single, double, plain, stray] of text.matchAll(pattern)) {
    if (stray !== undefined) throw new LedgerError('usage/invalid-argument', `the quote ${stray} is not closed`)
    words.push(plain ?? single?.replaceAll("''", "'") ?? (double as string).replaceAll('""', '"'))
  }
  return words
}

/** A text without the blanks, `;` and `-- comment` at its end, for texts that may be a command. */
export function bareLine(text: string): string {
  let bare = text.trim()
  for (;;) {
    const lineStart = bare.lastIndexOf('\n') + 1
    const comment = commentAtEnd.exec(bare.slice(lineStart))
    if (bare.endsWith(';')) bare = bare.slice(0, -1).trimEnd()
    else if (comment !== null) bare = bare.slice(0, lineStart + (comment[1] as string).length).trimEnd()
    else return bare
  }
}

/** The flags of commands: behind one of these `--` begins no comment. */
export const commandFlags =
  'create|ledger|region|profile|qldb-session-endpoint|digest|document|table|version|out|format|help|' +
  'guesses|since|no-derived'

/** A `--` outside quotes that begins a word and is not a flag of a command. */
const commentAtEnd = new RegExp(`^((?:[^'"\`]*?[\\s;])?)--(?!(?:${commandFlags})\\b)`)
