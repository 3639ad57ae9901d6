import assert from 'node:assert/strict'
import { LedgerError, type ErrorCode } from '../../src/base/errors.ts'
import { statementDigest } from '../../src/journal/block.ts'
import { type CommitOutcome, Ledger, type LedgerOptions, type LedgerTransaction } from '../../src/ledger/ledger.ts'
import type { Store } from '../../src/store/store.ts'
import { ionHashOfString } from '../../src/values/ion-hash.ts'
import { joinHashes } from '../../src/values/join-hashes.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import type { Value } from '../../src/values/value.ts'
import { SimEnv } from '../support/sim-env.ts'
import { newTestStore } from '../support/test-store.ts'

export interface OpenLedger {
  readonly ledger: Ledger
  readonly store: Store
  readonly env: SimEnv
}

let seed = 0

export async function openLedger(options: Partial<LedgerOptions> = {}, given?: Store): Promise<OpenLedger> {
  const store = given ?? (await newTestStore())
  // Each its own: two ledgers over one store must not draw the same ids.
  seed += 1
  const env = new SimEnv(seed)
  const ledger = await Ledger.open(store, env, { name: 'test', strictQldb: false, ...options })
  return { ledger, store, env }
}

/** A transaction driven as the drivers do: it folds the digest over every statement sent. */
export class Client {
  readonly transaction: LedgerTransaction
  #digest: Uint8Array

  constructor(ledger: Ledger) {
    this.transaction = ledger.begin()
    this.#digest = ionHashOfString(this.transaction.id)
  }

  /** Parameters are Ion text. Rows as Ion text. */
  run(statement: string, ...parameters: string[]): string[] {
    return this.rows(statement, ...parameters).map((row) => printIon(row))
  }

  rows(statement: string, ...parameters: string[]): Value[] {
    const rows = this.open(statement, ...parameters)
    const found: Value[] = []
    for (let next = rows.next(); next.done !== true; next = rows.next()) found.push(next.value)
    return found
  }

  /** A result that is not pulled yet. */
  open(statement: string, ...parameters: string[]): Iterator<Value> {
    const values = parameters.map(parseIon)
    this.#digest = joinHashes(this.#digest, statementDigest(statement, values))
    return this.transaction.execute(statement, values).rows
  }

  commit(isCancelled?: () => boolean): Promise<CommitOutcome> {
    return this.transaction.commit(this.#digest, isCancelled)
  }
}

/** Statements in one committed transaction; the rows of the last. */
export async function run(ledger: Ledger, ...statements: string[]): Promise<string[]> {
  const client = new Client(ledger)
  let rows: string[] = []
  for (const statement of statements) rows = client.run(statement)
  await client.commit()
  return rows
}

/** The only string field `name` of the only row, as `{documentId:"…"}`. */
export function idOf(rows: readonly string[], name = 'documentId'): string {
  assert.equal(rows.length, 1)
  const row = parseIon(rows[0] as string)
  assert.equal(row.type, 'struct')
  const value = row.type === 'struct' ? row.get(name) : undefined
  assert.equal(value?.type, 'string')
  return value?.type === 'string' ? value.value : ''
}

export function isError(code: ErrorCode, text?: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof LedgerError, `a LedgerError, not ${String(error)}`)
    assert.equal(error.code, code, error.message)
    if (text !== undefined) assert.match(`${error.message} ${error.help ?? ''}`, text)
    return true
  }
}

/** Everything under a store's keys, as text. */
export function dump(store: Store): string[] {
  const snapshot = store.snapshot()
  try {
    const range = { start: new Uint8Array(0), end: Uint8Array.of(0xff) }
    return [...snapshot.range(range)].map(([key, value]) => `${hex(key)} ${hex(value)}`)
  } finally {
    snapshot.release()
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
