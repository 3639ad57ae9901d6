// Simulated sessions, faults and crashes from seeds, against a model (test/sim/simulation.ts).
//   npm run sim -- --seconds 60 --seed 1     seeds from 1 on, for a minute
//   npm run sim -- --seed 7 --runs 1         one seed again; --steps N as it says when it fails
//   npm run sim -- --lmdb                    over the store on disk rather than the one in memory
//   npm run sim -- --bug 'index'             with a planted bug, which it has to find
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

process.chdir(join(import.meta.dirname, '..'))
const outfile = join('build', `sim-${process.pid}.mjs`)
mkdirSync('build', { recursive: true })
await build({
  entryPoints: ['test/sim/main.ts'],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
})
const run = spawnSync(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
rmSync(outfile, { force: true })
process.exit(run.status ?? 1)
