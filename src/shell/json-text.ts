import { unreachable } from '../base/assert.ts'
import { toBase64 } from '../base/bytes.ts'
import { ionText } from './format-ion.ts'
import { printTimestamp } from '../values/timestamp.ts'
import type { DecimalValue, StructValue, Value } from '../values/value.ts'
import { unknownSymbolText } from '../values/value.ts'
import { escapeInQuotes } from './visible-text.ts'

/**
 * A value as JSON, by the rules of the Ion cookbook ("Down-converting to JSON"), made exact where JSON allows it:
 * - int and decimal: a number with all its digits, never through a double; a decimal keeps its precision (42.20), and a
 *   large exponent becomes JSON's `e` (1d100 → 1e100)
 * - float: the shortest number that reads back as the same double; nan, +inf and -inf: null
 * - timestamp: a string in Ion's form, precision and offset kept (`2019-09-04`, `2019-09-04T10:00-00:00`)
 * - string, symbol: a string; a symbol of unknown text: `$0`
 * - blob: a base64 string; clob: a string whose characters are the bytes
 * - list, sexp, bag: an array; struct: an object with its fields in order, repeated names kept (most readers take the last)
 * - null of any type: null; MISSING: left out of a struct, null elsewhere
 * - date and time: a string (`2021-08-22`, `10:30:00.5+02:00`); interval: its Ion text as a string
 * - annotations are dropped
 */
export function jsonText(value: Value): string {
  switch (value.type) {
    case 'null':
    case 'missing':
      return 'null'
    case 'bool':
      return value.value ? 'true' : 'false'
    case 'int':
      return value.value.toString()
    case 'float':
      return jsonFloat(value.value)
    case 'decimal':
      return jsonDecimal(value)
    case 'string':
      return jsonString(value.value)
    case 'symbol':
      return jsonString(value.value === unknownSymbolText ? '$0' : value.value)
    case 'timestamp':
      return jsonString(printTimestamp(value))
    case 'date':
    case 'time':
    case 'interval':
      return jsonString(sqlText(value))
    case 'blob':
      return `"${toBase64(value.bytes)}"`
    case 'clob':
      return jsonString(Buffer.from(value.bytes).toString('latin1'))
    case 'list':
    case 'sexp':
    case 'bag':
      return `[${value.items.map(jsonText).join(',')}]`
    case 'struct':
      return jsonObject(value)
    default:
      return unreachable(value)
  }
}

function jsonObject(value: StructValue): string {
  let text = '{'
  for (let index = 0; index < value.names.length; index += 1) {
    const field = value.values[index] as Value
    if (field.type === 'missing') continue
    if (text.length > 1) text += ','
    text += `${jsonString(value.names[index] as string)}:${jsonText(field)}`
  }
  return `${text}}`
}

function jsonString(text: string): string {
  return escapeInQuotes(JSON.stringify(text))
}

function jsonFloat(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  return Object.is(value, -0) ? '-0.0' : String(value)
}

/** Up to so many zeros are written out before the exponent form is taken. */
const plainZerosMax = 20

function jsonDecimal(value: DecimalValue): string {
  const negative = value.coefficient < 0n || value.negativeZero
  const sign = negative ? '-' : ''
  const digits = (value.coefficient < 0n ? -value.coefficient : value.coefficient).toString()
  if (value.exponent === 0) return sign + digits
  if (value.exponent > 0 || -value.exponent > digits.length + plainZerosMax) return `${sign}${digits}e${value.exponent}`
  const padded = digits.padStart(1 - value.exponent, '0')
  return `${sign}${padded.slice(0, value.exponent)}.${padded.slice(value.exponent)}`
}

/** SQL's own form of a date or time, which Ion has no type for. */
function sqlText(value: Extract<Value, { type: 'date' | 'time' | 'interval' }>): string {
  const two = (part: number) => String(part).padStart(2, '0')
  if (value.type === 'date') return `${String(value.year).padStart(4, '0')}-${two(value.month)}-${two(value.day)}`
  if (value.type === 'interval') return ionText(value)
  const fraction = value.fractionDigits === 0 ? '' : `.${String(value.fraction).padStart(value.fractionDigits, '0')}`
  return `${two(value.hour)}:${two(value.minute)}:${two(value.second)}${fraction}${offsetText(value.offset)}`
}

function offsetText(offset: number | undefined): string {
  if (offset === undefined) return ''
  const minutes = Math.abs(offset)
  const two = (part: number) => String(part).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
