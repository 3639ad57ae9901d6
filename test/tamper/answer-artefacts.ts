import { downConvert } from '../../src/archive/export-json.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Value } from '../../src/values/value.ts'
import { proofText, type IndependentJournal } from '../independent/generator.ts'
import { jsonOf } from '../independent/json.ts'
import { loaded } from '../independent/hashes.ts'
import { sampleJournal } from '../independent/sample.ts'
import type { EvidenceSpec } from './evidence-cases.ts'
import { plainAnswer } from './evidence-cases.ts'
import { childrenOf } from './tree.ts'

/** A journal and the digest file that was saved of it. */
export interface Saved {
  readonly journal: IndependentJournal
  readonly digest: string
  readonly isOwn: boolean
}

/**
 * Answers of GetBlock and GetRevision as AWS's tools print them, receipts alone and in an envelope, rows of a history, records
 * of a stream: of a journal of QLDB's and of one of our shape, written by the generator that shares no code with src.
 */
export function answerSpecs({ journal, digest, isOwn }: Saved): EvidenceSpec[] {
  const whose = isOwn ? 'made here' : 'of AWS'
  const levels = ['none', 'revision', 'block', 'tip'] as const
  const receipt = journal.receipt(4, 1)
  const none = ['none'] as const
  return [
    {
      ...{ name: `answer of GetRevision, ${whose}`, file: plainAnswer, form: 'json', digest, print: printAnswer },
      ...{ levels: ['none', 'revision'], places: { revision: ['Revision'], proof: 'Proof' } },
      text: `{Revision:${journal.revision(4, 1)},Proof:${proofText(journal.proof(4, 1))}}`,
    },
    {
      ...{ name: `answer of GetBlock, ${whose}`, file: plainAnswer, form: 'json', digest, print: printAnswer, levels },
      block: { name: 'Block', isOwn },
      text: `{Block:${journal.texts[5]},Proof:${proofText(journal.blockProof(5))}}`,
    },
    {
      ...{ name: `answer in Ion, ${whose}`, file: 'answer of GetRevision', form: 'text', digest },
      ...{ levels: ['none', 'revision', 'tip'], text: journal.answer(5, 1) },
    },
    {
      ...{ name: `receipt in an envelope, ${whose}`, file: 'receipt', form: 'json', levels: none, digest },
      text: `{"app":{"id":7,"tags":["a","b"]},"kept":[{"ledgerMetadata":${receipt}}]}`,
      rowOf: (names) =>
        names[2] === 'ledgerMetadata' && names.length > 3
          ? ['receipt', names.slice(3)]
          : ['envelope around any of these', names],
    },
    {
      ...{ name: `receipt, its Ion open, ${whose}`, file: 'receipt', form: 'json', levels: none, digest },
      ...{ text: opened(receipt), print: printReceipt },
    },
    {
      ...{ name: `history in a list, ${whose}`, form: 'text', file: 'revision', digest, isLone: true },
      ...{ levels: ['none', 'revision'], places: { revision: ['[0]'] }, rowOf: ofHistory },
      text: `[${journal.revision(4, 1)},${journal.revision(6, 0)}]`,
    },
    {
      ...{ name: `record of a revision, ${whose}`, form: 'text', file: 'stream record', digest, isLone: true },
      ...{ levels: ['none', 'revision'], places: { revision: ['payload', 'revision'] } },
      // Not the first, whose data is redacted.
      text: journal.records().filter((text) => text.includes('REVISION_DETAILS'))[1] as string,
      rowOf: ofRecord,
    },
  ]
}

/** Rows of a history as JSON Lines, of data that JSON can give back. */
export function historyInJson({ digest, isOwn }: Omit<Saved, 'journal'>): EvidenceSpec {
  const journal = sampleJournal(true, { coversHead: isOwn })
  const rows = [0, 1].map((at) => jsonOf(loaded(journal.revision(4, at))))
  return {
    ...{ name: `history in JSON Lines, ${isOwn ? 'made here' : 'of AWS'}`, form: 'json', file: 'revision', digest },
    ...{ levels: ['none'], isLone: true, text: `[${rows.join(',')}]`, rowOf: ofHistory, print: printLines },
  }
}

/** What is in the revision is covered as in one by itself. */
function ofRecord(names: readonly string[]): readonly [string, readonly string[]] {
  const isInside = names[0] === 'payload' && names[1] === 'revision' && names.length > 2
  return isInside ? ['revision', names.slice(2)] : ['stream record', names]
}

function ofHistory(names: readonly string[]): readonly [string, readonly string[]] {
  return names.length === 0 ? ['rows of a history, revisions in a list, JSON Lines', []] : ['revision', names]
}

/** JSON, with Ion text inside. */
function printAnswer(value: Value): string {
  if (value.type !== 'struct') return printIon(value)
  const fields = value.names.map((name, index) => {
    const text = printIon(value.values[index] as Value)
    return `${JSON.stringify(name)}:${JSON.stringify({ IonText: text })}`
  })
  return `{${fields.join(',')}}\n`
}

const ionFields: ReadonlySet<string> = new Set(['BlockAddress', 'Proof', 'DigestTipAddress'])

/** The receipt with its texts of Ion read. */
function opened(receipt: string): string {
  return receipt.replace(/\{"IonText":("(?:[^"\\]|\\.)*")\}/g, (_, text: string) => JSON.parse(text))
}

function printReceipt(value: Value): string {
  if (value.type !== 'struct') return downConvert(value)
  const fields = value.names.map((name, index) => {
    const child = value.values[index] as Value
    const text = ionFields.has(name) ? JSON.stringify({ IonText: printIon(child) }) : printReceipt(child)
    return `${JSON.stringify(name)}:${text}`
  })
  return `{${fields.join(',')}}`
}

function printLines(value: Value): string {
  return childrenOf(value)
    .map((row) => `${downConvert(row)}\n`)
    .join('')
}
