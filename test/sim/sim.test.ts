import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'
import { plantedBugs } from './planted-bugs.ts'
import { Simulation, type SimulationOptions, type Tally } from './simulation.ts'

const steps = 400

async function simulate(options: Partial<SimulationOptions> & { readonly seed: number }): Promise<Tally> {
  try {
    return await new Simulation({ steps, openStore: createMemoryStore, ...options }).run()
  } catch (error) {
    const again = `npm run sim -- --seed ${options.seed} --runs 1 --steps ${options.steps ?? steps}`
    throw new Error(`seed ${options.seed}; again: ${again}`, { cause: error })
  }
}

test('sessions, faults and crashes from a seed leave what the model says', async () => {
  const total: Partial<Tally> = {}
  for (let seed = 5; seed <= 14; seed += 1) {
    const tally = await simulate({ seed })
    for (const name of Object.keys(tally) as (keyof Tally)[]) total[name] = (total[name] ?? 0) + tally[name]
  }
  // A simulation to which nothing happens shows nothing.
  const least: Partial<Tally> = {
    commits: 150,
    readOnlyCommits: 100,
    conflicts: 80,
    failedStatements: 100,
    expired: 5,
    crashes: 20,
    refusedWrites: 1,
    unknownOutcomes: 1,
  }
  for (const [name, count] of Object.entries(least))
    assert.ok((total[name as keyof Tally] ?? 0) >= count, `${name}: ${JSON.stringify(total)}`)
})

test('the same seed gives the same run', async () => {
  const [first, second] = [await simulate({ seed: 99, steps: 200 }), await simulate({ seed: 99, steps: 200 })]
  assert.deepEqual(first, second)
})

test('the store on disk does the same as the one in memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-sim-'))
  const openStore = (): Store => openLmdbStore(join(folder, 'ledger'))
  try {
    assert.deepEqual(await simulate({ seed: 5, steps: 200, openStore }), await simulate({ seed: 5, steps: 200 }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

for (const { name, plant, options } of plantedBugs) {
  test(`the simulation finds that ${name}`, async () => {
    const restore = plant?.()
    try {
      for (let seed = 1; seed <= 40; seed += 1) {
        const outcome = await simulate({ seed, steps: 300, ...options }).catch((error: Error) => error)
        if (outcome instanceof Error) return
      }
      assert.fail('it was not found')
    } finally {
      restore?.()
    }
  })
}
