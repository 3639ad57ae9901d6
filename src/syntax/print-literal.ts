import { printIntervalBody } from '../values/interval-text.ts'
import { printIon } from '../values/text-writer.ts'
import type { DateValue, DecimalValue, TimestampValue, TimeValue, Value } from '../values/value.ts'

/** A value as PartiQL's own literal, or as Ion in backticks when there is none for it. */
export function printLiteral(value: Value, source: 'partiql' | 'ion'): string {
  return (source === 'partiql' ? ownLiteral(value) : undefined) ?? `\`${printIon(value)}\``
}

function ownLiteral(value: Value): string | undefined {
  if (value.annotations !== undefined) return undefined
  switch (value.type) {
    case 'missing':
      return 'MISSING'
    case 'null':
      return value.nullType === 'null' ? 'NULL' : undefined
    case 'bool':
      return value.value ? 'TRUE' : 'FALSE'
    case 'int':
      return value.value < 0 ? undefined : value.value.toString()
    case 'decimal':
      return decimalLiteral(value)
    case 'string':
      return quoteString(value.value)
    case 'date':
      return `DATE '${dateText(value)}'`
    case 'time':
      return `TIME '${clockText(value)}'`
    case 'timestamp':
      return value.precision === 'second' ? `TIMESTAMP '${dateText(value)} ${clockText(value)}'` : undefined
    case 'interval':
      return `INTERVAL '${printIntervalBody(value)}' ${value.qualifier}`
    default:
      return undefined
  }
}

/** A PartiQL string: quotes inside it doubled. */
export function quoteString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Beyond so many zeros an exponent is easier to read. */
const zerosMax = 40

function decimalLiteral({ coefficient, exponent, negativeZero }: DecimalValue): string | undefined {
  if (coefficient < 0n || negativeZero) return undefined
  const digits = coefficient.toString()
  if (exponent === 0) return `${digits}.`
  if (exponent > 0 || -exponent > digits.length + zerosMax) return `${digits}e${exponent}`
  const padded = digits.padStart(1 - exponent, '0')
  return `${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}

function dateText({ year, month, day }: DateValue | TimestampValue): string {
  return `${year.toString().padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`
}

function clockText(value: TimeValue | TimestampValue): string {
  const { hour, minute, second, fraction, fractionDigits, offset } = value
  const clock = `${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(second)}`
  const digits = fractionDigits === 0 ? '' : `.${fraction.toString().padStart(fractionDigits, '0')}`
  return clock + digits + (offset === undefined ? '' : offsetText(offset))
}

function offsetText(offset: number): string {
  const east = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(east / 60))}:${twoDigits(east % 60)}`
}

function twoDigits(count: number): string {
  return count.toString().padStart(2, '0')
}
