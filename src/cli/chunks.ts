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
} as const

export function chunkPath(name: keyof typeof chunkFiles): string {
  return join(__dirname, chunkFiles[name])
}

/** The exports of a chunk. */
export async function loadChunk<Exports>(name: keyof typeof chunkFiles): Promise<Exports> {
  const url = pathToFileURL(chunkPath(name)).href
  return (await import(url)) as Exports
}
