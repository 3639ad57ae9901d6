import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parametersFor, parseParameters } from '../../src/shell/parameters.ts'
import { printIon } from '../../src/values/text-writer.ts'
import { int } from '../../src/values/value.ts'
import { openSession } from './session.ts'

test('parameters: values as PartiQL writes them', () => {
  const cases = [
    ['', ''],
    ["'it''s', 2015", '"it\'s" 2015'],
    ['-5, -2.50, 1e0, true, null', '-5 -2.50 1. true null'],
    ["{'a': [1, {'b': 'x'}], 'c': `2019T`}", '{a:[1,{b:"x"}],c:2019T}'],
    ['`sym`, `{{AQI=}}`, `x::1` -- a comment', 'sym {{AQI=}} x::1'],
  ] as const
  for (const [text, ion] of cases) {
    assert.equal(
      parseParameters(text)
        .map((value) => printIon(value))
        .join(' '),
      ion,
      text,
    )
  }
})

test('parameters: what is no value is named', () => {
  for (const [text, message] of [
    ['abc', "'abc' is not a value"],
    ['1, "x"', `'"x"' is not a value`],
    ['1 + 1', "'1 + 1' is not a value"],
    ['1 2', /^'1 2' is not a list of values: .*found '2'$/],
    ['] + [', /is not a list of values/],
    ['{a: 1}', "'a' is not a value"],
    ["'open", /is not a list of values/],
  ] as const) {
    assert.throws(() => parseParameters(text), { code: 'usage/invalid-argument', message }, text)
  }
})

test('parameters: as many as there are places, no more and no fewer', () => {
  const given = [int(1)]
  assert.deepEqual(parametersFor('SELECT * FROM T WHERE a = ?', undefined, given), given)
  assert.deepEqual(parametersFor("SELECT '?' FROM T -- ?", undefined, given), [])
  assert.deepEqual(parametersFor('SELECT ? FROM T', undefined, []), [])
  for (const [text, bound] of [
    ['SELECT ?, ? FROM T', undefined],
    ['SELECT 1 FROM T', [int(1)]],
    ['SELECT ? FROM T', []],
  ] as const) {
    assert.throws(() => parametersFor(text, bound, given), { code: 'usage/invalid-argument' }, text)
  }
})

test('bind: for the next statement only', async () => {
  const { shell, sink, said } = await openSession()
  await shell.run("\\bind 7, 'x'", sink)
  await shell.run("SELECT VALUE ? || '?' FROM <<0>>", sink)
  assert.match(said().join('\n'), /the statement has 1 '\?', and 2 values are bound/)
  await shell.run("\\bind 7, 'x'", sink)
  await shell.run('SELECT ? AS a, ? AS b FROM <<0>>', sink)
  assert.deepEqual(said(), ['result', '{a:7,b:"x"}', 'end committed 1'])
  await shell.run('SELECT ? AS a FROM <<0>>', sink)
  assert.match(said().join('\n'), /unbound-parameter/)
})
