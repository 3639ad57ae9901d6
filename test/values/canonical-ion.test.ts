import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cryptoHasherProvider, makeHashReader } from 'ion-hash-js'
import { makeReader } from 'ion-js'
import { toHex } from '../../src/base/bytes.ts'
import { decodeIon } from '../../src/values/binary-reader.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { CanonicalIon } from '../../src/values/canonical-ion.ts'
import { none } from '../../src/values/hash-rounds.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { structOf, type Value } from '../../src/values/value.ts'
import { ionValue } from '../support/ion-values.ts'

/** Hashes the structs of several streams together; undefined for one that is turned away. */
class Prober {
  readonly #ion: CanonicalIon

  constructor(isPlain: boolean) {
    this.#ion = new CanonicalIon({ inputBytes: 256 * 1024, messageBytes: 512 * 1024, digests: 8192, isPlain })
  }

  hashes(streams: readonly Uint8Array[]): (string | undefined)[] {
    this.#ion.reset()
    const places = streams.map((stream) => {
      const tasks = this.#ion.rounds.taskSizes()
      const place = this.#read(stream)
      if (place === none) this.#ion.rounds.forgetTasks(tasks)
      return place
    })
    assert.ok(this.#ion.rounds.runRounds())
    return places.map((at) => (at === none ? undefined : toHex(this.#ion.bytes.slice(at, at + 32))))
  }

  #read(stream: Uint8Array): number {
    const end = this.#ion.stream.openStream(stream)
    if (end === none) return none
    const round = this.#ion.readHashedStruct(end)
    if (round === none || this.#ion.stream.at !== end || !this.#ion.stream.hasCanonicalSymbols()) return none
    return this.#ion.rounds.hashOfStruct(this.#ion.lastStruct, round + 1)
  }
}

const probers = [new Prober(false), new Prober(true)]

/** The hash of one struct, in both ways, which must agree. */
function hashOf(stream: Uint8Array): string | undefined {
  const [lanes, plain] = probers.map((prober) => prober.hashes([stream])[0])
  assert.equal(lanes, plain)
  return lanes
}

function hashByLibrary(stream: Uint8Array): string {
  const reader = makeHashReader(makeReader(stream as Buffer), cryptoHasherProvider('sha256'))
  reader.next()
  reader.next()
  return toHex(reader.digest())
}

const plainTexts = [
  '{a:1}',
  '{a:{b:{c:{d:"deep"}}},e:[{f:1},[{g:2},{}],(h {i:j})]}',
  '{name:"of the system table",version:2,symbols:[imports,name],own:1}',
  '{n:null,l:null.list,i:null.int,s:null.struct,b:true,c:false}',
  '{a:0,b:-1,c:11,d:12,e:14,f:255,g:256,h:9007199254740993,i:-123456789012345678901234567890}',
  '{a:0e0,b:-0e0,c:1.5e0,d:1e-300,e:+inf,f:-inf,g:1.1e0}',
  '{a:0.,b:-0.,c:1.50,d:-3.14159,e:1d3,f:1d-9,g:12345678901234567890.123,h:0.00,i:-0.0,j:128.,k:-128.,l:1d100}',
  '{a:2024T,b:2024-02T,c:2024-02-29T,d:2024-02-29T23:59Z,e:2024-02-29T23:59:58Z,f:2024-02-29T23:59:58.123Z}',
  '{a:2024-02-29T23:59:58.128Z,b:2024-02-29T23:59:58.000Z,c:2024-02-29T23:59-00:00,d:2024-02-29T23:59:00.5+05:45}',
  '{a:0001-01-01T00:00:00.000Z,b:9999-12-31T23:59:59.999Z,c:0127-01-01T00:00:00.1Z,d:2024-01-01T00:00:00.123456789Z}',
  '{a:"",b:"é😀\\x0b\\x0c\\x0e",c:\'q q\',d:{{aGVsbG8=}},e:{{"clob"}},f:{{}},\'\\x0c\':1,\'ü\':2}',
  '{a:x::1,b:x::y::{c:1},d:[z::"s",z::{}],e:annotated::{f:inner::[{g:1}]}}',
  '{a:1,a:1,a:2}',
]

test('structs written by encodeIon are hashed as ionHash and ion-hash-js do', () => {
  for (const text of plainTexts) {
    const stream = encodeIon(parseIon(text))
    assert.equal(hashOf(stream), toHex(ionHash(parseIon(text))), text)
    assert.equal(hashOf(stream), hashByLibrary(stream), text)
  }
})

test('fields of every length, by themselves and nested', () => {
  for (let length = 0; length <= 300; length += 1) {
    const value = parseIon(`{t:"${'\\x0b'.repeat(length % 7)}${'t'.repeat(length)}",s:{t:"${'u'.repeat(length)}"},n:1}`)
    assert.equal(hashOf(encodeIon(value)), toHex(ionHash(value)), `${length} characters`)
  }
  for (const length of [5_000, 60_000]) {
    const value = parseIon(`{t:"${'t'.repeat(length)}",l:[{a:1},"${'u'.repeat(length)}",{b:2}]}`)
    assert.equal(hashOf(encodeIon(value)), toHex(ionHash(value)), `${length} characters`)
  }
})

test('structs of many fields, and lists of many structs', () => {
  const many = `{${Array.from({ length: 200 }, (_, index) => `f${index}:${index}`).join()}}`
  const list = `{l:[${Array.from({ length: 500 }, (_, index) => `{i:${index},s:"x"}`).join()}]}`
  for (const text of [many, list]) assert.equal(hashOf(encodeIon(parseIon(text))), toHex(ionHash(parseIon(text))))
})

test('many streams are hashed together, those in between that are turned away do no harm', () => {
  const texts = Array.from({ length: 300 }, (_, index) => `{i:${index},in:{s:"${'x'.repeat(index)}"},l:[{j:${index}}]}`)
  const streams = texts.flatMap((text, index) => {
    const stream = encodeIon(parseIon(text))
    return index % 3 === 0 ? [stream, stream.slice(0, -1), Uint8Array.of(...stream, 0x0f)] : [stream]
  })
  for (const prober of probers) {
    const found = prober.hashes(streams).filter((hash) => hash !== undefined)
    assert.deepEqual(
      found,
      texts.map((text) => toHex(ionHash(parseIon(text)))),
    )
  }
})

/** What is left to others on purpose. */
function isRare(value: Value): boolean {
  return /\$0(?![0-9])|\bnan\b/.test(printIon(value))
}

test('any struct that is not rare: the hash is that of ionHash', () => {
  const plain = ionValue.filter((value) => !isRare(value))
  fc.assert(
    fc.property(plain, plain, (one, other) => {
      const value = structOf({ one, other, name: one })
      assert.equal(hashOf(encodeIon(value)), toHex(ionHash(value)), printIon(value))
    }),
    { numRuns: 300 },
  )
})

test('any struct: turned away, or hashed as by ionHash', () => {
  fc.assert(
    fc.property(ionValue, (one) => {
      const value = structOf({ one })
      const hash = hashOf(encodeIon(value))
      if (hash !== undefined) assert.equal(hash, toHex(ionHash(value)), printIon(value))
    }),
    { numRuns: 300 },
  )
})

test('no stream is taken that encodeIon would write otherwise: bytes changed, put in and left out', () => {
  const streams = plainTexts.map((text) => encodeIon(parseIon(text)))
  const change = fc.record({
    stream: fc.constantFrom(...streams),
    at: fc.double({ min: 0, max: 0.9999, noNaN: true }),
    byte: fc.integer({ min: 0, max: 255 }),
    kind: fc.constantFrom('change', 'put', 'leave' as const),
  })
  let taken = 0
  fc.assert(
    fc.property(change, ({ stream, at, byte, kind }) => {
      const index = Math.floor(at * stream.length)
      const put = kind === 'leave' ? [] : [byte]
      const rest = stream.slice(kind === 'put' ? index : index + 1)
      const changed = Uint8Array.of(...stream.slice(0, index), ...put, ...rest)
      const hash = hashOf(changed)
      if (hash === undefined) return
      taken += 1
      const value = decodeIon(changed)
      assert.deepEqual(encodeIon(value), Buffer.from(changed), toHex(changed))
      assert.equal(hash, toHex(ionHash(value)))
    }),
    { numRuns: 6_000 },
  )
  assert.ok(taken > 0)
})

test('other forms of the same value are turned away', () => {
  const forms: Readonly<Record<string, string>> = {
    'as it is': 'e00100ea e78183d487b28161 d38a2105',
    'a length in a byte of its own': 'e00100ea e78183d487b28161 de848a2105'.replace('de84', 'de83'),
    'a symbol that nothing uses': 'e00100ea e98183d687b481618162 d38a2105',
    'a text twice in the table': 'e00100ea e98183d687b481618161 d68b21058a2106',
    'symbols numbered from the front': 'e00100ea e98183d687b481618162 d68a21058b2106',
    "a text that is the system's": 'e00100ea ea8183d787b5846e616d65 d38a2105',
    'an integer with a zero before it': 'e00100ea e78183d487b28161 d48a220005',
    'padding as a field': 'e00100ea e78183d487b28161 d58a21058a00',
    'an ordered struct': 'e00100ea e78183d487b28161 d1838a2105',
    'a long field id': 'e00100ea e78183d487b28161 d4000a8a2105'.replace('000a8a', '008a'),
    'a null int of the negative kind': 'e00100ea e78183d487b28161 d28a3f',
    'an empty table': 'e00100ea e58183d287b0 d38521' + '05',
    'a float of eight bytes that four hold': 'e00100ea e78183d487b28161 da8a483ff8000000000000',
    'a zero of four bytes': 'e00100ea e78183d487b28161 d68a4400000000',
    'a coefficient with a zero before it': 'e00100ea e78183d487b28161 d58a53c10005'.replace(
      'd58a53c10005',
      'd58a53c1000f',
    ),
    'a version marker twice': 'e00100ea e00100ea e78183d487b28161 d38a2105',
    'a value after it': 'e00100ea e78183d487b28161 d38a2105 2105',
  }
  for (const [name, hex] of Object.entries(forms)) {
    const hash = hashOf(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
    if (name === 'as it is') assert.equal(hash, toHex(ionHash(parseIon('{a:5}'))))
    else assert.equal(hash, undefined, name)
  }
})
