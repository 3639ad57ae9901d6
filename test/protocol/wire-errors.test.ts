import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStatementFault } from '../../src/protocol/error-texts.ts'
import { WireError, type WireErrorName } from '../../src/protocol/message.ts'
import { encodeWireError, readErrorAnswer, wireErrorOf } from '../../src/protocol/wire-errors.ts'

const statuses: Record<WireErrorName, number> = {
  BadRequestException: 400,
  InvalidSessionException: 400,
  OccConflictException: 400,
  RateExceededException: 400,
  LimitExceededException: 400,
  CapacityExceededException: 400,
  InternalFailure: 500,
  ServiceUnavailable: 503,
}

test('an error is sent with the header, __type, Message and Code', () => {
  const { status, headers, body } = encodeWireError(
    new WireError('BadRequestException', 'Table with name: USER.T already exists', '412'),
  )
  assert.equal(status, 400)
  assert.deepEqual(headers, { 'x-amzn-errortype': 'BadRequestException' })
  assert.deepEqual(JSON.parse(body), {
    __type: 'com.amazonaws.qldb.session#BadRequestException',
    Message: 'Table with name: USER.T already exists',
    Code: '412',
  })
})

test('every error survives the way to HTTP and back, with and without the header', () => {
  for (const [name, expected] of Object.entries(statuses) as [WireErrorName, number][]) {
    const { status, headers, body } = encodeWireError(new WireError(name, 'what happened', '401'))
    assert.equal(status, expected)
    for (const header of [headers['x-amzn-errortype'], undefined]) {
      const told = readErrorAnswer(header, body)
      const { name: found, message, code } = wireErrorOf(told?.name ?? '', told?.message ?? '', status, told?.code)
      assert.deepEqual({ found, message, code }, { found: name, message: 'what happened', code: '401' })
    }
  }
})

test('an error whose name an SDK took from Code is recognised by its text', () => {
  const name = (message: string) => wireErrorOf('401', message, 400).name
  assert.equal(name('No such session'), 'InvalidSessionException')
  assert.equal(name('Session HgXAkLjAtV0HQ4lNYdzX60 has expired'), 'InvalidSessionException')
  assert.equal(name('Transaction HgXAkLjAtV0HQ4lNYdzX60 has expired'), 'InvalidSessionException')
  assert.equal(name('Table with name: USER.T already exists'), 'BadRequestException')
  assert.equal(wireErrorOf('412', 'x', 400).code, '412')
  assert.equal(wireErrorOf('503', 'x', 503).name, 'ServiceUnavailable')
})

test('unknown names go by the status', () => {
  assert.equal(wireErrorOf('ThrottlingException', 'x', 400).name, 'RateExceededException')
  assert.equal(wireErrorOf('toString', 'x', 500).name, 'InternalFailure')
  assert.equal(wireErrorOf('', 'x', 503).name, 'ServiceUnavailable')
  assert.equal(wireErrorOf('ValidationException', 'x', 400).name, 'BadRequestException')
  assert.equal(wireErrorOf('ns#InvalidSessionException:http://a', 'x', 400).name, 'InvalidSessionException')
})

test('a name of the client does not count where the status says that the service was at fault', () => {
  for (const name of ['BadRequestException', 'OccConflictException', 'InvalidSessionException']) {
    assert.equal(wireErrorOf(name, 'x', 500).name, 'InternalFailure')
    assert.equal(wireErrorOf(name, 'x', 503).name, 'ServiceUnavailable')
  }
})

test('an error answer is a JSON object whose members are texts', () => {
  for (const body of ['<html>Bad Gateway</html>', '', 'null', '[]', '"x"', '7']) {
    assert.equal(readErrorAnswer(undefined, body), undefined, body)
  }
  const none = { name: undefined, message: undefined, code: undefined }
  assert.deepEqual(readErrorAnswer(undefined, '{"__type":{"a":1},"Message":7,"Code":[],"x":1}'), none)
})

test('category, place and text are read out of a message', () => {
  const placed = "at line 1, column 13: No such variable named 'N'; No such variable named 'N'"
  const text = "No such variable named 'N'"
  assert.deepEqual(parseStatementFault(`Semantic Error: ${placed}`), {
    category: 'Semantic Error',
    line: 1,
    column: 13,
    text,
  })
  assert.deepEqual(parseStatementFault(placed), { category: undefined, line: 1, column: 13, text })
  assert.deepEqual(parseStatementFault('Unsupported PartiQL Statement, Errors at:\nline 2, column 5'), {
    category: undefined,
    line: 2,
    column: 5,
    text: 'Unsupported PartiQL Statement',
  })
  assert.deepEqual(parseStatementFault('a; b; a'), {
    category: undefined,
    line: undefined,
    column: undefined,
    text: 'a; b; a',
  })
})

test('only a whole repetition is dropped', () => {
  const text = (rest: string) => parseStatementFault(`Parser Error: at line 3, column 1: ${rest}`).text
  assert.equal(text("found ';'; expected ')'; found ';'; expected ')'"), "found ';'; expected ')'")
  assert.equal(text('a; b'), 'a; b')
  assert.equal(text('line one\nline two; line one\nline two'), 'line one\nline two')
})
