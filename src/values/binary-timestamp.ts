import { timestampFractionDigitsMax } from '../base/limits.ts'
import type { BinaryCursor } from './binary-cursor.ts'
import type { ByteStack } from './byte-stack.ts'
import { instantSeconds, isValidTimestamp, timestampFromSeconds } from './timestamp.ts'
import { type Annotations, type TimestampPrecision, type TimestampValue, timestamp } from './value.ts'

/** The content of a binary timestamp: offset, then the fields in UTC, then the fraction (Ion 1.0, "6: timestamp"). */
export function pushTimestampBody(stack: ByteStack, value: TimestampValue): void {
  const { precision, offset } = value
  const utc = offset === undefined || offset === 0 ? value : shifted(value, 0)
  if (precision === 'second') {
    if (value.fractionDigits > 0) {
      if (value.fraction !== 0n) stack.pushInt(value.fraction)
      stack.pushVarInt(-value.fractionDigits)
    }
    stack.pushByte(utc.second | 0x80)
  }
  if (precision === 'second' || precision === 'minute') {
    stack.pushByte(utc.minute | 0x80)
    stack.pushByte(utc.hour | 0x80)
  }
  if (precision !== 'year') {
    if (precision !== 'month') stack.pushByte(utc.day | 0x80)
    stack.pushByte(utc.month | 0x80)
  }
  stack.pushVarUInt(utc.year)
  stack.pushVarInt(offset ?? -0)
}

/** The same moment, shown at another offset. */
function shifted(value: TimestampValue, offset: number): TimestampValue {
  const { fraction, fractionDigits, annotations } = value
  return timestampFromSeconds(instantSeconds(value), fraction, fractionDigits, offset, annotations)
}

const precisionOfCount: readonly (TimestampPrecision | undefined)[] = [
  undefined,
  'year',
  'month',
  'day',
  undefined,
  'minute',
  'second',
]

/** The timestamp whose content goes from the cursor to `end`. Throws LedgerError 'ion/malformed'. */
export function readTimestampBody(cursor: BinaryCursor, end: number, annotations: Annotations): TimestampValue {
  const start = cursor.at
  const writtenOffset = cursor.readVarInt(end)
  const fields: number[] = []
  while (fields.length < 6 && cursor.at < end) fields.push(cursor.readVarUInt(end))
  const precision = precisionOfCount[fields.length]
  if (precision === undefined) return cursor.fail(`a timestamp has ${fields.length} fields`, start)
  const { fraction, fractionDigits } = readFraction(cursor, end)
  const hasClock = precision === 'minute' || precision === 'second'
  const offset = hasClock && !Object.is(writtenOffset, -0) ? writtenOffset : undefined
  const [year = 0, month, day, hour, minute, second] = fields
  const utc = timestamp(
    precision,
    {
      year,
      month: month ?? 1,
      day: day ?? 1,
      hour: hour ?? 0,
      minute: minute ?? 0,
      second: second ?? 0,
      fraction,
      fractionDigits,
      offset: offset === undefined ? undefined : 0,
    },
    annotations,
  )
  if (!isValidTimestamp(utc)) cursor.fail('a field of a timestamp is out of range', start)
  if (offset === undefined || offset === 0) return utc
  if (Math.abs(offset) > 1439) cursor.fail('the offset of a timestamp is out of range', start)
  const local = atPrecision(shifted(utc, offset), precision)
  return isValidTimestamp(local) ? local : cursor.fail('a timestamp is out of range', start)
}

function atPrecision(value: TimestampValue, precision: TimestampPrecision): TimestampValue {
  return value.precision === precision ? value : { ...value, precision }
}

function readFraction(cursor: BinaryCursor, end: number): { fraction: bigint; fractionDigits: number } {
  const start = cursor.at
  if (start === end) return { fraction: 0n, fractionDigits: 0 }
  const exponent = cursor.readVarInt(end)
  const { coefficient } = cursor.readInt(end)
  if (coefficient < 0n) cursor.fail('the fraction of a second is negative', start)
  if (exponent < -timestampFractionDigitsMax) cursor.fail('the fraction of a second has too many digits', start)
  if (exponent < 0) return { fraction: coefficient, fractionDigits: -exponent }
  if (coefficient !== 0n) cursor.fail('the fraction of a second is one or more', start)
  return { fraction: 0n, fractionDigits: 0 }
}
