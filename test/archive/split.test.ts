import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BinarySplitter } from '../../src/archive/import-split-binary.ts'
import { TextSplitter } from '../../src/archive/import-split-text.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { isError } from '../ledger/ledger-fixture.ts'

/** The containers that a splitter finds in bytes cut at the given places. */
function splitText(text: string, cuts: readonly number[], bytesMax?: number): string[] {
  const splitter = new TextSplitter(bytesMax)
  const found = pieces(Buffer.from(text), cuts).flatMap((piece) => [...splitter.push(piece)])
  const { found: last, rest, isOpen } = splitter.end()
  assert.equal(isOpen, false)
  assert.equal(rest.toString().trim(), '')
  return [...found, ...last].map((bytes) => bytes.toString())
}

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, index) => Buffer.from(bytes.subarray(places[index], end)))
}

const tricky = [
  '{a:"}{\\"}"}',
  "{'}':1,'\\'':'''}''' '''{'''}",
  '{b:{{//8=}}, c:{{ "}}" }}}',
  '{/* } */ d:1 // }\n}',
  '[1,[2,{}],(a + b)]',
  '(a //\n)',
  'x::y::{e:"\u00e9\ud83d\ude00"}',
  '{}',
  '{f:{{}}}',
  "{g:'',h:''''''}",
]

test('containers are found wherever the text is cut', () => {
  const separators = [' ', '\n', '// {\n', '/* { "\' */', '']
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...tricky), fc.constantFrom(...separators)), { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (parts, cuts) => {
        const text = parts.map(([container, separator]) => separator + container).join('')
        const found = splitText(text, cuts)
        assert.deepEqual(
          found.map((container) => printIon(parseIon(container))),
          parts.map(([container]) => printIon(parseIon(container))),
        )
      },
    ),
    { numRuns: 500 },
  )
  for (let at = 0; at <= tricky.join('\n').length; at += 1) assert.equal(splitText(tricky.join('\n'), [at]).length, 10)
})

test('text that does not close, or closes too much, is an error', () => {
  for (const text of ['{a:1', '["', "'''", '{a:{{AQ', '/* never', '{a:"}']) {
    const splitter = new TextSplitter()
    assert.deepEqual([...splitter.push(Buffer.from(text))], [], text)
    assert.equal(splitter.end().isOpen, true, text)
  }
  assert.throws(() => splitText('{a:1}}', []), isError('ion/malformed'))
  const found: string[] = []
  assert.throws(() => {
    for (const bytes of new TextSplitter().push(Buffer.from('{a:1}{b:2}]]{c:3}'))) found.push(String(bytes))
  }, isError('ion/malformed'))
  assert.deepEqual(found, ['{a:1}', '{b:2}'])
})

test('one huge container is refused, huge blanks and comments are not', () => {
  const kilobyte = Buffer.alloc(1024, 32)
  const feed = (start: string, count: number) => {
    const splitter = new TextSplitter(16 * 1024)
    assert.deepEqual([...splitter.push(Buffer.from(start))], [])
    for (let index = 0; index < count; index += 1) assert.deepEqual([...splitter.push(kilobyte)], [])
    return splitter
  }
  assert.throws(() => feed('{a:', 64), isError('export/limit'))
  assert.throws(() => feed('"', 64), isError('export/limit'))
  for (const start of ['', '/* ', '// ']) {
    const splitter = feed(start, 4096)
    const last = [...splitter.push(Buffer.from(start === '/* ' ? '*/{a:1} ' : '\n{a:1}  '))]
    assert.deepEqual([...last, ...splitter.end().found].map(String), ['{a:1}'])
  }
})

test('binary values are found wherever the bytes are cut, with symbol tables that change', () => {
  const values = ['{a:1,b:[x,y]}', '{c:"z"}', '{b:sym,d:{{AQID}}}', `{e:"${'long '.repeat(100)}"}`]
  const padding = Buffer.concat([Buffer.from([0x0e, 0x8f]), Buffer.alloc(15), Buffer.from([0x00])])
  const parts = values.flatMap((text) => [encodeIon(parseIon(text)), padding])
  const bytes = Buffer.concat(parts)
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
      const splitter = new BinarySplitter()
      const found = [...pieces(bytes, cuts).flatMap((piece) => [...splitter.push(piece)]), ...splitter.end()]
      assert.deepEqual(
        found.map(({ value }) => printIon(value)),
        values.map((text) => printIon(parseIon(text))),
      )
    }),
    { numRuns: 300 },
  )
})

test('binary data that lies about its lengths is refused before it fills the memory', () => {
  const marker = Buffer.from([0xe0, 0x01, 0x00, 0xea])
  const feed = (...bytes: number[]) => {
    const splitter = new BinarySplitter(1024)
    return [...splitter.push(Buffer.concat([marker, Buffer.from(bytes)])), ...splitter.end()]
  }
  assert.throws(() => feed(0xde, 0x7f, 0x7f, 0x7f, 0xff), isError('export/limit'))
  assert.throws(() => feed(0xde, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0xff), isError('ion/malformed'))
  assert.throws(() => feed(0xf0), isError('ion/malformed'))
  assert.throws(() => feed(0xd5, 0x84), isError('ion/malformed'))
  assert.throws(() => feed(0xe0, 0x02, 0x00, 0xea), isError('ion/malformed'))
  assert.deepEqual(feed(), [])
})

test('symbol tables that would fill the memory are refused', () => {
  const half = encodeRawTable(600_000)
  const splitter = new BinarySplitter()
  assert.deepEqual([...splitter.push(Buffer.concat([Buffer.from([0xe0, 0x01, 0x00, 0xea]), half]))], [])
  assert.throws(() => [...splitter.push(half), ...splitter.end()], isError('export/limit', /symbols/))
})

/** `$ion_symbol_table::{imports:$ion_symbol_table,symbols:["","",…]}` */
function encodeRawTable(count: number): Buffer {
  const wrap = (code: number, ...content: readonly Uint8Array[]) => {
    const body = Buffer.concat(content)
    const length: number[] = []
    for (let rest = body.length; rest > 0 || length.length === 0; rest = Math.floor(rest / 128))
      length.unshift(rest % 128)
    length[length.length - 1] = (length.at(-1) as number) | 0x80
    return Buffer.concat([Buffer.from([code | 14, ...length]), body])
  }
  const texts = wrap(0xb0, Buffer.alloc(count, 0x80))
  const struct = wrap(0xd0, Buffer.from([0x86, 0x71, 0x03, 0x87]), texts)
  return wrap(0xe0, Buffer.from([0x81, 0x83]), struct)
}

test('a gigabyte of padding is skipped unread', () => {
  const splitter = new BinarySplitter()
  const head = Buffer.from([0xe0, 0x01, 0x00, 0xea, 0x0e, 0x04, 0x00, 0x00, 0x00, 0x80])
  assert.deepEqual([...splitter.push(head)], [])
  const chunk = Buffer.alloc(16 * 1024 * 1024)
  for (let index = 0; index < 64; index += 1) assert.deepEqual([...splitter.push(chunk)], [])
  const found = [...splitter.push(Buffer.from([0x21, 0x07])), ...splitter.end()]
  assert.deepEqual(
    found.map(({ value }) => printIon(value)),
    ['7'],
  )
})
