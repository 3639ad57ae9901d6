import { unreachable } from '../base/assert.ts'
import { type Instant, instantOf, printTimestamp } from '../values/timestamp.ts'
import { printDecimal } from '../values/text-writer.ts'
import {
  type DateValue,
  type DecimalValue,
  type IntervalValue,
  type TimestampValue,
  type TimeValue,
  unknownSymbolText,
  type Value,
} from '../values/value.ts'

export interface ToJsOptions {
  /** What decimals become: themselves (the default, exact), the nearest `number`, or their digits as a `string`. */
  readonly decimals?: 'value' | 'number' | 'string'
  /** What timestamps become: themselves (the default), a `Date` (milliseconds, no offset), or Ion text as a `string`. */
  readonly timestamps?: 'value' | 'date' | 'string'
}

/** What `toJs` gives. */
export type JsResult =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | DecimalValue
  | TimestampValue
  | DateValue
  | TimeValue
  | IntervalValue
  | JsResult[]
  | { [name: string]: JsResult }

/**
 * A PartiQL value as a JavaScript value. No number loses a digit unless the options say so:
 *
 * | value | JavaScript |
 * |---|---|
 * | MISSING, NULL of any type | `undefined`, `null` |
 * | bool, string, symbol | `boolean`, `string` |
 * | int | `number` when it is a safe integer, else `bigint` |
 * | float | `number` |
 * | decimal, timestamp | as the options say; by default the `Value` itself |
 * | date, time, interval | the `Value` itself |
 * | blob, clob | `Uint8Array` |
 * | list, sexp, bag | array |
 * | map | array of `[key, value]` arrays, which JavaScript's `Map` takes |
 * | struct | plain object; of a repeated name the last; MISSING fields left out |
 *
 * Annotations are dropped. `toValue` gives back a value that PartiQL's `=` finds equal.
 */
export function toJs(value: Value, options: ToJsOptions = {}): JsResult {
  switch (value.type) {
    case 'missing':
      return undefined
    case 'null':
      return null
    case 'bool':
    case 'int':
    case 'float':
    case 'string':
      return value.value
    case 'symbol':
      return symbolText(value.value)
    case 'decimal':
      return fromDecimal(value, options)
    case 'timestamp':
      return fromTimestamp(value, options)
    case 'date':
    case 'time':
    case 'interval':
      return value
    case 'blob':
    case 'clob':
      return Uint8Array.from(value.bytes)
    case 'list':
    case 'sexp':
    case 'bag':
    case 'map':
      return value.items.map((item) => toJs(item, options))
    case 'struct':
      return Object.fromEntries(
        value.names.flatMap((name, index) => {
          const field = value.values[index] as Value
          return field.type === 'missing' ? [] : [[symbolText(name), toJs(field, options)]]
        }),
      )
    default:
      return unreachable(value)
  }
}

/** `$0` for a symbol whose text is unknown. */
function symbolText(text: string): string {
  return text === unknownSymbolText ? '$0' : text
}

function fromDecimal(value: DecimalValue, { decimals = 'value' }: ToJsOptions): JsResult {
  if (decimals === 'value') return value
  const text = printDecimal(value).replace(/\.$/, '').replace('d', 'e')
  return decimals === 'string' ? text : Number(text)
}

function fromTimestamp(value: TimestampValue, { timestamps = 'value' }: ToJsOptions): JsResult {
  if (timestamps === 'value') return value
  return timestamps === 'string' ? printTimestamp(value) : dateOf(instantOf(value))
}

/** The millisecond in which it lies. */
function dateOf({ seconds, fraction, fractionDigits }: Instant): Date {
  const scaled = fraction * 1000n
  return new Date(seconds * 1000 + Number(scaled / 10n ** BigInt(fractionDigits)))
}
