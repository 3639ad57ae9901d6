import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSetEntriesMax } from '../../src/base/limits.ts'
import type { WriteSet } from '../../src/ledger/block-summary.ts'
import { CatalogState, type Table } from '../../src/ledger/catalog.ts'
import { Overlay } from '../../src/ledger/overlay.ts'
import { ReadSet } from '../../src/ledger/read-set.ts'
import { int, structOf } from '../../src/values/value.ts'

function write(statement: number, k: number | undefined, isNew = false, bytes = 10) {
  return { statement, value: k === undefined ? undefined : structOf({ k: int(k) }), bytes, isNew }
}

function seen(overlay: Overlay, documentId: string, statement: number): unknown {
  const found = overlay.table('t')?.find(documentId, statement)
  const value = found?.value?.get('k')
  return found && (value?.type === 'int' ? value.value : 'deleted')
}

test('a statement reads the newest write before it', () => {
  const overlay = new Overlay()
  overlay.write('t', 'd', write(1, 1, true), 1)
  overlay.write('t', 'd', write(3, 3, true), 1)
  overlay.write('t', 'd', write(5, undefined, true), 1)
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map((statement) => seen(overlay, 'd', statement)),
    [undefined, 1, 1, 3, 3, 'deleted'],
  )
  assert.deepEqual([overlay.documentCount, overlay.heldBytes, overlay.finalBytes], [1, 30, 10])
})

test('versions that no open result can see are dropped', () => {
  const overlay = new Overlay()
  for (let statement = 0; statement < 1000; statement += 1)
    overlay.write('t', 'd', write(statement, statement), statement)
  assert.equal(overlay.table('t')?.documents.get('d')?.length, 2)
  assert.equal(overlay.heldBytes, 20)
  overlay.write('t', 'd', write(1000, 1000), 500)
  overlay.write('t', 'd', write(1001, 1001), 500)
  assert.equal(seen(overlay, 'd', 1000), 999)
  assert.equal(overlay.heldBytes, 40)
})

test('a statement that failed is undone, also where it wrote twice', () => {
  const overlay = new Overlay()
  overlay.write('t', 'a', write(1, 1), 1)
  overlay.keepStatement()
  overlay.write('t', 'a', write(2, 2), 2)
  overlay.write('t', 'a', write(2, 3, false, 50), 2)
  overlay.write('t', 'b', write(2, 4, true), 2)
  overlay.write('u', 'c', write(2, 5, true), 2)
  assert.deepEqual([overlay.documentCount, overlay.finalBytes], [3, 70])
  overlay.undoStatement()
  assert.equal(seen(overlay, 'a', 9), 1)
  assert.deepEqual(overlay.table('t')?.inserted, [])
  assert.deepEqual(overlay.table('t')?.statements.get('a'), [1])
  assert.equal(overlay.table('u'), undefined)
  assert.deepEqual([overlay.documentCount, overlay.finalBytes, overlay.heldBytes], [1, 10, 10])
})

test('own writes are found by a field, with some that no longer have the key', () => {
  const overlay = new Overlay()
  overlay.write('t', 'a', write(1, 1, true), 1)
  const table = overlay.table('t')
  assert.deepEqual([...(table?.findByField('k', int(1)) ?? [])], ['a'])
  overlay.write('t', 'b', write(2, 1, true), 1)
  overlay.write('t', 'a', write(3, 2, true), 1)
  assert.deepEqual([...(table?.findByField('k', int(1)) ?? [])], ['a', 'b'])
  assert.deepEqual([...(table?.findByField('k', int(2)) ?? [])], ['a'])
})

function changes(tableNumber: number): WriteSet {
  return { documents: new Map([[tableNumber, ['other']]]), indexKeys: new Map(), names: [], droppedIndexes: [] }
}

function table(tableId: string, number: number): [string, Table] {
  return [tableId, { tableId, name: tableId, status: 'ACTIVE', indexes: [], number, committed: undefined }]
}

test('a table of which very much was read singly counts as read whole', () => {
  const indexNumbers = new Map([
    ['i0', 1],
    ['i1', 2],
  ])
  const catalog = new CatalogState(0, new Map([table('t', 1), table('u', 2)]), indexNumbers)
  const reads = new ReadSet()
  for (let at = 0; at < readSetEntriesMax; at += 1) reads.addDocument('t', `d${at}`)
  assert.equal(reads.conflictWith(changes(1), catalog), undefined)
  reads.addDocument('t', 'one more')
  assert.match(reads.conflictWith(changes(1), catalog) ?? '', /the table 't', which it read as a whole/)
  assert.equal(reads.conflictWith(changes(2), catalog), undefined)

  const probes = new ReadSet()
  for (let at = 0; at <= readSetEntriesMax; at += 1) probes.addProbe('t', `i${at % 2}`, Buffer.from(`${at}`))
  assert.match(probes.conflictWith(changes(1), catalog) ?? '', /the table 't', which it read as a whole/)
})
