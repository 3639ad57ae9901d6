// Statements and requests that are made to stop a server, against one under light load (test/hostile/main.ts).
//   npm run hostile                all of them, one by one and at once: some minutes
//   npm run hostile -- window      those whose name contains a word
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { buildProgram } from './build.mjs'

process.chdir(join(import.meta.dirname, '..'))
await buildProgram()
const outfile = join('build', `hostile-${process.pid}.mjs`)
mkdirSync('build', { recursive: true })
await build({
  entryPoints: ['test/hostile/main.ts'],
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
