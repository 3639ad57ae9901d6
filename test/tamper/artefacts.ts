import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { printDigestFile } from '../../src/journal/digest-file.ts'
import { downConvert as downConverted } from '../../src/archive/export-json.ts'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import type { Digest } from '../../src/journal/digest.ts'
import { printProofFile } from '../../src/journal/proof-file.ts'
import { timestampFromMs } from '../../src/values/timestamp.ts'
import type { StructValue } from '../../src/values/value.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { type IndependentJournal, idOf } from '../independent/generator.ts'
import { jsonOf } from '../independent/json.ts'
import { sampleJournal } from '../independent/sample.ts'
import { type Artefact, foreignDigest } from './case.ts'
import { coverageRows } from './coverage.ts'
import { JournalArtefact } from './journal-cases.ts'
import type { Form } from './journal-rules.ts'
import { folderArtefacts } from './folder-artefacts.ts'
import { type EvidenceSpec, EvidenceArtefact } from './evidence-cases.ts'
import { answerSpecs, historyInJson } from './answer-artefacts.ts'
import { storeArtefacts } from './store-artefacts.ts'
import { blockTexts, everyFeature } from './own-ledger.ts'
import { readingArtefacts } from './reading-artefacts.ts'

const forms: readonly (readonly [Form, string])[] = [
  ['text', 'Ion text'],
  ['binary', 'Ion binary'],
  ['json', 'JSON'],
]

/** Everything that users hold of a ledger made here, and of one of QLDB's. Digests are saved in the folder, and stay. */
export async function allArtefacts(folder: string, wanted = ''): Promise<Artefact[]> {
  const rows = coverageRows()
  const save = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const artefacts: Artefact[] = []
  save(foreignDigest, sampleJournal(false, { strandId: idOf('another strand') }).digestFile())
  for (const [form, format] of forms) {
    if (!mayHave(form, wanted)) continue
    const isTypable = form === 'json'
    const own = await everyFeature(isTypable)
    const ionTexts = blockTexts(own.ledger, printIon)
    const { digest, tipAddress } = own.ledger.digest()
    const saved = { digest, digestTipAddress: tipAddress, ledger: 'test', date: undefined }
    const ownDigest = save(`own-${form}.ion.txt`, printDigestFile(saved))
    const ownTexts = blockTexts(own.ledger, isTypable ? downConverted : printIon)
    const journal = sampleJournal(isTypable)
    const digestOfAws = save(`aws-${form}.ion.txt`, journal.digestFile())
    const texts = isTypable ? journal.doms.map(jsonOf) : journal.texts
    const exports = [
      new JournalArtefact(
        {
          ...{ name: `export ${format}, made here`, form, isOwn: true, texts: ownTexts, digest: ownDigest },
          ...(isTypable ? { ionTexts } : {}),
        },
        rows,
      ),
      new JournalArtefact(
        {
          ...{ name: `export ${format}, of AWS`, form, isOwn: false, texts, digest: digestOfAws },
          ...(isTypable ? { ionTexts: journal.texts } : {}),
        },
        rows,
      ),
    ]
    artefacts.push(...exports)
    artefacts.push(...folderArtefacts(form, { ionTexts, digest: ownDigest }, digestOfAws, rows))
    if (form === 'binary') artefacts.push(...streamArtefacts(journal, digestOfAws, save, rows))
    if (isTypable) {
      const json = { form, isOwn: true, texts: ownTexts, digest: ownDigest } as const
      for (const isImported of ['strictly', 'doubtfully'] as const)
        artefacts.push(new JournalArtefact({ ...json, name: `import of JSON, ${isImported}`, isImported }, rows))
      const ofAws = { form, isOwn: false, texts, digest: digestOfAws, isImported: 'strictly' } as const
      artefacts.push(new JournalArtefact({ ...ofAws, name: 'import of JSON, of AWS' }, rows))
    }
    if (form !== 'text') continue
    const none = { form, levels: ['none'] as const }
    const proofs = { form, levels: ['none', 'revision', 'tip'] as const }
    const [ownExport, exportOfAws] = exports as [JournalArtefact, JournalArtefact]
    const lone = {
      ...proofs,
      levels: ['none', 'revision'] as const,
      isLone: true,
      file: 'revision',
      digest: digestOfAws,
    }
    const middle = proofFileText(own.ledger, own.documentId, 4, saved)
    const specs: EvidenceSpec[] = [
      { ...proofs, name: 'proof file, made here', file: 'proof file', text: middle, digest: ownDigest },
      {
        ...proofs,
        name: 'proof, of AWS',
        file: 'answer of GetRevision',
        text: journal.answer(4, 1),
        digest: digestOfAws,
      },
      {
        ...none,
        name: 'receipt, of AWS',
        form: 'json',
        file: 'receipt',
        text: journal.receipt(4, 1),
        digest: digestOfAws,
      },
      { ...lone, name: 'revision by itself, of AWS', text: journal.revision(4, 0) },
      { ...lone, name: 'revision in a list, of AWS', text: `[${journal.revision(4, 2)}]` },
      {
        ...none,
        ...{ name: 'digest file, made here', form: 'json', file: 'digest file', text: printDigestFile(saved) },
        ...{ digest: ownDigest, subject: (work) => ownExport.prepare(work) },
      },
      {
        ...none,
        ...{ name: 'digest file, of AWS', form: 'json', file: 'digest file', text: journal.digestFile() },
        ...{ digest: digestOfAws, subject: (work) => exportOfAws.prepare(work) },
      },
    ]
    const ownShape = sampleJournal(false, { coversHead: true })
    const digestOfOwnShape = save('own-shape.ion.txt', ownShape.digestFile())
    for (const isOwn of [false, true]) {
      const [one, saved] = isOwn ? [ownShape, digestOfOwnShape] : [journal, digestOfAws]
      specs.push(...answerSpecs({ journal: one, digest: saved, isOwn }), historyInJson({ digest: saved, isOwn }))
    }
    artefacts.push(...specs.map((spec) => new EvidenceArtefact(spec, rows)))
    if (wanted === '' || !exports.some(({ name }) => name.includes(wanted)))
      artefacts.push(...(await readingArtefacts(save, rows)))
  }
  artefacts.push(...(await storeArtefacts(folder, rows, (name) => name.includes(wanted))))
  return artefacts
}

function streamArtefacts(
  journal: IndependentJournal,
  digestOfAws: string,
  save: (name: string, text: string) => string,
  rows: ReturnType<typeof coverageRows>,
): JournalArtefact[] {
  const ownShape = sampleJournal(false, { coversHead: true })
  const digest = save('own-stream.ion.txt', ownShape.digestFile())
  return [
    { whose: 'of AWS', isOwn: false, from: journal, digest: digestOfAws },
    { whose: 'made here', isOwn: true, from: ownShape, digest },
  ].flatMap(({ whose, isOwn, from, digest: saved }) => {
    const stream = { form: 'binary', isOwn, digest: saved, isStream: true } as const
    const [texts, ionTexts] = [from.records(), from.texts]
    const records = new JournalArtefact({ ...stream, name: `stream records, ${whose}`, texts, ionTexts }, rows)
    if (isOwn) return [records]
    // This program writes no streams: only AWS's users have a record of a block alone.
    const summary = texts.filter((text) => text.includes('BLOCK_SUMMARY'))[6] as string
    const lone = { ...stream, name: `record of a block, ${whose}`, texts: [summary], isLone: true }
    return [records, new JournalArtefact(lone, rows)]
  })
}

/** Whether an artefact whose name contains the text may be made beside the exports of a form. */
function mayHave(form: Form, wanted: string): boolean {
  if (/^store|^endpoint|^live/.test(wanted)) return false
  if (/proof|receipt|revision|digest|text|answer|history|record of a revision|metadata|in an export/.test(wanted))
    return form === 'text'
  if (/binary|stream|record of a block/.test(wanted)) return form === 'binary'
  return !wanted.includes('JSON') || form === 'json'
}

/** The proof file of the revision of a document in a block. */
export function proofFileText(ledger: Ledger, documentId: string, sequenceNo: number, digest: Digest): string {
  const proven = ledger.revision(sequenceNo, documentId, digest.digestTipAddress.sequenceNo)
  if (proven === undefined) throw new Error('there is no such revision')
  const block = blockFromIon(ledger.block(sequenceNo))
  const what = { ledger: 'test', table: 'Acc', revision: proven.revision as StructValue, proof: proven.proof }
  return printProofFile({ ...what, block, digest, date: timestampFromMs(0) })
}
