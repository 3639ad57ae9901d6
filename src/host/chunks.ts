import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * The files of dist/ beside main.cjs, loaded only when they are needed (scripts/build.mjs makes them). Each is bundled by
 * itself and has its own copies of our classes: `instanceof` does not hold across them.
 */
export const chunkFiles = {
  endpoint: 'sdk-transport.cjs',
  ui: 'ui.mjs',
  worker: 'engine-worker.cjs',
  tools: 'tools.cjs',
  serveWorker: 'serve-worker.cjs',
  hashWorker: 'hash-worker.cjs',
} as const

export function chunkPath(name: keyof typeof chunkFiles): string {
  return join(__dirname, chunkFiles[name])
}

/** The exports of a chunk. */
export async function loadChunk<Exports>(name: keyof typeof chunkFiles): Promise<Exports> {
  const path = chunkPath(name)
  if (path.endsWith('.cjs')) return (lent<(path: string) => Exports>('load') ?? require)(path) as Exports
  const url = pathToFileURL(path).href
  const importing = lent<(url: string) => Promise<Exports>>('import')
  return importing === undefined ? import(url) : importing(url)
}

/** What bin/qldb.cjs lends to code that comes from V8's cache. */
function lent<Lent>(what: 'import' | 'load'): Lent | undefined {
  return (globalThis as Record<symbol, unknown>)[Symbol.for(`qldb-shell.${what}`)] as Lent | undefined
}
