import { numberDigitsMax } from '../base/limits.ts'
import { isDigit, isSpace, type TextScanner } from './text-scanner.ts'
import { parseTimestamp } from './timestamp.ts'
import { type Annotations, decimal, float, int, type Value } from './value.ts'

/** Reads the number or timestamp that begins with a digit or a minus before one. Ion 1.0, "Numeric Quotas" aside. */
export function readNumber(scanner: TextScanner, annotations: Annotations): Value {
  const start = scanner.at
  const negative = scanner.peek() === 45
  if (negative) scanner.at += 1
  const base = scanner.peek() === 48 ? scanner.peek(1) | 32 : 0
  if (base === 120 || base === 98) {
    scanner.at += 2
    return readBasedInt(scanner, start, negative, base === 120 ? isHexDigit : isBinaryDigit, annotations)
  }
  if (!negative && isTimestampStart(scanner)) return readTimestamp(scanner, annotations)
  return readDecimalNumber(scanner, start, negative, annotations)
}

/** Whether `+inf` or `-inf` stands here, with nothing glued to it. */
export function atInfinity(scanner: TextScanner): boolean {
  return scanner.text.startsWith('inf', scanner.at + 1) && isNumberEnd(scanner, scanner.at + 4)
}

function readBasedInt(
  scanner: TextScanner,
  start: number,
  negative: boolean,
  isOne: (unit: number) => boolean,
  annotations: Annotations,
): Value {
  const digits = scanDigits(scanner, isOne)
  finishNumber(scanner, start)
  const magnitude = BigInt((isOne === isHexDigit ? '0x' : '0b') + digits)
  return int(negative ? -magnitude : magnitude, annotations)
}

function readDecimalNumber(scanner: TextScanner, start: number, negative: boolean, annotations: Annotations): Value {
  const whole = scanDigits(scanner, isDigit)
  if (whole.length > 1 && whole.startsWith('0')) scanner.fail('a number has no leading zeros', start, scanner.at)
  let fraction = ''
  let kind = 'int'
  if (scanner.peek() === 46) {
    kind = 'decimal'
    scanner.at += 1
    if (isDigit(scanner.peek())) fraction = scanDigits(scanner, isDigit)
  }
  let exponent = ''
  const letter = scanner.peek() | 32
  if (scanner.peek() !== -1 && (letter === 100 || letter === 101)) {
    kind = letter === 100 ? 'decimal' : 'float'
    scanner.at += 1
    exponent = scanExponent(scanner)
  }
  finishNumber(scanner, start)
  const digits = whole + fraction
  if (kind === 'int') return readIntDigits(whole, negative, annotations)
  if (kind === 'float') return float(Number(`${negative ? '-' : ''}${whole}.${fraction}e${exponent}`), annotations)
  const power = Number(exponent) - fraction.length || 0
  if (!Number.isSafeInteger(power)) scanner.fail("the decimal's exponent is out of range", start, scanner.at)
  const coefficient = BigInt(digits)
  return decimal(negative ? -coefficient : coefficient, power, negative, annotations)
}

function readIntDigits(digits: string, negative: boolean, annotations: Annotations): Value {
  if (digits.length < 16) return int(negative ? -Number(digits) : Number(digits), annotations)
  return int(negative ? -BigInt(digits) : BigInt(digits), annotations)
}

/** Digits with single underscores between them, which are dropped. */
function scanDigits(scanner: TextScanner, isOne: (unit: number) => boolean): string {
  const start = scanner.at
  let hasUnderscores = false
  if (!isOne(scanner.peek())) scanner.failExpected('a digit')
  for (;;) {
    scanner.at += 1
    const unit = scanner.peek()
    if (isOne(unit)) continue
    if (unit !== 95) break
    hasUnderscores = true
    if (!isOne(scanner.peek(1))) scanner.failExpected('a digit', scanner.at + 1)
  }
  if (scanner.at - start > numberDigitsMax)
    scanner.fail(`a number has at most ${numberDigitsMax} digits`, start, scanner.at)
  const digits = scanner.text.slice(start, scanner.at)
  return hasUnderscores ? digits.replaceAll('_', '') : digits
}

function scanExponent(scanner: TextScanner): string {
  const start = scanner.at
  if (scanner.peek() === 43 || scanner.peek() === 45) scanner.at += 1
  if (!isDigit(scanner.peek())) scanner.failExpected('a digit')
  while (isDigit(scanner.peek())) scanner.at += 1
  return scanner.text.slice(start, scanner.at)
}

function isTimestampStart(scanner: TextScanner): boolean {
  for (let ahead = 0; ahead < 4; ahead += 1) if (!isDigit(scanner.peek(ahead))) return false
  const unit = scanner.peek(4)
  return unit === 45 || unit === 84
}

function readTimestamp(scanner: TextScanner, annotations: Annotations): Value {
  const start = scanner.at
  while (!isNumberEnd(scanner, scanner.at)) scanner.at += 1
  const text = scanner.text.slice(start, scanner.at)
  const value = parseTimestamp(text, annotations)
  if (value !== undefined) return value
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return scanner.fail(`expected a timestamp, found '${shown}'`, start, scanner.at)
}

function finishNumber(scanner: TextScanner, start: number): void {
  if (isNumberEnd(scanner, scanner.at)) return
  scanner.fail(`a number can't be followed by ${scanner.found(scanner.at)}`, start, scanner.at + 1)
}

/** Numbers end at white space, `{}[](),"'`, a comment or the end of the text. */
function isNumberEnd(scanner: TextScanner, at: number): boolean {
  const unit = at < scanner.text.length ? scanner.text.charCodeAt(at) : -1
  if (unit === -1 || isSpace(unit)) return true
  if (unit === 47) {
    const next = scanner.text.charCodeAt(at + 1)
    return next === 47 || next === 42
  }
  return unit === 44 || unit === 93 || unit === 125 || unit === 41 || unit === 34 || unit === 39 || isOpening(unit)
}

function isOpening(unit: number): boolean {
  return unit === 91 || unit === 123 || unit === 40
}

function isHexDigit(unit: number): boolean {
  return isDigit(unit) || (unit >= 97 && unit <= 102) || (unit >= 65 && unit <= 70)
}

function isBinaryDigit(unit: number): boolean {
  return unit === 48 || unit === 49
}
