// Bundles the program into dist/: a CommonJS file for the hot path, and chunks that are loaded only when needed.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  absWorkingDir: root,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
  jsx: 'automatic',
  alias: { 'string-width': './scripts/lazy-string-width.cjs' },
}

/** Builds dist/ anew. The parts find one another by file name: see src/cli/chunks.ts. */
export async function buildProgram() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const define = { 'process.env.NODE_ENV': '"production"', __QLDB_VERSION__: JSON.stringify(version) }
  const dist = join(root, 'dist')
  const fresh = join(root, 'build', `dist-${process.pid}`)
  mkdirSync(fresh, { recursive: true })
  const part = (entry, options) =>
    existsSync(join(root, entry)) ? build({ ...shared, define, entryPoints: [entry], ...options }) : undefined
  const external = ['lmdb']
  await Promise.all([
    part('src/cli/main.ts', {
      outfile: `${fresh}/main.cjs`,
      format: 'cjs',
      external,
    }),
    part('src/cli/engine-worker.ts', { outfile: `${fresh}/engine-worker.cjs`, format: 'cjs', external }),
    part('src/cli/tools.ts', { outfile: `${fresh}/tools.cjs`, format: 'cjs', external }),
    part('src/cli/endpoint-chunk.ts', {
      outfile: `${fresh}/sdk-transport.cjs`,
      format: 'cjs',
      external,
      mainFields: ['module', 'main'],
    }),
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
  rmSync(dist, { recursive: true, force: true })
  renameSync(fresh, dist)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await buildProgram()
