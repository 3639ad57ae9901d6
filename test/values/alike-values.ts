import fc from 'fast-check'
import { mapOf } from '../../src/values/map.ts'
import {
  bag,
  blob,
  bool,
  clob,
  date,
  decimal,
  float,
  int,
  interval,
  list,
  map,
  missing,
  nullOf,
  sexp,
  string,
  struct,
  symbol,
  time,
  timestamp,
  type Value,
} from '../../src/values/value.ts'

/** Values drawn from so few that two of them are often equal though they are written differently. */

const numbers: readonly Value[] = [
  int(0),
  int(1),
  int(-1),
  int(9007199254740991),
  int(9007199254740992n),
  int(9007199254740993n),
  int(10n ** 23n),
  float(0),
  float(-0),
  float(1),
  float(0.1),
  float(9007199254740992),
  float(1e23),
  float(1e300),
  float(5e-324),
  float(Number.NaN),
  float(Infinity),
  float(-Infinity),
  decimal(0n, 0),
  decimal(0n, 5),
  decimal(0n, -2, true),
  decimal(1n, 0),
  decimal(100n, -2),
  decimal(1n, -1),
  decimal(10n, -2),
  decimal(1n, 23),
  decimal(1000n, 20),
  decimal(1n, 300),
  decimal(90071992547409920n, -1),
  decimal(1n, 1_000_000_000),
  decimal(-1n, -1_000_000_000),
]

const moments: readonly Value[] = [
  date(2023, 5, 15),
  timestamp('year', { year: 2023 }),
  timestamp('day', { year: 2023, month: 5, day: 15 }),
  timestamp('minute', { year: 2023, month: 5, day: 15, offset: 0 }),
  timestamp('minute', { year: 2023, month: 5, day: 15, hour: 2, offset: 120 }),
  timestamp('second', { year: 2023, month: 5, day: 14, hour: 23, fraction: 0n, fractionDigits: 3, offset: -60 }),
  timestamp('second', { year: 2023, month: 5, day: 15, fraction: 5n, fractionDigits: 1 }),
  timestamp('second', { year: 2023, month: 5, day: 15, fraction: 50n, fractionDigits: 2, offset: 0 }),
  time(10, 0, 0, 0n, 0, undefined),
  time(10, 0, 0, 0n, 2, 0),
  time(11, 0, 0, 0n, 0, 60),
  interval('year-month', 12n, 0n, 'YEAR'),
  interval('year-month', 12n, 0n, 'MONTH'),
  interval('day-time', 0n, 12n, 'SECOND'),
]

const others: readonly Value[] = [
  missing,
  nullOf('null'),
  nullOf('int', ['a']),
  bool(true),
  bool(false, ['a']),
  ...['', 'x', 'n1', 'é', '\u{1F4A9}', '\uE000'].flatMap((text) => [string(text), symbol(text), string(text, ['a'])]),
  blob(new Uint8Array()),
  blob(new Uint8Array([1, 255])),
  clob(new Uint8Array([1, 255])),
]

const { value } = fc.letrec<{ value: Value; items: Value[] }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...numbers, ...moments, ...others),
    tie('items').map((items) => list(items)),
    tie('items').map((items) => sexp(items)),
    tie('items').map((items) => bag(items)),
    fc.array(fc.tuple(fc.constantFrom(...numbers), tie('value')), { maxLength: 3 }).map(mapOf),
    fc.array(fc.tuple(fc.constantFrom('a', 'b', '1:a'), tie('value')), { maxLength: 4 }).map((fields) =>
      struct(
        fields.map(([name]) => name),
        fields.map(([, content]) => content),
      ),
    ),
  ),
  items: fc.array(tie('value'), { maxLength: 3 }),
}))

export const anyValue = value

/** The value written in another way that PartiQL's `=` doesn't see: fields and bags turned round, numbers retyped. */
export function rewritten(value: Value): Value {
  switch (value.type) {
    case 'int':
      return decimal(BigInt(value.value) * 100n, -2)
    case 'decimal':
      return decimal(value.coefficient * 10n, value.exponent - 1)
    case 'float':
      return Number.isSafeInteger(value.value) ? int(value.value) : value
    case 'string':
      return symbol(value.value, ['other'])
    case 'symbol':
      return string(value.value)
    case 'blob':
      return clob(value.bytes)
    case 'null':
      return missing
    case 'timestamp':
      return value.offset === undefined ? timestamp(value.precision, { ...value, offset: 0 }) : value
    case 'list':
      return list(value.items.map(rewritten), ['other'])
    case 'map':
      return map('any', 'any', value.items.map(({ items }) => list(items.map(rewritten))).reverse())
    case 'sexp':
      return sexp(value.items.map(rewritten))
    case 'bag':
      return bag(value.items.map(rewritten).reverse())
    case 'struct':
      return struct([...value.names].reverse(), value.values.map(rewritten).reverse())
    default:
      return value
  }
}
