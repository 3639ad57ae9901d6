import { createHash } from 'node:crypto'
import { SimEnv } from '../test/support/sim-env.ts'
import { type Block, statementDigest } from '../src/journal/block.ts'
import { decodeBlock } from '../src/journal/block-from-ion.ts'
import { verifyProof } from '../src/journal/proof.ts'
import { parseEvidence } from '../src/archive/find-evidence.ts'
import { printProofFile } from '../src/journal/proof-file.ts'
import { verifyEvidence } from '../src/archive/verify-evidence.ts'
import { blockKey } from '../src/ledger/keys.ts'
import { Ledger } from '../src/ledger/ledger.ts'
import { type VerifyOptions, verifyStore } from '../src/ledger/verify-ledger.ts'
import { createMemoryStore } from '../src/store/memory-store.ts'
import type { Store } from '../src/store/store.ts'
import { ionHashOfString } from '../src/values/ion-hash.ts'
import { joinHashes } from '../src/values/join-hashes.ts'
import { timestampFromMs } from '../src/values/timestamp.ts'
import { compressionsOf, SchemeCount } from './support-scheme.ts'
import { type Figure, medians, printFigures } from './support.ts'

const blocks = 20_000
const proofs = 500
const rounds = 5

/** A journal of small blocks checked, and proofs made and checked, beside plain SHA-256 over the same bytes. */
export async function run(): Promise<void> {
  const store = createMemoryStore()
  const ledger = await Ledger.open(store, new SimEnv(1), { name: 'bench', strictQldb: false })
  const ids = await fill(ledger)
  const stored = storedBlocks(store, ledger.tip().sequenceNo)
  const bytes = stored.reduce((sum, block) => sum + block.length, 0)
  const scheme = new SchemeCount()
  for (let at = 0; at < stored.length; at += 50) scheme.check(stored.slice(at, at + 50))
  const openScratch = async () => createMemoryStore()
  const [journal, whole, hashed, bare, single, made, checked, folded] = (await medians(rounds, [
    () => verified(store),
    () => verified(store, { openScratch }),
    () => rate(stored.length, () => hashEach(stored)),
    () => rate(stored.length, () => scheme.hashInLanes()),
    () => rate(stored.length, () => scheme.hashOneByOne()),
    () => rate(proofs, () => void makeProofs(ledger, stored, ids)),
    () => checkFiles(makeProofs(ledger, stored, ids)),
    () => foldProofs(ledger, ids),
  ])) as [number, number, number, number, number, number, number, number]
  const plain = { unit: 'blocks/s', baseline: 'sha256 of the same blocks', baselineValue: hashed }
  const scale = bytes / stored.length / 1e6
  const inMegabytes = (figure: Figure): Figure => ({
    ...{ ...figure, unit: 'MB/s' },
    ...{ value: figure.value * scale, baselineValue: figure.baselineValue * scale },
  })
  const figures: Figure[] = [
    { what: 'verify: journal', value: journal, ...plain },
    inMegabytes({ what: 'verify: journal', value: journal, ...plain }),
    { what: 'verify: journal and derived data', value: whole, ...plain },
    { ...plain, what: "the scheme's messages, in lanes", value: bare },
    { ...plain, what: 'verify: journal', value: journal, baseline: "scheme's messages, lanes", baselineValue: bare },
    {
      ...plain,
      what: 'verify: journal',
      value: journal,
      baseline: "scheme's messages, node:crypto",
      baselineValue: single,
    },
    figureOfProofs('proof files made', made, hashed),
    figureOfProofs('proof files read and checked', checked, hashed),
    figureOfProofs('proofs made and folded, no file', folded, hashed),
  ]
  printFigures(figures)
  const perBlock = (count: number) => (count / stored.length).toFixed(1)
  const plainCount = stored.reduce((sum, block) => sum + compressionsOf(block.length), 0)
  console.log(
    `a block has ${perBlock(bytes)} bytes: ${perBlock(plainCount)} compressions of SHA-256; ` +
      `the scheme hashes ${perBlock(scheme.lengths.length)} messages in ${perBlock(scheme.compressions)}`,
  )
}

function hashEach(stored: readonly Uint8Array[]): void {
  for (const block of stored) createHash('sha256').update(block).digest()
}

function figureOfProofs(what: string, value: number, hashed: number): Figure {
  return { what, value, unit: '/s', baseline: 'sha256 of a block', baselineValue: hashed }
}

/** Runs the work once and gives pieces a second. */
function rate(pieces: number, work: () => void): number {
  const start = performance.now()
  work()
  return (pieces / (performance.now() - start)) * 1000
}

async function verified(store: Store, options: VerifyOptions = {}): Promise<number> {
  const start = performance.now()
  const { journal, derived } = await verifyStore(store, options)
  if (journal.findingCount + (derived?.findingCount ?? 0) > 0) throw new Error('the ledger is sound')
  return (journal.blocks / (performance.now() - start)) * 1000
}

/** Documents of about 400 bytes, one a block; gives their ids. */
async function fill(ledger: Ledger): Promise<string[]> {
  await commit(ledger, 'CREATE TABLE V')
  const ids: string[] = []
  for (let number = 0; ids.length < blocks; number += 1) {
    const id = await commit(
      ledger,
      `INSERT INTO V VALUE {'k': ${number}, 'VIN': 'VIN${String(number).padStart(14, '0')}', 'State': 'WA', ` +
        `'Amount': ${number % 200}.25, 'From': \`2017-08-21T\`, 'Owners': {'Primary': {'PersonId': ` +
        `'294jJ3YUoH1IEEm8GSabOs'}, 'Others': [{'PersonId': '5Ufgdlnj06gF5CWcOIu64s'}]}, 'Note': '${'x'.repeat(60)}'}`,
    )
    ids.push(id)
  }
  return ids
}

async function commit(ledger: Ledger, statement: string): Promise<string> {
  const transaction = ledger.begin()
  const { rows } = transaction.execute(statement, [])
  const row = rows.next().value
  while (rows.next().done !== true);
  await transaction.commit(joinHashes(ionHashOfString(transaction.id), statementDigest(statement)))
  const id = row?.type === 'struct' ? row.get('documentId') : undefined
  return id?.type === 'string' ? id.value : ''
}

function storedBlocks(store: Store, tip: number): Uint8Array[] {
  const snapshot = store.snapshot()
  const found = Array.from({ length: tip + 1 }, (_, sequenceNo) => snapshot.get(blockKey(sequenceNo)) as Uint8Array)
  snapshot.release()
  return found
}

/** Document number n is in block n + 2. */
function makeProofs(ledger: Ledger, stored: readonly Uint8Array[], ids: readonly string[]): string[] {
  const { digest, tipAddress } = ledger.digest()
  return Array.from({ length: proofs }, (_, index) => {
    const number = (index * 7919) % ids.length
    const sequenceNo = number + 2
    const found = ledger.revision(sequenceNo, ids[number] as string, tipAddress.sequenceNo)
    if (found === undefined) throw new Error('the document is in its block')
    const block: Block = decodeBlock(stored[sequenceNo] as Uint8Array)
    const made = { ledger: 'bench', table: 'V', revision: found.revision, block, proof: found.proof }
    return printProofFile({ ...made, digest: { digest, digestTipAddress: tipAddress }, date: timestampFromMs(0) })
  })
}

function checkFiles(texts: readonly string[]): number {
  return rate(texts.length, () => {
    for (const text of texts) {
      const [evidence] = parseEvidence(text)
      if (evidence?.kind !== 'proof' || verifyEvidence(evidence.file).findings.length > 0) throw new Error('it holds')
    }
  })
}

function foldProofs(ledger: Ledger, ids: readonly string[]): number {
  const { digest, tipAddress } = ledger.digest()
  return rate(proofs, () => {
    for (let index = 0; index < proofs; index += 1) {
      const number = (index * 7919) % ids.length
      const found = ledger.revision(number + 2, ids[number] as string, tipAddress.sequenceNo)
      const hash = found?.revision.get('hash')
      if (found === undefined || hash?.type !== 'blob' || !verifyProof(hash.bytes, found.proof, digest))
        throw new Error('it holds')
    }
  })
}
