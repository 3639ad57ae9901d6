// Runs bench/*.ts, or those whose name contains one of the words given: npm run bench -- scan start
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { buildProgram } from './build.mjs'

process.chdir(join(import.meta.dirname, '..'))
const words = process.argv.slice(2)
const names = readdirSync('bench')
  .filter((name) => name.endsWith('.ts') && !name.startsWith('support'))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort()
if (names.length === 0) {
  console.error(`no benchmark matches: ${words.join(' ')}`)
  process.exit(2)
}
await buildProgram()
const out = join('build', `bench-${process.pid}`)
mkdirSync(out, { recursive: true })
await build({
  entryPoints: names.map((name) => join('bench', name)),
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  jsx: 'automatic',
  logLevel: 'warning',
})
for (const name of names) {
  console.log(`\n## ${name.replace('.ts', '')}`)
  const { run } = await import(pathToFileURL(join(out, name.replace('.ts', '.mjs'))).href)
  await run()
}
rmSync(out, { recursive: true, force: true })
