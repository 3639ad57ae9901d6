/** The subcommands, in the order of the help text: `qldb <name> …`. Their code is loaded only when one is called. */
export const toolHelp = {
  digest: 'print or save the digest of a ledger',
  prove: 'make a proof file for a revision of a document',
  verify: 'check a ledger, or proof files with no ledger at hand',
  rebuild: 'derive tables, indexes and history anew from the journal',
  import: 'make a ledger from journal exports of QLDB',
  export: 'write the journal of a ledger as QLDB exported it',
  load: 'insert the documents of a file into a table',
  dump: 'write what is in the tables now, as a script or as files of documents',
  query: 'run a PartiQL query over Ion, JSON and CSV files, without a ledger',
  serve: "serve ledgers over HTTP to Amazon's drivers and SDKs",
} as const satisfies Record<string, string>

export type ToolName = keyof typeof toolHelp

export function isToolName(word: string | undefined): word is ToolName {
  return word !== undefined && Object.hasOwn(toolHelp, word)
}
