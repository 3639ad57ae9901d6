import type { PlanExpression } from '../plan/plan.ts'
import { compare } from '../values/compare.ts'
import { int, type Value } from '../values/value.ts'

/** Why an expression never has a value, as `UPPER(x)` is never 'Ford'; undefined where it may. */
export function impossibleValue(expression: PlanExpression, value: Value): string | undefined {
  if (expression.kind === 'binary' && expression.op === '%') return notBelowDivisor(expression.right, value)
  if (expression.kind !== 'call') return undefined
  const { name, args } = expression
  if (name === 'mod' && args[1] !== undefined) return notBelowDivisor(args[1], value)
  const text = textOf(value)
  if (text !== undefined) return otherCase(name, text) ?? outerBlanks(name, args, text) ?? tooLong(name, args, text)
  const range = name === 'extract' ? partRange(args) : ranges[name]
  return range && outsideOf(range, value, `${name.toUpperCase()} is`)
}

/** The same for the pattern of LIKE. */
export function impossiblePattern(expression: PlanExpression, pattern: Value): string | undefined {
  const text = textOf(pattern)
  return expression.kind === 'call' && text !== undefined ? otherCase(expression.name, text) : undefined
}

function textOf(value: Value): string | undefined {
  return value.type === 'string' || value.type === 'symbol' ? value.value : undefined
}

function otherCase(name: string, text: string): string | undefined {
  if (name === 'upper' && text !== text.toUpperCase()) return 'UPPER gives no small letters'
  if (name === 'lower' && text !== text.toLowerCase()) return 'LOWER gives no capital letters'
  return undefined
}

/** TRIM with one argument takes blanks. */
function outerBlanks(name: string, { length }: readonly PlanExpression[], text: string): string | undefined {
  const trimmed = length === 1 ? trims[name] : undefined
  return trimmed?.test(text) === true ? `${name.toUpperCase()} leaves no blanks there` : undefined
}

const trims: Readonly<Record<string, RegExp>> = { trim: /^ | $/, ltrim: /^ /, rtrim: / $/ }

function tooLong(name: string, args: readonly PlanExpression[], text: string): string | undefined {
  const count = name === 'substring' ? partLength(args) : /^(left|right)$/.test(name) ? countOf(args[1]) : undefined
  if (count === undefined || count < 0 || [...text].length <= count) return undefined
  return `${name.toUpperCase()} gives at most ${count} characters`
}

/** Places before the first character count toward the length that SUBSTRING is given. */
function partLength([, start, length]: readonly PlanExpression[]): number | undefined {
  const count = countOf(length)
  const from = countOf(start)
  return count === undefined || from === undefined || from >= 1 ? count : Math.max(0, count + from - 1)
}

function countOf(expression: PlanExpression | undefined): number | undefined {
  return expression?.kind === 'constant' && expression.value.type === 'int' ? Number(expression.value.value) : undefined
}

type Range = readonly [low: number, high?: number]

const natural: Range = [0]
const ranges: Readonly<Record<string, Range>> = {
  abs: natural,
  bit_length: natural,
  cardinality: natural,
  char_length: natural,
  character_length: natural,
  length: natural,
  octet_length: natural,
  position: natural,
  sign: [-1, 1],
  size: natural,
}
const parts: Readonly<Record<string, Range>> = {
  month: [1, 12],
  day: [1, 31],
  hour: [0, 23],
  minute: [0, 59],
  quarter: [1, 4],
  week: [1, 53],
  dow: [0, 6],
  isodow: [1, 7],
  doy: [1, 366],
}

/** Of a field, which can be no interval. */
function partRange([part, from]: readonly PlanExpression[]): Range | undefined {
  const name = part?.kind === 'constant' ? textOf(part.value) : undefined
  return name === undefined || from?.kind !== 'field' ? undefined : parts[name.toLowerCase()]
}

function outsideOf([low, high]: Range, value: Value, what: string): string | undefined {
  if (isBelow(value, int(low))) return `${what} never below ${low}`
  return high !== undefined && isBelow(int(high), value) ? `${what} never above ${high}` : undefined
}

/** `n % 2 = 2` */
function notBelowDivisor(divisor: PlanExpression, value: Value): string | undefined {
  if (divisor.kind !== 'constant' || !isBelow(int(0), divisor.value)) return undefined
  return isBelow(value, divisor.value) ? undefined : 'the remainder is less than the divisor'
}

function isBelow(a: Value, b: Value): boolean {
  const order = compare(a, b)
  return order !== undefined && order < 0
}
