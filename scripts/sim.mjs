// Simulated sessions, faults and crashes from seeds, against a model (test/sim/simulation.ts).
//   npm run sim -- --seconds 60 --seed 1     seeds from 1 on, for a minute
//   npm run sim -- --seed 7 --runs 1         one seed again; --steps N as it says when it fails
//   npm run sim -- --lmdb                    over the store on disk rather than the one in memory
//   npm run sim -- --bug 'index'             with a planted bug, which it has to find
import { join } from 'node:path'
import { runBundled } from './run-bundled.mjs'

process.chdir(join(import.meta.dirname, '..'))
await runBundled('sim')
