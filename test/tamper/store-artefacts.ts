import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { downConvert } from '../../src/journal/export-json.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { sampleJournal } from '../independent/sample.ts'
import { Client } from '../ledger/ledger-fixture.ts'
import { runCommand } from './case.ts'
import type { CoverageRow } from './coverage.ts'
import { blockTexts, everyFeature } from './own-ledger.ts'
import { StoreArtefact } from './store-cases.ts'

/**
 * Ledgers on disk: one made here, one imported from an export of AWS's, and one imported from JSON that took the types of its
 * data, so that it has marks.
 */
export async function storeArtefacts(
  folder: string,
  rows: readonly CoverageRow[],
  isWanted: (name: string) => boolean,
): Promise<StoreArtefact[]> {
  const artefacts: StoreArtefact[] = []
  const at = (name: string) => join(folder, name)
  const own = 'store, made here'
  const aws = 'store, imported from AWS'
  const marked = 'store, imported from JSON'
  if (![own, aws, marked].some(isWanted)) return artefacts
  const texts = await ownLedger(at('own/test'), at('older'))
  await ownLedger(at('another'), at('another-older'))
  const others = [
    ['an older state', at('older')],
    ['another ledger', at('another')],
  ] as const
  const digest = await saveDigest(at('own/test'), 'test', at('own.ion.txt'))
  if (isWanted(own))
    artefacts.push(await StoreArtefact.open({ name: own, isOwn: true, folder: at('own/test'), digest, others }, rows))
  if (isWanted(aws)) {
    await importTexts(sampleJournal().texts, at('aws'))
    const spec = { name: aws, isOwn: false, folder: at('aws/test'), others: [others[1]] }
    const saved = await saveDigest(at('aws/test'), 'test', at('aws.ion.txt'))
    artefacts.push(await StoreArtefact.open({ ...spec, digest: saved }, rows))
  }
  if (isWanted(marked)) {
    await importTexts(texts, at('json'))
    const spec = { name: marked, isOwn: true, folder: at('json/test'), others, unedited: 'incomplete' } as const
    const saved = await saveDigest(at('json/test'), 'test', at('json.ion.txt'))
    artefacts.push(await StoreArtefact.open({ ...spec, digest: saved }, rows))
  }
  return artefacts
}

/** Its blocks as JSON. The older state lacks the last commit. */
async function ownLedger(folder: string, older: string): Promise<string[]> {
  const store = openLmdbStore(folder)
  const { ledger } = await everyFeature(false, store)
  mkdirSync(older, { recursive: true })
  cpSync(join(folder, 'data.mdb'), join(older, 'data.mdb'))
  const client = new Client(ledger)
  client.run("UPDATE Acc SET balance = 10 WHERE owner = 'eve'")
  await client.commit()
  const texts = blockTexts(ledger, downConvert)
  await ledger.close()
  return texts
}

async function importTexts(texts: readonly string[], folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const path = `${folder}.export`
  writeFileSync(path, texts.map((text) => `${text}\n`).join(''))
  const { exit, text } = await runCommand('import', [
    ...['--accept-doubtful', '--data-dir', folder, '--ledger', 'test', '--progress', 'none', path],
  ])
  if (exit !== 'ok') throw new Error(`the import ended with '${exit}': ${text}`)
}

async function saveDigest(folder: string, ledger: string, path: string): Promise<string> {
  const { exit, text } = await runCommand('digest', [
    ...['--data-dir', join(folder, '..'), '--ledger', ledger, '--out', path],
  ])
  if (exit !== 'ok') throw new Error(`no digest: ${text}`)
  return path
}
