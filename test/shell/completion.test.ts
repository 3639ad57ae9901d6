import assert from 'node:assert/strict'
import { test } from 'node:test'
import { complete, fileToComplete, sharedBeginning } from '../../src/shell/completion.ts'
import { openSession } from './session.ts'

const tables = ['Vehicle', 'VehicleRegistration', 'Person']
/** Candidates at the `|` of a picture. */
const at = (picture: string): readonly string[] =>
  complete(picture.replace('|', ''), picture.indexOf('|'), tables, ['VIN', 'Year']).words

test('completion: tables after FROM, into, a comma and in history()', () => {
  for (const lead of [
    'SELECT * FROM ',
    'insert into ',
    'UPDATE ',
    'SELECT * FROM Person, ',
    'SELECT * FROM history(',
  ]) {
    assert.deepEqual(at(`${lead}|`), [...tables].sort(), lead)
  }
  assert.deepEqual(at('SELECT * FROM veh|'), ['Vehicle', 'VehicleRegistration'])
})

test('completion: keywords in the case that was typed', () => {
  assert.deepEqual(at('selec|'), ['select'])
  assert.deepEqual(at('SELEC|'), ['SELECT'])
  assert.ok(at('SELECT * FROM Person wh|').includes('where'))
})

test('completion: commands at the beginning, settings and their values after set', () => {
  assert.deepEqual(at('\\sta|'), ['start transaction', 'status'])
  assert.ok(at('stat|').includes('status'))
  assert.ok(at('set |').includes('format'))
  assert.deepEqual(at('set format jso|'), ['json', 'jsonl'])
})

test('completion: nothing in strings, Ion, comments, or for an empty word in the middle', () => {
  for (const picture of ["SELECT 'fro|", 'SELECT "fro|', 'SELECT `fro|', '-- fro|', 'SELECT a |', '|', 'SELECT a |b']) {
    assert.deepEqual(at(picture), [], picture)
  }
})

test('completion: the shared beginning goes without case', () => {
  assert.equal(sharedBeginning(['Vehicle', 'VehicleRegistration']), 'Vehicle')
  assert.equal(sharedBeginning(['Vehicle', 'vein']), 'Ve')
  assert.equal(sharedBeginning([]), '')
})

test('completion: fields after a dot, and where a word has begun', () => {
  assert.deepEqual(at('SELECT v.| FROM Vehicle AS v'), ['VIN', 'Year'])
  assert.deepEqual(at('SELECT v.y|'), ['Year'])
  assert.ok(at('SELECT vi|').includes('VIN'))
  assert.deepEqual(at("SELECT 'v.|"), [])
})

test('completion: the fields of the results that have been shown, files after include and output', async () => {
  const { shell, sink } = await openSession()
  await shell.run("CREATE TABLE T; INSERT INTO T VALUE {'Colour': 'red'}", sink)
  const words = async (text: string) => (await shell.completions(text, text.length)).words
  assert.deepEqual(await words('SELECT t.C'), [])
  await shell.run('SELECT * FROM T', sink)
  assert.deepEqual(await words('SELECT t.C'), ['Colour'])
  await shell.run('use other', sink)
  assert.deepEqual(await words('SELECT t.C'), [])
  assert.equal(fileToComplete('\\i src/sh', 9), 'src/sh')
  assert.equal(fileToComplete('output ', 7), '')
  assert.equal(fileToComplete('SELECT x', 8), undefined)
})
