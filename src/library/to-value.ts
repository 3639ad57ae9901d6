import type { dom } from 'ion-js'
import { LedgerError } from '../base/errors.ts'
import { nestingDepthMax } from '../base/limits.ts'
import { timestampFromMs } from '../values/timestamp.ts'
import { hasLoneSurrogate } from '../values/text-quoted.ts'
import {
  bag,
  blob,
  bool,
  float,
  int,
  list,
  missing,
  nullValue,
  string,
  struct,
  type Value,
  type ValueType,
} from '../values/value.ts'
import { fromDom, isDom } from './dom-values.ts'

/**
 * What stands for a value where JavaScript's own values are taken. `Value` itself stands for itself, at any depth: that is
 * how decimals, timestamps with their precision, symbols and annotations are written.
 */
export type JsValue =
  | Value
  | dom.Value
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly JsValue[]
  | ReadonlySet<JsValue>
  | ReadonlyMap<string, JsValue>
  | { readonly [name: string]: JsValue }

/**
 * A JavaScript value as a PartiQL value, without loss:
 *
 * | JavaScript | value |
 * |---|---|
 * | a `Value` | itself |
 * | a `dom.Value` of ion-js | what ion-js writes for it: type, annotations and precision are kept |
 * | `undefined`, `null` | MISSING, NULL |
 * | `boolean`, `string` | bool, string |
 * | `number` | int when it is a safe integer, else float (`-0` too) |
 * | `bigint` | int |
 * | `Date` | timestamp in UTC with milliseconds |
 * | `Uint8Array`, `Buffer` | blob |
 * | array, `Set` | list, bag |
 * | `Map` with string keys, plain object | struct; a field that is `undefined` is left out |
 *
 * Throws LedgerError 'value/type-mismatch' for anything else (functions, symbols, objects of other classes, an invalid
 * Date, a string with half a surrogate pair), 'ion/nesting-too-deep' for what nests beyond 500 levels or in a circle.
 */
export function toValue(js: JsValue): Value {
  return convert(js, 0)
}

function convert(js: unknown, depth: number): Value {
  switch (typeof js) {
    case 'undefined':
      return missing
    case 'boolean':
      return bool(js)
    case 'number':
      return Number.isSafeInteger(js) && !Object.is(js, -0) ? int(js) : float(js)
    case 'bigint':
      return int(js)
    case 'string':
      return string(wholeText(js))
    case 'object':
      return js === null ? nullValue : fromObject(js, depth)
    default:
      throw unconvertible(`a ${typeof js}`)
  }
}

function fromObject(js: object, depth: number): Value {
  if (isValue(js)) return js
  if (isDom(js)) return fromDom(js)
  if (depth >= nestingDepthMax)
    throw new LedgerError('ion/nesting-too-deep', `the value nests more than ${nestingDepthMax} levels deep`)
  if (Array.isArray(js)) return list(js.map((item) => convert(item, depth + 1)))
  if (js instanceof Uint8Array) return blob(Uint8Array.from(js))
  if (js instanceof Date) return fromDate(js)
  if (js instanceof Set) return bag(Array.from(js, (item) => convert(item, depth + 1)))
  if (js instanceof Map) return fromEntries([...js], depth)
  const prototype = Object.getPrototypeOf(js)
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null)
    throw unconvertible(`an object of class '${js.constructor?.name ?? '?'}'`)
  return fromEntries(Object.entries(js), depth)
}

function fromEntries(entries: readonly (readonly [unknown, unknown])[], depth: number): Value {
  const names: string[] = []
  const values: Value[] = []
  for (const [name, value] of entries) {
    if (typeof name !== 'string') throw unconvertible(`a Map with a key of type ${typeof name}`)
    const field = convert(value, depth + 1)
    if (field.type === 'missing') continue
    names.push(wholeText(name))
    values.push(field)
  }
  return struct(names, values)
}

function fromDate(js: Date): Value {
  const ms = js.getTime()
  const year = js.getUTCFullYear()
  if (Number.isNaN(ms) || year < 1 || year > 9999) throw unconvertible('a Date outside of the years 1 to 9999')
  return timestampFromMs(ms)
}

function wholeText(text: string): string {
  if (hasLoneSurrogate(text)) throw unconvertible('a string with half a surrogate pair')
  return text
}

function unconvertible(what: string): LedgerError {
  return new LedgerError('value/type-mismatch', `${what} stands for no PartiQL value`)
}

/** What a value of each type has beside `type` and `annotations`. */
const ownKeys: Readonly<Record<ValueType, readonly string[]>> = {
  missing: [],
  null: ['nullType'],
  bool: ['value'],
  int: ['value'],
  float: ['value'],
  decimal: ['coefficient', 'exponent', 'negativeZero'],
  timestamp: ['precision', 'year', 'month', 'day', 'hour', 'minute', 'second', 'fraction', 'fractionDigits', 'offset'],
  date: ['year', 'month', 'day'],
  time: ['hour', 'minute', 'second', 'fraction', 'fractionDigits', 'offset'],
  interval: ['family', 'months', 'nanoseconds', 'qualifier'],
  string: ['value'],
  symbol: ['value'],
  blob: ['bytes'],
  clob: ['bytes'],
  list: ['items'],
  sexp: ['items'],
  bag: ['items'],
  map: ['keyType', 'valueType', 'items'],
  struct: ['names', 'values', 'get'],
}

/**
 * Whether something is a value made by this library, told by its shape: `type`, `annotations` and what else that type has.
 * A plain object with exactly these keys is taken for one.
 */
export function isValue(js: unknown): js is Value {
  if (typeof js !== 'object' || js === null) return false
  const { type, annotations } = js as { type?: unknown; annotations?: unknown }
  if (typeof type !== 'string' || !Object.hasOwn(ownKeys, type) || !('annotations' in js)) return false
  if (annotations !== undefined && !Array.isArray(annotations)) return false
  const keys = ownKeys[type as ValueType]
  if (!keys.every((key) => key in js)) return false
  // Structs and values decoded when asked have classes of their own.
  const isPlain = Object.getPrototypeOf(js) === Object.prototype
  return isPlain ? type !== 'struct' && Object.keys(js).length === keys.length + 2 : true
}
