import { type JsonStyle, printJson } from '../values/json-printer.ts'
import type { Value } from '../values/value.ts'

/** A float has an exponent or a point, so that it does not read as an int; dates and times are in no document. */
const exportStyle: JsonStyle = {
  string: (text) => JSON.stringify(text),
  float: (value, text) => (Object.is(value, -0) ? '-0e0' : /[.e]/.test(text) ? text : `${text}e0`),
  sqlTime: () => 'null',
}

/** A value as exports in JSON hold it (developer guide, "Down-converting to JSON"). */
export function downConvert(value: Value): string {
  return printJson(value, exportStyle)
}
