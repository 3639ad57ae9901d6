// Runs the PartiQL conformance cases in both typing modes and prints each failure; the last line is the figure.
//   npm run conformance                    the cases beside the project
//   npm run conformance -- --cases DIR     those of another folder (cases.ion, envs.ion)
//   npm run conformance -- --checkout DIR  those of a checkout of github.com/partiql/partiql-tests, as it is
//   npm run conformance -- --list          only the failures' ids, as test/conformance/expected-failures.txt has them
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const words = process.argv.slice(2)
const flag = ['--checkout', '--cases'].find((name) => words.includes(name))
const folder = flag === undefined ? join(root, '..', 'shared', 'partiql-tests') : words[words.indexOf(flag) + 1]
if (folder === undefined) {
  console.error(`${flag} needs a folder`)
  process.exit(2)
}
const out = join(root, 'build', `conformance-${process.pid}`)
mkdirSync(out, { recursive: true })
await build({
  absWorkingDir: root,
  entryPoints: ['test/conformance/main.ts'],
  outfile: join(out, 'main.mjs'),
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'warning',
})
const list = words.includes('--list') ? ['--list'] : []
const run = spawnSync(
  process.execPath,
  ['--enable-source-maps', join(out, 'main.mjs'), flag === '--checkout' ? 'checkout' : 'cases', folder, ...list],
  {
    stdio: 'inherit',
  },
)
rmSync(out, { recursive: true, force: true })
process.exit(run.status ?? 1)
