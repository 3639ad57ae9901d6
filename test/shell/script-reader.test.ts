import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isClosed, readScript, ScriptReader } from '../../src/shell/script-reader.ts'

function texts(script: string): string[] {
  return readScript(script).map(({ text }) => text)
}

/** `line:column text` of each. */
function placed(script: string): string[] {
  return readScript(script).map(({ line, column, text }) => `${line}:${column} ${text}`)
}

test('commands need no semicolon when they stand alone on their line', () => {
  assert.deepEqual(texts('begin\nINSERT INTO T VALUE 1;\ncommit\n'), ['begin', 'INSERT INTO T VALUE 1', 'commit'])
  assert.deepEqual(texts('BEGIN; SELECT 1; commit'), ['BEGIN', 'SELECT 1', 'commit'])
  assert.deepEqual(texts('SELECT 1; begin\nSELECT 2;'), ['SELECT 1', 'begin', 'SELECT 2'])
  assert.deepEqual(texts('start transaction -- now\nSELECT 1'), ['start transaction', 'SELECT 1'])
  assert.deepEqual(texts("\\set prompt 'a'\nSELECT 1;\\status\nSELECT 2"), [
    "\\set prompt 'a'",
    'SELECT 1',
    '\\status',
    'SELECT 2',
  ])
  assert.deepEqual(texts('use fleet; SELECT 1'), ['use fleet', 'SELECT 1'])
})

test('a semicolon ends a command with flags, which are no comments, wherever it stands in its line', () => {
  const all = ['use x --create', 'SELECT 1', 'digest --out f', 'show tables']
  assert.deepEqual(texts('use x --create; SELECT 1; digest --out f; show tables'), all)
  assert.deepEqual(texts('use x --create;SELECT 1;\ndigest --out f;\nshow tables'), all)
  assert.deepEqual(placed('SELECT 1; use x --create; SELECT 2 -- use y --create; SELECT 3'), [
    '1:1 SELECT 1',
    '1:11 use x --create',
    '1:27 SELECT 2',
  ])
  assert.deepEqual(texts("digest --out 'a;b'; SELECT '; use x --create;' FROM t;"), [
    "digest --out 'a;b'",
    "SELECT '; use x --create;' FROM t",
  ])
  assert.deepEqual(texts("use x --create 'a;b'"), ["use x --create 'a;b'"])
  assert.deepEqual(texts('-- use x --create; SELECT 1'), [])
  assert.deepEqual(texts('/* \nuse x --create; SELECT 1 */ SELECT 2;'), ['SELECT 2'])
})

test('a command word inside a statement is part of it', () => {
  assert.deepEqual(texts('SELECT *\nFROM T\nWHERE a =\nstatus\n;'), ['SELECT *\nFROM T\nWHERE a =\nstatus'])
  assert.deepEqual(texts("SELECT '\nbegin\n' FROM T;"), ["SELECT '\nbegin\n' FROM T"])
  assert.deepEqual(texts('/*\nbegin\n*/ SELECT 1;'), ['SELECT 1'])
})

test('a string in a command may continue on the next lines, up to the semicolon', () => {
  assert.deepEqual(texts("bind 'a\nb';\nSELECT 1;"), ["bind 'a\nb'", 'SELECT 1'])
  assert.deepEqual(texts('bind `{a:\n1}`, "x\n";\nbind 2\nSELECT 1;'), ['bind `{a:\n1}`, "x\n"', 'bind 2', 'SELECT 1'])
  assert.deepEqual(texts("begin\nbind 'a'\nSELECT ?;"), ['begin', "bind 'a'", 'SELECT ?'])
})

test('places count from the beginning of the script, a byte order mark and CRLF or not', () => {
  const script = '-- first\r\nbegin\r\n  SELECT 1;\r\n\r\n  commit ;\r\nSELECT\r\n 2'
  const expected = ['2:1 begin', '3:3 SELECT 1', '5:3 commit', '6:1 SELECT\r\n 2']
  assert.deepEqual(placed(script), expected)
  assert.deepEqual(placed(`\ufeff${script}`), expected)
  assert.deepEqual(placed('SELECT 1; begin\n\n  SELECT 2;'), ['1:1 SELECT 1', '1:11 begin', '3:3 SELECT 2'])
})

test('a first line that names the program is skipped, however the script comes in pieces', () => {
  const script = '#!/usr/bin/env qldb\nSELECT 1;\nbegin\n'
  assert.deepEqual(placed(script), ['2:1 SELECT 1', '3:1 begin'])
  assert.deepEqual(placed(`\ufeff${script}`), ['2:1 SELECT 1', '3:1 begin'])
  const reader = new ScriptReader()
  const found = [...script].flatMap((character) => reader.push(character))
  assert.deepEqual(
    [...found, ...reader.end()].map(({ text }) => text),
    ['SELECT 1', 'begin'],
  )
})

test('nothing but space, comments and semicolons is an empty script', () => {
  for (const script of ['', '\n', ';;\n;', '-- a\n/* b */ ; -- c', '\ufeff', '\r\n\r\n'])
    assert.deepEqual(texts(script), [], script)
})

test('the pieces that a script comes in do not matter', () => {
  const script =
    "\ufeffbegin\nINSERT INTO T VALUE {'a': ';'};\n-- x\ncommit\n\\status\nSELECT 'é東' FROM T; show tables\nSELECT 3"
  const whole = readScript(script)
  assert.equal(whole.length, 7)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: script.length }), { maxLength: 12 }), (cuts) => {
      const reader = new ScriptReader()
      const edges = [0, ...cuts.sort((left, right) => left - right), script.length]
      const found = edges.slice(1).flatMap((edge, index) => reader.push(script.slice(edges[index], edge)))
      assert.deepEqual([...found, ...reader.end()], whole)
    }),
  )
})

test('a command is there as soon as its line has ended', () => {
  const reader = new ScriptReader()
  assert.deepEqual(reader.push('beg'), [])
  assert.deepEqual(
    reader.push('in\n').map(({ text }) => text),
    ['begin'],
  )
  assert.deepEqual(
    reader.push('SELECT 1;').map(({ text }) => text),
    [],
  )
  assert.deepEqual(
    reader.end().map(({ text }) => text),
    ['SELECT 1'],
  )
})

test('a statement is closed when nothing more has to come', () => {
  const closed = [
    'SELECT * FROM T',
    "INSERT INTO T VALUE {'a': '('}",
    'SELECT 1;',
    'DROP TABLE T',
    'SELECT a FROM T -- (',
    'T',
  ]
  const open = [
    'SELECT',
    'SELECT *',
    'SELECT a,',
    'SELECT * FROM',
    'SELECT (1',
    "SELECT 'a",
    '<< 1',
    'SELECT `{',
    'T WHERE a =',
    '/* a',
    '{',
  ]
  for (const text of closed) assert.ok(isClosed(text), text)
  for (const text of open) assert.ok(!isClosed(text), text)
})
