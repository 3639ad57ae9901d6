import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type RunningService, startService } from '../../src/host/service.ts'
import { Driver } from '../../src/driver/driver.ts'
import { JournalClient } from '../../src/driver/journal-client.ts'
import { createSdkControl } from '../../src/driver/sdk-control.ts'
import { createSdkTransport } from '../../src/driver/sdk-transport.ts'
import { TestShell } from '../cli/test-shell.ts'
import { regenerate } from '../support/golden.ts'
import { runBlock } from '../support/golden-commands.ts'
import { GoldenLedger, type Road } from '../support/golden-ledger.ts'
import { projectRoot } from '../support/root.ts'
import { SimEnv } from '../support/sim-env.ts'
import { serve } from './serve-process.ts'
import { credentials, region } from './wire-server.ts'

const folder = join(projectRoot, 'test', 'golden', 'scripts')
const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.golden'))
  .sort()

/** The shell's own road to an endpoint: its driver over the AWS SDK. */
function httpRoad(endpoint: string, ledger: string, env: SimEnv): Road {
  const options = { endpoint, region, credentials }
  const control = createSdkControl(options)
  const transport = createSdkTransport(options)
  const driver = new Driver(transport, ledger, env)
  const journal = new JournalClient({ ...transport, control: control.send }, ledger)
  return {
    driver,
    tip: async () => (await journal.digest()).tipAddress.sequenceNo,
    async block(sequenceNo) {
      const { strandId } = (await journal.digest()).tipAddress
      return (await journal.block({ strandId, sequenceNo })).block
    },
    async close() {
      await driver.close()
      control.close()
    },
  }
}

/**
 * The text with every id and hash replaced by its number in the order of their first places: over HTTP chance is also
 * asked for tokens and the like, so the ids of a seed are others there. A field named by an id has quotes when that begins
 * with a digit.
 */
function withoutChance(text: string): string {
  const numbers = new Map<string, string>()
  const numbered = text.replace(
    /(?<![0-9A-Za-z+/=])(?:[0-9A-Za-z]{22}|[0-9A-Za-z+/]{43}=)(?![0-9A-Za-z+/=])/g,
    (found) => {
      if (!numbers.has(found)) numbers.set(found, `<${numbers.size}>`)
      return numbers.get(found) as string
    },
  )
  return numbered.replace(/'(<\d+>)':/g, '$1:')
}

async function checkScript(name: string, ledger: GoldenLedger, norm = withoutChance): Promise<void> {
  try {
    const text = readFileSync(join(folder, name), 'utf8')
    const found = await regenerate(text, name, (block) => runBlock(ledger, block))
    assert.deepEqual(norm(found).split('\n'), norm(text).split('\n'))
  } finally {
    await ledger.close()
  }
}

describe('the golden scripts over HTTP, in a world from a seed', () => {
  for (const name of scripts) {
    test(name, async () => {
      const env = new SimEnv(1)
      const directory = mkdtempSync(join(tmpdir(), 'qldb-golden-'))
      const services: RunningService[] = []
      const faults: unknown[] = []
      const openRoad = async (strictQldb: boolean): Promise<Road> => {
        const place = { host: '127.0.0.1', port: 0, directory, ledgers: ['golden'], region, version: 'test' }
        const access = { threads: 0, keys: undefined, tls: undefined }
        const spec = { ...place, ...access, strictQldb, onFault: (error: unknown) => faults.push(error) }
        const service = await startService(spec, env)
        services.push(service)
        return httpRoad(service.url, 'golden', env)
      }
      try {
        await checkScript(name, await GoldenLedger.over(env, openRoad))
        assert.deepEqual(faults, [])
      } finally {
        for (const service of services) await service.stop(0)
        rmSync(directory, { recursive: true, force: true })
      }
    })
  }
})

/** What can't be the same where the clock is real, and why. Over HTTP in a world from a seed all scripts are the same. */
const needsSimulatedClock: Readonly<Record<string, string>> = {
  'qldb/history-window.golden': 'windows of history between given seconds',
  'qldb/stand-in-bugs.golden': 'a window of history between given seconds',
  'transactions/expiry.golden': 'a transaction that waits for 31 seconds',
  'views/history.golden': 'a window of history between given seconds',
}

/** Times of the commits: those of the seed's world are all of one day, which no script uses for anything else. */
function withoutClock(text: string): string {
  return withoutChance(text).replace(/(?:2024-01-01|20(?:2[5-9]|[3-9]\d)-\d\d-\d\d)T[\d:.]+Z/g, '<time>')
}

describe('the golden scripts against qldb serve, with its threads', () => {
  test('those that are left out are those that let time pass', () => {
    const passing = scripts.filter((name) => /^advance \d/m.test(readFileSync(join(folder, name), 'utf8')))
    assert.deepEqual(Object.keys(needsSimulatedClock).sort(), passing)
  })

  const shell = new TestShell()
  const urls = new Map<boolean, string>()
  before(async () => {
    const ledgers = scripts.flatMap((_, index) => ['-l', `golden-${index}`])
    for (const strict of [false, true]) {
      const flags = strict ? ['--strict-qldb'] : ledgers
      urls.set(strict, (await serve(shell, '--data-dir', shell.path('data'), ...flags)).url)
    }
  })
  after(() => shell.dispose())
  for (const [index, name] of scripts.entries()) {
    const skip = needsSimulatedClock[name]
    test(name, skip === undefined ? {} : { skip }, async () => {
      const env = new SimEnv(1)
      const openRoad = async (strict: boolean) => httpRoad(urls.get(strict) as string, `golden-${index}`, env)
      await checkScript(name, await GoldenLedger.over(env, openRoad), withoutClock)
    })
  }
})
