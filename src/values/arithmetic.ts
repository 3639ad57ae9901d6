import { LedgerError } from '../base/errors.ts'
import { addInterval, type DateTimeValue, differenceOf } from './datetime.ts'
import {
  addExact,
  divideExact,
  type Exact,
  exactOf,
  multiplyExact,
  type NumericValue,
  remainderExact,
  roundedDecimal,
  toDouble,
} from './decimal.ts'
import { addIntervals, divideInterval, multiplyInterval, negateInterval } from './interval.ts'
import { decimal, float, int, string, type Value } from './value.ts'

/**
 * The operators on values that are present (NULL and MISSING are the executor's affair). Integers have no bound;
 * an integer meets a float as a float, and a decimal makes the result a decimal of at most 38 digits (PartiQL 0.2's
 * rules). All throw LedgerError: value/type-mismatch, value/division-by-zero, value/out-of-range.
 */

export function add(a: Value, b: Value): Value {
  if (a.type === 'int' && b.type === 'int') {
    if (typeof a.value === 'number' && typeof b.value === 'number') {
      const sum = a.value + b.value
      if (Number.isSafeInteger(sum)) return int(sum)
    }
    return int(BigInt(a.value) + BigInt(b.value))
  }
  if (isNumber(a) && isNumber(b)) return onNumbers(a, b, (x, y) => x + y, addExact)
  if (a.type === 'interval' && b.type === 'interval') return addIntervals(a, b) ?? mismatch('+', a, b)
  if (isDateTime(a) && b.type === 'interval') return addInterval(a, b) ?? mismatch('+', a, b)
  if (a.type === 'interval' && isDateTime(b)) return addInterval(b, a) ?? mismatch('+', a, b)
  return mismatch('+', a, b)
}

export function subtract(a: Value, b: Value): Value {
  if (a.type === 'int' && b.type === 'int') {
    if (typeof a.value === 'number' && typeof b.value === 'number') {
      const difference = a.value - b.value
      if (Number.isSafeInteger(difference)) return int(difference)
    }
    return int(BigInt(a.value) - BigInt(b.value))
  }
  if (isNumber(a) && isNumber(b)) return onNumbers(a, b, (x, y) => x - y, subtractExact)
  if (a.type === 'interval' && b.type === 'interval') return addIntervals(a, negateInterval(b)) ?? mismatch('-', a, b)
  if (isDateTime(a) && b.type === 'interval') return addInterval(a, negateInterval(b)) ?? mismatch('-', a, b)
  if (isDateTime(a) && isDateTime(b)) return differenceOf(a, b) ?? mismatch('-', a, b)
  return mismatch('-', a, b)
}

export function multiply(a: Value, b: Value): Value {
  if (a.type === 'int' && b.type === 'int') {
    if (typeof a.value === 'number' && typeof b.value === 'number') {
      const product = a.value * b.value
      if (Number.isSafeInteger(product)) return int(product)
    }
    return int(BigInt(a.value) * BigInt(b.value))
  }
  if (isNumber(a) && isNumber(b)) return onNumbers(a, b, (x, y) => x * y, multiplyExact)
  if (a.type === 'interval' && isNumber(b)) return multiplyInterval(a, b)
  if (isNumber(a) && b.type === 'interval') return multiplyInterval(b, a)
  return mismatch('*', a, b)
}

/** QLDB's integers have 64 bits: throws value/out-of-range for a result that has more. */
export function requireInt64(value: Value): Value {
  if (value.type !== 'int' || typeof value.value === 'number') return value
  if (BigInt.asIntN(64, value.value) !== value.value) {
    throw new LedgerError('value/out-of-range', 'Int overflow or underflow')
  }
  return value
}

/** Two integers divide towards zero. */
export function divide(a: Value, b: Value): Value {
  if (!isNumber(b) || !(isNumber(a) || a.type === 'interval')) return mismatch('/', a, b)
  if (isZero(b)) throw new LedgerError('value/division-by-zero', '/ by zero')
  if (a.type === 'interval') return divideInterval(a, b)
  if (a.type === 'int' && b.type === 'int') {
    if (typeof a.value === 'number' && typeof b.value === 'number') {
      return int((a.value - (a.value % b.value)) / b.value)
    }
    return int(BigInt(a.value) / BigInt(b.value))
  }
  return onNumbers(a, b, (x, y) => x / y, divideExact)
}

/** The remainder has the dividend's sign. */
export function modulo(a: Value, b: Value): Value {
  if (!isNumber(a) || !isNumber(b)) return mismatch('%', a, b)
  if (isZero(b)) throw new LedgerError('value/division-by-zero', '% by zero')
  if (a.type === 'int' && b.type === 'int') {
    if (typeof a.value === 'number' && typeof b.value === 'number') return int(a.value % b.value)
    return int(BigInt(a.value) % BigInt(b.value))
  }
  return onNumbers(a, b, (x, y) => x % y, remainderExact)
}

export function negate(value: Value): Value {
  switch (value.type) {
    case 'int':
      return int(-value.value)
    case 'float':
      return float(-value.value)
    case 'decimal':
      return decimal(-value.coefficient, value.exponent, value.coefficient === 0n && !value.negativeZero)
    case 'interval':
      return negateInterval(value)
    default:
      return mismatch('-', value)
  }
}

/** Unary plus: a number or interval as it is. */
export function positive(value: Value): Value {
  return isNumber(value) || value.type === 'interval' ? value : mismatch('+', value)
}

/** `a || b` of two texts, a string. */
export function concatenate(a: Value, b: Value): Value {
  if ((a.type === 'string' || a.type === 'symbol') && (b.type === 'string' || b.type === 'symbol')) {
    return string(a.value + b.value)
  }
  return mismatch('||', a, b)
}

/** `a & b` of two integers, in two's complement without end. */
export function bitAnd(a: Value, b: Value): Value {
  if (a.type !== 'int' || b.type !== 'int') return mismatch('&', a, b)
  return int(BigInt(a.value) & BigInt(b.value))
}

/** Whether an operator can take the value as one of its operands, whatever the other is. */
export function canTake(operator: string, value: Value): boolean {
  switch (operator) {
    case '||':
      return value.type === 'string' || value.type === 'symbol'
    case '&':
      return value.type === 'int'
    case '%':
      return isNumber(value)
    case '*':
    case '/':
      return isNumber(value) || value.type === 'interval'
    default:
      return isNumber(value) || value.type === 'interval' || isDateTime(value)
  }
}

export function isNumber(value: Value): value is NumericValue {
  return value.type === 'int' || value.type === 'decimal' || value.type === 'float'
}

function isDateTime(value: Value): value is DateTimeValue {
  return value.type === 'timestamp' || value.type === 'date' || value.type === 'time'
}

export function isZero(value: NumericValue): boolean {
  return value.type === 'decimal' ? value.coefficient === 0n : value.value === 0 || value.value === 0n
}

/** Not both integers: as doubles when no decimal is there, else as decimals unless nan or an infinity is. */
function onNumbers(
  a: NumericValue,
  b: NumericValue,
  onDoubles: (x: number, y: number) => number,
  onExact: (x: Exact, y: Exact) => Exact,
): Value {
  const noDecimal = a.type !== 'decimal' && b.type !== 'decimal'
  if (noDecimal || !hasValue(a) || !hasValue(b)) return float(onDoubles(doubleOf(a), doubleOf(b)))
  return roundedDecimal(onExact(exactOf(a), exactOf(b)))
}

function hasValue(value: NumericValue): boolean {
  return value.type !== 'float' || Number.isFinite(value.value)
}

/** The nearest double. */
export function doubleOf(value: NumericValue): number {
  return value.type === 'decimal' ? toDouble(value) : Number(value.value)
}

function subtractExact(a: Exact, b: Exact): Exact {
  return addExact(a, { coefficient: -b.coefficient, exponent: b.exponent })
}

const expected: Record<string, string> = {
  '||': 'STRING, SYMBOL',
  '&': 'INT',
  '%': 'INT, FLOAT, DECIMAL',
}

/** PartiQL 0.2's text. */
/** For `list || list`, which other languages have. */
export const appendHelp = '|| joins strings; INSERT INTO path VALUE x appends x to a list'

function mismatch(operator: string, ...operands: readonly Value[]): never {
  const types = operands.map((operand) => operand.type.toUpperCase()).join(', ')
  const wanted = expected[operator] ?? 'INT, FLOAT, DECIMAL, INTERVAL'
  const isList = operator === '||' && operands.some(({ type }) => type === 'list' || type === 'bag' || type === 'sexp')
  throw new LedgerError(
    'value/type-mismatch',
    `Incorrect type of arguments for operator '${operator}', expected one of [${wanted}] got ${types}`,
    isList ? { help: appendHelp } : {},
  )
}
