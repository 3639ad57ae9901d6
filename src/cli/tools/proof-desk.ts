import { LedgerError } from '../../base/errors.ts'
import { JournalClient } from '../../driver/journal-client.ts'
import type { SendOptions } from '../../driver/transport.ts'
import { type Block, type BlockAddress, isSameAddress } from '../../journal/block.ts'
import { blockFromIon } from '../../journal/block-from-ion.ts'
import type { SavedDigest } from '../../journal/digest-file.ts'
import { JournalCheck, type JournalReport } from '../../journal/journal-check.ts'
import { MarksBook } from '../../journal/marks-book.ts'
import { proofFromIon } from '../../journal/proof.ts'
import { parseEvidence } from '../../archive/find-evidence.ts'
import { printProofFile, type RevisionProof } from '../../journal/proof-file.ts'
import { verifyEvidence } from '../../archive/verify-evidence.ts'
import { verifyBlock } from '../../journal/verify.ts'
import type { Connection } from '../../shell/connection.ts'
import { timestampFromMs } from '../../values/timestamp.ts'
import { string, type StructValue, type Value } from '../../values/value.ts'
import { realEnv } from '../../host/real-env.ts'

/** Digests and proofs of a ledger within reach, over the same road as everything else. */

/** The digest of the ledger as it is now. */
export async function takeDigest(connection: Connection, options: SendOptions = {}): Promise<SavedDigest> {
  const { digest, tipAddress, marks } = await clientOf(connection, options).digest()
  const date = new Date(realEnv.nowMs()).toISOString()
  return { digest, digestTipAddress: tipAddress, ledger: connection.ledger, date, marks }
}

/** Which revision is to be proven. */
export interface ProofWish {
  readonly documentId: string
  /** Undefined: the table is looked for. */
  readonly table: string | undefined
  /** Undefined: the newest revision. */
  readonly version: number | undefined
  /** Undefined: the digest of now. */
  readonly saved: SavedDigest | undefined
}

export interface MadeProof {
  readonly text: string
  readonly proof: RevisionProof
  readonly version: number
}

/**
 * A proof file's text for one revision, checked before it is given. Throws LedgerError 'journal/no-revision' when there
 * is no such revision, 'proof/not-comparable' when the saved digest is older than it or of another ledger.
 */
export async function makeProof(
  connection: Connection,
  wish: ProofWish,
  options: SendOptions = {},
): Promise<MadeProof> {
  const found = await findRevision(connection, wish, options)
  const client = clientOf(connection, options)
  const saved = wish.saved ?? (await takeDigest(connection, options))
  const tip = saved.digestTipAddress
  checkCovers(saved, found)
  const { revision, proof } = await client.revision(found.address, wish.documentId, tip)
  const { block: blockIon, marked } = await client.block(found.address)
  const block = blockFromIon(blockIon)
  if (!isSameAddress(block.blockAddress, found.address))
    throw new LedgerError(
      'proof/refuted',
      `the ledger answered block ${block.blockAddress.sequenceNo}, expected ${found.address.sequenceNo}`,
    )
  if (revision.type !== 'struct') throw malformedAnswer('GetRevision')
  checkAsked(revision, wish.documentId, found)
  checkUnmarked(block, marked, found, wish)
  checkHashes(block, marked)
  const made: RevisionProof = {
    ledger: connection.ledger,
    table: found.table,
    revision,
    block,
    proof: proofFromIon(proof),
    digest: saved,
    date: timestampFromMs(realEnv.nowMs()),
  }
  const text = printProofFile(made)
  checkMade(text, saved)
  return { text, proof: made, version: found.version }
}

interface FoundRevision {
  readonly address: BlockAddress
  readonly version: number
  readonly table: string
}

function checkCovers({ digestTipAddress }: SavedDigest, { address, version }: FoundRevision): void {
  if (digestTipAddress.strandId !== address.strandId) {
    const text = `the saved digest is of another ledger: strand '${digestTipAddress.strandId}'`
    throw new LedgerError('proof/not-comparable', text)
  }
  if (digestTipAddress.sequenceNo >= address.sequenceNo) return
  const text = `version ${version} is in block ${address.sequenceNo}, the saved digest covers blocks up to ${digestTipAddress.sequenceNo}`
  throw new LedgerError('proof/not-comparable', text, {
    help: "prove an older version ('--version'), or take a new digest",
  })
}

/** A true proof of another revision would still lead to the digest. */
function checkAsked(revision: StructValue, documentId: string, { version }: FoundRevision): void {
  const metadata = revision.get('metadata')
  const [id, number] = metadata?.type === 'struct' ? [metadata.get('id'), metadata.get('version')] : []
  const isAsked = id?.type === 'string' && id.value === documentId
  if (isAsked && number?.type === 'int' && Number(number.value) === version) return
  const found =
    id?.type === 'string' && number?.type === 'int' ? `version ${number.value} of '${id.value}'` : 'something else'
  const text = `the ledger answered with ${found}, expected version ${version} of document '${documentId}'`
  throw new LedgerError('proof/refuted', text)
}

/** What lost its types as JSON before an import has no data with its hash: a proof would show another document. */
function checkUnmarked(
  block: Block,
  marked: readonly number[],
  { version, address }: FoundRevision,
  wish: ProofWish,
): void {
  const isMarked = marked.some((position) => block.revisions?.[position]?.metadata?.id === wish.documentId)
  if (!isMarked) return
  const text = `version ${version} of '${wish.documentId}' in block ${address.sequenceNo} can't be proven`
  const why = 'it came as JSON, which took the types of its data, and the import could not check it'
  throw new LedgerError('proof/not-comparable', `${text}: ${why}`, {
    help: 'take the block from an export in Ion, or prove another version',
  })
}

/** A proof file leaves out what no hash covers: of a block that was changed it would show less, and say so to nobody. */
function checkHashes(block: Block, marked: readonly number[]): void {
  const { findings, gaps } = verifyBlock(block, { uncheckedRevisions: marked })
  const fault = findings[0] ?? gaps.find(({ code }) => code === 'head-unproven')
  if (fault === undefined) return
  throw new LedgerError('proof/refuted', `the ledger answered a block that is not as it was written: ${fault.message}`)
}

/** A ledger that gives a proof which does not hold has been tampered with, or the saved digest is not of its journal. */
function checkMade(text: string, saved: SavedDigest): void {
  for (const evidence of parseEvidence(text)) {
    const [finding] = evidence.kind === 'proof' ? verifyEvidence(evidence.file, saved).findings : []
    if (finding === undefined) continue
    throw new LedgerError('proof/refuted', `the ledger's own proof does not hold: ${finding.field}: ${finding.message}`)
  }
}

async function findRevision(connection: Connection, wish: ProofWish, options: SendOptions): Promise<FoundRevision> {
  const { documentId, version, table } = wish
  const tables = table === undefined ? await allTables(connection, options) : [{ name: table, source: quoted(table) }]
  for (const { name, source } of tables) {
    const rows = await query(
      connection,
      `SELECT h.blockAddress, h.metadata.version FROM history(${source}) AS h WHERE h.metadata.id = ?`,
      [string(documentId)],
      options,
    )
    const revisions = rows.map(revisionOf).filter((row) => version === undefined || row.version === version)
    const newest = revisions.sort((left, right) => right.version - left.version)[0]
    if (newest !== undefined) return { ...newest, table: name }
  }
  const what = version === undefined ? 'no revision' : `no version ${version}`
  const where = table === undefined ? '' : ` in table '${table}'`
  throw new LedgerError('journal/no-revision', `there is ${what} of a document '${documentId}'${where}`, {
    help: "'SELECT id FROM YourTable BY id' shows document ids",
  })
}

/** Dropped tables too; their history is found by id. */
async function allTables(connection: Connection, options: SendOptions): Promise<{ name: string; source: string }[]> {
  const text = 'SELECT t.name, t.tableId, t.status FROM information_schema.user_tables AS t'
  const rows = await query(connection, text, [], options)
  return rows.map((row) => {
    const name = textOf(row, 'name')
    const isActive = textOf(row, 'status') === 'ACTIVE'
    return { name, source: isActive ? quoted(name) : `'${textOf(row, 'tableId')}'` }
  })
}

function query(connection: Connection, text: string, parameters: Value[], options: SendOptions): Promise<Value[]> {
  return connection.driver.execute(async (transaction) => {
    return (await transaction.execute(text, parameters, options)).toArray()
  }, options)
}

function revisionOf(row: Value): { address: BlockAddress; version: number } {
  const [address, version] = row.type === 'struct' ? [row.get('blockAddress'), row.get('version')] : []
  const [strandId, sequenceNo] =
    address?.type === 'struct' ? [address.get('strandId'), address.get('sequenceNo')] : [undefined, undefined]
  if (strandId?.type !== 'string' || sequenceNo?.type !== 'int' || version?.type !== 'int')
    throw malformedAnswer('history')
  return {
    address: { strandId: strandId.value, sequenceNo: Number(sequenceNo.value) },
    version: Number(version.value),
  }
}

function textOf(row: Value, name: string): string {
  const value = row.type === 'struct' ? row.get(name) : undefined
  if (value?.type !== 'string') throw malformedAnswer('user_tables')
  return value.value
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function malformedAnswer(what: string): LedgerError {
  return new LedgerError('endpoint/malformed-answer', `the endpoint's answer of ${what} has another shape than QLDB's`)
}

/**
 * Checks a ledger's journal from outside, block by block over the wire, with nothing believed but what was saved: also
 * that the digest it gives is the one over the blocks it gives.
 */
export async function verifyFromOutside(
  connection: Connection,
  saved: readonly SavedDigest[],
  onBlock: (done: number, total: number) => Promise<void>,
  options: SendOptions = {},
): Promise<JournalReport> {
  const client = clientOf(connection, options)
  const { digest, tipAddress } = await client.digest()
  const { strandId, sequenceNo: last } = tipAddress
  const fetch = (sequenceNo: number) => client.block({ strandId, sequenceNo })
  const first = await fetch(0)
  const now = { digest, digestTipAddress: tipAddress }
  const marks = new Map<number, readonly number[]>()
  const check = new JournalCheck({
    ...{ strandId, first: 0, last, saved: [...saved, now], mustCoverHeads: false },
    marks: new MarksBook(marks),
  })
  for (let sequenceNo = 0; sequenceNo <= last; sequenceNo += 1) {
    await onBlock(sequenceNo, last + 1)
    const { block, marked } = sequenceNo === 0 ? first : await fetch(sequenceNo)
    if (marked.length > 0) marks.set(sequenceNo, [...marked])
    check.add(sequenceNo, (): Block => blockFromIon(block), marked)
  }
  check.end()
  return check
}

function clientOf({ driver, ledger }: Connection, options: SendOptions): JournalClient {
  return new JournalClient(driver.transport, ledger, options)
}
