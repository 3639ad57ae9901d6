// Random SQL, of which every row must be what SQLite and DuckDB give (test/compare).
//   npm run compare -- --queries 20000 --seed 1
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

process.chdir(join(import.meta.dirname, '..'))
const outfile = join('build', `compare-${process.pid}.mjs`)
mkdirSync('build', { recursive: true })
await build({
  entryPoints: ['test/compare/main.ts'],
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
