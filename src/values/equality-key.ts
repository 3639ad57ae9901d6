import { binaryText } from '../base/bytes.ts'
import { passLoop } from '../base/interruption.ts'
import { momentOf } from './datetime.ts'
import { digitCount, exactOf, type NumericValue, stripZeros } from './decimal.ts'
import type { Instant } from './timestamp.ts'
import type { StructValue, Value } from './value.ts'

/**
 * A text that two values share exactly when equals (compare.ts) holds for them: the key of hash joins, groups,
 * DISTINCT and indexes. It is no order, and it isn't stored: it may change with the program.
 */
export function equalityKey(value: Value): string {
  switch (value.type) {
    case 'string':
    case 'symbol':
      return `s${value.value}`
    case 'int':
      return typeof value.value === 'number' ? `n${value.value}` : numberKey(value)
    case 'float':
    case 'decimal':
      return numberKey(value)
    case 'bool':
      return value.value ? 'T' : 'F'
    case 'null':
    case 'missing':
      return '0'
    case 'timestamp':
    case 'date':
      return `t${momentKey(momentOf(value))}`
    case 'time':
      return `h${momentKey(momentOf(value))}`
    case 'interval':
      return value.family === 'year-month' ? `m${value.months}` : `d${value.nanoseconds}`
    case 'blob':
    case 'clob':
      return `x${binaryText(value.bytes)}`
    case 'list':
      return `l${joined(value.items.map(equalityKey))}`
    case 'sexp':
      return `p${joined(value.items.map(equalityKey))}`
    case 'bag':
      return `b${joined(value.items.map(equalityKey).sort())}`
    case 'map':
      return `M${joined(value.items.map(equalityKey).sort())}`
    case 'struct':
      return `{${structKey(value)}`
  }
}

/** Each with its length before it, so that no content can look like a boundary. */
function joined(keys: readonly string[]): string {
  let text = ''
  for (const key of keys) {
    passLoop()
    text += `${key.length}:${key}`
  }
  return text
}

function structKey(value: StructValue): string {
  const fields = value.names.map((name, index) => joined([name, equalityKey(value.values[index] as Value)]))
  return joined(fields.sort())
}

/** A safe integer as its digits whatever type it came in, any other number as digits and exponent. */
function numberKey(value: NumericValue): string {
  if (value.type === 'float') {
    if (Number.isSafeInteger(value.value)) return `n${value.value === 0 ? 0 : value.value}`
    if (!Number.isFinite(value.value)) return `n${value.value}`
  }
  const { coefficient, exponent } = stripZeros(exactOf(value))
  if (exponent >= 0 && digitCount(coefficient) + exponent <= 16) {
    const whole = Number(coefficient) * 10 ** exponent
    if (Number.isSafeInteger(whole)) return `n${whole}`
  }
  return `n${coefficient}e${exponent}`
}

/** An instant's fraction has no trailing zeros. */
function momentKey(moment: Instant): string {
  if (moment.fraction === 0n) return `${moment.seconds}`
  return `${moment.seconds}.${moment.fraction.toString().padStart(moment.fractionDigits, '0')}`
}
