import { printDigestFile } from '../../src/journal/digest-file.ts'
import { idOf as documentOf, run } from '../ledger/ledger-fixture.ts'
import { openLedger } from '../ledger/ledger-fixture.ts'
import { IndependentJournal, idOf, proofText } from '../independent/generator.ts'
import { proofFileText } from './artefacts.ts'
import type { CoverageRow } from './coverage.ts'
import { EvidenceArtefact, type EvidenceSpec } from './evidence-cases.ts'
import { JournalArtefact } from './journal-cases.ts'
import { sampleJournal } from '../independent/sample.ts'

type Save = (name: string, text: string) => string

/** What the rules against other readings of a hash are for: deletions, data like metadata, revisions of the catalog. */
export async function readingArtefacts(save: Save, rows: readonly CoverageRow[]) {
  const journals = [true, false].flatMap((isOwn) =>
    [true, false].map((isLike) => {
      const whose = isOwn ? 'made here' : 'of AWS'
      const journal = likeMetadata(isOwn, isLike)
      const name = isLike ? `export of data like metadata, ${whose}` : `export of data near metadata, ${whose}`
      const digest = save(`${idOf(name)}.ion.txt`, journal.digestFile())
      const unedited = isLike ? ('incomplete' as const) : ('verified' as const)
      return new JournalArtefact({ name, form: 'text', isOwn, texts: journal.texts, digest, unedited }, rows)
    }),
  )
  const specs = [await deletionSpec(save), ...besideSpecs(save), bundleSpec(save)]
  return [...journals, ...specs.map((spec) => new EvidenceArtefact(spec, rows))]
}

/** The proof of one deletion in a transaction that changed two more documents. */
async function deletionSpec(save: Save): Promise<EvidenceSpec> {
  const { ledger } = await openLedger({ name: 'test' })
  await run(ledger, 'CREATE TABLE Acc')
  const ids: string[] = []
  for (const name of ['a', 'b', 'c'])
    ids.push(documentOf(await run(ledger, `INSERT INTO Acc VALUE {'k': '${name}', 'n': 1}`)))
  await run(
    ledger,
    "DELETE FROM Acc WHERE k = 'a'",
    "UPDATE Acc SET n = 2 WHERE k = 'b'",
    "DELETE FROM Acc WHERE k = 'c'",
  )
  await run(ledger, "INSERT INTO Acc VALUE {'k': 'd'}")
  const { digest, tipAddress } = ledger.digest()
  const saved = { digest, digestTipAddress: tipAddress, ledger: 'test', date: undefined }
  const text = proofFileText(ledger, ids[0] as string, ledger.tip().sequenceNo - 1, saved)
  if (!text.includes('blockRevisions')) throw new Error('the proof of the deletion needs no blockRevisions')
  return {
    ...{ name: 'proof file of a deletion, made here', file: 'proof file', form: 'text', text },
    ...{ levels: ['none', 'revision', 'tip'], digest: save('deletion.ion.txt', printDigestFile(saved)) },
  }
}

/** An answer, a revision, a block and a receipt that lie among the files of an export, each in turn. */
function besideSpecs(save: Save): EvidenceSpec[] {
  return [true, false].flatMap((isOwn) => {
    const journal = sampleJournal(false, { coversHead: isOwn })
    const whose = isOwn ? 'made here' : 'of AWS'
    const digest = save(`beside-${isOwn}.ion.txt`, journal.digestFile())
    const beside = { 'blocks.ion': Buffer.from(journal.texts.join('\n')) }
    const common = { form: 'text', digest, beside, levels: ['none', 'revision'] } as const
    const proof = proofText(journal.blockProof(5))
    return [
      {
        ...{ ...common, name: `answer in an export, ${whose}`, file: 'answer of GetRevision' },
        text: journal.answer(5, 1),
      },
      {
        ...{ ...common, name: `answer without a digest in an export, ${whose}`, file: 'answer of GetRevision' },
        text: `{revision:${journal.revision(5, 0)},proof:${proofText(journal.proof(5, 0))}}`,
      },
      {
        ...{ ...common, name: `block in an export, ${whose}`, file: 'answer of GetBlock', levels: ['none', 'block'] },
        ...{ text: `{block:${journal.texts[5]},proof:${proof}}`, block: { name: 'block', isOwn } },
      },
      {
        ...{ ...common, name: `receipt in an export, ${whose}`, file: 'receipt', form: 'json', levels: ['none'] },
        text: journal.receipt(4, 1),
      },
    ] satisfies EvidenceSpec[]
  })
}

/** A proof and the digest that it leads to in one file: whoever made up the one made up the other. */
function bundleSpec(save: Save): EvidenceSpec {
  const journal = sampleJournal(false, { coversHead: true })
  return {
    ...{
      name: 'proof and digest in one file',
      file: 'proof file',
      form: 'text',
      levels: ['none'],
      unedited: 'incomplete',
    },
    ...{ digest: save('bundle.ion.txt', journal.digestFile()), places: { revision: ['[0]', 'revision'] } },
    text: `[${journal.answer(5, 1)},${journal.digestFile()}]`,
  }
}

/** A block of an own shape, or of AWS's, whose document looks like metadata of its own transaction, or nearly. */
function likeMetadata(isOwn: boolean, isLike: boolean): IndependentJournal {
  const journal = new IndependentJournal({ coversHead: isOwn })
  const table = { table: 'Acc', tableId: idOf('table of readings') }
  const [a, b] = ['reading a', 'reading b'].map(idOf) as [string, string]
  if (isOwn) journal.append({ statements: ['SELECT 1'] })
  else journal.append({ withoutInfo: true })
  journal.append({ statements: ['CREATE TABLE Acc'], hidden: isOwn ? 0 : 2 })
  journal.append({ statements: ['INSERT INTO Acc ?'], changes: [a, b].map((id) => ({ ...table, id, data: '{n:1}' })) })
  const time = new Date(Date.UTC(2021, 5, 13, 7, 59, 53) - (isOwn ? 0 : 16)).toISOString()
  const more = isLike ? '' : ',note:"x"'
  const data = `{id:"${a}",version:1,txTime:${time},txId:"${idOf('tx 3')}"${more}}`
  journal.append({ statements: ['UPDATE Acc SET n = 2'], changes: [{ ...table, id: a, data }] })
  journal.append({
    statements: ['CREATE INDEX ON Acc (n)', 'UPDATE Acc SET n = 3'],
    hidden: isOwn ? 0 : 2,
    changes: [{ ...table, id: b, data: '{n:3}', statements: [1] }],
  })
  journal.append({
    statements: ['DELETE FROM Acc'],
    changes: [
      { ...table, id: a },
      { ...table, id: b },
    ],
  })
  journal.append({ statements: ['SELECT 2'] })
  return journal
}
