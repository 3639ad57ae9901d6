// Bundles the tests (one file a group, so that start-up is paid once) and runs them with node's own runner.
//   node scripts/test.mjs                 everything
//   node scripts/test.mjs values syntax   only test files whose path contains one of the words
//   node scripts/test.mjs plan -t 'LIMIT' of those, only tests whose name matches a pattern
//   node scripts/test.mjs plan --watch    again after each change of a source file
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { buildProgram } from './build.mjs'
import { repeatOnChange } from './watch.mjs'

const root = join(import.meta.dirname, '..')
process.chdir(root)
const { values: flags, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { name: { type: 'string', short: 't' }, watch: { type: 'boolean' } },
})
if (flags.watch) await repeatOnChange(['src', 'test', 'scripts'])
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
  const imports = ['test/support/property-seed.ts', ...members].map((file) => `import '../../${file}'\n`)
  writeFileSync(entry, imports.join(''))
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
const runner = ['--enable-source-maps', '--test', '--test-concurrency=2', '--test-reporter=spec']
const env = { ...process.env, NODE_ENV: 'production' }
const status = await (flags.name === undefined ? runAll() : runNamed(flags.name))
rmSync(out, { recursive: true, force: true })
process.exit(status)

function runAll() {
  return spawnSync(process.execPath, [...runner, ...bundles], { stdio: 'inherit', env }).status ?? 1
}

/** Hides the lines of tests of other names; 2 when none has this name. */
async function runNamed(name) {
  const args = [...runner, `--test-name-pattern=${name}`, ...bundles]
  const run = spawn(process.execPath, args, { stdio: ['inherit', 'pipe', 'inherit'], env })
  const ended = once(run, 'close')
  let ran = 0
  for await (const line of createInterface({ input: run.stdout })) {
    ran += Number(/^ℹ (?:pass|fail|cancelled) (\d+)$/.exec(line)?.[1] ?? 0)
    if (!line.endsWith('# test name does not match pattern')) console.log(line)
  }
  const [code] = await ended
  if (ran === 0) console.error(`no test's name matches ${name}`)
  return ran === 0 ? 2 : (code ?? 1)
}
