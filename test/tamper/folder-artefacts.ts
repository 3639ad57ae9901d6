import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { ExportWriter } from '../../src/archive/export-files.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { list, type Value } from '../../src/values/value.ts'
import { timestampFromMs } from '../../src/values/timestamp.ts'
import { idOf } from '../independent/generator.ts'
import { jsonOf } from '../independent/json.ts'
import { sampleJournal } from '../independent/sample.ts'
import type { CoverageRow } from './coverage.ts'
import { FolderArtefact } from './folder-cases.ts'
import { encoded } from './journal-cases.ts'
import type { Form } from './journal-rules.ts'
import { childrenOf, field } from './tree.ts'

type Files = Record<string, Buffer>

const names = { text: 'Ion text', binary: 'Ion binary', json: 'JSON' } as const

/** A folder as `qldb export` writes it, and one as AWS did. */
export function folderArtefacts(
  form: Form,
  own: { readonly ionTexts: readonly string[]; readonly digest: string },
  digestOfAws: string,
  rows: readonly CoverageRow[],
): FolderArtefact[] {
  const journal = sampleJournal(form === 'json')
  const texts = form === 'json' ? journal.doms.map(jsonOf) : journal.texts
  const blocks = texts.map((text) => bytesOf(form, text))
  const other = sampleJournal(form === 'json', { strandId: idOf('another strand') })
  const othersTexts = form === 'json' ? other.doms.map(jsonOf) : other.texts
  const foreign = {
    blocks: Buffer.concat(othersTexts.map((text) => bytesOf(form, text))),
    digest: other.digestFile(),
    forgedDigest: journal
      .digestFile()
      .replace(/"digest":"./, '"digest":"_')
      .replace('_', 'Z'),
  }
  const { files, ownBlocks } = ownFiles(form, own.ionTexts)
  const ownDigest = readFileSync(own.digest, 'utf8')
  const forgedDigest = ownDigest.replace(/"digest": "(.)/, (_, letter) => `"digest": "${letter === 'Z' ? 'Y' : 'Z'}`)
  const forgedEvidence = forgedOf(own.ionTexts.map((text) => parseIon(text)))
  const common = { form, blocks: ownBlocks, digest: own.digest, foreign: { ...foreign, forgedDigest }, forgedEvidence }
  const packed = { ...common, files: ownFiles(form, own.ionTexts, true).files }
  return [
    new FolderArtefact({ ...common, name: `folder ${names[form]}, made here`, files }, rows),
    new FolderArtefact({ ...packed, name: `folder ${names[form]}, packed` }, rows),
    new FolderArtefact(
      {
        ...{ name: `folder ${names[form]}, of AWS`, form, blocks, digest: digestOfAws, foreign },
        forgedEvidence: forgedOf(journal.texts.map((text) => parseIon(text))),
        files: filesOfAws(form, journal.strandId, blocks),
      },
      rows,
    ),
  ]
}

/** Of a block with a revision: what a hash covers in the revision alone, or in no part of the answer. */
function forgedOf(blocks: readonly Value[]): Record<string, string> {
  const block = blocks.find((one) => firstRevision(one) !== undefined && !printIon(one).includes('dataHash'))
  const revision = block && firstRevision(block)
  if (block === undefined || revision === undefined) return {}
  const proof = `proof:[{{${'A'.repeat(43)}=}}]`
  const later = printIon(block).replace(/(blockTimestamp:[^,]*\.\d+)Z/, '$11Z')
  const elsewhere = printIon(revision).replace(/strandId:"./, 'strandId:"_')
  return {
    'an answer of GetBlock with another time': `{block:${later},${proof}}`,
    'a revision of another strand': `{revision:${elsewhere},${proof}}`,
    'a proof with another table': `{table:"Other",revision:${printIon(revision)},${proof}}`,
    'a proof with a made-up head': `{revision:${printIon(revision)},${proof},blockHead:{transactionId:"x",blockTimestamp:1999T,entriesHashList:[]}}`,
  }
}

function firstRevision(block: Value): Value | undefined {
  const [first] = childrenOf(field(block, 'revisions') ?? list([]))
  return first && field(first, 'metadata') && first
}

function bytesOf(form: Form, text: string): Buffer {
  return form === 'binary' ? Buffer.from(encoded(form, parseIon(text))) : Buffer.from(`${text}\n`)
}

function ownFiles(form: Form, texts: readonly string[], gzip = false): { files: Files; ownBlocks: Buffer[] } {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-folder-'))
  try {
    const blocks = texts.map((text) => blockFromIon(parseIon(text)))
    const writer = new ExportWriter(folder, {
      ...{ ledgerName: 'test', exportId: idOf('export'), strandId: blocks[0]?.blockAddress.strandId ?? '' },
      ...{ format: formats[form], gzip, prefix: '', fileBytes: 5000 },
      ...{ inclusiveStartTime: timestampFromMs(0), exclusiveEndTime: timestampFromMs(4e12) },
    })
    for (const block of blocks) writer.add(block)
    writer.end()
    return { files: filesIn(folder), ownBlocks: texts.map((text) => Buffer.from(encoded(form, parseIon(text)))) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const formats = { text: 'ion-text', binary: 'ion-binary', json: 'json' } as const

function filesIn(folder: string): Files {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = paths.filter((path) => statSync(join(folder, path)).isFile())
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path))]))
}

/** As the developer guide shows an export: manifests at the top, blocks under the hour. */
function filesOfAws(form: Form, strandId: string, blocks: readonly Buffer[]): Files {
  const cuts = [0, 5, 9, blocks.length]
  const files: Files = {}
  const keys: string[] = []
  for (const [index, first] of cuts.slice(0, -1).entries()) {
    const end = cuts[index + 1] as number
    const key = `2021/06/13/08/${strandId}.${first}-${end - 1}.${form === 'json' ? 'json' : 'ion'}`
    files[key] = Buffer.concat(blocks.slice(first, end))
    keys.push(key)
  }
  const id = idOf('export of AWS')
  const times = form === 'json' ? ['"2021-06-01T"', '"2021-07-01T"'] : ['2021-06-01T', '2021-07-01T']
  const manifest = (text: string) => Buffer.from(encoded(form, parseIon(text)))
  files[`${id}.started.manifest`] = manifest(
    `{"ledgerName":"cars","exportId":"${id}","inclusiveStartTime":${times[0]},"exclusiveEndTime":${times[1]},` +
      '"bucket":"exports","prefix":"","objectEncryptionType":"NO_ENCRYPTION"}',
  )
  files[`${id}.${strandId}.completed.manifest`] = manifest(JSON.stringify({ keys }))
  return files
}
