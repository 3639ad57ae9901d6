import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { toBase64 } from '../../src/base/bytes.ts'
import { CommitDigest, statementDigest } from '../../src/protocol/commit-digest.ts'
import { decodeIon } from '../../src/values/binary-reader.ts'
import { encodeIon } from '../../src/values/binary-writer.ts'
import { ionHash } from '../../src/values/ion-hash.ts'
import { bag, date, int, list, missing, string, structOf, time, type Value } from '../../src/values/value.ts'
import { sharedFile } from '../support/root.ts'

const id = 'HgXAkLjAtV0HQ4lNYdzX60'
const select = 'SELECT * FROM T'
const insert = 'INSERT INTO T VALUE ?'
const toto = structOf({ Name: string('toto') })

function digestOf(transactionId: string, ...statements: readonly (readonly [string, ...Value[]])[]): string {
  const digest = new CommitDigest(transactionId)
  for (const [statement, ...parameters] of statements) digest.add(statement, parameters)
  return toBase64(digest.bytes())
}

// Vectors: InvestIMBY/aws-qldb-mini_driver's specification (the first), AWS's documented blocks, and the official
// driver's own arithmetic.
test("digests are those of Amazon's drivers", () => {
  assert.equal(
    digestOf('xxx', ["INSERT INTO test VALUE { 'name' : 'Name' }"]),
    '7XILGj7FXYNHmex3pxDCzmWKlzrAnM+s2crCsPr1Bj8=',
  )
  assert.equal(digestOf(id), 'bOawGwkxAMRog3KWM00OGSE+AmeqrottTkPCLqg7zao=')
  assert.equal(digestOf(id, [select]), '518K3JCetessMysjoZnx7oYdNvq35V8phs/r8avtRQs=')
  assert.equal(digestOf(id, [select], [insert, toto]), 'ILqgCVqMYVSfx4Xn6gktm3Edf08xzKzgk4US6C5Ee1E=')
  assert.equal(digestOf(id, [select], [select]), 'bsYQjvdnZFfh86bMOMSrbx7lct5NNq35BUr2Do08+Ps=')
})

test('statements hash with their parameters in order', () => {
  const hash = (statement: string, ...parameters: Value[]) => toBase64(statementDigest(statement, parameters))
  assert.equal(hash('CREATE TABLE VehicleRegistration'), '3jeSdejOgp6spJ8huZxDRUtp2fRXRqpOMtG43V0nXg8=')
  assert.equal(hash('CREATE INDEX ON VehicleRegistration (VIN)'), '099D+5ZWDgA7r+aWeNUrWhc8ebBTXjgscq+mZ2dVibI=')
  assert.equal(hash(select), 't7B4HwW3yjJgEo5mzbiyyUDuI6LoFwheT0Zr2Tw03b8=')
  assert.equal(hash(insert, toto), 'NtLG0Yfpd2aJ2tx6jgsaimXfnt+MSYk837f+3hvJ6zU=')
  assert.equal(hash(insert, toto, int(5)), '+mzmVXDvjswfOrTGQY+7zbaVEWwp4L3yFER7gdsATIA=')
})

test('the order of statements counts', () => {
  assert.notEqual(digestOf(id, [select], [insert, toto]), digestOf(id, [insert, toto], [select]))
})

test('a value that Ion lacks hashes as what is sent for it', () => {
  const values = [missing, bag([int(1)]), date(2021, 8, 22), time(1, 2, 3, 5n, 1, 60), list([bag([missing])])]
  for (const value of values) assert.deepEqual(ionHash(value), ionHash(decodeIon(encodeIon(value))))
})

test('statement digests recorded from AWS', (t) => {
  const file = sharedFile('vectors/statement-digests.json')
  if (file === undefined) return t.skip('the folder of recorded vectors is absent')
  const vectors: { statement: string; params: string[] | null; digest: string }[] = JSON.parse(
    readFileSync(file, 'utf8'),
  )
  const checkable = vectors.filter(({ params }) => params?.length === 0)
  assert.equal(checkable.length, 5)
  for (const { statement, digest } of checkable) assert.equal(toBase64(statementDigest(statement, [])), digest)
})
