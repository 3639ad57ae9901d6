import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { parse as parseCsv } from 'csv-parse/sync'
import fc from 'fast-check'
import { inputChunkBytes } from '../../src/base/limits.ts'
import { formatOfPath, openInput, readInput } from '../../src/inputs/input.ts'
import { InputError } from '../../src/inputs/input-error.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { ionEquals } from '../../src/values/compare.ts'
import { fromPartiqlIon } from '../../src/values/partiql-ion.ts'
import { parseAllIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { bag, date, list, type Value } from '../../src/values/value.ts'
import { ionValue } from '../support/ion-values.ts'
import { chunked, readAll, rowsOf } from './chunked.ts'

const shown = (values: readonly Value[]) => values.map((value) => printIon(value)).join(' ')
const chunkBytes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(100, 5000))

test('JSON Lines: a value a line, blank lines skipped', () => {
  const text = '\ufeff{"a":1}\r\n\n   \n[1,2]\n"x"'
  for (const size of [1, 3, 100]) assert.equal(shown(readAll(text, 'jsonl', size)), '{a:1} [1,2] "x"')
  assert.equal(shown(readAll('', 'jsonl')), '')
  assert.equal(shown(readAll('1\n', 'jsonl')), '1')
})

test('JSON: the elements of an array, values one after the other, or one value', () => {
  for (const size of [1, 2, 5, 100]) {
    assert.equal(shown(readAll(' [ {"a":"]"} , [1,2],"\\"," ,3\n]\n', 'json', size)), '{a:"]"} [1,2] "\\"," 3')
    assert.equal(shown(readAll('{"a":1}\n{"b":[{}]} 3 "x"[4]', 'json', size)), '{a:1} {b:[{}]} 3 "x" [4]')
    assert.equal(shown(readAll('[]', 'json', size)), '')
    assert.equal(shown(readAll('', 'json', size)), '')
  }
  const alone = readInput(chunked(Buffer.from('{"a":1}'), 3), 'file', 'json')
  assert.equal(alone.kind === 'value' && printIon(alone.value), '{a:1}')
})

test('any JSON array is cut into its elements, whatever the chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 3 })), chunkBytes, fc.nat(2), (values, size, indent) => {
      const ascii = JSON.stringify(values, undefined, indent)
      const elements = shown(readAll(ascii, 'json', size))
      const lines = values.map((value) => JSON.stringify(value)).join('\n')
      assert.equal(elements, shown(readAll(lines, 'jsonl', size)))
    }),
  )
})

test('an error in JSON names its place in the file', () => {
  const cases: readonly (readonly [string, 'json' | 'jsonl', number, number, RegExp])[] = [
    ['{"a":1}\n{"a":x}\n', 'jsonl', 2, 6, /found 'x'/],
    ['{"a":1} {"b":2}', 'jsonl', 1, 9, /expected the end of the text, found '\{'/],
    ['[\n  {"a":1},\n  {"a":}\n]', 'json', 3, 8, /found '}'/],
    ['[\n  {"a":1}\n  {"a":2}\n]', 'json', 3, 3, /expected ',' or ']'/],
    ['[1,2', 'json', 1, 5, /not closed/],
    ['[1,]', 'json', 1, 4, /expected an element/],
    ['[1]\n[2]', 'json', 2, 1, /continues after its array/],
    ['{"a":1}\n}', 'json', 2, 1, /expected a JSON value, found '}'/],
    ['{"a":[1}', 'json', 1, 8, /expected ',' or ']'/],
  ]
  for (const [text, format, line, column, message] of cases) {
    for (const size of [1, 4, 1000]) {
      const error = thrownBy(() => readAll(text, format, size))
      assert.match(error.message, message, text)
      const { excerpt, span } = error
      assert.equal(excerpt.path, 'file')
      const before = excerpt.text.slice(0, span?.start)
      assert.equal(excerpt.line + before.split('\n').length - 1, line, text)
      const inLine = before.length - (before.lastIndexOf('\n') + 1)
      assert.equal(before.includes('\n') ? inLine + 1 : excerpt.column + inLine, column, `${text} by ${size}`)
    }
  }
})

function thrownBy(work: () => unknown): InputError {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof InputError, String(error))
    return error
  }
  return assert.fail('nothing was thrown')
}

test('CSV: quotes, numbers as JSON writes them, empty fields are NULL', () => {
  const text = 'id,name,price,code\r\n1,"a ""b"", c",10.50,007\n-2,x y,,"5"\n"3","line\nend",1e3,-0.0\n4\n\n'
  const expected =
    '{id:1,name:"a \\"b\\", c",price:10.50,code:"007"} {id:-2,name:"x y",price:null,code:"5"} ' +
    '{id:"3",name:"line\\nend",price:1d3,code:-0.0} {id:4}'
  for (const size of [1, 5, 1000]) assert.equal(shown(readAll(text, 'csv', size)), expected)
  assert.equal(shown(readAll('a\tb,c\n1\t"2\t"', 'tsv')), '{a:1,\'b,c\':"2\\t"}')
  assert.equal(shown(readAll('a,,b\n1,2,3', 'csv')), '{a:1,_2:2,b:3}')
  assert.equal(shown(readAll('', 'csv')) + shown(readAll('a,b', 'csv')), '')
})

test('CSV: any table comes back', () => {
  const field = fc.oneof(fc.string(), fc.constantFrom('"', ',', '\n', '\r\n', '""', ' '))
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 3, maxLength: 3 })), chunkBytes, (records, size) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
      const text = ['a,b,c', ...records.map((record) => record.map(quoted).join(','))].join('\n')
      const values = readAll(text, 'csv', size)
      const texts = values.map(
        (value) => value.type === 'struct' && value.values.map((one) => 'value' in one && one.value),
      )
      assert.deepEqual(texts, records)
    }),
  )
})

test('an error in CSV names its place in the file', () => {
  for (const [text, message, line] of [
    ['a,b\n1,2,3', /the record has 3 fields, the first line names 2/, 2],
    ['a\n"x"y', /expected the separator/, 2],
    ['a\n1\n"x\n\n', /unterminated quoted field/, 3],
  ] as const) {
    const error = thrownBy(() => readAll(text, 'csv'))
    assert.match(error.message, message)
    assert.equal(error.excerpt.line, line)
  }
})

test('CSV: a quote inside an unquoted field is an error at that place', () => {
  for (const [text, line, column] of [
    ['name\nO"Neil\nSmith\nD"Arcy\n', 2, 2],
    ['name,h\nAnn,5"\nBob\nCy,6"\n', 2, 6],
    ['a,b\n1, "x, y"\n', 2, 4],
    ['a"b\n1\n', 1, 2],
  ] as const) {
    const error = thrownBy(() => readAll(text, 'csv'))
    assert.match(error.message, /quote inside a field that is not quoted|blanks before a quoted field/)
    assert.deepEqual([error.excerpt.line, (error.span?.start ?? 0) + 1], [line, column], text)
  }
})

test('CSV: lines end with LF, CRLF or CR, as the first line does', () => {
  const text = 'a,"b\nc"\n1,"x\ny"\n\n2,z\n'
  for (const end of ['\n', '\r\n', '\r']) {
    const file = text.replaceAll('\n', end)
    const expected = [`{a:1,'b${end}c':"x${end}y"}`, `{a:2,'b${end}c':"z"}`].join(' ')
    const shownEnd = (one: string) => one.replaceAll('\n', '\\n').replaceAll('\r', '\\r')
    for (const size of [1, 2, 3, 1000]) {
      assert.equal(shown(readAll(file, 'csv', size)), shownEnd(expected))
      assert.equal(shown(readAll(file.slice(0, -end.length), 'csv', size)), shownEnd(expected))
    }
  }
  assert.equal(thrownBy(() => readAll('a\r1\r\n2\r', 'csv')).excerpt.line, 3)
})

test('CSV: fields, records and errors are those of csv-parse', () => {
  const piece = fc.constantFrom('a', '"', '""', ',', '\n', ' ', '"x"', '"x,y"', '"x""y"', '"\n"', ',', '\n')
  let agreed = 0
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), chunkBytes, (pieces, size) => {
      const text = `a,b,c\n${pieces.join('')}`
      const judged = judge(text)
      if (judged === undefined) return assert.throws(() => readAll(text, 'csv', size), InputError, text)
      agreed += 1
      const texts = readAll(text, 'csv', size).map(
        (row) => row.type === 'struct' && row.values.map((one) => ('value' in one ? one.value : '')),
      )
      assert.deepEqual(texts, judged, JSON.stringify(text))
    }),
    { numRuns: 500 },
  )
  assert.ok(agreed > 20)
})

function judge(text: string): string[][] | undefined {
  try {
    return (parseCsv(text, { skip_empty_lines: true, relax_column_count_less: true }) as string[][]).slice(1)
  } catch {
    return undefined
  }
}

test('CSV: a name that comes again is numbered', () => {
  assert.equal(shown(readAll('a,a,a_2,,\n1,2,3,4,5', 'csv')), '{a:1,a_3:2,a_2:3,_4:4,_5:5}')
})

test('CSV: names that come again are reported with the names that they get', () => {
  const renamed: string[] = []
  const onRenamed = (column: string, name: string) => renamed.push(`${column} ${name}`)
  rowsOf(readInput(chunked(Buffer.from('a,a,b,,a\n1,2,3,4,5'), 9), 'file', 'csv', { onRenamed }))
  assert.deepEqual(renamed, ['a a_2', 'a a_3'])
})

test('a first line with another separator than the format has is refused, and the format that reads it named', () => {
  const cases: readonly (readonly [string, 'csv' | 'tsv' | 'ssv' | 'psv', RegExp, RegExp])[] = [
    ['a;b\n1;2', 'csv', /^the first line holds a semicolon, but no comma/, /read as 'ssv'/],
    ['sep=;\na;b', 'csv', /a semicolon/, /'ssv'/],
    ['a\tb\n1\t2', 'csv', /a tab/, /'tsv'/],
    ['a|b\n1|2', 'csv', /a bar/, /'psv'/],
    ['a,b\n1,2', 'tsv', /a comma, but no tab/, /'csv'/],
    ['a,b\n1,2', 'ssv', /a comma, but no semicolon/, /'csv'/],
  ]
  for (const [text, format, message, help] of cases) {
    assert.throws(() => readAll(text, format), { code: 'file/malformed', message, help }, text)
  }
  assert.equal(shown(readAll('a;b\n1;2,5', 'ssv')), '{a:1,b:"2,5"}')
  assert.equal(shown(readAll('a|b\n1|"x|y"', 'psv')), '{a:1,b:"x|y"}')
  assert.equal(shown(readAll('"a;b"\n1;2', 'csv')), `{'a;b':"1;2"}`)
  assert.equal(shown(readAll('a\n1;2', 'csv')), '{a:"1;2"}')
})

test('a NUL in a delimited file, and files of other programs, are refused by name', () => {
  for (const size of [1, 4, 100]) {
    const read = () => readAll('a,bc\n1,x\0y\n', 'csv', size)
    assert.throws(read, { code: 'file/not-text', message: "'file' is no text: byte 8 is a NUL" })
  }
  const kinds: readonly (readonly [readonly number[] | string, RegExp])[] = [
    ['PAR1', /a Parquet file/],
    [[0x50, 0x4b, 3, 4], /a zip archive or an Excel workbook/],
    [[0x28, 0xb5, 0x2f, 0xfd], /packed with Zstandard/],
    ['BZh9', /packed with bzip2/],
  ]
  for (const [start, message] of kinds) {
    const bytes = Buffer.concat([Buffer.from(start as string), Buffer.from('a,b\n1,2\n')])
    assert.throws(() => readInput(chunked(bytes, 100), 'file', 'csv'), { code: 'file/not-text', message })
  }
})

test('JSON: a name that an object repeats stays, a path takes the first', () => {
  const [row] = readAll('[{"a":1,"a":2}]', 'json')
  assert.equal(shown([row as Value]), '{a:1,a:2}')
  assert.ok(row?.type === 'struct' && printIon(row.get('a') as Value) === '1')
})

test('text in another encoding is refused by name, whatever the format', () => {
  const wide = (text: string, bytes: number, isBig: boolean) => {
    const out = Buffer.alloc(text.length * bytes)
    for (let at = 0; at < text.length; at += 1) out[at * bytes + (isBig ? bytes - 1 : 0)] = text.charCodeAt(at)
    return out
  }
  const big32Mark = Buffer.from([0, 0, 0xfe, 0xff])
  for (const format of ['ion', 'json', 'jsonl', 'csv', 'tsv', undefined] as const) {
    for (const [name, bytes] of [
      ['UTF-16LE', Buffer.from('\ufeff{"a":1}', 'utf16le')],
      ['UTF-16LE', Buffer.from('{"a":1}', 'utf16le')],
      ['UTF-16BE', wide('{"a":1}', 2, true)],
      ['UTF-16BE', Buffer.from('\ufeffab', 'utf16le').swap16()],
      ['UTF-32LE', wide('ab', 4, false)],
      ['UTF-32BE', wide('ab', 4, true)],
      ['UTF-32BE', Buffer.concat([big32Mark, wide('ab', 4, true)])],
    ] as const)
      assert.throws(() => readAll(bytes, format, 100), { message: `'file' is ${name} text, expected UTF-8` })
  }
})

test('Ion binary of another version is refused by its version', () => {
  const bytes = Buffer.from('e00101ea2101', 'hex')
  for (const format of ['ion', undefined] as const)
    assert.throws(() => readAll(bytes, format, 100), /'file': the value at byte 0: .*Ion 1\.0, found that of Ion 1\.1/)
})

test('damage inside a value of Ion binary names the file and the place in it, at any depth', () => {
  const bytes = Buffer.from('e00100ea21012102d38a2101', 'hex')
  for (const size of [4, 5, 100])
    assert.throws(() => shown(readAll(bytes, 'ion', size)), {
      code: 'file/malformed',
      message: "'file' is damaged at byte 9: a field name is not in the symbol table",
    })
  assert.equal(readAll(bytes, 'ion').length, 3, 'counting rows decodes no field')
  const nested = Buffer.from('e00100ea2101b6b5b4d38a2101', 'hex')
  assert.throws(() => shown(readAll(nested, 'ion', 4)), { message: /^'file' is damaged at byte 10: / })
})

test('a lone s-expression or annotated list is one row, a lone plain list is its elements', () => {
  for (const [text, expected] of [
    ['(a b)', '(a b)'],
    ['x::[1,2]', 'x::[1,2]'],
    ['[1,2]', '1 2'],
    ['$bag::[1,2]', '$bag::[1,2]'],
    ['(a) (b)', '(a) (b)'],
    ['[1] x::[2]', '[1] x::[2]'],
  ] as const) {
    assert.equal(shown(readAll(text, 'ion')), expected)
    const binary = Buffer.concat(parseAllIon(text).map(encodeIon))
    assert.equal(shown(readAll(binary, 'ion', 100)), expected)
  }
})

/** What a file that holds these values gives. */
function elementsOf(values: readonly Value[]): readonly Value[] {
  const [first] = values
  return values.length === 1 && first?.type === 'list' && first.annotations === undefined ? first.items : values
}

test('Ion text: any values, whatever the chunks', () => {
  fc.assert(
    fc.property(fc.array(ionValue, { maxLength: 8 }), chunkBytes, fc.boolean(), (values, size, pretty) => {
      const text = values.map((value) => printIon(value, { pretty })).join('\n')
      const read = rowsOf(readInput(chunked(Buffer.from(text), size), 'file', 'ion'))
      const lone = elementsOf(values)
      assertSame(read, lone)
    }),
  )
})

test('Ion binary: any values, whatever the chunks', () => {
  fc.assert(
    fc.property(fc.array(ionValue, { maxLength: 8 }), chunkBytes, (values, size) => {
      const bytes = Buffer.concat(values.map(encodeIon))
      const read = rowsOf(readInput(chunked(bytes, Math.max(4, size)), 'file', undefined))
      const lone = elementsOf(values)
      assertSame(read, lone)
    }),
  )
})

/** PartiQL's own annotations are taken for its values, which the arbitrary values hold none of. */
function assertSame(read: readonly Value[], expected: readonly Value[]): void {
  const kept = expected.filter((value) => !(value.type === 'symbol' && value.value === '$ion_1_0'))
  assert.equal(read.length, kept.length)
  for (const [index, value] of kept.entries())
    assert.ok(ionEquals(read[index] as Value, fromPartiqlIon(value)), printIon(value))
}

test('Ion text: symbol tables, long strings and comments over the ends of chunks', () => {
  const text =
    "$ion_1_0 $ion_symbol_table::{symbols:[\"one\"]} {a:$10} // comment\n /* more */ '''long''' \n '''er''' a::b\n" +
    '$ion_symbol_table::{imports:$ion_symbol_table,symbols:["two"]} [$10,$11] 2020-01-01T00:00Z'
  for (let size = 1; size < 60; size += 1)
    assert.equal(shown(readAll(text, 'ion', size)), '{a:one} "longer" a::b [one,two] 2020-01-01T00:00Z')
})

test("PartiQL's own values come back from the shell's Ion", () => {
  const value = list([bag([date(2024, 2, 29)])])
  for (const bytes of [Buffer.from(printIon(value)), Buffer.from(encodeIon(value))])
    assert.equal(shown(readAll(bytes, 'ion')), '$bag::[$date::2024-02-29]')
  const [row] = readAll(printIon(value), 'ion')
  assert.equal(row?.type, 'bag')
})

test('an error in Ion names its place in the file', () => {
  const text = `${'{a:1}\n'.repeat(50)}{a:1,\n  b:]}\n${'{a:1}\n'.repeat(50)}`
  for (const size of [1, 9, 10_000]) {
    const error = thrownBy(() => readAll(text, 'ion', size))
    const { excerpt, span } = error
    assert.match(error.message, /expected an Ion value, found ']'/)
    assert.equal(excerpt.line + excerpt.text.slice(0, span?.start).split('\n').length - 1, 52)
  }
  assert.throws(() => readAll('{a:', 'ion', 2), { code: 'file/malformed' })
  assert.throws(() => readAll(Buffer.from(encodeIon(list([list([])]))).subarray(0, 5), 'ion', 4), /byte 4/)
})

test('without a format the first bytes tell JSON and Ion apart', () => {
  assert.equal(shown(readAll('[{"a":1e3}]', undefined, 100)), '{a:1d3}')
  assert.equal(shown(readAll('{a:1e3}', undefined, 100)), '{a:1000e0}')
  assert.equal(shown(readAll(Buffer.from(encodeIon(list([]))), undefined, 100)), '')
  assert.equal(formatOfPath('a/b.JSONL.gz'), 'jsonl')
  assert.equal(formatOfPath('b.ndjson'), 'jsonl')
  assert.equal(formatOfPath('b.10n'), 'ion')
  assert.equal(formatOfPath('csv'), undefined)
})

/** How many files this process has open; 0 where that can't be seen. */
function openFiles(): number {
  return existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0
}

test('files, packed and not, are closed at the end and when a reader stops early', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'qldb-inputs-'))
  try {
    const lines = Array.from({ length: 60_000 }, (_, n) => `{"n":${n},"text":"${'x'.repeat(n % 40)}"}\n`).join('')
    assert.ok(lines.length > 4 * inputChunkBytes)
    writeFileSync(join(folder, 'a.jsonl'), lines)
    writeFileSync(
      join(folder, 'a.jsonl.gz'),
      Buffer.concat([gzipSync(lines.slice(0, 1000)), gzipSync(lines.slice(1000))]),
    )
    writeFileSync(join(folder, 'cut.gz'), gzipSync(lines).subarray(0, 20_000))
    const before = openFiles()
    for (const name of ['a.jsonl', 'a.jsonl.gz']) {
      const values = rowsOf(openInput(join(folder, name), 'jsonl'))
      assert.equal(values.length, 60_000)
      assert.equal(printIon(values[59_999] as Value), `{n:59999,text:"${'x'.repeat(39)}"}`)
      const content = openInput(join(folder, name), 'jsonl')
      assert.ok(content.kind === 'rows')
      content.rows.next()
      content.rows.return?.()
    }
    assert.throws(() => rowsOf(openInput(join(folder, 'cut.gz'), 'jsonl')), /can't be unpacked: unexpected end of file/)
    for (let turn = 0; turn < 500 && openFiles() > before; turn += 1)
      await new Promise((resolve) => setImmediate(resolve))
    assert.ok(openFiles() <= before + 1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
