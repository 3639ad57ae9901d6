import assert from 'node:assert/strict'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { printDigestFile } from '../../src/journal/digest-file.ts'
import { downConvert } from '../../src/archive/export-json.ts'
import { proofToIon } from '../../src/journal/proof.ts'
import { printProofFile } from '../../src/journal/proof-file.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseAllIon, parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { timestampFromMs } from '../../src/values/timestamp.ts'
import { blob, list, string, type StructValue, structOf, type Value } from '../../src/values/value.ts'
import { sampleJournal } from '../independent/sample.ts'
import { everyFeature } from '../tamper/own-ledger.ts'

/** Verdicts on a form as it is, and on one with a balance edited: without a digest, and against a saved one. */
export interface Form {
  readonly name: string
  readonly content: string | Uint8Array
  readonly edited: string | Uint8Array
  /** Saved of the ledger that it is of. */
  readonly digest: 'own.ion.txt' | 'aws.ion.txt'
  /** Without a proof nothing leads to a digest. */
  readonly isLone?: boolean
  /** JSON of many fields: an edit looks like types that were not guessed. */
  readonly isUntyped?: boolean
}

export async function evidenceForms(): Promise<{ forms: Form[]; digests: Record<string, string> }> {
  const { ledger, documentId } = await everyFeature(true)
  const { digest, tipAddress } = ledger.digest()
  const tip = tipAddress.sequenceNo
  const saved = { digest, digestTipAddress: tipAddress, ledger: 'test', date: undefined }
  const own = Array.from({ length: tip + 1 }, (_, number) => ledger.block(number))
  const found = ledger.revision(4, documentId, tip)
  assert.ok(found !== undefined)
  const revision = found.revision as StructValue
  const what = { ledger: 'test', table: 'Acc', revision, proof: found.proof, digest: saved, date: timestampFromMs(0) }
  const proofFile = printProofFile({ ...what, block: blockFromIon(own[4] as Value) })
  const tipIon = parseIon(`{strandId:"${ledger.strandId}",sequenceNo:${tip}}`)
  const isText = (value: Value) => structOf({ IonText: string(printIon(value)) })
  const answerOf = (name: string, value: Value, proof: Value) =>
    structOf({ [name]: isText(value), Proof: isText(proof), Digest: blob(digest), DigestTipAddress: isText(tipIon) })
  const getRevision = answerOf('Revision', revision, proofToIon(found.proof))
  const getBlock = answerOf('Block', own[4] as Value, proofToIon(ledger.blockProof(4, tip)))
  const rows = own.flatMap((block) => {
    const all = (block.type === 'struct' && block.get('revisions')) as Value | undefined
    return all?.type === 'list' ? all.items : []
  })
  const aws = sampleJournal(true)
  const lines = (values: readonly Value[], print: (value: Value) => string) =>
    values.map((value) => `${print(value)}\n`)
  const forms: Form[] = []
  const add = (name: string, content: string, more: Partial<Form> = {}) => {
    // In Ion and in JSON, also in Ion text within JSON.
    const edited = content.replaceAll(/(balance\\?"?: ?)70\b/g, '$1999')
    assert.notEqual(edited, content, name)
    forms.push({ name, content, edited, digest: 'own.ion.txt', ...more })
  }
  const lone = { isLone: true }
  add('export.ion', lines(own, printIon).join(''))
  add('export.json', lines(own, (value) => downConvert(value)).join(''), { isUntyped: true })
  add('proof.ion', proofFile)
  add('get-revision.ion', printIon(getRevision))
  add('get-revision.json', downConvert(getRevision))
  add('get-block.ion', printIon(getBlock))
  add('get-block.json', downConvert(getBlock))
  add('envelope.ion', `{kept:{by:"us",all:[{nested:${proofFile}}]}}`)
  add('revision.ion', printIon(revision), lone)
  add('revision.json', downConvert(revision), lone)
  add('history.ion', printIon(list(rows)), lone)
  add('history.json', downConvert(structOf({ rows: list(rows) })), { ...lone })
  add('history.jsonl', lines(rows, (value) => downConvert(value)).join(''), lone)
  const binary = (text: string) => Buffer.concat(parseAllIon(text).map((value) => encodeIon(value)))
  for (const form of [...forms])
    if (['export.ion', 'proof.ion', 'revision.ion', 'get-block.ion'].includes(form.name))
      forms.push({
        ...form,
        name: form.name.replace('.ion', '.10n'),
        content: binary(form.content as string),
        edited: binary(form.edited as string),
      })
  const records = lines(
    aws.records().map((text) => parseIon(text)),
    printIon,
  ).join('')
  const receipt = printIon(parseIon(aws.receipt(4, 1)))
  const changedHash = receipt.replace(/RevisionHash:"(.)/, (_, letter) => `RevisionHash:"${letter === 'A' ? 'B' : 'A'}`)
  assert.notEqual(changedHash, receipt)
  forms.push({ name: 'receipt.ion', content: receipt, edited: changedHash, digest: 'aws.ion.txt' })
  const changedRecords = records.replace(/price:42.20/, 'price:43.20')
  assert.notEqual(changedRecords, records)
  forms.push({ name: 'stream.ion', content: records, edited: changedRecords, digest: 'aws.ion.txt' })
  return { forms, digests: { 'own.ion.txt': printDigestFile(saved), 'aws.ion.txt': aws.digestFile() } }
}
