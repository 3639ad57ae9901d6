// Bundles the program into dist/: a CommonJS file for the hot path, and chunks that are loaded only when needed; and the
// library: index.mjs, index.cjs, and its declarations in types/.
import { execFile } from 'node:child_process'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { build } from 'esbuild'
import { bundledFolders, thirdPartyNotices } from './third-party.mjs'

const root = join(import.meta.dirname, '..')

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  absWorkingDir: root,
  metafile: true,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
  jsx: 'automatic',
  alias: { 'string-width': './scripts/lazy-string-width.cjs' },
}

/**
 * Rebuilds dist/. The parts find one another by file name: see src/host/chunks.ts. `types`: the declarations too, which
 * take a second more. `debug`: readable code with source maps and without the cache, for `node --enable-source-maps --inspect-brk bin/qldb.cjs`.
 */
export async function buildProgram({ types = false, debug = false } = {}) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const define = { 'process.env.NODE_ENV': '"production"', __QLDB_VERSION__: JSON.stringify(version) }
  const dist = join(root, 'dist')
  const fresh = join(root, 'build', `dist-${process.pid}`)
  mkdirSync(fresh, { recursive: true })
  // The maps name sources as seen from `fresh`, which is renamed.
  const maps = { sourcemap: 'linked', sourceRoot: pathToFileURL(`${fresh}/`).href }
  const readable = debug ? { minifySyntax: false, minifyWhitespace: false, ...maps } : {}
  const part = (entry, options) => build({ ...shared, define, entryPoints: [entry], ...options, ...readable })
  const external = ['lmdb']
  const [, ...parts] = await Promise.all([
    types ? buildTypes(join(fresh, 'types')) : undefined,
    part('src/cli/main.ts', {
      outfile: `${fresh}/main.cjs`,
      format: 'cjs',
      external,
    }),
    part('src/host/engine-worker.ts', { outfile: `${fresh}/engine-worker.cjs`, format: 'cjs', external }),
    part('src/host/server-worker.ts', { outfile: `${fresh}/serve-worker.cjs`, format: 'cjs', external }),
    part('src/host/hash-worker.ts', { outfile: `${fresh}/hash-worker.cjs`, format: 'cjs', external }),
    part('src/cli/tools/tools.ts', { outfile: `${fresh}/tools.cjs`, format: 'cjs', external }),
    part('src/host/endpoint-chunk.ts', {
      outfile: `${fresh}/sdk-transport.cjs`,
      format: 'cjs',
      external,
      mainFields: ['module', 'main'],
    }),
    part('src/index.ts', {
      outdir: fresh,
      outExtension: { '.js': '.mjs' },
      format: 'esm',
      external: [...external, 'ion-js'],
      splitting: true,
      chunkNames: 'index-[name]-[hash]',
      minifyWhitespace: false,
    }),
    part('src/index.ts', {
      outfile: `${fresh}/index.cjs`,
      format: 'cjs',
      external: [...external, 'ion-js'],
      minifyWhitespace: false,
      define: { ...define, 'import.meta.url': 'thisFile' },
      banner: { js: "const thisFile = require('node:url').pathToFileURL(__filename).href;" },
    }),
    part('src/fixture.ts', { outfile: `${fresh}/fixture.cjs`, format: 'cjs', external, minifyWhitespace: false }),
    part('src/ui/run-ui.tsx', {
      outfile: `${fresh}/ui.mjs`,
      format: 'esm',
      external,
      alias: { ...shared.alias, 'react-devtools-core': './scripts/empty.mjs' },
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    }),
  ])
  const folders = bundledFolders(parts.map(({ metafile }) => metafile))
  writeFileSync(join(fresh, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(root, folders))
  // Node maps no stack traces of code from the cache.
  if (!debug) compileCache(fresh)
  // Without new declarations those of the build before stay: several builds may be going on at once.
  if (!types && existsSync(join(dist, 'types'))) cpSync(join(dist, 'types'), join(fresh, 'types'), { recursive: true })
  // Two renames, so that a program started meanwhile finds one or the other.
  const old = join(root, 'build', `dist-old-${process.pid}`)
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(fresh, dist)
  rmSync(old, { recursive: true, force: true })
}

/** Without the cache the program starts as well, only later: a failure is no reason to stop. */
function compileCache(folder) {
  const { NODE_OPTIONS: _, ...env } = process.env
  spawnSync(process.execPath, [join(root, 'scripts', 'compile-cache.cjs'), folder], { stdio: 'ignore', env })
}

/**
 * The declarations of src/index.ts, src/fixture.ts and of what they name, each source file's in files of its own: `.d.ts`
 * for those who import, `.d.cts` for those who require.
 */
async function buildTypes(out) {
  const emitted = `${out}-all`
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  await promisify(execFile)(process.execPath, [tsc, '-p', join(root, 'scripts', 'types.json'), '--outDir', emitted])
  const wanted = ['index', 'fixture']
  const isEntry = (name) => name === 'index' || name === 'fixture'
  for (const name of wanted) {
    const emittedText = readFileSync(join(emitted, `${name}.d.ts`), 'utf8')
    // TypeScript 7 includes no @types package unless it is asked to, and the declarations name Buffer.
    const text = isEntry(name) ? `/// <reference types="node" />\n${emittedText}` : emittedText
    const importPattern = /(?<=(?:from |import\()['"])(\.[^'"]+)\.ts(?=['"])/g
    for (const [, target] of text.matchAll(importPattern)) {
      const found = join(dirname(name), target)
      if (!wanted.includes(found)) wanted.push(found)
    }
    mkdirSync(dirname(join(out, name)), { recursive: true })
    writeFileSync(join(out, `${name}.d.ts`), text.replace(importPattern, '$1.js'))
    writeFileSync(join(out, `${name}.d.cts`), text.replace(importPattern, '$1.cjs'))
  }
  rmSync(emitted, { recursive: true })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { 'no-types': { type: 'boolean' }, debug: { type: 'boolean' } } })
  await buildProgram({ types: !values['no-types'], debug: values.debug })
}
