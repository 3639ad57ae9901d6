import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { interruptible } from '../../src/base/interruption.ts'
import {
  compare,
  compareOrThrow,
  compareText,
  compareTotal,
  equalityKey,
  equals,
  ionEquals,
} from '../../src/values/compare.ts'
import {
  bag,
  bool,
  date,
  decimal,
  float,
  int,
  list,
  type StructValue,
  sexp,
  string,
  struct,
  symbol,
  timestamp,
  type Value,
} from '../../src/values/value.ts'
import { anyValue, rewritten } from './alike-values.ts'

test('two values have one key exactly when they are equal', () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      assert.equal(equalityKey(a) === equalityKey(b), equals(a, b))
      assert.equal(equals(a, b), equals(b, a))
    }),
    { numRuns: 5000 },
  )
})

test('a value written in another way is equal to it and has its key', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      assert.equal(equals(value, rewritten(value)), true)
      assert.equal(equalityKey(value), equalityKey(rewritten(value)))
    }),
    { numRuns: 2000 },
  )
})

test('the total order is one, and calls alike what is equal', () => {
  fc.assert(
    fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
      const order = compareTotal(a, b)
      assert.equal(Math.sign(order), -Math.sign(compareTotal(b, a)) + 0)
      if (order <= 0 && compareTotal(b, c) <= 0) assert.ok(compareTotal(a, c) <= 0)
      if (order === 0) assert.equal(equals(a, b), true)
      if (equals(a, rewritten(a))) assert.equal(compareTotal(a, rewritten(a)), 0)
    }),
    { numRuns: 5000 },
  )
})

test('numbers are compared by value, whatever their type', () => {
  const cases: [Value, Value, number][] = [
    [int(1), decimal(100n, -2), 0],
    [float(0.1), decimal(1n, -1), 0],
    [float(1e23), int(BigInt(1e23)), 0],
    [float(1e23), decimal(1n, 23), -1],
    [float(-(2 ** 63)), int(-(2n ** 63n)), 0],
    [int(9007199254740993n), float(9007199254740992), 1],
    [int(9007199254740991), float(9007199254740992), -1],
    [decimal(1n, 1_000_000_000), float(1e308), 1],
    [decimal(1n, 1_000_000_000), float(Infinity), -1],
    [decimal(-1n, -1_000_000_000), int(0), -1],
    [decimal(3n, 0), decimal(25n, -1), 1],
  ]
  for (const [a, b, order] of cases) {
    assert.equal(compare(a, b), order)
    assert.equal(Math.sign(compare(b, a) as number), -order + 0)
  }
})

test('nan equals itself, is neither less nor greater, and sorts first', () => {
  const nan = float(Number.NaN)
  assert.equal(equals(nan, float(Number.NaN)), true)
  for (const other of [int(1), float(-Infinity), nan]) assert.equal(Number.isNaN(compare(nan, other)), true)
  assert.ok(compareTotal(nan, float(-Infinity)) < 0)
})

test('text is ordered by code point, string and symbol alike', () => {
  assert.equal(compare(string('a'), symbol('a')), 0)
  assert.ok((compare(string('\uFFFD'), symbol('\u{1F4A9}')) as number) < 0)
  assert.ok((compare(string('a'), string('ab')) as number) < 0)
})

test('what has no order between types is refused by <, and a date meets a timestamp', () => {
  assert.equal(compare(int(1), string('1')), undefined)
  assert.equal(equals(int(1), string('1')), false)
  assert.throws(() => compareOrThrow(int(1), string('a')), { message: 'Cannot compare values: INT, STRING' })
  const midnight = timestamp('minute', { year: 2023, month: 5, day: 15, hour: 2, offset: 120 })
  assert.equal(compare(date(2023, 5, 15), midnight), 0)
  assert.equal(equals(date(2023, 5, 15), midnight), true)
})

test('types sort in the order of the specification, absent values last', () => {
  const sorted = [bool(true), int(5), string('a'), list([]), struct([], [])]
  const shuffled = [sorted[3], sorted[0], sorted[4], sorted[2], sorted[1]] as Value[]
  assert.deepEqual(shuffled.sort(compareTotal), sorted)
})

test('identity in the Ion data model sees type, precision and annotations but no order of fields', () => {
  const a = struct(['x', 'y'], [int(1), decimal(10n, -1)])
  assert.equal(ionEquals(a, struct(['y', 'x'], [decimal(10n, -1), int(1)])), true)
  assert.equal(ionEquals(a, struct(['y', 'x'], [decimal(1n, 0), int(1)])), false)
  assert.equal(ionEquals(string('a'), symbol('a')), false)
  assert.equal(ionEquals(int(1, ['a']), int(1)), false)
  assert.equal(ionEquals(float(0), float(-0)), false)
  assert.equal(ionEquals(timestamp('year', { year: 2000 }), timestamp('month', { year: 2000 })), false)
  assert.equal(ionEquals(struct(['x', 'x'], [int(1), int(1)]), struct(['x', 'x'], [int(1), int(2)])), false)
})

test('what is the same identically has a key of its own, as pairing part with part has it', () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      assert.equal(ionEquals(a, b), arePaired(a, b))
      assert.equal(ionEquals(a, turned(a)), true)
    }),
    { numRuns: 5000 },
  )
})

test('the order of bags is that of their items sorted, at every depth, asked once or again', () => {
  fc.assert(
    fc.property(fc.array(anyValue, { maxLength: 12 }), fc.array(anyValue, { maxLength: 12 }), (a, b) => {
      for (const [x, y] of [
        [bag(a), bag(b)],
        [bag([bag(a), bag(b)]), bag([bag(b), bag(a)])],
        [rows(a), rows(b)],
      ] as const) {
        const order = Math.sign(plainOrder(x, y))
        assert.equal(Math.sign(compareTotal(x, y)), order)
        assert.equal(Math.sign(compareTotal(y, x)) + 0, -order + 0)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a struct whose values another one has under other names is sorted by its own names', () => {
  const values = [list([int(1)]), list([int(2)])]
  const [ab, ba] = [struct(['a', 'b'], values), struct(['b', 'a'], values)]
  assert.equal(compareTotal(ab, ab), 0)
  assert.ok(compareTotal(ab, ba) < 0)
  assert.ok(compareTotal(ba, ab) > 0)
})

test('bags of bags take time in proportion to what they hold', () => {
  const [a, b] = [nested(8, 0), nested(8, 0)]
  let passes = 0 // of 1,024 each; 185 at most
  const count = (work: () => unknown) => {
    passes = 0
    interruptible(() => (passes += 1), work)
    return passes
  }
  assert.ok(count(() => assert.equal(compareTotal(a, b), 0)) < 250)
  assert.ok(count(() => assert.ok(compareTotal(a, nested(8, 1)) < 0)) < 250)
  assert.ok(count(() => assert.equal(equals(a, b), true)) < 250)
  assert.ok(count(() => assert.equal(ionEquals(a, b), true)) < 250)
  assert.ok(count(() => assert.equal(ionEquals(a, nested(8, 1)), false)) < 250)
})

/** A value with no part in common, in bags and in structs that repeat a name by turns; `last` is the last of all. */
function nested(depth: number, last: number): Value {
  if (depth === 0) return int(last)
  const parts = [nested(depth - 1, 0), nested(depth - 1, 0), nested(depth - 1, last)]
  return depth % 2 === 0 ? bag(parts) : struct(['a', 'a', 'a'], parts)
}

function rows(values: readonly Value[]): Value {
  const names = values.map((_, index) => (index % 2 === 0 ? 'a' : 'b'))
  return bag([struct(names, values), struct(names, [...values].reverse()), list(values)])
}

/** The order as it is defined: the items of bags, and the fields of structs, sorted before each comparison. */
function plainOrder(a: Value, b: Value): number {
  if (a.type === 'bag' && b.type === 'bag')
    return inTurn([...a.items].sort(plainOrder), [...b.items].sort(plainOrder), plainOrder)
  if (a.type === 'struct' && b.type === 'struct') return inTurn(plainFields(a), plainFields(b), fieldOrder)
  if (a.type === 'list' && b.type === 'list') return inTurn(a.items, b.items, plainOrder)
  return compareTotal(a, b)
}

type Field = readonly [name: string, value: Value]

function plainFields(value: StructValue): Field[] {
  return value.names.map((name, index): Field => [name, value.values[index] as Value]).sort(fieldOrder)
}

function fieldOrder(a: Field, b: Field): number {
  return compareText(a[0], b[0]) || plainOrder(a[1], b[1])
}

function inTurn<T>(a: readonly T[], b: readonly T[], order: (x: T, y: T) => number): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const found = order(a[at] as T, b[at] as T)
    if (found !== 0) return found
  }
  return a.length - b.length
}

/** Identity as it is defined: parts without order are paired off. */
function arePaired(a: Value, b: Value): boolean {
  const [ours, theirs] = [partsOf(a), partsOf(b)]
  if (ours === undefined || theirs === undefined) return ionEquals(a, b)
  if (a.type !== b.type || ours.length !== theirs.length) return false
  if (a.annotations?.join('\0') !== b.annotations?.join('\0')) return false
  const isOrdered = a.type === 'list' || a.type === 'sexp'
  for (const [name, value] of ours) {
    const isSame = ([other, part]: Field) => other === name && arePaired(value, part)
    const at = isOrdered ? (isSame(theirs[0] as Field) ? 0 : -1) : theirs.findIndex(isSame)
    if (at === -1) return false
    theirs.splice(at, 1)
  }
  return true
}

function partsOf(value: Value): Field[] | undefined {
  if (value.type === 'struct') return value.names.map((name, index) => [name, value.values[index] as Value])
  return 'items' in value ? value.items.map((item): Field => ['', item]) : undefined
}

/** The same value with what has no order turned round. */
function turned(value: Value): Value {
  if (value.type === 'bag') return bag(value.items.map(turned).reverse())
  if (value.type === 'list') return list(value.items.map(turned), value.annotations)
  if (value.type === 'sexp') return sexp(value.items.map(turned), value.annotations)
  if (value.type !== 'struct') return value
  return struct([...value.names].reverse(), value.values.map(turned).reverse(), value.annotations)
}
