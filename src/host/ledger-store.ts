import type { Store } from '../store/store.ts'

/*
 * The one place that names the storage library: the engine, the server's registry and the tools open a ledger's files
 * here, so another backend changes this file only. The library is native code and slow to load; a session in memory never
 * loads it.
 */

/**
 * Opens the store in a ledger's directory, and makes the directory when it is absent. The caller closes the store.
 *
 * Throws LedgerError 'store/unavailable', 'store/corrupt', 'ledger/foreign' or 'ledger/format-too-new', naming the path.
 */
export async function openLedgerStore(directory: string): Promise<Store> {
  const { openLmdbStore } = await import('../store/lmdb-store.ts')
  return openLmdbStore(directory)
}

/** A store that is not flushed to disk: for data that nobody needs once this process has ended. */
export async function openTemporaryStore(directory: string): Promise<Store> {
  const { openScratchStore } = await import('../store/lmdb-store.ts')
  return openScratchStore(directory)
}
