import { Command } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import type { SendOptions } from '../../driver/transport.ts'
import type { Connection } from '../../shell/connection.ts'
import { type ExitName, exitCodes } from '../../shell/exit-codes.ts'
import { type Arguments, wrongUsage } from '../flags/args.ts'
import { connectTo, existing } from '../session/connect.ts'
import { makeProof, type MadeProof } from './proof-desk.ts'
import { readDigestFile, writeNewFile } from './proof-files.ts'
import { sayLine } from '../session/say-line.ts'
import { addLedgerFlags, ledgerOptions, readToolArguments } from '../flags/tool-arguments.ts'
import type { ToolWorld } from './tool.ts'

export interface ProveWishes {
  readonly document?: string
  readonly table?: string
  readonly version?: number
  readonly digest?: string
  readonly out?: string
}

/** `qldb prove`: a proof file for one revision. */
export async function proveTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const program = addLedgerFlags(proveCommand('qldb prove'), ['endpoint'])
  const asked = readToolArguments<ProveWishes & Partial<Arguments>>(program, argv, world, {
    ok: exitCodes.ok[1],
    failed: 'there is no such document or revision',
    usage: wrongUsage,
    unavailable: exitCodes.unavailable[1],
    tampered: exitCodes.tampered[1],
    interrupted: 'interrupted',
  })
  if (asked === undefined) return 'ok'
  const { wishes, operands } = asked
  const { place } = ledgerOptions(wishes, world.variables)
  if (place.inMemory) throw new LedgerError('usage/invalid-argument', 'a ledger in memory has no document to prove')
  const connection = await connectTo(existing(place), 'main')
  try {
    const made = await proveDocument(connection, withOperand(wishes, operands))
    if (wishes.out === undefined) world.stdout.write(made.text)
    else sayLine(world.stdout, saveProof(wishes.out, made))
  } finally {
    await connection.close()
  }
  return 'ok'
}

export function proveCommand(name: string): Command {
  return new Command(name)
    .description(
      'Write a proof file: a revision of a document, its address, and the hashes that lead from it to a digest of the ' +
        "ledger. 'qldb verify FILE' checks it without the ledger.",
    )
    .usage('[flags] DOCUMENT-ID')
    .argument('[document-id]', 'the document, as metadata.id or BY shows it')
    .option('--document <ID>', 'the document, as a flag')
    .option('-t, --table <name>', 'table of the document (default: search all)')
    .option('-n, --version <number>', 'version of the document, from 0 (default: the newest)', versionOf)
    .option('-d, --digest <FILE>', 'prove against a saved digest (default: the current one)')
    .option('-o, --out <FILE>', 'write the proof to a file')
}

function versionOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new LedgerError('usage/invalid-argument', `'${text}' is not a version: they are numbers from 0 on`)
}

/** The document may be given with its flag or without. Throws LedgerError 'usage/invalid-argument'. */
export function withOperand(wishes: ProveWishes, operands: readonly string[]): ProveWishes & { document: string } {
  const named = [...(wishes.document === undefined ? [] : [wishes.document]), ...operands]
  const [document] = named
  if (document !== undefined && named.length === 1) return { ...wishes, document }
  const found = named.length === 0 ? 'none' : `${named.length}`
  throw new LedgerError('usage/invalid-argument', `expected one document id, found ${found}`)
}

export function proveDocument(
  connection: Connection,
  { document, table, version, digest }: ProveWishes & { document: string },
  options: SendOptions = {},
): Promise<MadeProof> {
  const saved = digest === undefined ? undefined : readDigestFile(digest)
  return makeProof(connection, { documentId: document, table, version, saved }, options)
}

/** Writes a proof file; returns what to say about it. */
export function saveProof(path: string, { text, proof, version }: MadeProof): string {
  writeNewFile(path, text)
  const { sequenceNo } = proof.block.blockAddress
  const tip = proof.digest.digestTipAddress.sequenceNo
  return `proof of version ${version} in block ${sequenceNo}, for the digest at block ${tip}, saved in '${path}'`
}
