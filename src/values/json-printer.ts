import { toBase64 } from '../base/bytes.ts'
import { printTimestamp } from './timestamp.ts'
import { type DecimalValue, type StructValue, unknownSymbolText, type Value } from './value.ts'

/** What the forms of JSON do each their own way. */
export interface JsonStyle {
  /** A text in its quotes. */
  string(text: string): string
  /** A double that is neither nan nor infinite; `text` is the shortest number that reads back as the same one. */
  float(value: number, text: string): string
  /** A date, time or interval, which Ion has no types for. */
  sqlTime(value: Extract<Value, { type: 'date' | 'time' | 'interval' }>): string
}

/**
 * A value as JSON, by the rules of the Ion cookbook ("Down-converting to JSON"), made exact where JSON allows it:
 * - int and decimal: a number with all its digits, never through a double; a decimal keeps its precision (42.20), and a
 *   large exponent becomes JSON's `e` (1d100 → 1e100); nan, +inf and -inf: null
 * - timestamp: a string in Ion's form, precision and offset kept (`2019-09-04`, `2019-09-04T10:00-00:00`)
 * - string, symbol: a string; a symbol of unknown text: `$0`
 * - blob: a base64 string; clob: a string whose characters are the bytes
 * - list, sexp, bag: an array; map: an array of [key, value] arrays
 * - struct: an object with its fields in order, repeated names kept (most readers take the last)
 * - null of any type: null; MISSING: left out of a struct, null elsewhere
 * - annotations are dropped
 */
export function printJson(value: Value, style: JsonStyle): string {
  switch (value.type) {
    case 'null':
    case 'missing':
      return 'null'
    case 'bool':
      return value.value ? 'true' : 'false'
    case 'int':
      return value.value.toString()
    case 'float':
      return Number.isFinite(value.value) ? style.float(value.value, String(value.value)) : 'null'
    case 'decimal':
      return decimalText(value)
    case 'string':
      return style.string(value.value)
    case 'symbol':
      return style.string(value.value === unknownSymbolText ? '$0' : value.value)
    case 'timestamp':
      return `"${printTimestamp(value)}"`
    case 'date':
    case 'time':
    case 'interval':
      return style.sqlTime(value)
    case 'blob':
      return `"${toBase64(value.bytes)}"`
    case 'clob':
      return style.string(Buffer.from(value.bytes).toString('latin1'))
    case 'list':
    case 'sexp':
    case 'bag':
    case 'map':
      return `[${value.items.map((item) => printJson(item, style)).join(',')}]`
    case 'struct':
      return objectText(value, style)
    default:
      return value satisfies never
  }
}

function objectText({ names, values }: StructValue, style: JsonStyle): string {
  let text = '{'
  for (let index = 0; index < names.length; index += 1) {
    const field = values[index] as Value
    if (field.type === 'missing') continue
    if (text.length > 1) text += ','
    text += `${style.string(names[index] as string)}:${printJson(field, style)}`
  }
  return `${text}}`
}

/** Up to so many zeros are written out before the exponent form is taken. */
const plainZerosMax = 20

function decimalText({ coefficient, exponent, negativeZero }: DecimalValue): string {
  const sign = coefficient < 0n || negativeZero ? '-' : ''
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString()
  if (exponent === 0) return sign + digits
  if (exponent > 0 || -exponent > digits.length + plainZerosMax) return `${sign}${digits}e${exponent}`
  const padded = digits.padStart(1 - exponent, '0')
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}
