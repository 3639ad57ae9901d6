import type { ByteStack } from './byte-stack.ts'
import { timestampFromSeconds, instantSeconds } from './timestamp.ts'
import type { TimestampValue } from './value.ts'

/** The content of a binary timestamp: offset, then the fields in UTC, then the fraction. */
export function pushTimestampBody(stack: ByteStack, value: TimestampValue): void {
  const { precision, offset } = value
  const utc =
    offset === undefined || offset === 0
      ? value
      : timestampFromSeconds(instantSeconds(value), value.fraction, value.fractionDigits, 0)
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
