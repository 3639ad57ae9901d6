import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as endpointChunk from '../../src/host/endpoint-chunk.ts'
import { realEnv } from '../../src/host/real-env.ts'
import { startService } from '../../src/host/service.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import type { Value } from '../../src/values/value.ts'
import { AnswerProxy } from './answer-proxy.ts'
import type { Artefact, Verdict } from './case.ts'
import type { CoverageRow } from './coverage.ts'
import { EndpointArtefact } from './endpoint-cases.ts'
import { ProveArtefact } from './prove-cases.ts'

/** A ledger of the stores' artefacts, in a folder of its own under its name. */
export interface ServedLedger {
  readonly name: string
  readonly folder: string
  readonly isOwn: boolean
  readonly digest: string
  readonly unedited?: Verdict
}

/** Ledgers at a server in this process, whose answers are changed on the way. */
export async function endpointArtefacts(
  folder: string,
  served: readonly ServedLedger[],
  rows: readonly CoverageRow[],
  isWanted: (name: string) => boolean,
): Promise<Artefact[]> {
  const all = served.flatMap(({ name }) => [`endpoint, ${name}`, `endpoint, prove at ${name}`])
  if (!all.some(isWanted)) return []
  lendEndpoint()
  const directory = join(folder, 'served')
  for (const { name, folder: from } of served) {
    mkdirSync(join(directory, name), { recursive: true })
    cpSync(join(from, 'data.mdb'), join(directory, name, 'data.mdb'))
  }
  const faults: unknown[] = []
  const service = await startService(
    {
      ...{
        host: '127.0.0.1',
        port: 0,
        directory,
        ledgers: served.map(({ name }) => name),
        strictQldb: false,
        threads: 0,
      },
      ...{
        keys: undefined,
        tls: undefined,
        region: 'us-east-1',
        version: 'drill',
        onFault: (error) => faults.push(error),
      },
    },
    realEnv,
  )
  const proxy = await AnswerProxy.start(service.url)
  const end = async () => {
    await proxy.close()
    await service.stop(0)
    if (faults.length > 0) throw new Error('the server had a fault', { cause: faults[0] })
  }
  const blocks = new Map<string, Value[]>()
  for (const { name } of served) blocks.set(name, await blocksAt(proxy, name))
  const made = served.flatMap(({ name, isOwn, digest, unedited = 'verified' }) => {
    const mine = blocks.get(name) as Value[]
    // The ledger that was imported from JSON has the blocks of the one made here.
    const others = blocks.get(isOwn ? 'aws' : 'test') ?? mine
    const common = { ledger: name, isOwn, digest, proxy, blocks: mine, others }
    const verified = new EndpointArtefact({ ...common, unedited, name: `endpoint, ${name}` }, rows)
    return unedited === 'incomplete'
      ? [verified]
      : [verified, new ProveArtefact({ ...common, name: `endpoint, prove at ${name}` }, rows)]
  })
  const wanted: Artefact[] = made.filter(({ name }) => isWanted(name))
  const [first] = wanted
  if (first === undefined) await end()
  else first.close = end
  return wanted
}

async function blocksAt(proxy: AnswerProxy, name: string): Promise<Value[]> {
  const members = async (operation: string, body: object) => {
    const { status, text } = await proxy.ask(`/ledgers/${name}/${operation}`, body)
    if (status !== 200) throw new Error(`the server answered ${status}: ${text}`)
    return JSON.parse(text) as Record<string, { readonly IonText: string }>
  }
  const { DigestTipAddress } = await members('digest', {})
  const address = DigestTipAddress?.IonText as string
  const tip = Number(/sequenceNo: ?(\d+)/.exec(address)?.[1])
  const blocks: Value[] = []
  for (let number = 0; number <= tip; number += 1) {
    const BlockAddress = { IonText: address.replace(/sequenceNo: ?\d+/, `sequenceNo:${number}`) }
    blocks.push(parseIon((await members('block', { BlockAddress }))['Block']?.IonText as string))
  }
  return blocks
}

/** The built program loads the client of endpoints from a file beside it; here it is a part of the bundle. */
function lendEndpoint(): void {
  const lent = globalThis as Record<string | symbol, unknown>
  lent['__dirname'] ??= ''
  lent[Symbol.for('qldb-shell.load')] = () => endpointChunk
}
