/** The subcommands, in the order of the help text: `qldb <name> …`. Their code is loaded only when one is called. */
export const toolHelp = {
  digest: 'print or save the digest of a ledger',
  prove: 'make a proof file for a revision of a document',
  verify: 'check a ledger, an export, or proofs without a ledger',
  rebuild: 'rebuild tables, indexes and history from the journal',
  import: 'create a ledger from journal exports of QLDB',
  export: 'write the journal of a ledger as QLDB exported it',
  load: 'insert the documents of a file into a table',
  dump: 'write the current documents, as a script or as files',
  query: 'run a PartiQL query over Ion, JSON and CSV files, without a ledger',
  serve: "serve ledgers over HTTP to Amazon's drivers and SDKs",
} as const satisfies Record<string, string>

export type ToolName = keyof typeof toolHelp

/** `qldb help`, `qldb help load` and `qldb version`, as other shells have them, in flags. A script of such a name is ./help. */
export function wordsAsFlags(argv: readonly string[]): readonly string[] {
  const [first, second, ...more] = argv
  if (first === 'version' && second === undefined) return ['--version']
  if (first !== 'help' || more.length > 0) return argv
  if (second === undefined) return ['--help']
  return isToolName(second) ? [second, '--help'] : argv
}

export function isToolName(word: string | undefined): word is ToolName {
  return word !== undefined && Object.hasOwn(toolHelp, word)
}
