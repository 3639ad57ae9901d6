import { type JsonStyle, printJson } from '../../values/json-printer.ts'
import type { Value } from '../../values/value.ts'
import { ionText } from './format-ion.ts'
import { escapeInQuotes } from '../visible-text.ts'

/** Dates and times are strings (`2021-08-22`, `10:30:00.5+02:00`), an interval its Ion text as a string. */
const resultStyle: JsonStyle = {
  string: jsonString,
  float: (value, text) => (Object.is(value, -0) ? '-0.0' : text),
  sqlTime: (value) => jsonString(sqlText(value)),
}

/** A value as results and errors show it in JSON: as exports do, but a float may read as an int, and no text is unseen. */
export function jsonText(value: Value): string {
  return printJson(value, resultStyle)
}

/** Printable ASCII that JSON writes as it is. */
const plain = /^[ !#-[\]-~]*$/

function jsonString(text: string): string {
  if (plain.test(text)) return `"${text}"`
  return escapeInQuotes(JSON.stringify(text))
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
