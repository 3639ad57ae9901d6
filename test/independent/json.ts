import type { dom } from 'ion-js'
import { base64 } from './hashes.ts'

/** A value as QLDB's exports in JSON hold it, written from its documentation ("Down-converting to JSON"). */
export function jsonOf(value: dom.Value): string {
  const type = value.getType().name
  if (value.isNull()) return 'null'
  switch (type) {
    case 'bool':
    case 'int':
      return value.toString()
    case 'decimal':
      return decimalText(String(value.decimalValue()))
    case 'float':
      return floatText(value.numberValue() as number)
    case 'timestamp':
      return JSON.stringify(String(value.timestampValue()))
    case 'string':
    case 'symbol':
      return JSON.stringify(value.stringValue())
    case 'blob':
      return JSON.stringify(base64(value.uInt8ArrayValue() as Uint8Array))
    case 'clob':
      return JSON.stringify(Buffer.from(value.uInt8ArrayValue() as Uint8Array).toString('latin1'))
    case 'list':
    case 'sexp':
      return `[${value.elements().map(jsonOf).join(',')}]`
    case 'struct':
      return `{${value
        .fields()
        .map(([name, field]) => `${JSON.stringify(name)}:${jsonOf(field)}`)
        .join(',')}}`
    default:
      throw new Error(`a ${type} has no form in JSON`)
  }
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return 'null'
  return /[.e]/.test(String(value)) ? String(value) : `${value}e0`
}

/** ion-js prints decimals with a `d` or a point at the end, which JSON has not. */
function decimalText(text: string): string {
  return text.replace(/d/i, 'e').replace(/\.(?=$|e)/, '')
}
