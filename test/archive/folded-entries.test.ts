import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LedgerError } from '../../src/base/errors.ts'
import { type Block, encodeBlock } from '../../src/journal/block.ts'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { JournalCheck } from '../../src/journal/journal-check.ts'
import { rootOf } from '../../src/journal/merkle-tree.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { blob, list, string, struct, type StructValue, structOf, type Value } from '../../src/values/value.ts'
import { IndependentJournal, idOf } from '../independent/generator.ts'

/** A journal whose blocks have each combination of parts that there is. */
function journalOf(coversHead: boolean): Block[] {
  const journal = new IndependentJournal({ coversHead })
  const table = { table: 'Acc', tableId: idOf('table') }
  const [a, b] = [idOf('a'), idOf('b')]
  const redacts = { id: a, tableId: table.tableId }
  journal.append({ withoutInfo: true })
  journal.append({ statements: ['SELECT 1'] })
  if (!coversHead) journal.append({ statements: ['CREATE TABLE Acc'], hidden: 2 })
  const at = journal.tip + 1
  journal.append({
    statements: ['INSERT INTO Acc ?'],
    changes: [
      { ...table, id: a, data: '{balance:100}' },
      { ...table, id: b, data: '{balance:7}' },
    ],
  })
  journal.append({
    statements: ['UPDATE Acc SET balance = 151'],
    changes: [{ ...table, id: a, data: '{balance:151}' }],
  })
  journal.append({ statements: ["EXEC REDACT_REVISION 'x'"], redacts: { ...redacts, sequenceNo: at } })
  journal.append({
    statements: ['UPDATE Acc SET balance = 152'],
    changes: [{ ...table, id: a, data: '{balance:152}' }],
  })
  journal.append({
    statements: ['/* b */ exec -- c\n "redact_revision" ?', 'DELETE FROM Acc'],
    changes: [{ ...table, id: b }],
    redacts: { ...redacts, sequenceNo: at + 1 },
  })
  journal.append({ statements: ['SELECT 2'] })
  return journal.texts.map((text) => blockFromIon(parseIon(text)))
}

/** Every hash that a holder of the block knows: those that it shows, and what pairs of neighbours give. */
function nodesOf({ entriesHashList, revisions = [] }: Block): Uint8Array[] {
  const nodes: Uint8Array[] = [new Uint8Array(0)]
  for (let level: Uint8Array[] = [...entriesHashList]; ; ) {
    nodes.push(...level)
    if (level.length === 1) break
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, at) => rootOf(level.slice(at * 2, at * 2 + 2)))
  }
  if (revisions.length > 1) nodes.push(...revisions.map(({ hash }) => hash))
  return nodes
}

/** All lists of up to four of the hashes that have the root. */
function listsWithRoot(nodes: readonly Uint8Array[], root: Uint8Array): Uint8Array[][] {
  const wanted = Buffer.from(root)
  const found: Uint8Array[][] = []
  const pairs = nodes.map((left) => nodes.map((right) => joinHashes(left, right)))
  const isRoot = (hash: Uint8Array) => wanted.equals(hash)
  nodes.forEach((first, one) => {
    if (isRoot(first)) found.push([first])
    nodes.forEach((second, two) => {
      const left = (pairs[one] as Uint8Array[])[two] as Uint8Array
      if (isRoot(left)) found.push([first, second])
      nodes.forEach((third, three) => {
        if (isRoot(joinHashes(left, third))) found.push([first, second, third])
        nodes.forEach((fourth, four) => {
          const right = (pairs[three] as Uint8Array[])[four] as Uint8Array
          if (isRoot(joinHashes(left, right))) found.push([first, second, third, fourth])
        })
      })
    })
  })
  return found
}

function withFields(ion: StructValue, fields: Readonly<Record<string, Value | undefined>>): StructValue {
  const kept = ion.names.flatMap((name, at): [string, Value][] => {
    const value = name in fields ? fields[name] : (ion.values[at] as Value)
    return value === undefined ? [] : [[name, value]]
  })
  return struct(
    kept.map(([name]) => name),
    kept.map(([, value]) => value),
  )
}

/** The block with parts left out or shown as hashes, in every combination, alone and with another head. */
function* shownOtherwise({ ion, revisions = [] }: Block): Generator<StructValue> {
  const bare = revisions.map(({ hash }) => structOf({ hash: blob(hash) }))
  const folded = structOf({ hash: blob(rootOf(revisions.map(({ hash }) => hash))) })
  const shown = ion.get('revisions')
  const forms = shown === undefined ? [undefined] : [shown, undefined, list(bare), list([folded])]
  if (shown !== undefined && bare.length > 1)
    forms.push(list([bare[0] as Value, ...revisions.slice(1).map((one) => one.ion)]))
  const some = <T>(value: T | undefined) => (value === undefined ? [undefined] : [value, undefined])
  for (const transactionInfo of some(ion.get('transactionInfo')))
    for (const redactionInfo of some(ion.get('redactionInfo')))
      for (const form of forms) {
        const made = withFields(ion, { transactionInfo, redactionInfo, revisions: form })
        yield made
        yield withFields(made, { transactionId: string('F'.repeat(22)) })
      }
}

/** Whether a journal with the digest of `blocks` is whole with another block in place of one, as stored and as read. */
function isVerified(blocks: readonly Block[], at: number, forged: Block): boolean {
  const [first, last] = [0, blocks.length - 1]
  const strandId = blocks[0]?.blockAddress.strandId ?? ''
  const shown = blocks.with(at, forged)
  const checks = [0, 1].map(() => new JournalCheck({ strandId, first, last, mustCoverHeads: false }))
  const [stored, read] = checks as [JournalCheck, JournalCheck]
  stored.addStored(
    shown.map((block, sequenceNo) => ({ sequenceNo, bytes: encodeBlock(block), uncheckedRevisions: [] })),
  )
  for (const [sequenceNo, block] of shown.entries()) read.add(sequenceNo, () => block)
  const verdicts = checks.map((check) => {
    check.end()
    return check.findingCount + check.gapCount === 0
  })
  assert.equal(verdicts[0], verdicts[1], `block ${at}: both ways of checking agree`)
  return verdicts[0] === true
}

for (const coversHead of [true, false]) {
  const maker = coversHead ? 'made here' : 'of QLDB'
  test(`a block ${maker} is verified only with all of its content, whatever entries are shown for its hash`, () => {
    const blocks = journalOf(coversHead)
    let tried = 0
    for (const [at, block] of blocks.entries()) {
      assert.equal(isVerified(blocks, at, block), true)
      const lists = listsWithRoot(nodesOf(block), block.entriesHash)
      for (const shown of shownOtherwise(block)) {
        const isHidden = block.revisions?.every(({ metadata }) => metadata === undefined) === true
        const isWhole = ['transactionInfo', 'redactionInfo', 'revisions'].every((name) => {
          // Nothing says how many revisions of QLDB's catalog there are.
          if (name === 'revisions' && isHidden) return shown.get(name) !== undefined
          return shown.get(name) === block.ion.get(name)
        })
        const isHead = shown.get('transactionId') === block.ion.get('transactionId')
        for (const entries of lists) {
          const forged = decoded(withFields(shown, { entriesHashList: list(entries.map((hash) => blob(hash))) }))
          tried += 1
          if (forged === undefined || !isVerified(blocks, at, forged)) continue
          // No hash covers the transaction of a block of QLDB's that has no revisions; nor what block 0 was.
          const mayDiffer = !coversHead && block.revisions?.[0]?.metadata === undefined
          assert.ok(isWhole && (isHead || mayDiffer), `block ${at} with ${forged.ion.names.join()}`)
        }
      }
    }
    assert.ok(tried > 1000, `${tried}`)
  })
}

function decoded(ion: StructValue): Block | undefined {
  try {
    return blockFromIon(ion)
  } catch (error) {
    assert.ok(error instanceof LedgerError)
    return undefined
  }
}
