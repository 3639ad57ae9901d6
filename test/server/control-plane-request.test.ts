import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BodyMembers, findCall } from '../../src/server/control-plane/control-plane-request.ts'
import { HttpError } from '../../src/server/http/http-error.ts'

const parse = (text: string) => BodyMembers.parse(Buffer.from(text))

/** Takes the member by every reader and says which took it. */
function takers(member: string): string {
  const body = parse(member === '' ? '{}' : `{"m":${member}}`)
  const readers: Readonly<Record<string, () => unknown>> = {
    text: () => body.text('m'),
    needText: () => body.needText('m'),
    flag: () => body.flag('m'),
    time: () => body.needTimeMs('m'),
    choice: () => body.choice('m', ['A', 'B']),
    texts: () => body.texts('m'),
    members: () => body.members('m'),
    needMembers: () => body.needMembers('m'),
    holder: () => body.holder('m'),
  }
  const taken = Object.entries(readers).filter(([, read]) => {
    try {
      read()
      return true
    } catch (error) {
      assert.ok(error instanceof HttpError, String(error))
      assert.deepEqual([error.status, error.errorName], [400, 'InvalidParameterException'], error.message)
      return false
    }
  })
  return taken.map(([name]) => name).join(' ')
}

test('a member of a body is taken in its type alone; any other type is refused with 400', () => {
  const absent = 'text flag choice texts members holder'
  const table: Readonly<Record<string, string>> = {
    '': absent,
    null: absent,
    '"x"': 'text needText',
    '"A"': 'text needText choice',
    '"2020-01-01T00:00:00Z"': 'text needText time',
    true: 'flag',
    false: 'flag',
    '1577836800': 'time',
    '8640000000000': 'time',
    '8640000000001': '',
    '-8640000000001': '',
    '{}': 'texts members needMembers',
    '{"a":"b"}': 'texts members needMembers',
    '{"a":1}': 'members needMembers',
    '{"a":"b","c":null}': 'members needMembers',
    '{"IonText":"1"}': 'texts members needMembers holder',
    '{"IonText":1}': 'members needMembers',
    '[]': '',
    '["a"]': '',
  }
  for (const [member, expected] of Object.entries(table)) assert.equal(takers(member), expected, member)
})

test('a body that is no JSON object is refused; an empty one has no members', () => {
  for (const text of ['[]', '5', 'null', '"x"', '{', '{"a":1}x']) {
    assert.throws(() => parse(text), { status: 400, errorName: 'SerializationException' }, text)
  }
  for (const text of ['', ' \n', '{}']) assert.equal(parse(text).has('a'), false)
  const body = parse('{"a":null,"b":0,"__proto__":{"c":1}}')
  assert.deepEqual([body.has('a'), body.has('b'), body.has('c'), body.has('toString')], [false, true, false, false])
})

test('a call is found by its method and all of its segments', () => {
  const found = (method: string, path: string) => {
    const call = findCall(method, path.split('/'))
    return call && `${call.operation} ${Object.values(call.path).join()}`
  }
  assert.equal(found('GET', 'ledgers'), 'ListLedgers ')
  assert.equal(found('GET', 'ledgers/a'), 'DescribeLedger a')
  assert.equal(found('GET', 'ledgers/a/journal-s3-exports/b'), 'DescribeJournalS3Export a,b')
  assert.equal(found('POST', 'tags/arn:x/ledger/a'), 'TagResource arn:x/ledger/a')
  for (const [method, path] of [
    ['PUT', 'ledgers/a'],
    ['GET', 'ledgers/'],
    ['GET', 'ledgers/a/'],
    ['GET', 'ledgers/a/b'],
    ['POST', 'ledgers/a/digest/x'],
    ['GET', 'tags'],
    ['GET', 'tags/'],
    ['GET', ''],
  ] as const)
    assert.equal(found(method, path), undefined, `${method} ${path}`)
})
