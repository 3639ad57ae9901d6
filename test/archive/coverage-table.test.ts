import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { printDigestFile } from '../../src/journal/digest-file.ts'
import { proofToIon } from '../../src/journal/proof.ts'
import { printProofFile } from '../../src/journal/proof-file.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { timestampFromMs } from '../../src/values/timestamp.ts'
import { blob, type StructValue, structOf, type Value } from '../../src/values/value.ts'
import { sampleJournal } from '../independent/sample.ts'
import type { ToolRunner } from '../support/run-tool.ts'
import { fill, verify } from '../tamper/case.ts'
import { type CoverageRow, coverageRows, isNothing } from '../tamper/coverage.ts'
import { everyFeature } from '../tamper/own-ledger.ts'
import { at, changesOf, namesOf, pathsOf, spliced } from '../tamper/tree.ts'
import { marked } from './marked-ledger.ts'

/** One kind of file: its values, and the files that stand for it when one of them is another. */
interface Kind {
  /** In the first column of the table. */
  readonly name: string
  readonly values: readonly Value[]
  files(values: readonly Value[]): Readonly<Record<string, string>>
  /** Digest file, where the verdict needs one. */
  readonly digest?: string
  /** The verdict on the file as it is. */
  readonly isIncomplete?: boolean
}

const ownBlock = 'block made here (store, export)'
const texts = (values: readonly Value[]) => values.map((value) => `${printIon(value)}\n`).join('')
const asOne = (values: readonly Value[]) => ({ 'a.ion': texts(values) })

async function kinds(tools: ToolRunner): Promise<Kind[]> {
  const { ledger, documentId } = await everyFeature()
  const { digest, tipAddress } = ledger.digest()
  const saved = { digest, digestTipAddress: tipAddress, ledger: 'test', date: '2024-01-01T00:00:00Z' }
  const own = Array.from({ length: tipAddress.sequenceNo + 1 }, (_, number) => ledger.block(number))
  const aws = sampleJournal()
  const found = ledger.revision(4, documentId, tipAddress.sequenceNo)
  assert.ok(found !== undefined)
  const what = { ledger: 'test', table: 'Acc', revision: found.revision as StructValue, proof: found.proof }
  const proof = printProofFile({
    ...what,
    block: blockFromIon(own[4] as Value),
    digest: saved,
    date: timestampFromMs(0),
  })
  const answer = structOf({
    Block: own[4] as Value,
    Proof: proofToIon(ledger.blockProof(4, tipAddress.sequenceNo)),
    Digest: blob(digest),
    DigestTipAddress: parseIon(`{strandId:"${ledger.strandId}",sequenceNo:${tipAddress.sequenceNo}}`),
  })
  const awsTexts = aws.texts.map((text) => parseIon(text))
  const digestFile = parseIon(printDigestFile({ ...saved, marks: { count: 0, hash: new Uint8Array(0) } }))
  return [
    { name: ownBlock, values: own, files: asOne },
    { name: 'block made by AWS', values: awsTexts, files: asOne },
    { name: 'stream record', values: aws.records().map((text) => parseIon(text)), files: asOne },
    { name: 'revision', values: [found.revision], files: asOne },
    { name: 'proof file', values: [parseIon(proof)], files: asOne },
    { name: 'answer of GetRevision', values: [parseIon(aws.answer(4, 1))], files: asOne },
    { name: 'answer of GetBlock', values: [answer], files: asOne },
    { name: 'receipt', values: [parseIon(aws.receipt(4, 1))], files: asOne },
    {
      name: 'digest file',
      values: [digestFile],
      files: ([value]) => ({ 'blocks.ion': texts(own), 'digest/d.ion': `${printIon(value as Value)}\n` }),
      digest: 'digest/d.ion',
    },
    manifestsOf(tools),
  ]
}

/** Of an export with an import's marks: the manifest that lists its files, and the one that was written first. */
function manifestsOf(tools: ToolRunner): Kind {
  const names = readdirSync(tools.path('ion'), { recursive: true, encoding: 'utf8' })
  const read = (name: string) => readFileSync(tools.path('ion', name), 'utf8')
  const blocks = names.filter((name) => name.endsWith('.ion'))
  const manifests = names.filter((name) => name.endsWith('.manifest'))
  return {
    name: 'manifests of an export, names of files',
    values: manifests.map((name) => parseIon(read(name))),
    files: (values) => ({
      ...Object.fromEntries(blocks.map((name) => [name, read(name)])),
      ...Object.fromEntries(manifests.map((name, index) => [name, `${printIon(values[index] as Value)}\n`])),
    }),
    isIncomplete: true,
  }
}

/** The names on the way, without positions in lists and without what users called their fields and documents. */
function plainNames(names: readonly string[]): string[] {
  const plain = names.filter((name) => !name.startsWith('['))
  const end = plain.findIndex((name) => name === 'data' || name === 'documents')
  return end === -1 ? plain : plain.slice(0, end + 1)
}

/** The row of the table that names the field, or a part that it is in; by its last names, whatever it is wrapped in. */
function rowOf(rows: readonly CoverageRow[], kind: string, names: readonly string[]): CoverageRow | undefined {
  const own = rows.filter((row) => row.file === kind)
  const plain = names.map(lowered)
  const isNamed = (field: string) => {
    const path = field.split('.').map(lowered)
    return plain.some((_, start) => path.every((name, index) => plain[start + index] === name))
  }
  // The one row for all fields of a kind, as it says.
  const all = kind === ownBlock ? own.find(({ fields }) => fields.length === 0) : undefined
  const row = own.find(({ fields }) => fields.some(isNamed)) ?? all
  if (row?.unnoticed === 'nothing more than there') return rowOf(rows, 'block made by AWS', names.slice(1))
  return row
}

/** Answers in JSON have capitals. */
function lowered(name: string): string {
  return (name[0] ?? '').toLowerCase() + name.slice(1)
}

test('the coverage table names every field of every kind of file, and says of each what its edit gives', async (t) => {
  const tools = await marked(t, 'own')
  const rows = coverageRows()
  const unnamed: string[] = []
  const wrong: string[] = []
  for (const kind of await kinds(tools)) {
    const folder = tools.path('work')
    const check = async (values: readonly Value[]) => {
      fill(folder, kind.files(values))
      const digest = kind.digest && join(folder, kind.digest)
      const paths = kind.digest === undefined ? [folder] : [join(folder, 'blocks.ion')]
      const file = Object.keys(kind.files(values))
      return (await verify(file.length === 1 ? [join(folder, file[0] as string)] : paths, digest)).verdict
    }
    assert.equal(await check(kind.values), kind.isIncomplete === true ? 'incomplete' : 'verified', kind.name)
    const verdicts = new Map<string, Set<string>>()
    for (const [index, value] of kind.values.entries()) {
      for (const path of pathsOf(value)) {
        const name = plainNames(namesOf(value, path)).join('.')
        const seen = verdicts.get(name) ?? new Set()
        verdicts.set(name, seen)
        // One that must not pass is tried at one place, one that may pass until it does.
        if (seen.has('verified') || (seen.size > 0 && !mayPass(rowOf(rows, kind.name, name.split('.'))))) continue
        const target = at(value, path) as Value
        for (const changed of changesOf(target))
          if (printIon(changed) !== printIon(target))
            seen.add(await check(kind.values.with(index, spliced(value, path, changed))))
      }
    }
    const passed = new Map<CoverageRow, boolean>()
    for (const [name, seen] of verdicts) {
      const row = rowOf(rows, kind.name, name.split('.'))
      const text = `${kind.name}: ${name}: ${[...seen].join(', ')}`
      const isWhole = rows.some(
        ({ file, fields }) => file === kind.name && fields.some((field) => field.startsWith(`${name}.`)),
      )
      if (row === undefined && name !== '' && !isWhole) unnamed.push(text)
      if (row === undefined) continue
      if (isNothing(row) && seen.has('verified')) wrong.push(`${text}, the table says '${row.unnoticed}'`)
      const isPassed = seen.has('verified') || (kind.isIncomplete === true && seen.has('incomplete'))
      passed.set(row, passed.get(row) === true || isPassed)
    }
    // Whether another number fits lies with the hashes of the journal, which differ in each run.
    for (const [row, isPassed] of passed)
      if (mayPass(row) && !isPassed && !/still fits/.test(row.unnoticed))
        wrong.push(`${kind.name}: nothing passes of '${row.unnoticed}'`)
  }
  assert.deepEqual({ unnamed, wrong }, { unnamed: [], wrong: [] })
})

/** Whether one edit of one field alone may pass, as the row has it. */
function mayPass(row: CoverageRow | undefined): boolean {
  return row !== undefined && !isNothing(row) && !/at once|recomputed|everything/.test(row.unnoticed)
}

test('a field that no row names is not covered by another row', () => {
  const rows = coverageRows()
  for (const kind of ['proof file', 'receipt', 'digest file', 'revision', 'stream record', 'block made by AWS'])
    assert.equal(rowOf(rows, kind, ['approvedBy']), undefined)
})
