import type { PlanExpression } from '../plan/plan.ts'
import type { Value } from '../values/value.ts'

export function textOf(value: Value): string | undefined {
  return value.type === 'string' || value.type === 'symbol' ? value.value : undefined
}

/** Why a function of texts never gives a value. */
export function notOfText(expression: PlanExpression, value: Value): string | undefined {
  const text = textOf(value)
  if (text === undefined) return undefined
  return (
    otherCase(expression, text) ??
    outerBlanks(expression, text) ??
    otherLength(expression, text) ??
    unlikeParts(expression, text)
  )
}

/** What leaves the letters as they are that it keeps. */
const keepsCase = /^(trim|ltrim|rtrim|left|right|substring|reverse)$/
const changesCase = /^(upper|lower)$/

/** Of a text or a pattern: `UPPER(x)` and `TRIM(UPPER(x))` beside 'Ford'. */
export function otherCase(expression: PlanExpression, text: string): string | undefined {
  if (expression.kind !== 'call') return undefined
  const { name, args } = expression
  if (name === 'upper' && text !== text.toUpperCase()) return 'UPPER gives no small letters'
  if (name === 'lower' && text !== text.toLowerCase()) return 'LOWER gives no capital letters'
  const inner = keepsCase.test(name) ? args[0] : undefined
  return inner && otherCase(inner, text)
}

/** TRIM with one argument takes blanks. */
function outerBlanks(expression: PlanExpression, text: string): string | undefined {
  if (expression.kind !== 'call') return undefined
  const { name, args } = expression
  const trimmed = args.length === 1 ? trims[name] : undefined
  if (trimmed?.test(text) === true) return `${name.toUpperCase()} leaves no blanks there`
  const inner = changesCase.test(name) ? args[0] : undefined
  return inner && outerBlanks(inner, text)
}

const trims: Readonly<Record<string, RegExp>> = { trim: /^ | $/, ltrim: /^ /, rtrim: / $/ }

function otherLength(expression: PlanExpression, text: string): string | undefined {
  if (expression.kind === 'cast') return castLength(expression, text)
  if (expression.kind !== 'call') return undefined
  const { name, args } = expression
  const count =
    name === 'substring' ? partLength(args) : /^(left|right|lpad|rpad)$/.test(name) ? countOf(args[1]) : undefined
  if (count === undefined || count < 0) return undefined
  const { length } = [...text]
  if (length > count) return `${name.toUpperCase()} gives at most ${charactersOf(count)}`
  return /pad$/.test(name) && length < count && fills(args[2])
    ? `${name.toUpperCase()} gives ${charactersOf(count)}`
    : undefined
}

function charactersOf(count: number): string {
  return count === 1 ? '1 character' : `${count} characters`
}

/** What LPAD and RPAD fill with, unless it is nothing. */
function fills(fill: PlanExpression | undefined): boolean {
  return fill === undefined || (fill.kind === 'constant' && (textOf(fill.value) ?? '') !== '')
}

/** CAST AS VARCHAR(3) */
function castLength({ form, type }: Extract<PlanExpression, { kind: 'cast' }>, text: string): string | undefined {
  const [count] = type.args
  if (form !== 'cast' || count === undefined || !/^(var)?char/.test(type.name)) return undefined
  return [...text].length > count ? `the CAST gives at most ${charactersOf(count)}` : undefined
}

/** Places before the first character count toward the length that SUBSTRING is given. */
function partLength([, start, length]: readonly PlanExpression[]): number | undefined {
  const count = countOf(length)
  const from = countOf(start)
  return count === undefined || from === undefined || from >= 1 ? count : Math.max(0, count + from - 1)
}

/** `SUBSTRING(x, 0, 3)`: two characters. */
export function beginsTooEarly({ name, args }: Extract<PlanExpression, { kind: 'call' }>): boolean {
  const start = name === 'substring' && args.length === 3 ? countOf(args[1]) : undefined
  return start !== undefined && start < 1
}

export function countOf(expression: PlanExpression | undefined): number | undefined {
  return expression?.kind === 'constant' && expression.value.type === 'int' ? Number(expression.value.value) : undefined
}

/** `Make || ' ' || 'Model'` always ends with ' Model', and never is 'Ford F150'. */
function unlikeParts(expression: PlanExpression, text: string): string | undefined {
  const parts = joinedParts(expression)
  if (parts === undefined || parts.length === 0) return undefined
  const texts = parts.map((part) => (part.kind === 'constant' ? textOf(part.value) : ''))
  if (texts.includes(undefined)) return undefined
  const [first = '', ...rest] = runsOf(parts, texts as readonly string[])
  const last = rest.pop()
  if (last === undefined) return undefined
  if (!text.startsWith(first)) return `the joined text always begins with '${first}'`
  if (!text.slice(first.length).endsWith(last)) return `the joined text always ends with '${last}'`
  let from = first.length
  for (const part of rest) {
    const at = text.indexOf(part, from)
    if (at === -1 || at + part.length > text.length - last.length) return `the joined text always has '${part}'`
    from = at + part.length
  }
  return undefined
}

/** The texts before, between and after what may be any text: one more than there is of that. */
function runsOf(parts: readonly PlanExpression[], texts: readonly string[]): readonly string[] {
  const runs = ['']
  for (const [at, part] of parts.entries()) {
    if (part.kind === 'constant') runs.push((runs.pop() ?? '') + (texts[at] as string))
    else runs.push('')
  }
  return runs
}

function joinedParts(expression: PlanExpression): readonly PlanExpression[] | undefined {
  if (expression.kind === 'call' && expression.name === 'concat') return expression.args
  if (expression.kind === 'chain') {
    const { first, rest } = expression
    return rest.every(({ op }) => op === '||')
      ? [first, ...rest.map(({ operand }) => operand)].flatMap(partsIn)
      : undefined
  }
  return expression.kind === 'binary' && expression.op === '||'
    ? [expression.left, expression.right].flatMap(partsIn)
    : undefined
}

function partsIn(part: PlanExpression): readonly PlanExpression[] {
  return joinedParts(part) ?? [part]
}
