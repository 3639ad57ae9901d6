import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { type Block, encodeBlock } from '../../src/journal/block.ts'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { JsonRetyper } from '../../src/archive/import-json.ts'
import { JournalCheck } from '../../src/journal/journal-check.ts'
import { proofFileOf } from '../../src/journal/proof-file.ts'
import { verifyEvidence } from '../../src/archive/verify-evidence.ts'
import { verifyBlock } from '../../src/journal/verify.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { blob, int, list, string, struct, type StructValue, structOf, type Value } from '../../src/values/value.ts'
import { type Content, IndependentJournal, idOf } from '../independent/generator.ts'
import { choices, hashList, HashTree, keyOf, type Reading, shownRevision } from './hash-tree.ts'

const target = 3
const table = { table: 'Acc', tableId: idOf('table') }
const ids = ['a', 'b', 'c', 'd', 'e'].map(idOf)

/** What the block that is read otherwise holds. `true`: the document is deleted. */
interface Case {
  readonly name: string
  readonly documents: readonly (string | true)[]
  readonly hidden?: number
  readonly isRedacted?: boolean
  /** Somebody wrote data that looks like other parts of the block: as it is, the block may be incomplete. */
  readonly isHostile?: boolean
}

function data(at: number): string {
  return `{n:${at},balance:100.50}`
}

function likeMetadata(at: number, more = ''): string {
  return `{id:"${ids[at]}",version:1,txTime:${timeText},txId:"${idOf(`tx ${target}`)}"${more}}`
}

const timeText = new Date(Date.UTC(2021, 5, 13, 7, 59, 50) + target * 1000).toISOString()
const otherTransaction = likeMetadata(0).replace(idOf(`tx ${target}`), 'X'.repeat(22))

function casesOf(isOwn: boolean): Case[] {
  const cases: Case[] = []
  for (const count of [1, 2, 3, 5]) {
    const all = Array.from({ length: count }, (_, at) => data(at))
    cases.push({ name: `${count} changed`, documents: all })
    cases.push({ name: `${count} deleted`, documents: all.map(() => true as const) })
    if (count > 1)
      cases.push({
        name: `${count}, the last deleted`,
        documents: all.with(-1, 'x').map((one) => one === 'x' || one) as (string | true)[],
      })
    if (count > 2) cases.push({ name: `${count}, the first deleted`, documents: [true, ...all.slice(1)] })
  }
  for (const count of [1, 3])
    cases.push({
      name: `${count}, the first redacted`,
      documents: Array.from({ length: count }, (_, at) => data(at)),
      isRedacted: true,
    })
  for (const hidden of isOwn ? [] : [1, 2])
    cases.push(
      { name: `${hidden} hidden, one changed`, documents: [data(0)], hidden },
      { name: `${hidden} hidden, two changed`, documents: [data(0), data(1)], hidden },
      { name: `${hidden} hidden, one deleted`, documents: [true], hidden, isHostile: true },
    )
  const isHostile = true
  cases.push(
    { name: 'like its own metadata', documents: [likeMetadata(0)], isHostile },
    { name: 'like its own metadata, and more', documents: [likeMetadata(0, ',note:"x"')], isHostile },
    { name: 'like metadata of another transaction', documents: [otherTransaction], isHostile },
    { name: 'like the metadata of another document', documents: [data(0), likeMetadata(0)], isHostile },
    { name: 'like the metadata of each other', documents: [likeMetadata(1), likeMetadata(0)], isHostile },
    { name: 'like metadata beside a deletion', documents: [true, likeMetadata(0), data(2)], isHostile },
    { name: 'like metadata behind a deletion', documents: [data(0), true, otherTransaction], isHostile },
  )
  // In a block of QLDB, the txTime of such a one could be another one within 30 s.
  if (isOwn) cases.push({ name: 'like metadata, redacted', documents: [likeMetadata(0)], isHostile, isRedacted: true })
  else
    cases.push(
      { name: 'hidden, like the metadata of another', documents: [data(0), likeMetadata(0)], hidden: 2, isHostile },
      // Refused by this program when it is written.
      { name: 'of its transaction, behind a deletion', documents: [data(0), true, likeMetadata(0)], isHostile },
    )
  return cases
}

interface World {
  readonly blocks: readonly Block[]
  readonly tree: HashTree
  /** What entriesWithRoot has found. */
  readonly entries: Map<string, readonly Entries[]>
  readonly digest: Parameters<typeof verifyEvidence>[1] & object
}

function worldOf({ documents, hidden = 0, isRedacted = false }: Case, coversHead: boolean): World {
  const journal = new IndependentJournal({ coversHead })
  if (coversHead) journal.append({ statements: ['SELECT 1'] })
  else journal.append({ withoutInfo: true })
  journal.append(coversHead ? { statements: ['SELECT 2'] } : { statements: ['CREATE TABLE Acc'], hidden: 1 })
  journal.append({
    statements: ['INSERT INTO Acc ?'],
    changes: documents.map((_, at) => ({ ...table, id: ids[at] as string, data: `{first:${at}}` })),
  })
  const statements = [hidden > 0 ? 'CREATE INDEX ON Acc (n)' : 'SELECT 3', 'UPDATE Acc SET n = 1']
  const changes = documents.map((one, at) => {
    return { ...table, id: ids[at] as string, data: one === true ? undefined : one, statements: [1] }
  })
  journal.append({ statements, changes, hidden })
  const redacts = { sequenceNo: target, id: ids[0] as string, tableId: table.tableId }
  const last: Content = isRedacted
    ? { statements: ["EXEC REDACT_REVISION 'x'"], redacts }
    : { statements: ['SELECT 4'] }
  journal.append(last)
  const blocks = journal.texts.map((text) => blockFromIon(parseIon(text)))
  const known = documents.flatMap((one) => (one === true ? [] : [parseIon(one) as StructValue]))
  const digestTipAddress = (blocks.at(-1) as Block).blockAddress
  return {
    blocks,
    tree: new HashTree(blocks, known),
    entries: new Map(),
    digest: { digest: journal.digest, digestTipAddress },
  }
}

/** What a revision shows, without where it is; undefined for one that shows only its hash. */
function contentOf({ data, dataHash, metadata }: Reading): string | undefined {
  if (metadata === undefined) return undefined
  const hash = dataHash ?? (data && ionHash(data))
  return [dataHash === undefined ? 'shown' : 'hidden', hash && keyOf(hash), keyOf(ionHash(metadata))].join(' ')
}

function genuineOf({ revisions = [] }: Block): string[] {
  return revisions.flatMap(({ hash, data, dataHash, metadataIon }) => {
    const parts = {
      ...(data && { data }),
      ...(dataHash && { dataHash }),
      ...(metadataIon && { metadata: metadataIon }),
    }
    return contentOf({ hash, ...parts }) ?? []
  })
}

function withFields(ion: StructValue, fields: Readonly<Record<string, Value>>): StructValue {
  return struct(
    ion.names,
    ion.values.map((value, at) => fields[ion.names[at] as string] ?? value),
  )
}

/** No hash covers the order of the documents: here as the revisions have them. */
function reordered(info: StructValue, first: readonly string[]): StructValue {
  const documents = info.get('documents')
  if (documents?.type !== 'struct') return info
  const names = [
    ...first.filter((id) => documents.names.includes(id)),
    ...documents.names.filter((id) => !first.includes(id)),
  ]
  return withFields(info, {
    documents: struct(
      names,
      names.map((id) => documents.get(id) as Value),
    ),
  })
}

/** The block with every other reading of the tree of its revisions. */
function* otherBlocks(
  { blocks, tree }: World,
  one: Case,
  isOwn: boolean,
): Generator<{ block: Block; readings: Reading[] }> {
  const genuine = blocks[target] as Block
  const info = genuine.transactionInfo?.ion as StructValue
  const address = genuine.ion.get('blockAddress') as Value
  const transactions = [genuine.transactionId]
  // No hash covers it in a block of QLDB.
  if (one.isHostile === true && !isOwn) transactions.push('X'.repeat(22))
  const lists = genuine.entriesHashList.flatMap((root) => listsUpTo(tree, root, one.documents.length + 3))
  for (const hashes of lists) {
    // With more documents, these are only tried where they may pass.
    const isSmall = one.documents.length < 3
    const isShown = ({ metadata, dataHash }: Reading) =>
      isSmall ||
      ((metadata !== undefined || one.hidden !== undefined) && (dataHash === undefined || one.isRedacted === true))
    const options = hashes.map((hash) => tree.readingsOf(hash).filter(isShown))
    for (const readings of choices(options, 200)) {
      const shown = readings.flatMap(({ metadata }) => (metadata === undefined ? [] : [textIn(metadata, 'id')]))
      if (shown.length === 0) continue
      for (const transactionId of transactions) {
        const ion = withFields(genuine.ion, {
          transactionId: string(transactionId),
          transactionInfo: reordered(info, shown),
          revisions: list(readings.map((reading) => shownRevision(reading, address))),
        })
        yield { block: blockFromIon(ion), readings }
      }
    }
  }
}

function listsUpTo(tree: HashTree, root: Uint8Array, max: number, isOrdered = false): Uint8Array[][] {
  return Array.from({ length: max }, (_, count) => tree.listsOf(root, count + 1, isOrdered)).flat()
}

function textIn(ion: StructValue, name: string): string {
  const value = ion.get(name)
  return value?.type === 'string' ? value.value : ''
}

function isVerified(blocks: readonly Block[], block: Block): boolean {
  const { findings, gaps } = verifyBlock(block)
  if (findings.length + gaps.length > 0) return false
  const [first, last] = [0, blocks.length - 1]
  const check = new JournalCheck({ strandId: block.blockAddress.strandId, first, last, mustCoverHeads: false })
  check.addStored(
    blocks
      .with(target, block)
      .map((one, sequenceNo) => ({ sequenceNo, bytes: encodeBlock(one), uncheckedRevisions: [] })),
  )
  check.end()
  return check.findingCount + check.gapCount === 0
}

for (const isOwn of [true, false]) {
  const maker = isOwn ? 'made here' : 'of QLDB'
  test(`no other reading of the hashes of a block ${maker} is verified`, () => {
    let tried = 0
    for (const one of casesOf(isOwn)) {
      const world = worldOf(one, isOwn)
      const genuine = world.blocks[target] as Block
      if (one.isHostile !== true) assert.equal(isVerified(world.blocks, genuine), true, one.name)
      const expected = genuineOf(genuine).sort()
      for (const { block, readings } of otherBlocks(world, one, isOwn)) {
        tried += 1
        if (!isVerified(world.blocks, block)) continue
        // QLDB took data out some time after it was asked to.
        const redacted = (text: string) => text.replace('shown', 'hidden')
        const found = readings
          .flatMap((reading) => contentOf(reading) ?? [])
          .map((text) => (!isOwn && expected.includes(redacted(text)) ? redacted(text) : text))
        assert.deepEqual(found.sort(), expected, `${one.name}: ${readings.length} revisions`)
      }
    }
    assert.ok(tried > 200, `${tried}`)
  })

  test(`no other reading of the hashes in a proof is verified, of blocks ${maker}`, () => {
    let tried = 0
    let verified = 0
    for (const one of casesOf(isOwn)) {
      const world = worldOf(one, isOwn)
      // A proof of before a redaction still shows the data.
      const expected = new Set(world.blocks.flatMap(genuineOf).map((text) => text.replace('hidden', 'shown')))
      for (const file of otherProofs(world)) {
        tried += 1
        if (!isProven(file, world)) continue
        verified += 1
        const { data, metadata, dataHash } = file.reading
        assert.ok(
          dataHash === undefined && expected.has(contentOf(file.reading) as string),
          `${one.name}: ${file.name} ${data?.names} ${metadata?.names}`,
        )
      }
    }
    assert.ok(tried > 1000 && verified > 20, `${verified} of ${tried}`)
  })
}

const retyper = new JsonRetyper()

interface OtherProof {
  readonly name: string
  readonly reading: Reading
  readonly ion: StructValue
}

function isProven({ ion }: OtherProof, { digest }: World): boolean {
  try {
    const { findings, unchecked } = verifyEvidence(proofFileOf(ion), digest, retyper)
    return findings.length + unchecked.length === 0
  } catch (error) {
    assert.ok(error instanceof LedgerError)
    return false
  }
}

/** Proofs of whatever stands anywhere in the journal's tree, with all that could go along with it. */
function* otherProofs(world: World): Generator<OtherProof> {
  const { tree, blocks, digest } = world
  const { blockHash } = blocks[target] as Block
  const strandId = string(digest.digestTipAddress.strandId)
  const addresses = blocks.map((_, sequenceNo) => structOf({ strandId, sequenceNo: int(sequenceNo) }))
  for (const { hash: start, path: above } of tree.below(digest.digest)) {
    if (keyOf(start) !== keyOf(blockHash)) continue
    for (const { hash, path } of tree.below(start, above))
      for (const reading of tree.readingsOf(hash)) {
        if (reading.metadata === undefined) continue
        const ends = { proof: hashList(path), digest: blob(digest.digest), digestTipAddress: addresses.at(-1) as Value }
        for (const address of addresses) {
          yield { name: 'answer', reading, ion: structOf({ revision: shownRevision(reading, address), ...ends }) }
        }
        for (const [name, more] of companions(world, reading, {
          hash,
          path: path.slice(0, path.length - above.length),
        }))
          yield { name, reading, ion: structOf({ ...more, ...ends }) }
      }
  }
}

type More = Readonly<Record<string, Value>>

/** Entries that somebody could show of a block, with the heads and statements among them. */
interface Entries {
  readonly hashes: readonly Uint8Array[]
  readonly heads: readonly StructValue[]
  readonly infos: readonly StructValue[]
}

function entriesWithRoot({ tree, entries }: World, root: Uint8Array): readonly Entries[] {
  const known = entries.get(keyOf(root))
  if (known !== undefined) return known
  const found = listsUpTo(tree, root, 4, true).flatMap((hashes) => {
    const structs = hashes.flatMap((hash) => tree.structOf(hash) ?? [])
    const heads = structs.filter(({ names }) => names[0] === 'blockAddress')
    const infos = structs.filter(({ names }) => names[0] === 'statements')
    return hashes.length < 2 || heads.length + infos.length === 0 ? [] : [{ hashes, heads, infos }]
  })
  entries.set(keyOf(root), found)
  return found
}

/** What could stand beside a proof: entries, statements, a head, a list of the block's revisions. */
function* companions(
  world: World,
  reading: Reading,
  { hash, path }: { hash: Uint8Array; path: readonly Uint8Array[] },
): Generator<readonly [string, More]> {
  const own = (world.blocks[target] as Block).ion.get('blockAddress') as Value
  for (const fold of ancestors(hash, path))
    for (const { hashes, heads, infos } of entriesWithRoot(world, fold)) {
      const entriesHashList = hashList(hashes)
      for (const info of [undefined, ...infos])
        for (const more of info === undefined ? [{}] : withInfo(world.tree, reading, hashes[1] as Uint8Array, info)) {
          for (const head of heads) {
            const fields = { transactionId: head.get('transactionId'), blockTimestamp: head.get('blockTimestamp') }
            const blockHead = structOf({ ...(fields as More), entriesHashList })
            const revision = shownRevision(reading, head.get('blockAddress') as Value)
            yield ['blockHead', { revision, blockHead, ...more }]
          }
          if (info !== undefined) yield ['entries', { revision: shownRevision(reading, own), entriesHashList, ...more }]
        }
    }
}

/** Its documents in an order that helps, alone and with whatever can pass for the revisions of the block. */
function* withInfo(tree: HashTree, reading: Reading, root: Uint8Array, info: StructValue): Generator<More> {
  const transactionInfo = reordered(info, [textIn(reading.metadata as StructValue, 'id')])
  yield { transactionInfo }
  if (reading.data !== undefined || reading.dataHash !== undefined) return
  const documents = info.get('documents')
  const count = documents?.type === 'struct' ? documents.names.length : 0
  for (const hashes of count < 2 ? [] : tree.listsOf(root, count)) {
    const bare = hashes.map((hash) =>
      tree.readingsOf(hash).flatMap(({ data, dataHash, metadata }) => {
        if (metadata === undefined || data !== undefined) return []
        return [structOf({ ...(dataHash && { dataHash: blob(dataHash) }), metadata })]
      }),
    )
    for (const blockRevisions of choices(bare, 50)) yield { transactionInfo, blockRevisions: list(blockRevisions) }
  }
}

/** The hash, and those that the path leads over, in its block. */
function ancestors(hash: Uint8Array, path: readonly Uint8Array[]): Uint8Array[] {
  const folds = [hash]
  for (const sibling of path) folds.push(joinHashes(folds.at(-1) as Uint8Array, sibling))
  return folds
}
