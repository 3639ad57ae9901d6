import { equalityKey } from '../../src/values/compare.ts'
import { fromPartiqlIon } from '../../src/values/partiql-ion.ts'
import { parseIon } from '../../src/values/text-reader.ts'
import {
  bag,
  date,
  interval,
  list,
  sexp,
  type StructValue,
  struct,
  time,
  timestamp,
  type Value,
} from '../../src/values/value.ts'

/** The value that a case's Ion encoding stands for: the annotations of partiql-ion.ts and those of the suite's own. */
export function expectedValue(ion: Value): Value {
  const [mark] = ion.annotations ?? []
  if (mark === '$ion') return withoutMark(ion)
  if (mark === '$time' && ion.type === 'string') return timeFromText(ion.value)
  if (ion.type === 'struct') {
    if (mark === '$date') return date(numberOf(ion, 'year'), numberOf(ion, 'month'), numberOf(ion, 'day'))
    if (mark === '$timestamp') return timestamp('second', { ...calendar(ion), ...clock(ion) })
    if (mark === '$interval_ym') return monthsOf(ion)
    if (mark === '$interval_dt') return nanosecondsOf(ion)
    if (mark === '$time') return timeOf(ion)
    return struct(ion.names, ion.values.map(expectedValue))
  }
  const plain = fromPartiqlIon(ion)
  if (plain.type === 'bag') return bag((ion as Extract<Value, { type: 'list' }>).items.map(expectedValue))
  if (plain.type === 'list') return list(plain.items.map(expectedValue))
  if (plain.type === 'sexp') return sexp(plain.items.map(expectedValue))
  return plain
}

function withoutMark(ion: Value): Value {
  return { ...ion, annotations: undefined } as Value
}

function timeFromText(text: string): Value {
  const [hour = 0, minute = 0, second = 0] = text.split(':').map(Number)
  return time(hour, minute, second, 0n, 0, undefined)
}

function numberOf(ion: StructValue, name: string): number {
  const value = ion.get(name)
  return value?.type === 'int' ? Number(value.value) : 0
}

function calendar(ion: StructValue) {
  return { year: numberOf(ion, 'year'), month: numberOf(ion, 'month'), day: numberOf(ion, 'day') }
}

function clock(ion: StructValue) {
  const second = ion.get('second')
  const offset = ion.get('offset')
  const exponent = second?.type === 'decimal' ? second.exponent : 0
  const coefficient = second?.type === 'decimal' ? second.coefficient : BigInt(numberOf(ion, 'second'))
  const scale = 10n ** BigInt(-exponent)
  return {
    hour: numberOf(ion, 'hour'),
    minute: numberOf(ion, 'minute'),
    second: Number(coefficient / scale),
    fraction: coefficient % scale,
    fractionDigits: -exponent,
    offset: offset?.type === 'int' ? Number(offset.value) : undefined,
  }
}

function timeOf(ion: StructValue): Value {
  const { hour, minute, second, fraction, fractionDigits, offset } = clock(ion)
  return time(hour, minute, second, fraction, fractionDigits, offset)
}

function signOf(ion: StructValue): bigint {
  const sign = ion.get('sign')
  return sign?.type === 'string' && sign.value === '-' ? -1n : 1n
}

function monthsOf(ion: StructValue): Value {
  const months = BigInt(numberOf(ion, 'years') * 12 + numberOf(ion, 'months'))
  return interval('year-month', signOf(ion) * months, 0n, 'YEAR TO MONTH')
}

function nanosecondsOf(ion: StructValue): Value {
  const hours = numberOf(ion, 'days') * 24 + numberOf(ion, 'hours')
  const seconds = (hours * 60 + numberOf(ion, 'minutes')) * 60 + numberOf(ion, 'seconds')
  const nanoseconds = BigInt(seconds) * 1_000_000_000n + BigInt(numberOf(ion, 'nanos'))
  return interval('day-time', 0n, signOf(ion) * nanoseconds, 'DAY TO SECOND')
}

/**
 * A text that two values share when a case takes them for the same: numbers by value, bags in any order, structs in any
 * order of fields, NULL apart from MISSING, strings like symbols, annotations left out.
 */
export function comparisonKey(value: Value): string {
  switch (value.type) {
    case 'missing':
    case 'null':
      return value.type
    case 'list':
    case 'sexp':
      return `${value.type}[${value.items.map(comparisonKey).join(',')}]`
    case 'bag':
      return `bag[${value.items.map(comparisonKey).sort().join(',')}]`
    case 'map':
      return `${value.keyType}:${value.valueType}:${comparisonKey(bag(value.items))}`
    case 'struct': {
      const fields = value.names.map(
        (name, at) => `${JSON.stringify(name)}:${comparisonKey(value.values[at] as Value)}`,
      )
      return `{${fields.sort().join(',')}}`
    }
    default:
      return equalityKey(value)
  }
}

export function readCase(line: string): StructValue {
  const value = parseIon(line)
  if (value.type !== 'struct') throw new Error('a case is a struct')
  return value
}
