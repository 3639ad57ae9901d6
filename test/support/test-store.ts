import { MemoryLog } from '../../src/journal/log/memory-log.ts'
import { JournaledStore } from '../../src/ledger/journaled-store.ts'
import { createMemoryStore } from '../../src/store/memory-store.ts'
import type { Store } from '../../src/store/store.ts'

/** A store in memory for a new ledger; one over a log where QLDB_TEST_STORE=log asks for it. */
export async function newTestStore(): Promise<Store> {
  return process.env['QLDB_TEST_STORE'] === 'log' ? newLogStore() : createMemoryStore()
}

export async function newLogStore(): Promise<Store> {
  const log = new MemoryLog({ firstSequenceNo: 0, identity: new Uint8Array(0) })
  return JournaledStore.open(log, createMemoryStore())
}
