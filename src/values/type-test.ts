import type { CastType } from './cast-type.ts'
import { digitCount } from './decimal.ts'
import { anyTypeName } from './map.ts'
import { castToInterval } from './interval.ts'
import type { DecimalValue, IntervalValue, MapValue, Value } from './value.ts'

/**
 * `value IS type`. NULL takes in MISSING and nulls of every type; nothing absent is of another type. Types with
 * arguments look at the value too: DECIMAL(p, s) holds every n * 10^-s with n < 10^p that is written with at most s
 * digits after the point, VARCHAR(n) at most n code points, CHAR(n) exactly n, TIME(n) at most n digits of a second, an
 * interval type whole multiples of its last field with at most p digits in its first.
 */
export function isOfType(value: Value, type: CastType): boolean {
  const { name } = type
  if (name === 'null') return value.type === 'null' || value.type === 'missing'
  if (name === 'missing' || value.type === 'missing' || value.type === 'null') {
    return name === 'missing' && value.type === 'missing'
  }
  if (name === 'any') return true
  if (name.startsWith('interval')) return value.type === 'interval' && isIntervalOf(value, type)
  if (value.type !== (typeOfName[name] ?? name)) return false
  switch (value.type) {
    case 'map':
      return isMapOf(value, type)
    case 'int':
      return fitsInteger(value.value, name)
    case 'decimal':
      return type.args.length === 0 || isDecimalOf(value, type.args[0] as number, type.args[1] ?? 0)
    case 'string':
      return type.args.length === 0 || hasLength(value.value, type.args[0] as number, name.startsWith('char'))
    case 'time':
      return type.withTimeZone === (value.offset !== undefined) && value.fractionDigits <= (type.args[0] ?? Infinity)
    case 'timestamp':
      if (type.withTimeZone && value.offset === undefined) return false
      return value.fractionDigits <= (type.args[0] ?? Infinity)
    default:
      return true
  }
}

/** Names that differ from the value's own type. */
const typeOfName: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  boolean: 'bool',
  tinyint: 'int',
  smallint: 'int',
  int2: 'int',
  int4: 'int',
  int8: 'int',
  integer: 'int',
  integer2: 'int',
  integer4: 'int',
  integer8: 'int',
  bigint: 'int',
  real: 'float',
  double: 'float',
  'double precision': 'float',
  dec: 'decimal',
  numeric: 'decimal',
  char: 'string',
  character: 'string',
  varchar: 'string',
  'character varying': 'string',
  tuple: 'struct',
}

/** Whether a map's keys and values are of the types that `MAP<key, value>` names; any map for MAP alone. */
function isMapOf({ keyType, valueType }: MapValue, { of }: CastType): boolean {
  return of === undefined || (keyType === mapTypeName(of[0]) && valueType === mapTypeName(of[1]))
}

/** The name that a map has for the type of its keys or values, whichever of its spellings was written. */
export function mapTypeName({ name }: CastType): string {
  if (name === 'any') return anyTypeName
  if (/^(smallint|tinyint|bigint)$/.test(name)) return name
  if (/^int(eger)?8$/.test(name)) return 'bigint'
  const type = typeOfName[name] ?? name
  return type === 'int' ? 'integer' : type
}

function isDecimalOf({ coefficient, exponent }: DecimalValue, precision: number, scale: number): boolean {
  return coefficient === 0n || (-exponent <= scale && digitCount(coefficient) + exponent + scale <= precision)
}

function hasLength(text: string, length: number, exactly: boolean): boolean {
  let count = 0
  for (const _ of text) count += 1
  return exactly ? count === length : count <= length
}

/** SQL's precision holds where none is written: two digits in front, six of a fraction of a second. */
function isIntervalOf(value: IntervalValue, type: CastType): boolean {
  const cast = castToInterval(value, type)
  return cast?.type === 'interval' && cast.months === value.months && cast.nanoseconds === value.nanoseconds
}

/** Bits of the integer types that are bounded; the others hold any integer. */
const integerBits: Readonly<Record<string, number | undefined>> = {
  __proto__: null as never,
  tinyint: 8,
  smallint: 16,
  int2: 16,
  integer2: 16,
  int4: 32,
  integer4: 32,
  int8: 64,
  integer8: 64,
  bigint: 64,
}

/** Whether an integer lies within the named type: 16 bits for smallint, no bound for int. */
export function fitsInteger(value: number | bigint, name: string): boolean {
  const bits = integerBits[name]
  return bits === undefined || BigInt.asIntN(bits, BigInt(value)) === BigInt(value)
}
