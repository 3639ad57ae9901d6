import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  bag,
  decimal,
  encodeIon,
  equals,
  float,
  int,
  isValue,
  type JsValue,
  missing,
  mapOf,
  parseIon,
  printIon,
  string,
  structOf,
  symbol,
  toJs,
  toValue,
} from '../../src/index.ts'
import { decodeLazy } from '../../src/values/binary-reader.ts'
import { ionValue } from '../support/ion-values.ts'

const ion = (js: JsValue) => printIon(toValue(js))

test('JavaScript values become the values that the table says', () => {
  const cases: readonly (readonly [JsValue, string])[] = [
    [undefined, '$missing::null'],
    [null, 'null'],
    [true, 'true'],
    [7, '7'],
    [9_007_199_254_740_991, '9007199254740991'],
    [9_007_199_254_740_992, '9007199254740992e0'],
    [0.5, '0.5e0'],
    [-0, '-0e0'],
    [Number.NaN, 'nan'],
    [12345678901234567890n, '12345678901234567890'],
    ['a', '"a"'],
    [new Date(Date.UTC(2024, 1, 29, 1, 2, 3, 45)), '2024-02-29T01:02:03.045Z'],
    [Uint8Array.of(1, 2), '{{AQI=}}'],
    [[1, [undefined]], '[1,[$missing::null]]'],
    [new Set([1, 2]), '$bag::[1,2]'],
    [new Map([['b', 1]]), '{b:1}'],
    [{ a: { b: undefined, c: null } }, '{a:{c:null}}'],
    [Object.create(null), '{}'],
    [{ price: parseIon('42.20'), kind: symbol('x') }, '{price:42.20,kind:x}'],
    [{ type: 'int', value: 1 }, '{type:"int",value:1}'],
  ]
  for (const [js, text] of cases) assert.equal(ion(js), text)
})

test('what stands for no value is refused', () => {
  class Car {
    readonly wheels = 4
  }
  const circle: Record<string, JsValue> = {}
  circle['self'] = circle
  for (const js of [() => 1, Symbol('x'), new Car(), new Date(Number.NaN), '\ud800', { a: [/x/] }, new Map([[1, 2]])])
    assert.throws(() => toValue(js as JsValue), { name: 'LedgerError', code: 'value/type-mismatch' })
  assert.throws(() => toValue(circle), { code: 'ion/nesting-too-deep' })
})

test('values stand for themselves, decoded when asked too', () => {
  const value = structOf({ a: int(1), b: decimal(4220n, -2) })
  assert.equal(toValue(value), value)
  const symbols = { textOf: () => undefined }
  const lazy = decodeLazy(encodeIon(value), symbols)
  assert.ok(isValue(lazy))
  assert.equal(ion([lazy]), '[{a:1,b:42.20}]')
  assert.ok(isValue(missing) && isValue(bag([])) && isValue(float(1)))
})

test('a map becomes pairs, of which JavaScript makes a Map', () => {
  const map = mapOf([
    [int(1), string('one')],
    [int(2), missing],
  ])
  assert.deepEqual(
    new Map(toJs(map) as [number, string][]),
    new Map<number, unknown>([
      [1, 'one'],
      [2, undefined],
    ]),
  )
})

test('values become JavaScript values without losing a digit', () => {
  const value = parseIon('{i:1,big:9007199254740993,d:42.20,e:1d30,f:5e-1,s:abc,n:null.int,l:[(a)],b:{{AQI=}},a:1,a:2}')
  const { d, e, ...others } = toJs(value) as Record<string, unknown>
  assert.deepEqual(others, {
    i: 1,
    big: 9007199254740993n,
    f: 0.5,
    s: 'abc',
    n: null,
    l: [['a']],
    b: Uint8Array.of(1, 2),
    a: 2,
  })
  assert.deepEqual([d, e], [decimal(4220n, -2), decimal(1n, 30)])
  assert.equal(toJs(missing), undefined)
})

test('decimals and timestamps in other forms, when asked', () => {
  const value = parseIon('[42.20, 1d30, 5., -0.0, 1d-20, 2024-02-29T01:02:03.0456+01:00, 2024T]')
  const texts = ['42.20', '1e30', '5', '-0.0', '1e-20', '2024-02-29T01:02:03.0456+01:00', '2024T']
  assert.deepEqual(toJs(value, { decimals: 'string', timestamps: 'string' }), texts)
  const numbers = [42.2, 1e30, 5, -0, 1e-20]
  const dates = [new Date(Date.UTC(2024, 1, 29, 0, 2, 3, 45)), new Date(Date.UTC(2024, 0, 1))]
  assert.deepEqual(toJs(value, { decimals: 'number', timestamps: 'date' }), [...numbers, ...dates])
})

test('there and back: equal, and the same from then on', () => {
  fc.assert(
    fc.property(ionValue, (value) => {
      const js = toJs(value)
      const again = toValue(js as JsValue)
      assert.deepEqual(toJs(again), js)
      if (value.type === 'int' || value.type === 'decimal' || value.type === 'timestamp')
        assert.ok(equals(value, again))
    }),
  )
})

test('any JSON is itself again', () => {
  fc.assert(fc.property(fc.jsonValue(), (json) => assert.deepEqual(toJs(toValue(json as JsValue)), json)))
})
