import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { cryptoHasherProvider, makeHashReader } from 'ion-hash-js'
import { makeReader } from 'ion-js'
import { fromHex, toBase64, toHex } from '../../src/base/bytes.ts'
import { nestingDepthMax } from '../../src/base/limits.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { ionHash, ionHashOfString } from '../../src/values/ion-hash.ts'
import { compareHashes, joinHashes } from '../../src/values/join-hashes.ts'
import { sha256 } from '../../src/values/sha256.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import { printIon } from '../../src/values/text-writer.ts'
import {
  type BlobValue,
  int,
  type ListValue,
  list,
  type StructValue,
  string,
  structOf,
  type Value,
} from '../../src/values/value.ts'
import { ionValue } from '../support/ion-values.ts'
import { sharedFile } from '../support/root.ts'

test('SHA-256 agrees with node:crypto at every length around its borders', () => {
  for (let length = 0; length < 300; length += 1) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31 + length) & 0xff)
    assert.equal(toHex(sha256(bytes)), createHash('sha256').update(bytes).digest('hex'), `${length} bytes`)
  }
})

/** What is hashed, as bytes: Ion Hash specification 1.0, "Serialization". */
test('scalars are hashed between marks, as type and representation', () => {
  const serialized: Readonly<Record<string, string>> = {
    null: '0b 0f 0e',
    'null.list': '0b bf 0e',
    true: '0b 11 0e',
    '0': '0b 20 0e',
    '-6': '0b 30 06 0e',
    '0e0': '0b 40 0e',
    '-0e0': '0b 40 80 00 00 00 00 00 00 00 0e',
    nan: '0b 40 7f f8 00 00 00 00 00 00 0e',
    '0.': '0b 50 0e',
    '-0.': '0b 50 80 80 0e',
    '1.5': '0b 50 c1 0f 0e',
    '2000T': '0b 60 c0 0f d0 0e',
    $0: '0b 71 0e',
    a: '0b 70 61 0e',
    '"a"': '0b 80 61 0e',
    '{{"a"}}': '0b 90 61 0e',
    '{{YQ==}}': '0b a0 61 0e',
    '"\\x0b\\x0c\\x0e"': '0b 80 0c 0b 0c 0c 0c 0e 0e',
    '11': '0b 20 0c 0b 0e',
    '[1,(2)]': '0b b0 0b 20 01 0e 0b c0 0b 20 02 0e 0e 0e',
    '{}': '0b d0 0e',
    'a::$0::1': '0b e0 0b 70 61 0e 0b 71 0e 0b 20 01 0e 0e',
  }
  for (const [text, hex] of Object.entries(serialized))
    assert.equal(toHex(ionHash(parseIon(text))), toHex(sha256(fromHex(hex.replaceAll(' ', '')))), text)
})

test('the order of fields does not count, their repetition does', () => {
  const hash = (text: string) => toHex(ionHash(parseIon(text)))
  assert.equal(hash('{a:1,b:2,c:3}'), hash('{c:3,a:1,b:2}'))
  assert.notEqual(hash('{a:1}'), hash('{a:1,a:1}'))
  assert.notEqual(hash('[1]'), hash('(1)'))
  assert.notEqual(hash('"a"'), hash('a'))
  assert.notEqual(hash('1.0'), hash('1.00'))
  assert.notEqual(hash('2020-01-01T00:00Z'), hash('2020-01-01T01:00+01:00'))
})

test('a string has a short cut, with the same hash', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) =>
      assert.deepEqual(ionHashOfString(text), ionHash(string(text))),
    ),
  )
  assert.equal(toBase64(ionHashOfString('HgXAkLjAtV0HQ4lNYdzX60')), 'bOawGwkxAMRog3KWM00OGSE+AmeqrottTkPCLqg7zao=')
})

test('hashes of half a surrogate pair and of endless nesting are refused', () => {
  assert.throws(() => ionHash(string('\ud800')), { code: 'value/out-of-range' })
  const nested = Array.from({ length: nestingDepthMax + 1 }).reduce<Value>((inner) => list([inner]), int(1))
  assert.throws(() => ionHash(nested), { code: 'ion/nesting-too-deep' })
})

function hashByLibrary(value: Value): string {
  const reader = makeHashReader(makeReader(encodeIon(value) as Buffer), cryptoHasherProvider('sha256'))
  reader.next()
  reader.next()
  return toHex(reader.digest())
}

test('ion-hash-js gives the same hashes', () => {
  const readable = ionValue.filter((value) => !isBeyondLibrary(value))
  fc.assert(
    fc.property(readable, (value) => {
      assert.equal(toHex(ionHash(value)), hashByLibrary(value), printIon(value))
    }),
    { numRuns: 300 },
  )
})

/** The library reads no symbol without a text and no exponent beyond 32 bits, and rounds long fractions of a second. */
function isBeyondLibrary(value: Value): boolean {
  const text = printIon(value)
  return /\$0(?![0-9])|[0-9]d-?[0-9]{9}|:[0-9]{2}\.[0-9]{13}/.test(text)
}

test("the dot is QLDB's: signed bytes, the last first; empty is neutral", () => {
  const [one, two] = [sha256(Buffer.from('1')), sha256(Buffer.from('2'))]
  const joined = '940ed9abddfb5ef28004408546bc5043cda391232b6afe07267f9f8ed2b500c9'
  assert.equal(toHex(joinHashes(one, two)), joined)
  assert.equal(toHex(joinHashes(two, one)), joined)
  assert.equal(joinHashes(one, new Uint8Array()), one)
  assert.equal(joinHashes(new Uint8Array(), two), two)
  assert.throws(() => joinHashes(one, two.subarray(1)), { name: 'BugError' })
  const endingIn = (byte: number) => Uint8Array.from({ length: 32 }, (_, index) => (index === 31 ? byte : 9))
  assert.ok(compareHashes(endingIn(0x80), endingIn(0x7f)) < 0)
  assert.equal(compareHashes(one, one.slice()), 0)
})

test('commit digests: the chain of a transaction, its statements and parameters', () => {
  const statement = (text: string, ...parameters: Value[]) =>
    parameters.reduce((hash, parameter) => joinHashes(hash, ionHash(parameter)), ionHashOfString(text))
  const digest = (id: string, ...statements: Uint8Array[]) =>
    toBase64(statements.reduce(joinHashes, ionHashOfString(id)))
  const toto = structOf({ Name: string('toto') })
  const select = statement('SELECT * FROM T')
  const insert = 'INSERT INTO T VALUE ?'
  const id = 'HgXAkLjAtV0HQ4lNYdzX60'
  assert.equal(
    digest('xxx', statement("INSERT INTO test VALUE { 'name' : 'Name' }")),
    '7XILGj7FXYNHmex3pxDCzmWKlzrAnM+s2crCsPr1Bj8=',
  )
  assert.equal(toBase64(statement(insert, toto)), 'NtLG0Yfpd2aJ2tx6jgsaimXfnt+MSYk837f+3hvJ6zU=')
  assert.equal(toBase64(statement(insert, toto, int(5))), '+mzmVXDvjswfOrTGQY+7zbaVEWwp4L3yFER7gdsATIA=')
  assert.equal(digest(id, select), '518K3JCetessMysjoZnx7oYdNvq35V8phs/r8avtRQs=')
  assert.equal(digest(id, select, statement(insert, toto)), 'ILqgCVqMYVSfx4Xn6gktm3Edf08xzKzgk4US6C5Ee1E=')
  assert.equal(digest(id, select, select), 'bsYQjvdnZFfh86bMOMSrbx7lct5NNq35BUr2Do08+Ps=')
})

test('statement digests of real journals', (t) => {
  const path = sharedFile('vectors/statement-digests.json')
  if (path === undefined) return t.skip('skipped: the vectors are not here')
  const vectors = JSON.parse(readFileSync(path, 'utf8')) as {
    statement: string
    params: unknown[] | null
    digest: string
  }[]
  const plain = vectors.filter((vector) => vector.params?.length === 0)
  assert.equal(plain.length, 5)
  for (const { statement, digest } of plain) assert.equal(toBase64(ionHashOfString(statement)), digest, statement)
})

test('revision hashes of real journals', (t) => {
  const block = sharedFile('vectors/awscli-get-block.block.ion')
  const revision = sharedFile('vectors/streams-dmv-sample.revision-details.ion')
  if (block === undefined || revision === undefined) return t.skip('skipped: the vectors are not here')
  const revisions = (parseIon(readFileSync(block, 'utf8')) as StructValue).get('revisions') as ListValue
  for (const item of [revisions.items[0], parseIon(readFileSync(revision, 'utf8'))]) {
    const fields = item as StructValue
    const found = joinHashes(ionHash(fields.get('data') as Value), ionHash(fields.get('metadata') as Value))
    assert.equal(toBase64(found), toBase64((fields.get('hash') as BlobValue).bytes))
  }
})
