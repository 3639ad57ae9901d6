import { Command } from 'commander'
import { LedgerError } from '../../base/errors.ts'
import { printDigestFile, type SavedDigest } from '../../journal/digest-file.ts'
import { type ExitName, exitCodes } from '../../shell/exit-codes.ts'
import { type Arguments, wrongUsage } from '../flags/args.ts'
import { connectTo, existing } from '../session/connect.ts'
import { takeDigest } from './proof-desk.ts'
import { writeNewFile } from './proof-files.ts'
import { sayLine } from '../session/say-line.ts'
import { addLedgerFlags, ledgerOptions, readToolArguments } from '../flags/tool-arguments.ts'
import type { ToolWorld } from './tool.ts'

export interface DigestWishes {
  readonly out?: string
}

/** `qldb digest`: the ledger's digest on stdout or into a file. */
export async function digestTool(argv: readonly string[], world: ToolWorld): Promise<ExitName> {
  const program = addLedgerFlags(digestCommand('qldb digest'), ['endpoint'])
  const asked = readToolArguments<DigestWishes & Partial<Arguments>>(program, argv, world, {
    ok: exitCodes.ok[1],
    failed: 'the ledger refused to make a digest',
    usage: wrongUsage,
    unavailable: exitCodes.unavailable[1],
    interrupted: 'interrupted',
  })
  if (asked === undefined) return 'ok'
  const { wishes } = asked
  const { place } = ledgerOptions(wishes, world.variables)
  if (place.inMemory)
    throw new LedgerError('usage/invalid-argument', 'a ledger in memory has nothing to keep a digest of')
  const connection = await connectTo(existing(place), 'main')
  try {
    const digest = await takeDigest(connection)
    if (wishes.out === undefined) world.stdout.write(printDigestFile(digest))
    else sayLine(world.stdout, saveDigest(wishes.out, digest))
  } finally {
    await connection.close()
  }
  return 'ok'
}

export function digestCommand(name: string): Command {
  return new Command(name)
    .description(
      'Print the digest of a ledger: 32 bytes that stand for all of its blocks. Keep it outside the ledger: ' +
        "'qldb verify --digest FILE' later proves that nothing it covers was changed.",
    )
    .option('-o, --out <FILE>', 'write the digest to a file')
}

/** Writes a digest file; returns what to say about it. */
export function saveDigest(path: string, digest: SavedDigest): string {
  writeNewFile(path, printDigestFile(digest))
  return `digest at block ${digest.digestTipAddress.sequenceNo} of ledger '${digest.ledger}' saved in '${path}'`
}
