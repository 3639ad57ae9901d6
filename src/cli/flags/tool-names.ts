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

export function isToolName(word: string | undefined): word is ToolName {
  return word !== undefined && Object.hasOwn(toolHelp, word)
}
