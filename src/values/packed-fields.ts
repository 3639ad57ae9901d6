import { asciiText, utf8Text } from '../base/byte-text.ts'
import { decimal, falseValue, int, type IntValue, nullValue, string, trueValue, type Value } from './value.ts'

/** How a value stands in the bytes of a file, and in those of rows that are held. */
export const fieldForm = {
  /** An integer of at most 15 digits, written as JSON writes it: no `+`, no leading zeros, not `-0`. */
  integer: 0,
  /** Text as it is: printable ASCII without `"` and `\`. */
  plainText: 1,
  /** Text as it is, well-formed UTF-8. */
  text: 2,
  /** Anything else: whoever found it decodes it. */
  other: 3,
  /** A number with at most 20 digits behind its point, and no exponent. */
  decimal: 4,
  true: 5,
  false: 6,
  null: 7,
} as const

export type FieldForm = (typeof fieldForm)[keyof typeof fieldForm]

/** Digits of an integer that is exact as a JavaScript number whatever they are. */
export const plainDigitsMax = 15

/** Digits of a fraction that results in JSON never write in another way. */
export const plainFractionDigitsMax = 20

/** The value of any form but `other` and `plainText`, which readers make in ways of their own. */
export function fieldIn(form: number, bytes: Buffer, start: number, end: number): Value {
  switch (form) {
    case fieldForm.integer:
      return integerIn(bytes, start, end)
    case fieldForm.decimal:
      return decimalIn(bytes, start, end)
    case fieldForm.true:
      return trueValue
    case fieldForm.false:
      return falseValue
    case fieldForm.null:
      return nullValue
    default:
      return string(utf8Text(bytes, start, end))
  }
}

const smallIntegers: readonly IntValue[] = Array.from({ length: 1_024 }, (_, value) => int(value))

function integerIn(bytes: Uint8Array, start: number, end: number): IntValue {
  const isNegative = bytes[start] === 45
  let value = 0
  for (let at = isNegative ? start + 1 : start; at < end; at += 1) value = value * 10 + (bytes[at] as number) - 48
  if (isNegative) return int(-value)
  return value < 1_024 ? (smallIntegers[value] as IntValue) : int(value)
}

function decimalIn(bytes: Buffer, start: number, end: number): Value {
  const [whole, fraction = ''] = asciiText(bytes, start, end).split('.') as [string, string?]
  const coefficient = BigInt(whole + fraction)
  return decimal(coefficient, -fraction.length, bytes[start] === 45)
}
