import { BugError } from '../base/assert.ts'

/**
 * The values of PartiQL and Ion, as plain readonly objects with a `type`.
 *
 * Ion's types (Ion 1.0 specification, "The Ion Data Model") plus PartiQL's own: MISSING, bags, maps, and SQL's date, time
 * and interval, which Ion has no form for. Every object of one type has the same keys in the same order, so that the
 * engine's code stays monomorphic: make values with the functions below, never with a literal.
 *
 * `annotations` is undefined when there are none, never an empty list.
 */
export type Value =
  | MissingValue
  | NullValue
  | BoolValue
  | IntValue
  | FloatValue
  | DecimalValue
  | TimestampValue
  | DateValue
  | TimeValue
  | IntervalValue
  | StringValue
  | SymbolValue
  | BlobValue
  | ClobValue
  | ListValue
  | SexpValue
  | BagValue
  | MapValue
  | StructValue

export type ValueType = Value['type']

/** The type a null carries: `null.int` and plain `null` (`'null'`) are different Ion values. */
export type NullType =
  | 'null'
  | 'bool'
  | 'int'
  | 'float'
  | 'decimal'
  | 'timestamp'
  | 'string'
  | 'symbol'
  | 'blob'
  | 'clob'
  | 'list'
  | 'sexp'
  | 'struct'

export type Annotations = readonly string[] | undefined

export interface MissingValue {
  readonly type: 'missing'
  readonly annotations: undefined
}
export interface NullValue {
  readonly type: 'null'
  readonly nullType: NullType
  readonly annotations: Annotations
}
export interface BoolValue {
  readonly type: 'bool'
  readonly value: boolean
  readonly annotations: Annotations
}
export interface IntValue {
  readonly type: 'int'
  /** A number exactly when it is a safe integer, else a bigint. Never -0. */
  readonly value: number | bigint
  readonly annotations: Annotations
}
export interface FloatValue {
  readonly type: 'float'
  readonly value: number
  readonly annotations: Annotations
}
export interface DecimalValue {
  readonly type: 'decimal'
  /** The value is coefficient * 10^exponent; 42.20 is 4220 and -2. */
  readonly coefficient: bigint
  readonly exponent: number
  /** True only for a zero with a minus sign. */
  readonly negativeZero: boolean
  readonly annotations: Annotations
}
export type TimestampPrecision = 'year' | 'month' | 'day' | 'minute' | 'second'
/** Fields as written, in local time; those beyond the precision hold 1 (month, day) or 0. */
export interface TimestampValue {
  readonly type: 'timestamp'
  readonly precision: TimestampPrecision
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** The fraction of a second is fraction / 10^fractionDigits; no digits, no fraction. */
  readonly fraction: bigint
  readonly fractionDigits: number
  /** Minutes east of UTC; undefined when unknown (`-00:00`, and every year, month and day precision). */
  readonly offset: number | undefined
  readonly annotations: Annotations
}
export interface DateValue {
  readonly type: 'date'
  readonly year: number
  readonly month: number
  readonly day: number
  readonly annotations: undefined
}
export interface TimeValue {
  readonly type: 'time'
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly fraction: bigint
  readonly fractionDigits: number
  /** Minutes east of UTC; undefined for TIME WITHOUT TIME ZONE. */
  readonly offset: number | undefined
  readonly annotations: undefined
}
/** Either months or seconds count, as in SQL's two families of intervals; the other is zero. */
export interface IntervalValue {
  readonly type: 'interval'
  readonly family: 'year-month' | 'day-time'
  readonly months: bigint
  /** Nanoseconds, for day-time intervals. */
  readonly nanoseconds: bigint
  /** How it was qualified, so that it prints as written: `YEAR`, `DAY TO SECOND` … */
  readonly qualifier: string
  readonly annotations: undefined
}
export interface StringValue {
  readonly type: 'string'
  readonly value: string
  readonly annotations: Annotations
}
export interface SymbolValue {
  readonly type: 'symbol'
  /** `unknownSymbolText` when the text is unknown (`$0`). */
  readonly value: string
  readonly annotations: Annotations
}
export interface BlobValue {
  readonly type: 'blob'
  readonly bytes: Uint8Array
  readonly annotations: Annotations
}
export interface ClobValue {
  readonly type: 'clob'
  readonly bytes: Uint8Array
  readonly annotations: Annotations
}
export interface ListValue {
  readonly type: 'list'
  readonly items: readonly Value[]
  readonly annotations: Annotations
}
export interface SexpValue {
  readonly type: 'sexp'
  readonly items: readonly Value[]
  readonly annotations: Annotations
}
export interface BagValue {
  readonly type: 'bag'
  readonly items: readonly Value[]
  readonly annotations: undefined
}
/** PartiQL's MAP: values by keys of one type, which differ. */
export interface MapValue {
  readonly type: 'map'
  /** Names of types, as MAP<…> has them; `dynamic` where there is no common one. */
  readonly keyType: string
  readonly valueType: string
  /** Lists of a key and its value, in the order in which the keys came. */
  readonly items: readonly ListValue[]
  readonly annotations: undefined
}
/** Fields in their order, repeated names kept. `names[i]` belongs to `values[i]`. */
export interface StructValue {
  readonly type: 'struct'
  readonly names: readonly string[]
  readonly values: readonly Value[]
  readonly annotations: Annotations
  /** The first field of that very name. A lazily decoded struct touches no other field's value. */
  get(name: string): Value | undefined
}

/** A lone surrogate: no text that can be written stands for a symbol whose text is unknown. */
export const unknownSymbolText = '\uD800'

export const missing: MissingValue = Object.freeze({ type: 'missing', annotations: undefined })

export function nullOf(nullType: NullType, annotations?: Annotations): NullValue {
  return { type: 'null', nullType, annotations }
}
export const nullValue: NullValue = Object.freeze(nullOf('null'))

export function bool(value: boolean, annotations?: Annotations): BoolValue {
  return { type: 'bool', value, annotations }
}
export const trueValue: BoolValue = Object.freeze(bool(true))
export const falseValue: BoolValue = Object.freeze(bool(false))

/** An integer from any integral number or bigint; throws BugError for a number that is not an integer. */
export function int(value: number | bigint, annotations?: Annotations): IntValue {
  return { type: 'int', value: normalInteger(value), annotations }
}

function normalInteger(value: number | bigint): number | bigint {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
    if (!Number.isInteger(value)) throw new BugError(`${value} is not an integer`)
    return BigInt(value)
  }
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

export function float(value: number, annotations?: Annotations): FloatValue {
  return { type: 'float', value, annotations }
}
export function decimal(
  coefficient: bigint,
  exponent: number,
  negativeZero = false,
  annotations?: Annotations,
): DecimalValue {
  return { type: 'decimal', coefficient, exponent, negativeZero: negativeZero && coefficient === 0n, annotations }
}

export type TimestampFields = Partial<Omit<TimestampValue, 'type' | 'precision' | 'annotations'>> & { year: number }

/** A timestamp from its fields; does not check their ranges (see timestamp.ts). */
export function timestamp(
  precision: TimestampPrecision,
  fields: TimestampFields,
  annotations?: Annotations,
): TimestampValue {
  return {
    type: 'timestamp',
    precision,
    year: fields.year,
    month: fields.month ?? 1,
    day: fields.day ?? 1,
    hour: fields.hour ?? 0,
    minute: fields.minute ?? 0,
    second: fields.second ?? 0,
    fraction: fields.fraction ?? 0n,
    fractionDigits: fields.fractionDigits ?? 0,
    offset: fields.offset,
    annotations,
  }
}
export function date(year: number, month: number, day: number): DateValue {
  return { type: 'date', year, month, day, annotations: undefined }
}
export function time(
  hour: number,
  minute: number,
  second: number,
  fraction: bigint,
  fractionDigits: number,
  offset: number | undefined,
): TimeValue {
  return { type: 'time', hour, minute, second, fraction, fractionDigits, offset, annotations: undefined }
}
export function interval(
  family: IntervalValue['family'],
  months: bigint,
  nanoseconds: bigint,
  qualifier: string,
): IntervalValue {
  return { type: 'interval', family, months, nanoseconds, qualifier, annotations: undefined }
}
export function string(value: string, annotations?: Annotations): StringValue {
  return { type: 'string', value, annotations }
}
export function symbol(value: string, annotations?: Annotations): SymbolValue {
  return { type: 'symbol', value, annotations }
}
export function blob(bytes: Uint8Array, annotations?: Annotations): BlobValue {
  return { type: 'blob', bytes, annotations }
}
export function clob(bytes: Uint8Array, annotations?: Annotations): ClobValue {
  return { type: 'clob', bytes, annotations }
}
export function list(items: readonly Value[], annotations?: Annotations): ListValue {
  return { type: 'list', items, annotations }
}
export function sexp(items: readonly Value[], annotations?: Annotations): SexpValue {
  return { type: 'sexp', items, annotations }
}
export function bag(items: readonly Value[]): BagValue {
  return { type: 'bag', items, annotations: undefined }
}

/** A map from pairs that are known to be right; values/map.ts makes one from any. */
export function map(keyType: string, valueType: string, items: readonly ListValue[]): MapValue {
  return { type: 'map', keyType, valueType, items, annotations: undefined }
}

class PlainStruct implements StructValue {
  readonly type = 'struct'
  readonly names: readonly string[]
  readonly values: readonly Value[]
  readonly annotations: Annotations
  constructor(names: readonly string[], values: readonly Value[], annotations: Annotations) {
    this.names = names
    this.values = values
    this.annotations = annotations
  }
  get(name: string): Value | undefined {
    const index = this.names.indexOf(name)
    return index === -1 ? undefined : this.values[index]
  }
}

export function struct(names: readonly string[], values: readonly Value[], annotations?: Annotations): StructValue {
  if (names.length !== values.length) throw new BugError('a struct has as many names as values')
  return new PlainStruct(names, values, annotations)
}

/** A struct from an object literal: for fixed shapes, in code and tests. */
export function structOf(fields: Readonly<Record<string, Value>>): StructValue {
  return struct(Object.keys(fields), Object.values(fields))
}

/** Whether SQL's NULL logic treats it as absent: a null of any type, or MISSING. */
export function isAbsent(value: Value): value is NullValue | MissingValue {
  return value.type === 'null' || value.type === 'missing'
}
