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
  const url = pathToFileURL(chunkPath(name)).href
  const lent = (globalThis as Record<symbol, unknown>)[lentImport] as ((url: string) => Promise<unknown>) | undefined
  return (await (lent === undefined ? import(url) : lent(url))) as Exports
}

/** Where bin/qldb.cjs leaves an import() for code that comes from V8's cache, which has none. */
const lentImport = Symbol.for('qldb-shell.import')
