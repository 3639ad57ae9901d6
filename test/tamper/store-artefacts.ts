import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { downConvert } from '../../src/archive/export-json.ts'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { sampleJournal } from '../independent/sample.ts'
import { Client } from '../ledger/ledger-fixture.ts'
import { type Artefact, runCommand } from './case.ts'
import type { CoverageRow } from './coverage.ts'
import { endpointArtefacts, type ServedLedger } from './endpoint-artefacts.ts'
import { LiveStore } from './live-store.ts'
import { blockTexts, everyFeature } from './own-ledger.ts'
import { storeOfTable, storeSince } from './scoped-stores.ts'
import { StoreArtefact, type StoreSpec } from './store-cases.ts'

/**
 * Ledgers on disk: one made here, one imported from an export of AWS's, and one imported from JSON that took the types of its
 * data, so that it has marks.
 */
export async function storeArtefacts(
  folder: string,
  rows: readonly CoverageRow[],
  isWanted: (name: string) => boolean,
): Promise<Artefact[]> {
  const artefacts: Artefact[] = []
  const at = (name: string) => join(folder, name)
  const own = 'store, made here'
  const aws = 'store, imported from AWS'
  const marked = 'store, imported from JSON'
  const isAnyWanted = (name: string, served: string) =>
    [...scopes.map((scope) => `${name}${scope}`), `endpoint, ${served}`, `endpoint, prove at ${served}`].some(isWanted)
  if (
    !isWanted('live store, made here') &&
    !isAnyWanted(own, 'test') &&
    !isAnyWanted(aws, 'aws') &&
    !isAnyWanted(marked, 'json')
  )
    return artefacts
  const served: ServedLedger[] = []
  const add = async (spec: StoreSpec, name: string, table: string) => {
    const [since, ofTable] = [`${spec.name}, since a digest`, `${spec.name}, of one table`]
    if (isWanted(spec.name)) artefacts.push(await StoreArtefact.open(spec, rows))
    if (isWanted(since))
      artefacts.push(await storeSince({ ...spec, name: since }, 5, `${spec.digest}.since.ion.txt`, rows))
    if (isWanted(ofTable)) artefacts.push(await storeOfTable({ ...spec, name: ofTable }, table, rows))
    served.push({ ...spec, name })
  }
  const texts = await ownLedger(at('own/test'), at('older'))
  await ownLedger(at('another'), at('another-older'))
  const others = [
    ['an older state', at('older')],
    ['another ledger', at('another')],
  ] as const
  const digest = await saveDigest(at('own/test'), 'test', at('own.ion.txt'))
  await add({ name: own, isOwn: true, folder: at('own/test'), digest, others }, 'test', 'Acc')
  const live = 'live store, made here'
  if (isWanted(live)) artefacts.push(await LiveStore.open({ name: live, folder: at('own/test'), digest }, rows))
  if (isAnyWanted(aws, 'aws')) {
    await importTexts(sampleJournal().texts, at('aws'), 'aws')
    const spec = { name: aws, isOwn: false, folder: at('aws/aws'), others: [others[1]] }
    await add({ ...spec, digest: await saveDigest(at('aws/aws'), 'aws', at('aws.ion.txt')) }, 'aws', 'Car')
  }
  if (isAnyWanted(marked, 'json')) {
    await importTexts(texts, at('json'), 'json')
    const spec = { name: marked, isOwn: true, folder: at('json/json'), others, unedited: 'incomplete' } as const
    await add({ ...spec, digest: await saveDigest(at('json/json'), 'json', at('json.ion.txt')) }, 'json', 'Acc')
  }
  return [...artefacts, ...(await endpointArtefacts(folder, served, rows, isWanted))]
}

/** Checked whole, and with the flags that leave something out. */
const scopes = ['', ', since a digest', ', of one table']

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

async function importTexts(texts: readonly string[], folder: string, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const path = `${folder}.export`
  writeFileSync(path, texts.map((text) => `${text}\n`).join(''))
  const { exit, text } = await runCommand('import', [
    ...['--accept-doubtful', '--data-dir', folder, '--ledger', name, '--progress', 'none', path],
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
