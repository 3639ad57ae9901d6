import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDigestFile } from '../../src/journal/digest-file.ts'
import { decodeMarks, encodeMarks, marksMembers } from '../../src/protocol/marks-header.ts'

test("an import's marks round-trip over HTTP, as a header and as members that a digest file may have", () => {
  const digest = {
    Digest: Buffer.alloc(32, 1).toString('base64'),
    DigestTipAddress: { IonText: '{strandId:"s",sequenceNo:3}' },
  }
  for (const marks of [
    { count: 0, hash: new Uint8Array(0) },
    { count: 12, hash: new Uint8Array(32).fill(7) },
  ]) {
    const members = marksMembers(marks)
    const read = decodeMarks(encodeMarks(members))
    assert.deepEqual([read?.count, [...(read?.hash ?? [])]], [marks.count, [...marks.hash]])
    const saved = parseDigestFile(JSON.stringify({ ...digest, ...members })).marks
    assert.deepEqual([saved?.count, [...(saved?.hash ?? [])]], [marks.count, [...marks.hash]])
  }
  for (const other of [undefined, '', '1 x', '-1', '1 2 3']) assert.equal(decodeMarks(other), undefined)
  assert.equal(encodeMarks(digest), undefined)
})
