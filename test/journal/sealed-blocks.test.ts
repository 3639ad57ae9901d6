import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Block, encodeBlock, statementDigest } from '../../src/journal/block.ts'
import { decodeBlock } from '../../src/journal/block-from-ion.ts'
import { type BlockContent, redactBlock, sealBlock } from '../../src/journal/seal-block.ts'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { SealedBlocks } from '../../src/journal/sealed-blocks.ts'
import { SoundBlock } from '../../src/journal/sound-block.ts'
import { verifyBlock } from '../../src/journal/verify.ts'
import { rootOf } from '../../src/journal/merkle-tree.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printTimestamp, timestampFromMs } from '../../src/values/timestamp.ts'
import { blob, int, list, string, struct, type StructValue, type Value } from '../../src/values/value.ts'
import { ionValue } from '../support/ion-values.ts'

const sealed = new SealedBlocks()

const strandId = 'strandAAAAAAAAAAAAAAAA'
const transactionId = 'transactionAAAAAAAAAAA'
const time = timestampFromMs(Date.UTC(2024, 11, 31, 23, 59, 59, 999))
const previous = { sequenceNo: 6, blockHash: ionHash(int(6)) }
const plain = "UPDATE T SET a = 1 WHERE b = 'no parameter'"

const documents: readonly (readonly [id: string, data: string | undefined])[] = [
  ['document1AAAAAAAAAAAAA', '{a:1,b:{c:"é",d:[1.50,2e0,{e:null}]},at:2024-02-29T}'],
  ['document2AAAAAAAAAAAAA', undefined],
  ['document3AAAAAAAAAAAAA', '{name:sym,blob:{{aGVsbG8=}},x:y::1,t:2020-01-01T10:00:00.5+02:00}'],
]

function contentOf(more: Partial<BlockContent> = {}): BlockContent {
  const infos = documents.map(
    ([id]) => [id, { tableName: 'T', tableId: 'tableAAAAAAAAAAAAAAAAA', statements: [0] }] as const,
  )
  return {
    strandId,
    transactionId,
    blockTimestamp: time,
    transactionInfo: {
      statements: [
        { statement: plain, startTime: time, statementDigest: statementDigest(plain) },
        { statement: 'DELETE FROM T WHERE a = ?', startTime: time, statementDigest: statementDigest('x') },
      ],
      documents: new Map(infos),
    },
    revisions: documents.map(([id, data], version) => ({
      data: data === undefined ? undefined : (parseIon(data) as StructValue),
      metadata: { id, version, txTime: time, txId: transactionId },
    })),
    ...more,
  }
}

const block = sealBlock(contentOf(), previous)
const bytes = encodeBlock(block)

/** Sound, as a block of a ledger that seals its blocks here must be: its head is covered. */
function checked(stored: Uint8Array): SoundBlock | undefined {
  const found = soundIn(stored)
  return found?.coversHead === true ? found : undefined
}

function soundIn(stored: Uint8Array): SoundBlock | undefined {
  const [facts] = sealed.check([stored])
  return facts && new SoundBlock(facts, stored)
}

/** Whether the check that reads any block finds nothing, and nothing that it can't check either. */
function isSoundInFull(stored: Uint8Array): boolean {
  const read = decodeBlock(stored)
  const report = verifyBlock(read, { mustCoverHead: true })
  const open = report.opaqueEntries + report.opaqueRevisions + report.uncovered.length
  return report.findings.length === 0 && open === 0 && Buffer.compare(encodeBlock(read), stored) === 0
}

test('a sealed block is sound, and gives what the chain needs', () => {
  assert.ok(isSoundInFull(bytes))
  const found = checked(bytes) as SoundBlock
  assert.deepEqual(found.blockAddress, { strandId, sequenceNo: 7 })
  assert.deepEqual(Buffer.from(found.blockHash), Buffer.from(block.blockHash))
  assert.deepEqual(Buffer.from(found.previousBlockHash), Buffer.from(previous.blockHash))
  assert.deepEqual(
    found.documentIds,
    documents.map(([id]) => id),
  )
  assert.deepEqual(found.versions, [0, 1, 2])
  assert.equal(found.uncheckedDigests, 1)
  assert.deepEqual(found.blockTimestamp, time)
})

test('blocks without revisions, without documents, of one deletion, and of many revisions are sound', () => {
  const { transactionInfo } = contentOf()
  const info = transactionInfo as NonNullable<typeof transactionInfo>
  const { revisions = [] } = contentOf()
  const only = (count: number) => ({
    transactionInfo: { ...info, documents: new Map([...(info.documents ?? [])].slice(0, count)) },
    revisions: revisions.slice(0, count),
  })
  const { documents: _, ...withoutDocuments } = info
  const contents = [
    contentOf({ transactionInfo: { ...withoutDocuments, documents: undefined }, revisions: [] }),
    contentOf(only(1)),
    contentOf(only(2)),
  ]
  const ids = Array.from({ length: 150 }, (_, index) => `d${String(index).padStart(21, '0')}`)
  contents.push(
    contentOf({
      transactionInfo: {
        ...info,
        documents: new Map(ids.map((id) => [id, { tableName: 'T', tableId: 'T', statements: [0, 1] }])),
      },
      revisions: ids.map((id, version) => ({
        data: parseIon(`{n:${version},s:"${'s'.repeat(version)}"}`) as StructValue,
        metadata: { id, version, txTime: time, txId: transactionId },
      })),
    }),
  )
  const stored = contents.map((content) => encodeBlock(sealBlock(content, previous)))
  for (const [index, found] of sealed.check(stored).entries()) {
    assert.notEqual(found, undefined, `content ${index}`)
    assert.ok(isSoundInFull(stored[index] as Uint8Array))
  }
})

test('times are given as they stand', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) }), (ms) => {
      const at = timestampFromMs(ms)
      const revisions = (contentOf().revisions ?? []).map((revision) => ({
        ...revision,
        metadata: { ...revision.metadata, txTime: at },
      }))
      const found = checked(encodeBlock(sealBlock(contentOf({ blockTimestamp: at, revisions }), previous)))
      assert.equal(found && printTimestamp(found.blockTimestamp), printTimestamp(at))
    }),
    { numRuns: 200 },
  )
  for (const [year, month, day] of [
    [2024, 12, 31],
    [2024, 1, 1],
    [2023, 12, 1],
    [2024, 2, 29],
    [2024, 11, 30],
  ] as const) {
    const at = timestampFromMs(Date.UTC(year, month - 1, day, 0, 0, 0, 0))
    const found = checked(
      encodeBlock(
        sealBlock(
          contentOf({
            blockTimestamp: at,
            revisions: [],
            transactionInfo: {
              statements: [],
              documents: undefined,
            },
          }),
          previous,
        ),
      ),
    )
    assert.deepEqual(found?.blockTimestamp, at)
  }
})

test('any bit changed: the block is not sound', () => {
  for (let at = 0; at < bytes.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] as number) ^ (1 << bit)
      assert.equal(checked(changed), undefined, `bit ${bit} of byte ${at}`)
    }
  }
  assert.notEqual(checked(bytes), undefined)
})

test('unsound blocks among sound ones are found', () => {
  const broken = Uint8Array.from(bytes)
  broken[broken.length - 1] = (broken.at(-1) as number) ^ 1
  const stored = [bytes, broken, undefined, bytes, bytes.slice(0, 100), new Uint8Array(0), bytes]
  assert.deepEqual(
    sealed.check(stored).map((found) => found !== undefined),
    [true, false, false, true, false, false, true],
  )
})

test('blocks sealed with all hashes right, but with fields that contradict one another, are not sound', () => {
  const { transactionInfo, revisions = [] } = contentOf()
  const info = transactionInfo as NonNullable<typeof transactionInfo>
  const infos = [...(info.documents ?? [])]
  const withMetadata = (change: object) =>
    revisions.map((revision, index) =>
      index === 1 ? { ...revision, metadata: { ...revision.metadata, ...change } } : revision,
    )
  const contents: Readonly<Record<string, Partial<BlockContent>>> = {
    'another transaction': { revisions: withMetadata({ txId: 'transactionBBBBBBBBBBB' }) },
    'a later time': { revisions: withMetadata({ txTime: timestampFromMs(Date.UTC(2025, 0, 1)) }) },
    'another document': { revisions: withMetadata({ id: 'document4AAAAAAAAAAAAA' }) },
    'a document twice': { revisions: withMetadata({ id: 'document1AAAAAAAAAAAAA' }) },
    'a revision less': { revisions: revisions.slice(1) },
    'a document less': { transactionInfo: { ...info, documents: new Map(infos.slice(1)) } },
    'no documents': { transactionInfo: { ...info, documents: undefined } },
    'a wrong statement digest': {
      transactionInfo: {
        ...info,
        statements: [{ statement: plain, startTime: time, statementDigest: statementDigest('') }],
      },
    },
  }
  for (const [name, content] of Object.entries(contents)) {
    const stored = encodeBlock(sealBlock(contentOf(content), previous))
    assert.equal(checked(stored), undefined, name)
    assert.equal(isSoundInFull(stored), false, name)
  }
})

/** The block with one of its fields replaced, everything else as it is. */
function replaced(
  path: readonly (string | number)[],
  change: (value: Value) => Value | undefined,
  value: Value = block.ion,
): Value {
  const [step, ...rest] = path
  const inner = (old: Value) => (rest.length === 0 ? change(old) : replaced(rest, change, old))
  if (value.type === 'list') {
    return list(value.items.flatMap((item, index) => (index === step ? (inner(item) ?? []) : item)))
  }
  assert.equal(value.type, 'struct')
  const { names, values } = value as StructValue
  const pairs = names.flatMap((name, index) => {
    const old = values[index] as Value
    const now = name === step ? inner(old) : old
    return now === undefined ? [] : [[name, now] as const]
  })
  return struct(
    pairs.map(([name]) => name),
    pairs.map(([, now]) => now),
  )
}

test('a field left out, annotated, of another type, or moved: whatever is called sound is so in full', () => {
  const paths: (string | number)[][] = []
  const collect = (value: Value, path: (string | number)[]) => {
    if (path.length > 0) paths.push(path)
    if (value.type === 'struct')
      for (const [index, name] of value.names.entries()) collect(value.values[index] as Value, [...path, name])
    if (value.type === 'list') for (const [index, item] of value.items.entries()) collect(item, [...path, index])
  }
  collect(block.ion, [])
  const changes: ((value: Value) => Value | undefined)[] = [
    () => undefined,
    (value) => ({ ...value, annotations: ['note'] }) as Value,
    () => string('other'),
    () => int(3),
    () => parseIon('null'),
    () => parseIon('null.struct'),
    () => parseIon('{}'),
    () => parseIon('[]'),
  ]
  let count = 0
  for (const path of paths) {
    for (const change of changes) {
      const stored = encodeIon(replaced(path, change))
      if (Buffer.compare(stored, bytes) === 0) continue
      count += 1
      assert.equal(checked(stored), undefined, `${path.join('.')} ${change}`)
    }
  }
  assert.ok(count > 400, `${count} blocks`)
})

test('fields in another order, twice, or unknown: not sound, though no hash is wrong', () => {
  const { names, values } = block.ion
  const order = [1, 0, ...names.keys()].slice(0, 2)
  const moved = struct(
    [...order.map((at) => names[at] as string), ...names.slice(2)],
    [...order.map((at) => values[at] as Value), ...values.slice(2)],
  )
  const twice = struct([...names, 'blockAddress'], [...values, values[0] as Value])
  const unknown = struct([...names, 'comment'], [...values, string('hello')])
  for (const ion of [moved, twice, unknown]) assert.equal(checked(encodeIon(ion)), undefined)
  const inRevision = replaced(['revisions', 0], (value) => {
    const revision = value as StructValue
    return struct([...revision.names, 'comment'], [...revision.values, string('hello')])
  })
  assert.equal(checked(encodeIon(inRevision)), undefined)
})

test('redacted blocks are left to the other check, the first of a journal is not', () => {
  assert.equal(checked(encodeBlock(redactBlock(block, 0))), undefined)
  const first = checked(encodeBlock(sealBlock(contentOf(), undefined)))
  assert.deepEqual(first?.previousBlockHash, new Uint8Array(0))
  assert.equal(first?.blockAddress.sequenceNo, 0)
})

/** A block as AWS seals them: two entries of four mean nothing to anybody else, and no entry is of its head. */
function foreign(): StructValue {
  const [, root, info] = block.entriesHashList as [Uint8Array, Uint8Array, Uint8Array]
  const entries = [ionHash(int(1)), root, ionHash(int(2)), info]
  const entriesHash = rootOf(entries)
  const change = (ion: Value, field: string, value: Value) => replaced([field], () => value, ion)
  const hashed = change(block.ion, 'entriesHashList', list(entries.map((entry) => blob(entry))))
  const joined = change(hashed, 'entriesHash', blob(entriesHash))
  return change(joined, 'blockHash', blob(joinHashes(entriesHash, previous.blockHash))) as StructValue
}

test('blocks that AWS sealed are sound, with what their hashes leave open told', () => {
  const ion = foreign()
  const found = soundIn(encodeIon(ion))
  const report = verifyBlock(blockFromIon(ion))
  assert.deepEqual(report.findings, [])
  const { coversHead, opaqueEntries, uncheckedDigests } = report
  assert.deepEqual([coversHead, opaqueEntries, uncheckedDigests], [false, 2, 1])
  assert.deepEqual([found?.coversHead, found?.opaqueEntries, found?.uncheckedDigests], [false, 2, 1])
  const moved = replaced(
    ['transactionInfo', 'documents'],
    (value) => {
      const { names, values } = value as StructValue
      return struct(names.toReversed(), values.toReversed())
    },
    ion,
  )
  assert.notEqual(sealed.check([encodeIon(moved)])[0], undefined, 'documents in another order')
})

test('any bit of such a block changed: what is called sound is so, but for what no hash covers', () => {
  const stored = encodeIon(foreign())
  let uncovered = 0
  for (let at = 0; at < stored.length; at += 1) {
    const changed = Uint8Array.from(stored)
    changed[at] = (changed[at] as number) ^ (1 << (at % 8))
    if (sealed.check([changed])[0] === undefined) continue
    uncovered += 1
    assert.deepEqual(verifyBlock(decodeBlock(changed)).findings, [], `byte ${at}`)
    assert.deepEqual(Buffer.from(encodeBlock(decodeBlock(changed))), Buffer.from(changed))
  }
  assert.ok(uncovered < 60, `${uncovered} of ${stored.length} bytes`)
})

test('any document: a block that is called sound is so in full, and most are', () => {
  let sound = 0
  fc.assert(
    fc.property(ionValue, (value) => {
      const content = contentOf()
      const revisions = (content.revisions ?? []).map((revision) => ({ ...revision, data: struct(['v'], [value]) }))
      const stored = encodeBlock(sealBlock({ ...content, revisions }, previous))
      if (checked(stored) === undefined) return
      sound += 1
      assert.ok(isSoundInFull(stored))
    }),
    { numRuns: 200 },
  )
  assert.ok(sound > 80, `${sound} of 200`)
})

test('random damage: whatever is called sound is so in full', () => {
  const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(damage, (changes) => {
      const changed = Uint8Array.from(bytes)
      for (const [at, byte] of changes) changed[at] = byte
      if (checked(changed) !== undefined) assert.ok(isSoundInFull(changed))
    }),
    { numRuns: 3_000 },
  )
})

test('a block from its own Ion is the same', () => {
  const again: Block = blockFromIon(block.ion)
  assert.notEqual(checked(encodeBlock(again)), undefined)
})
