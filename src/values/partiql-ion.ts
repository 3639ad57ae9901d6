import { isLazy } from './lazy-values.ts'
import { mapFromPairs } from './map.ts'
import { parseInterval, printInterval } from './interval-text.ts'
import { partiqlMarks } from './symbols.ts'
import {
  type BagValue,
  bag,
  type DateValue,
  date,
  decimal,
  type IntervalValue,
  int,
  type ListValue,
  list,
  type MapValue,
  type MissingValue,
  map,
  missing,
  nullOf,
  type SexpValue,
  type StructValue,
  sexp,
  string,
  struct,
  type TimeValue,
  time,
  timestamp,
  type Value,
} from './value.ts'

/**
 * PartiQL's values that Ion lacks, as annotated Ion: `$bag::[…]`, `$map::string::integer::[["a", 1], …]`,
 * `$missing::null`, `$date::2021-08-22`,
 * `$time::{hour,minute,second,timezone_hour,timezone_minute}` (the forms of PartiQL's reference implementation) and
 * `$interval::"1-2 YEAR TO MONTH"`. Both Ion writers use these; readers give the annotated Ion back, which
 * fromPartiqlIon turns into the PartiQL value again.
 */
const bagAnnotation = partiqlMarks.bag
const mapAnnotation = partiqlMarks.map
const missingAnnotation = partiqlMarks.missing
const dateAnnotation = partiqlMarks.date
const timeAnnotation = partiqlMarks.time
const intervalAnnotation = partiqlMarks.interval

export type PartiqlOnlyValue = MissingValue | BagValue | MapValue | DateValue | TimeValue | IntervalValue

const missingIon = nullOf('null', [missingAnnotation])

/** The annotated Ion value that stands for a value Ion has no form for. A bag's items stay as they are. */
export function toPartiqlIon(value: PartiqlOnlyValue): Value {
  switch (value.type) {
    case 'missing':
      return missingIon
    case 'bag':
      return list(value.items, [bagAnnotation])
    case 'map':
      return list(value.items, [mapAnnotation, value.keyType, value.valueType])
    case 'date':
      return timestamp('day', { year: value.year, month: value.month, day: value.day }, [dateAnnotation])
    case 'time':
      return timeToIon(value)
    case 'interval':
      return string(printInterval(value), [intervalAnnotation])
    default:
      return value satisfies never
  }
}

const timeFields = ['hour', 'minute', 'second', 'timezone_hour', 'timezone_minute']

function timeToIon(value: TimeValue): StructValue {
  const second = BigInt(value.second) * 10n ** BigInt(value.fractionDigits) + value.fraction
  const { offset } = value
  const zone = offset === undefined ? [nullOf('int'), nullOf('int')] : [int(Math.trunc(offset / 60)), int(offset % 60)]
  const values = [int(value.hour), int(value.minute), decimal(second, -value.fractionDigits), ...zone]
  return struct(timeFields, values, [timeAnnotation])
}

/**
 * The value with every such annotation in it turned back into the PartiQL value; one whose content does not fit stays
 * as it is. Containers without any are returned themselves.
 */
export function fromPartiqlIon(value: Value): Value {
  if (isLazy(value) && value.isPlainIon) return value
  switch (value.type) {
    case 'list':
    case 'sexp':
      return fromSequence(value)
    case 'struct':
      return fromStruct(value)
    case 'bag': {
      const items = mapSame(value.items)
      return items === value.items ? value : bag(items)
    }
    case 'map': {
      const items = mapSame(value.items)
      return items === value.items ? value : map(value.keyType, value.valueType, items as readonly ListValue[])
    }
    case 'null':
      return value.nullType === 'null' && isMarked(value, missingAnnotation) ? missing : value
    case 'timestamp':
      return value.precision === 'day' && isMarked(value, dateAnnotation)
        ? date(value.year, value.month, value.day)
        : value
    case 'string':
      return isMarked(value, intervalAnnotation) ? (parseInterval(value.value) ?? value) : value
    default:
      return value
  }
}

function isMarked(value: Value, annotation: string): boolean {
  return value.annotations !== undefined && value.annotations.length === 1 && value.annotations[0] === annotation
}

function fromSequence(value: ListValue | SexpValue): Value {
  const items = mapSame(value.items)
  if (value.type === 'list' && isMarked(value, bagAnnotation)) return bag(items)
  const entries = value.type === 'list' ? mapFromMarked(value, items) : undefined
  if (entries !== undefined) return entries
  if (items === value.items) return value
  return value.type === 'list' ? list(items, value.annotations) : sexp(items, value.annotations)
}

function mapFromMarked({ annotations }: ListValue, items: readonly Value[]): Value | undefined {
  if (annotations?.length !== 3 || annotations[0] !== mapAnnotation) return undefined
  return mapFromPairs(annotations[1] as string, annotations[2] as string, items)
}

function fromStruct(value: StructValue): Value {
  const timeOfDay = isMarked(value, timeAnnotation) ? timeFromIon(value) : undefined
  if (timeOfDay !== undefined) return timeOfDay
  const values = mapSame(value.values)
  return values === value.values ? value : struct(value.names, values, value.annotations)
}

/** The same array when nothing in it changes. */
function mapSame(values: readonly Value[]): readonly Value[] {
  let changed: Value[] | undefined
  for (let index = 0; index < values.length; index += 1) {
    const before = values[index] as Value
    const after = fromPartiqlIon(before)
    if (after === before) continue
    changed ??= values.slice()
    changed[index] = after
  }
  return changed ?? values
}

function timeFromIon(value: StructValue): TimeValue | undefined {
  const hour = smallInt(value.get('hour'), 0, 23)
  const minute = smallInt(value.get('minute'), 0, 59)
  const second = value.get('second')
  if (hour === undefined || minute === undefined || value.names.length !== timeFields.length) return undefined
  if (second?.type !== 'decimal' || second.exponent > 0 || second.exponent < -18 || second.coefficient < 0n)
    return undefined
  const scale = 10n ** BigInt(-second.exponent)
  if (second.coefficient >= 60n * scale) return undefined
  const zoneHour = value.get('timezone_hour')
  const zoneMinute = value.get('timezone_minute')
  let offset: number | undefined
  if (zoneHour?.type !== 'null' || zoneMinute?.type !== 'null') {
    const hours = smallInt(zoneHour, -23, 23)
    const minutes = smallInt(zoneMinute, -59, 59)
    if (hours === undefined || minutes === undefined) return undefined
    offset = hours * 60 + minutes
  }
  const whole = Number(second.coefficient / scale)
  return time(hour, minute, whole, second.coefficient % scale, -second.exponent, offset)
}

function smallInt(value: Value | undefined, low: number, high: number): number | undefined {
  if (value?.type !== 'int' || typeof value.value !== 'number') return undefined
  return value.value >= low && value.value <= high ? value.value : undefined
}
