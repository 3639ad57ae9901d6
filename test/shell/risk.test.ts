import assert from 'node:assert/strict'
import { test } from 'node:test'
import { questionAbout, riskOf, type TableSize } from '../../src/shell/risk.ts'

const five: TableSize = { documents: 5, isWhole: true }

test('a change without WHERE, a drop and a redaction are risks', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['DELETE FROM Big', 'This deletes all 5 documents of Big. Their history stays.'],
    ['delete from "Big" AS b BY id', 'This deletes all 5 documents of "Big". Their history stays.'],
    ['-- all of it\nDELETE FROM Big', 'This deletes all 5 documents of Big. Their history stays.'],
    ['UPDATE Big SET a = 1', 'This changes all 5 documents of Big: it has no WHERE.'],
    ['UPDATE Big AS b REMOVE b.a', 'This changes all 5 documents of Big: it has no WHERE.'],
    ['FROM Big AS b SET b.a = 1', 'This changes all 5 documents of Big: it has no WHERE.'],
    ["FROM Big AS b INSERT INTO b.l VALUE 'x'", 'This changes all 5 documents of Big: it has no WHERE.'],
    ['DROP TABLE Big', 'This drops the table Big (5 documents) and its indexes. Its history stays.'],
    ['DROP INDEX "abc" ON Big WITH (purge = true)', 'This drops the index abc of Big.'],
    [
      "EXEC REDACT_REVISION `{strandId: \"a\", sequenceNo: 1}`, 'b', 'c'",
      'This erases the data of a revision for good. Its hash stays.',
    ],
  ]
  for (const [text, question] of texts) {
    const risk = riskOf(text)
    assert.ok(risk !== undefined, text)
    assert.equal(questionAbout(risk, five)?.text, question, text)
  }
})

test('a source of several parts is named as it is written', () => {
  const risk = riskOf('FROM Big AS b, b.parts AS p SET p.a = 1')
  assert.ok(risk !== undefined)
  assert.equal(risk.table, undefined)
  assert.match(questionAbout(risk, undefined)?.text ?? '', /^This changes every document of Big AS b, b\.parts AS p:/)
})

test('what chooses its documents, adds, reads or cannot be read is no risk', () => {
  const texts = [
    'DELETE FROM Big WHERE a = 1',
    'UPDATE Big SET a = 1 WHERE b = 2',
    'FROM Big AS b WHERE b.a = 1 DELETE',
    'FROM Big AS b INNER JOIN Small AS s ON b.a = s.a SET b.c = 1',
    'INSERT INTO Big VALUE 1',
    'SELECT * FROM Big',
    'FROM Big',
    'DELETE FROM',
    'EXPLAIN DELETE FROM Big',
    'UNDROP TABLE "x"',
  ]
  for (const text of texts) assert.equal(riskOf(text), undefined, text)
})

test('an empty table is not asked about, unless it is dropped', () => {
  const empty: TableSize = { documents: 0, isWhole: true }
  assert.equal(questionAbout({ kind: 'delete', table: 'T', target: 'T' }, empty), undefined)
  assert.equal(questionAbout({ kind: 'change', table: 'T', target: 'T' }, empty), undefined)
  assert.match(questionAbout({ kind: 'drop-table', table: 'T', target: 'T' }, empty)?.text ?? '', /\(0 documents\)/)
})

test('a count that is a first page says so, and one document is no plural', () => {
  const text = (size: TableSize) => questionAbout({ kind: 'delete', table: 'T', target: 'T' }, size)?.text
  assert.match(text({ documents: 200, isWhole: false }) ?? '', /all documents of T \(more than 200 documents\)/)
  assert.match(text({ documents: 1, isWhole: true }) ?? '', /deletes the only document of T/)
})
