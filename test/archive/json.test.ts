import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { toBase64 } from '../../src/base/bytes.ts'
import { revisionHash } from '../../src/journal/block.ts'
import { blockFromIon } from '../../src/journal/block-from-ion.ts'
import { downConvert } from '../../src/archive/export-json.ts'
import { JsonRetyper } from '../../src/archive/import-json.ts'
import { TypeOracle } from '../../src/archive/import-oracle.ts'
import { verifyBlock } from '../../src/journal/verify.ts'
import { ionEquals } from '../../src/values/compare.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { blob, list, string, struct, type StructValue, structOf, type Value } from '../../src/values/value.ts'
import { sharedFile } from '../support/root.ts'
import { sampleForeignJournal } from './foreign-journal.ts'

const metadata = parseIon('{id:"a",version:0,txTime:2021-06-13T07:31:02.230Z,txId:"b"}') as StructValue

function revisionOf(data: StructValue): StructValue {
  return structOf({ hash: blob(revisionHash(data, metadata)), data, metadata })
}

function throughJson(value: StructValue): StructValue {
  return parseIon(downConvert(value)) as StructValue
}

test('each Ion type has its form in an export', () => {
  const forms = {
    null: 'null',
    'null.struct': 'null',
    true: 'true',
    '123456789012345678901234567890': '123456789012345678901234567890',
    '42.20': '42.20',
    '5.': '5',
    '-0.00': '-0.00',
    '1d100': '1e100',
    '-12d-40': '-12e-40',
    '1e0': '1e0',
    '1.5e300': '1.5e+300',
    '-0e0': '-0e0',
    nan: 'null',
    '2019-09-04T10:20-00:00': '"2019-09-04T10:20-00:00"',
    '"a\\"b\\n\\u009f"': '"a\\"b\\n\u009f"',
    $0: '"$0"',
    "'a symbol'": '"a symbol"',
    '{{AQI=}}': '"AQI="',
    '{{"ab\\x80"}}': '"ab\u0080"',
    '[1,(2 a),[]]': '[1,[2,"a"],[]]',
    'x::{a:1,a:null.int,b:{}}': '{"a":1,"a":null,"b":{}}',
  }
  for (const [ion, json] of Object.entries(forms)) assert.equal(downConvert(parseIon(ion)), json, ion)
})

test('every kind of value that JSON still shows finds its type again', () => {
  const retyper = new JsonRetyper()
  for (const text of [
    '{a:"text",b:12,c:true,d:{e:[1,2,"x"]}}',
    '{price:90.25,other:42.20,whole:7.,float:1.5e0,big:12345678901234567890}',
    '{day:2017-08-21,moment:2017-08-21T10:00:00.123Z,local:2017-08-21T10:00+02:00,year:2017T}',
    '{text:"2017-08-21",day:2017-08-22}',
    '{lob:{{AQID}},clob:{{"abc"}},symbol:abc}',
    '{list:[1,(a b),[]],nothing:null,typed:null.string}',
    '{small:15d-30,exponent:12d3,zero:0d0,minus:-0.0}',
    '{twice:1,twice:2.0}',
    '{}',
  ]) {
    const data = parseIon(text) as StructValue
    const { ion, isDoubtful } = retyper.revision(throughJson(revisionOf(data)))
    assert.equal(isDoubtful, false, text)
    assert.ok(ionEquals(ion.get('data') as Value, data), `${text}: ${printIon(ion)}`)
  }
})

test('what JSON has thrown away is doubtful, never called wrong', () => {
  const data = parseIon('{a:note::"x",b:nan}') as StructValue
  const { ion, isDoubtful } = new JsonRetyper().revision(throughJson(revisionOf(data)))
  assert.equal(isDoubtful, true)
  assert.equal(printIon(ion.get('data') as Value), '{a:"x",b:null}')
})

test('a deletion stays one, also when JSON shows its data as null', () => {
  const retyper = new JsonRetyper()
  const deletion = structOf({ hash: blob(revisionHash(undefined, metadata)), metadata })
  for (const json of [downConvert(deletion), downConvert(deletion).replace(/^\{/, '{"data":null,')]) {
    const { ion, isDoubtful } = retyper.revision(parseIon(json) as StructValue)
    assert.equal(isDoubtful, false)
    assert.equal(ion.get('data'), undefined)
    assert.ok(ionEquals(ion, deletion))
  }
})

test('whole blocks come through JSON as they were', () => {
  const retyper = new JsonRetyper()
  for (const { ion } of sampleForeignJournal().blocks) {
    const { ion: back, doubtful } = retyper.retype(throughJson(ion))
    assert.deepEqual(doubtful, [])
    assert.ok(ionEquals(back, ion), printIon(back))
    assert.deepEqual(verifyBlock(blockFromIon(back)).findings, [])
  }
})

test('random documents of one shape come through JSON', () => {
  const scalar = fc.oneof(
    fc.constantFrom('"text"', '"2020-01-01"', '2020-01-01', 'sym', '1', '1.10', '2.5e0', 'null', 'true', '{{AQ==}}'),
    fc.integer().map(String),
  )
  const oracle = new JsonRetyper()
  fc.assert(
    fc.property(fc.array(scalar, { minLength: 1, maxLength: 5 }), (fields) => {
      const text = `{${fields.map((field, index) => `f${index}:${field}`).join(',')}}`
      const data = parseIon(text) as StructValue
      const { ion, isDoubtful } = oracle.revision(throughJson(revisionOf(data)))
      assert.equal(isDoubtful, false, text)
      assert.ok(ionEquals(ion.get('data') as Value, data))
    }),
    { numRuns: 200 },
  )
})

test('what was learnt of a table makes the next guess the first', () => {
  const oracle = new TypeOracle()
  const data = parseIon('{a:"2020-01-01",b:"AQ==",c:1.5,d:2}') as StructValue
  const wanted = parseIon('{a:"2020-01-01",b:{{AQ==}},c:1.5e0,d:2.}')
  const first = oracle.find(data, 't', (guess) => ionEquals(guess, wanted))
  const second = oracle.find(data, 't', (guess) => ionEquals(guess, wanted))
  assert.ok(first.isCertain && first.tries > 1)
  assert.equal(second.tries, 1)
  assert.ok(oracle.find(data, 'other', (guess) => ionEquals(guess, wanted)).tries > 1)
})

test('documents that fit nothing are abandoned after a number of tries, sooner the more there are', () => {
  const oracle = new TypeOracle(4_096)
  const fields = Array.from({ length: 12 }, (_, index) => [`f${index}`, string(`2020-01-${10 + index}`)] as const)
  const data = struct(
    fields.map(([name]) => name),
    fields.map(([, value]) => value),
  )
  const tries = Array.from({ length: 6 }, () => oracle.find(data, 't', () => false).tries)
  assert.deepEqual(tries, [4096, 4096, 4096, 4096, 64, 64])
})

test('the block of AWS as JSON gets its types back', (t) => {
  const path = sharedFile('vectors/awscli-get-block.block.ion')
  if (path === undefined) return t.skip('skipped: the vectors are not there')
  const ion = parseIon(readFileSync(path, 'utf8')) as StructValue
  const { ion: back, doubtful } = new JsonRetyper().retype(throughJson(ion))
  assert.deepEqual(doubtful, [])
  assert.ok(ionEquals(back, ion))
})

test('revisions whose text was edited after the run stay doubtful', (t) => {
  const path = sharedFile('vectors/rest-api.history.json')
  if (path === undefined) return t.skip('skipped: the vectors are not there')
  const retyper = new JsonRetyper()
  const items = parseIon(readFileSync(path, 'utf8'))
  assert.ok(items.type === 'list')
  for (const item of list(items.items).items) assert.equal(retyper.revision(item as StructValue).isDoubtful, true)
})

test('ten decimals and ten floats are distinguished by their names or their digits, within the usual guesses', () => {
  const fields = (name: string, make: (index: number) => string) =>
    Array.from({ length: 10 }, (_, index) => `${name}${index}: ${make(index)}`).join(', ')
  for (const text of [
    `{${fields('price', (index) => `${index}.5${index + 1}`)}, ${fields('level', (index) => `${index}.2${index + 1}e0`)}}`,
    `{${[...'abcdefghij'].map((name, index) => `${name}: ${index}.${index + 11}, ${name}${name}: ${index}.1234${index + 1}e0`).join(', ')}}`,
  ]) {
    const ion = structOf({
      blockAddress: parseIon('{strandId:"s",sequenceNo:1}'),
      data: parseIon(text),
      metadata: parseIon('{id:"a",version:0,txTime:2024-01-01T00:00:00.000Z,txId:"t"}'),
    })
    const hash = blob(revisionHash(ion.get('data') as StructValue, ion.get('metadata') as StructValue))
    const retyper = new JsonRetyper()
    const found = retyper.revision(
      throughJson(structOf({ ...Object.fromEntries(ion.names.map((name) => [name, ion.get(name) as Value])), hash })),
    )
    assert.deepEqual(
      [found.isDoubtful, printIon(found.ion.get('data') as Value)],
      [false, printIon(ion.get('data') as Value)],
    )
    assert.ok(retyper.guesses.most < 100, String(retyper.guesses.most))
  }
})

/** What a column of a table may hold, by its type: Ion as it was written, and how a tool prints it that knows only JSON. */
const columns: Readonly<Record<string, (row: number) => readonly [ion: string, json: string]>> = {
  int: (row) => [`${row}`, `${row}`],
  decimal: (row) => [`${row}.25`, `${row}.25`],
  whole: (row) => [`${row}.`, `${row}`],
  float: (row) => [`${row}.5e0`, `${row}.5`],
  time: (row) => [`2020-01-0${row + 1}T10:00:00.000Z`, `"2020-01-0${row + 1}T10:00:00.000Z"`],
  text: (row) => [`"text ${row}"`, `"text ${row}"`],
  symbol: (row) => [`'kind ${row}'`, `"kind ${row}"`],
  blob: (row) => [`{{AQI${'ABCD'[row]}}}`, `"AQI${'ABCD'[row]}"`],
}

function retyped(retyper: JsonRetyper, data: StructValue, json: string) {
  const hash = string(Buffer.from(revisionHash(data, metadata)).toString('base64'))
  return retyper.revision(structOf({ hash, data: parseIon(json), metadata }))
}

test('tables of mixed columns: the first document is found, the others at once', () => {
  const kinds = Object.keys(columns)
  let state = 7
  const next = (end: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return Math.floor((state / 2 ** 31) * end)
  }
  for (let table = 0; table < 20; table += 1) {
    const own = Array.from({ length: 6 }, () => kinds[next(kinds.length)] as string)
    const retyper = new JsonRetyper()
    const tries = [0, 1, 2, 3].map((row) => {
      const cells = own.map((kind, index) => [`c${'abcdef'[index]}`, ...(columns[kind]?.(row) ?? [])] as const)
      const data = parseIon(`{${cells.map(([name, ion]) => `${name}:${ion}`).join()}}`) as StructValue
      const found = retyped(retyper, data, `{${cells.map(([name, , json]) => `"${name}":${json}`).join()}}`)
      assert.equal(found.isDoubtful, false, own.join())
      assert.ok(ionEquals(found.ion.get('data') as Value, data))
      return found.tries
    })
    assert.deepEqual(tries.slice(1), [1, 1, 1], own.join())
  }
})

test('the types of twenty numbers, some of them floats that nothing shows, are found and then learnt', () => {
  const names = 'alpha beta gamma delta eps zeta eta theta iota kappa lambda mu nu xi omi pi rho sigma tau ups'.split(
    ' ',
  )
  const floats = new Set(['beta', 'theta', 'omi', 'sigma'])
  const retyper = new JsonRetyper()
  const tries = [1, 2].map((row) => {
    const fields = (suffix: string) =>
      names.map((name, at) => `${name}:${row}.${25 + at}${floats.has(name) ? suffix : ''}`)
    const rest = (time: string) => `who:"Eve",since:${time}`
    const data = parseIon(`{${rest('2020-01-01')},${fields('e0').join()}}`) as StructValue
    const found = retyped(retyper, data, `{${rest('"2020-01-01"')},${fields('').join()}}`)
    assert.equal(found.isDoubtful, false)
    return found.tries
  })
  assert.ok((tries[0] as number) < 20_000, String(tries[0]))
  assert.equal(tries[1], 1)
})

test('the hash of a reading is that of its value, for documents of any shape', () => {
  const leaf = fc.oneof(
    fc.constantFrom('1.5', '"2020-01-01"', 'null', '7', '"AQ=="', 'true', '1e3'),
    fc.integer().map(String),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join()}]`),
      fc.array(tie('value'), { maxLength: 3 }).map((items) => `{${items.map((item, at) => `f${at}:${item}`).join()}}`),
    ),
  }))
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), fc.integer({ min: 0, max: 40 }), (fields, wanted) => {
      const data = parseIon(`{${fields.map((field, at) => `a${at}:${field}`).join()}}`) as StructValue
      const guesses: Value[] = []
      new TypeOracle(50).find(data, 't', (guess) => guesses.push(guess) < 0)
      const guess = guesses[wanted % guesses.length] as Value
      const found = new TypeOracle(50).findByHash(data, 't', (hash) => toBase64(hash) === toBase64(ionHash(guess)))
      assert.equal(found.isCertain, true)
      assert.equal(toBase64(ionHash(found.value)), toBase64(ionHash(guess)))
    }),
    { numRuns: 100 },
  )
})

test('a JSON revision whose values JSON has no number for, or whose zero lost its sign or exponent, is found again', () => {
  for (const text of ['{v:nan}', '{v:-inf}', '{v:-0.}', '{v:-0e0}', '{v:0d3}', '{v:-0d2}', '{v:[+inf,{w:-0.0}]}']) {
    const data = parseIon(text) as StructValue
    const { isDoubtful } = new JsonRetyper().revision(throughJson(revisionOf(data)))
    assert.equal(isDoubtful, false, text)
  }
})

test('a number with more readings than are tried is never called edited', () => {
  for (const text of ['{v:0d77}', '{v:[0d-60]}']) {
    const { isDoubtful, isExhausted } = new JsonRetyper().revision(
      throughJson(revisionOf(parseIon(text) as StructValue)),
    )
    assert.deepEqual([isDoubtful, isExhausted], [true, false], text)
  }
})

test('what no JSON has is refused where a hash in it is a string: giving types back would drop it', () => {
  const json = printIon(throughJson(revisionOf(parseIon('{a:{b:1},c:null}') as StructValue)))
  for (const edit of [
    [/data:\{/, 'data:void::{'],
    [/a:\{/, 'a:void::{'],
    [/c:null/, 'c:null.int'],
    [/hash:"/, 'hash:x::"'],
  ] as const) {
    const edited = parseIon(json.replace(edit[0], edit[1])) as StructValue
    assert.notEqual(printIon(edited), json)
    assert.throws(() => new JsonRetyper().revision(edited), {
      code: 'journal/malformed',
      message: /expected plain JSON/,
    })
  }
})

test('guesses give others a turn, are fewer for a large document, and can be stopped', async () => {
  const names = Array.from({ length: 300 }, (_, index) => `f${index}`)
  const wide = (length: number) => {
    const data = parseIon(
      `{${names
        .slice(0, length)
        .map((name) => `${name}:"x"`)
        .join()}}`,
    ) as StructValue
    const json = throughJson(revisionOf(data))
    return parseIon(printIon(json).replace('f0:"x"', 'f0:"y"')) as StructValue
  }
  let turns = 0
  const retyper = new JsonRetyper(4_096)
  const revision = wide(300)
  await retyper.prepare(revision, () => {
    turns += 1
  })
  assert.ok(turns > 0)
  const { tries } = retyper.revision(revision)
  assert.ok(tries > 0 && tries < 4_096 / 8, `${tries} tries of 300 fields`)
  assert.equal(retyper.guesses.total, tries)
  const stop = new Error('stopped')
  await assert.rejects(
    new JsonRetyper().prepare(wide(300), () => Promise.reject(stop)),
    stop,
  )
})
