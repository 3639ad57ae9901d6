import fc from 'fast-check'
import { timestampFractionDigitsMax } from '../../src/base/limits.ts'
import { daysInMonth, isValidTimestamp } from '../../src/values/timestamp.ts'
import {
  type Annotations,
  blob,
  bool,
  clob,
  decimal,
  float,
  int,
  list,
  type NullType,
  nullOf,
  sexp,
  string,
  struct,
  symbol,
  type TimestampPrecision,
  type TimestampValue,
  timestamp,
  unknownSymbolText,
  type Value,
} from '../../src/values/value.ts'

const nullTypes: readonly NullType[] = [
  'null',
  'bool',
  'int',
  'float',
  'decimal',
  'timestamp',
  'string',
  'symbol',
  'blob',
  'clob',
  'list',
  'sexp',
  'struct',
]

/** Texts that codecs trip over, among any others; never half a surrogate pair. */
const awkwardTexts = [
  '',
  'null',
  'nan',
  'true',
  '$0',
  '$10',
  '$ion_1_1',
  '+',
  '//',
  '/*',
  "'''",
  '"',
  '\\',
  '\0',
  '\r\n',
  '😀',
  'é',
  '\u2028',
  '__proto__',
]
const text = fc.oneof(fc.constantFrom(...awkwardTexts), fc.string(), fc.string({ unit: 'binary' }))
const symbolText = fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: fc.constant(unknownSymbolText) })
const annotations: fc.Arbitrary<Annotations> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.array(symbolText, { minLength: 1, maxLength: 3 }) },
)
const bytes = fc.uint8Array({ maxLength: 40 })
const bigInteger = fc.oneof(
  fc.bigInt({ min: -300n, max: 300n }),
  fc.bigInt(-(2n ** 60n), 2n ** 60n),
  fc.bigInt(-(2n ** 300n), 2n ** 300n),
)

export const timestampValue: fc.Arbitrary<TimestampValue> = fc
  .record({
    precision: fc.constantFrom<TimestampPrecision>('year', 'month', 'day', 'minute', 'second'),
    year: fc.integer({ min: 1, max: 9999 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 31 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
    fraction: fc.oneof(
      fc.constant(''),
      fc.stringMatching(/^[0-9]{1,12}$/),
      fc.constant('0'.repeat(timestampFractionDigitsMax)),
    ),
    offset: fc.option(fc.integer({ min: -1439, max: 1439 }), { nil: undefined }),
  })
  .map((f) => {
    const rank = ['year', 'month', 'day', 'minute', 'second'].indexOf(f.precision)
    const fields = {
      year: f.year,
      ...(rank > 0 ? { month: f.month } : {}),
      ...(rank > 1 ? { day: Math.min(f.day, daysInMonth(f.year, f.month)) } : {}),
      ...(rank > 2 ? { hour: f.hour, minute: f.minute, offset: f.offset } : {}),
      ...(rank > 3 ? { second: f.second, fraction: BigInt(f.fraction), fractionDigits: f.fraction.length } : {}),
    }
    return timestamp(f.precision, fields)
  })
  .filter(isValidTimestamp)

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.tuple(fc.constantFrom(...nullTypes), annotations).map(([type, marks]) => nullOf(type, marks)),
  fc.tuple(fc.boolean(), annotations).map(([value, marks]) => bool(value, marks)),
  fc.tuple(fc.oneof(bigInteger, fc.maxSafeInteger()), annotations).map(([value, marks]) => int(value, marks)),
  fc.tuple(fc.oneof(fc.double(), fc.float()), annotations).map(([value, marks]) => float(value, marks)),
  fc
    .tuple(bigInteger, fc.oneof(fc.integer({ min: -40, max: 40 }), fc.maxSafeInteger()), fc.boolean(), annotations)
    .map(([coefficient, exponent, sign, marks]) => decimal(coefficient, exponent, sign, marks)),
  fc.tuple(timestampValue, annotations).map(([value, marks]): Value => ({ ...value, annotations: marks })),
  fc.tuple(text, annotations).map(([value, marks]) => string(value, marks)),
  fc.tuple(symbolText, annotations).map(([value, marks]) => symbol(value, marks)),
  fc.tuple(bytes, annotations).map(([value, marks]) => blob(value, marks)),
  fc.tuple(bytes, annotations).map(([value, marks]) => clob(value, marks)),
)

/** Any value that Ion has a form for. Not those that a stream takes for its own: version marker, symbol table. */
export const ionValue: fc.Arbitrary<Value> = fc
  .letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      fc.tuple(fc.array(tie('value'), { maxLength: 6 }), annotations).map(([items, marks]) => list(items, marks)),
      fc.tuple(fc.array(tie('value'), { maxLength: 6 }), annotations).map(([items, marks]) => sexp(items, marks)),
      fc.tuple(fc.array(fc.tuple(symbolText, tie('value')), { maxLength: 16 }), annotations).map(([fields, marks]) =>
        struct(
          fields.map(([name]) => name),
          fields.map(([, value]) => value),
          marks,
        ),
      ),
    ),
  }))
  .value.filter((value) => value.annotations?.[0] !== '$ion_symbol_table')
