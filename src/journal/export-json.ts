import { toBase64 } from '../base/bytes.ts'
import { printTimestamp } from '../values/timestamp.ts'
import { type DecimalValue, type StructValue, unknownSymbolText, type Value } from '../values/value.ts'

/**
 * A value as JSON, as exports in JSON hold it (developer guide, "Down-converting to JSON"; Ion cookbook): timestamps as
 * their Ion text, blobs in base64, clobs and symbols as strings, numbers with all their digits, nulls without their type,
 * no annotations. Fields keep their order.
 */
export function downConvert(value: Value): string {
  switch (value.type) {
    case 'null':
    case 'missing':
      return 'null'
    case 'bool':
      return value.value ? 'true' : 'false'
    case 'int':
      return value.value.toString()
    case 'float':
      return floatText(value.value)
    case 'decimal':
      return decimalText(value)
    case 'timestamp':
      return `"${printTimestamp(value)}"`
    case 'string':
      return JSON.stringify(value.value)
    case 'symbol':
      return JSON.stringify(value.value === unknownSymbolText ? '$0' : value.value)
    case 'blob':
      return `"${toBase64(value.bytes)}"`
    case 'clob':
      return JSON.stringify(Buffer.from(value.bytes).toString('latin1'))
    case 'list':
    case 'sexp':
    case 'bag':
      return `[${value.items.map(downConvert).join(',')}]`
    case 'struct':
      return structText(value)
    case 'date':
    case 'time':
    case 'interval':
      return 'null'
    default:
      return value satisfies never
  }
}

function structText({ names, values }: StructValue): string {
  const fields = values.map((field, index) => `${JSON.stringify(names[index])}:${downConvert(field)}`)
  return `{${fields.join(',')}}`
}

/** With an exponent or a point, so that it does not read as an int. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  if (Object.is(value, -0)) return '-0e0'
  const text = String(value)
  return /[.e]/.test(text) ? text : `${text}e0`
}

/** Zeros written out at most; beyond, an exponent takes their place. */
const zerosMax = 20

function decimalText({ coefficient, exponent, negativeZero }: DecimalValue): string {
  const sign = coefficient < 0n || negativeZero ? '-' : ''
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString()
  if (exponent === 0) return sign + digits
  if (exponent > 0 || -exponent > digits.length + zerosMax) return `${sign}${digits}e${exponent}`
  const padded = digits.padStart(1 - exponent, '0')
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}
