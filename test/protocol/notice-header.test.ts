import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Notice } from '../../src/base/notice.ts'
import { noticeHeaderCharactersMax } from '../../src/base/limits.ts'
import { decodeNotices, encodeNotices } from '../../src/protocol/notice-header.ts'

const notice: Notice = { code: 'notice/no-such-field', message: "'naïve' 車 \u{1f600}", span: { start: 3, end: 9 } }

test('notices come back from their header, which is ASCII', () => {
  const header = encodeNotices([notice, { ...notice, code: 'notice/types-differ' }])
  assert.match(header, /^[\x20-\x7e]+$/)
  assert.deepEqual(decodeNotices(header), [notice, { ...notice, code: 'notice/types-differ' }])
})

test('a header that is not ours gives nothing, and never more than three notices', () => {
  const foreign = [
    undefined,
    '',
    '1',
    '{}',
    '[1,null,{}]',
    '[{"code":"x","message":"m","start":0,"end":1}]',
    '[',
    'null',
  ]
  for (const text of foreign) assert.deepEqual(decodeNotices(text), [], text)
  assert.deepEqual(decodeNotices(JSON.stringify([{ code: notice.code, message: 'm', start: 0.5, end: 1 }])), [])
  assert.equal(decodeNotices(encodeNotices(Array.from({ length: 9 }, () => notice))).length, 3)
  assert.deepEqual(decodeNotices(`[${' '.repeat(noticeHeaderCharactersMax)}]`), [])
})
