// Bundles the tests (one file a group, so that start-up is paid once) and runs them with node's own runner.
//   node scripts/test.mjs                 everything
//   node scripts/test.mjs values syntax   only test files whose path contains one of the words
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { buildProgram } from './build.mjs'

const root = join(import.meta.dirname, '..')
process.chdir(root)
const words = process.argv.slice(2)
const out = join('build', `test-${process.pid}`)

const files = readdirSync('test', { recursive: true })
  .map((name) => join('test', name))
  .filter((name) => /\.test\.tsx?$/.test(name))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort()
if (files.length === 0) {
  console.error(`no test file matches: ${words.join(' ')}`)
  process.exit(2)
}

const ownGroups = [
  'cli',
  'ui',
  'wire',
  'hostile',
  'conformance',
  'golden',
  'crash',
  'sim',
  'compare',
  'tamper',
  'package',
  'library',
]

/** Groups run as processes of their own, side by side; all files of one group share a process. */
function groupOf(file) {
  const folder = relative('test', file).split('/')[0]
  return ownGroups.includes(folder) ? folder : 'unit'
}

const groups = new Map()
for (const file of files) groups.set(groupOf(file), [...(groups.get(groupOf(file)) ?? []), file])

const types = groups.has('package') || groups.has('library')
if (types || ['cli', 'ui', 'wire', 'hostile', 'crash'].some((name) => groups.has(name))) await buildProgram({ types })
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const entries = []
for (const [group, members] of groups) {
  const entry = join(out, `${group}.ts`)
  writeFileSync(entry, members.map((file) => `import '../../${file}'\n`).join(''))
  entries.push(entry)
}
await build({
  entryPoints: entries,
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  jsx: 'automatic',
  sourcemap: 'inline',
  logLevel: 'warning',
})
const bundles = entries.map((entry) => entry.replace(/\.ts$/, '.mjs'))
const run = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', '--test-concurrency=2', '--test-reporter=spec', ...bundles],
  { stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production' } },
)
rmSync(out, { recursive: true, force: true })
process.exit(run.status ?? 1)
