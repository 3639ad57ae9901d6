import type { PlanBinaryOperator, PlanExpression } from '../plan/plan.ts'
import { isIntegerType } from '../values/cast.ts'
import { compare } from '../values/compare.ts'
import { exactOf, stripZeros } from '../values/decimal.ts'
import { int, type Value } from '../values/value.ts'
import { countOf, textOf } from './impossible-texts.ts'

/** What a function's numbers lie between, the bounds included, unless it is open. */
export interface NumberRange {
  readonly name: string
  readonly low?: Value
  readonly high?: Value
  readonly isOpen?: boolean
}

type Bounds = readonly [low: number, high?: number]

const natural: Bounds = [0]
const bounds: Readonly<Record<string, Bounds>> = {
  abs: natural,
  bit_length: natural,
  cardinality: natural,
  char_length: natural,
  character_length: natural,
  coll_count: natural,
  length: natural,
  octet_length: natural,
  position: natural,
  sign: [-1, 1],
  size: natural,
}
const parts: Readonly<Record<string, Bounds>> = {
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

/** The range of a function that has one. */
export function rangeOf(expression: PlanExpression): NumberRange | undefined {
  if (expression.kind === 'binary' && expression.op === '%') return remainders(expression.right)
  if (expression.kind === 'query') return isCount(expression) ? { name: 'COUNT', low: int(0) } : undefined
  if (expression.kind !== 'call') return undefined
  const { name, args } = expression
  if (name === 'mod' && args[1] !== undefined) return remainders(args[1])
  const known = name === 'extract' ? boundsOfPart(args) : bounds[name]
  if (known === undefined) return undefined
  const [low, high] = known
  return { name: name.toUpperCase(), low: int(low), ...(high === undefined ? {} : { high: int(high) }) }
}

/** `n % 2` is less than 2. */
function remainders(divisor: PlanExpression): NumberRange | undefined {
  if (divisor.kind !== 'constant' || !isBelow(int(0), divisor.value)) return undefined
  return { name: 'the remainder', high: divisor.value, isOpen: true }
}

/** `(SELECT COUNT(*) FROM …)` */
function isCount({ query }: Extract<PlanExpression, { kind: 'query' }>): boolean {
  if (query.kind !== 'select' || query.input.kind !== 'group' || query.input.keys.length > 0) return false
  const { value } = query
  const [part, second] = value.kind === 'row' ? value.parts : []
  const column =
    value.kind === 'row' ? (part?.kind === 'field' && second === undefined ? part.value : undefined) : value
  const { aggregates } = query.input
  return column?.kind === 'slot' && aggregates.some(({ name, slot }) => slot === column.slot && name === 'count')
}

/** Of a field, which can be no interval. */
function boundsOfPart([part, from]: readonly PlanExpression[]): Bounds | undefined {
  const name = part?.kind === 'constant' ? textOf(part.value) : undefined
  return name === undefined || from?.kind !== 'field' ? undefined : parts[name.toLowerCase()]
}

/** Why a value is outside of a range. */
export function outsideOf({ name, low, high, isOpen }: NumberRange, value: Value): string | undefined {
  if (low !== undefined && isBelow(value, low)) return `${name} is never below ${shown(low)}`
  if (high === undefined) return undefined
  if (isOpen === true) return isBelow(value, high) || !isNumber(value) ? undefined : lessThanDivisor
  return isBelow(high, value) ? `${name} is never above ${shown(high)}` : undefined
}

const lessThanDivisor = 'the remainder is less than the divisor'

/** Why `x op value` is the same for every x of a range: always true, or never. */
export function sameInRange(
  { name, low, high, isOpen }: NumberRange,
  op: PlanBinaryOperator,
  value: Value,
): { readonly isAlways: boolean; readonly reason: string } | undefined {
  const above = low === undefined ? undefined : compare(value, low)
  if (above !== undefined && (op === '>=' || op === '<') && above <= 0) {
    return { isAlways: op === '>=', reason: `${name} is never below ${shown(low)}` }
  }
  if (above !== undefined && (op === '>' || op === '<=') && above < 0) {
    return { isAlways: op === '>', reason: `${name} is never below ${shown(low)}` }
  }
  const below = high === undefined ? undefined : compare(value, high)
  if (below === undefined) return undefined
  const isBeyond = op === '<=' || op === '>' ? below >= 0 : below > 0 || (isOpen === true && below === 0)
  if (!isBeyond || !/^[<>]=?$/.test(op)) return undefined
  return {
    isAlways: op === '<=' || op === '<',
    reason: isOpen === true ? lessThanDivisor : `${name} is never above ${shown(high)}`,
  }
}

function shown(bound: Value | undefined): string {
  return bound?.type === 'int' ? String(bound.value) : ''
}

function isBelow(a: Value, b: Value): boolean {
  const order = compare(a, b)
  return order !== undefined && order < 0
}

function isNumber({ type }: Value): boolean {
  return type === 'int' || type === 'float' || type === 'decimal'
}

/** `FLOOR(x) = 1.5`, `ROUND(x, 1) = 1.25`, `CAST(x AS INT) = 0.5` */
export function notOfNumber(expression: PlanExpression, value: Value): string | undefined {
  const found = digitsGiven(expression)
  const digits = found && fractionDigits(value)
  if (found === undefined || digits === undefined || digits <= found.digits) return undefined
  if (found.digits === 0) return `${found.name} gives whole numbers`
  return `${found.name} gives at most ${found.digits} decimal place${found.digits === 1 ? '' : 's'}`
}

const wholes = /^(floor|ceil|ceiling|sign|size|cardinality|position|(bit_|octet_|char_|character_)?length|coll_count)$/

function digitsGiven(expression: PlanExpression): { readonly name: string; readonly digits: number } | undefined {
  if (expression.kind === 'query') return isCount(expression) ? { name: 'COUNT', digits: 0 } : undefined
  if (expression.kind === 'cast') {
    const { form, type } = expression
    if (form !== 'cast') return undefined
    const scale = isIntegerType(type)
      ? 0
      : /^(dec|decimal|numeric)$/.test(type.name) && type.args[0] !== undefined
        ? (type.args[1] ?? 0)
        : undefined
    return scale === undefined ? undefined : { name: 'the CAST', digits: scale }
  }
  if (expression.kind !== 'call') return undefined
  const { name, args } = expression
  if (wholes.test(name)) return { name: name.toUpperCase(), digits: 0 }
  if (name === 'extract') return boundsOfPart(args) === undefined ? undefined : { name: 'EXTRACT', digits: 0 }
  const digits = args.length === 1 ? 0 : countOf(args[1])
  return /^(round|trunc)$/.test(name) && digits !== undefined ? { name: name.toUpperCase(), digits } : undefined
}

/** How many digits a number has behind its point; undefined for what is none, and for nan and the infinities. */
function fractionDigits(value: Value): number | undefined {
  if (value.type !== 'int' && value.type !== 'decimal' && value.type !== 'float') return undefined
  if (value.type === 'float' && !Number.isFinite(value.value)) return undefined
  return Math.max(0, -stripZeros(exactOf(value)).exponent)
}
