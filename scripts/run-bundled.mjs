import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

/** Bundles the program of a folder of tests (`test/<name>/main.ts`), runs it with this command's arguments, and ends as it does. */
export async function runBundled(name, plugins = []) {
  const outfile = join('build', `${name}-${process.pid}.mjs`)
  mkdirSync('build', { recursive: true })
  await build({
    entryPoints: [`test/${name}/main.ts`],
    outfile,
    plugins,
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
}
