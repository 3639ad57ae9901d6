import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openLmdbStore } from '../../src/store/lmdb-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import { plantedBugs } from './planted-bugs.ts'
import { Simulation } from './simulation.ts'

/** The simulation from the command line; see scripts/sim.mjs. */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string' },
    steps: { type: 'string', default: '600' },
    lmdb: { type: 'boolean', default: false },
    bug: { type: 'string' },
  },
})
const [steps, firstSeed] = [Number(values.steps), Number(values.seed)]
const endMs = performance.now() + Number(values.seconds) * 1000
const bug = plantedBugs.find(({ name }) => values.bug !== undefined && name.includes(values.bug))
if (values.bug !== undefined && bug === undefined) {
  console.error(`no planted bug '${values.bug}'; there are: ${plantedBugs.map(({ name }) => `'${name}'`).join(', ')}`)
  process.exit(2)
}
const restore = bug?.plant?.()
const total: Record<string, number> = {}
let seed = firstSeed
for (; values.runs === undefined ? performance.now() < endMs : seed < firstSeed + Number(values.runs); seed += 1) {
  const folder = values.lmdb ? mkdtempSync(join(tmpdir(), 'qldb-sim-')) : undefined
  const openStore = () => (folder === undefined ? createMemoryStore() : openLmdbStore(folder))
  try {
    const tally = await new Simulation({ seed, steps, openStore, ...bug?.options }).run()
    for (const [name, count] of Object.entries(tally)) total[name] = (total[name] ?? 0) + count
  } catch (error) {
    console.error(error)
    const flags = `${values.lmdb ? ' --lmdb' : ''}${bug === undefined ? '' : ` --bug '${bug.name}'`}`
    console.error(`\nseed ${seed} failed; again: npm run sim -- --seed ${seed} --runs 1 --steps ${steps}${flags}`)
    process.exitCode = 1
    break
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
}
restore?.()
console.log(`${seed - firstSeed} runs without a fault, seeds ${firstSeed} to ${seed - 1}`)
for (const [name, count] of Object.entries(total)) console.log(`${String(count).padStart(10)} ${name}`)
