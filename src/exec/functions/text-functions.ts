import { passLoop } from '../../base/interruption.ts'
import { findText } from '../../values/find-text.ts'
import { int, missing, nullValue, string, type Value } from '../../values/value.ts'
import { type Bodies, type FunctionContext, mismatch } from './definition.ts'

/** Functions of text. Lengths and positions count code points, positions from 1; the results are strings. */
export const textBodies = {
  upper: ([text]) => string(textOf(text).toUpperCase()),
  lower: ([text]) => string(textOf(text).toLowerCase()),
  char_length: ([text]) => int(lengthOf(textOf(text))),
  character_length: ([text]) => int(lengthOf(textOf(text))),
  length: ([text]) => int(lengthOf(textOf(text))),
  octet_length: ([value]) => int(octets(value as Value)),
  bit_length: ([value]) => int(octets(value as Value) * 8),
  substring: ([text, start, length]) => string(substring(textOf(text), numberOf(start), length && numberOf(length))),
  position: ([wanted, text]) => int(position(textOf(wanted), textOf(text))),
  overlay: ([text, placed, start, length]) =>
    string(overlay(textOf(text), textOf(placed), numberOf(start), length && numberOf(length))),
  trim: (args) => string(trim(args.map(textOf))),
  replace: ([text, from, to], context) => string(replaceAll(textOf(text), textOf(from), textOf(to), context)),
  text_replace: ([text, from, to], context) =>
    string(
      textOf(from) === ''
        ? spread(textOf(text), textOf(to), context)
        : replaceAll(textOf(text), textOf(from), textOf(to), context),
    ),
  concat,
} satisfies Bodies

/** NULL is skipped, as in PostgreSQL and DuckDB; a MISSING argument, as a misspelt field is, leaves no text at all. */
function concat(args: readonly Value[], context: FunctionContext): Value {
  if (args.some(({ type }) => type === 'missing')) return context.typing === 'qldb' ? nullValue : missing
  return string(concatenated(args.filter(({ type }) => type !== 'null').map(textOf), context))
}

/** The text of an argument whose type has been checked. */
export function textOf(value: Value | undefined): string {
  return (value as { readonly value: string }).value
}

/** An int argument; one beyond the safe integers is as good as infinite for a place in a text. */
export function numberOf(value: Value | undefined): number {
  return Number((value as { readonly value: number | bigint }).value)
}

export function lengthOf(text: string): number {
  let count = text.length
  for (let index = 0; index + 1 < text.length; index += 1) {
    passLoop()
    if (isPair(text, index)) {
      count -= 1
      index += 1
    }
  }
  return count
}

function isPair(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00
}

/** Bytes of a text as UTF-8, or of a lob. */
function octets(value: Value): number {
  return 'bytes' in value ? value.bytes.length : Buffer.byteLength(textOf(value), 'utf8')
}

/** SQL-92 section 6.7: the part of the text that lies within [start, start + length), wherever that begins. */
export function substring(text: string, start: number, length: number | undefined): string {
  if (length !== undefined && length < 0) {
    throw mismatch(`Invalid argument for substring, the length must not be negative, got: ${length}`)
  }
  const from = Math.max(start, 1)
  const to = length === undefined ? Infinity : start + length
  if (to <= from || from > text.length) return ''
  return text.slice(unitOf(text, from - 1), unitOf(text, to - 1))
}

/** The UTF-16 offset of a code point's index, or the text's length. */
function unitOf(text: string, pointIndex: number): number {
  if (pointIndex >= text.length) return text.length
  let unit = 0
  for (let left = pointIndex; left > 0 && unit < text.length; left -= 1) {
    passLoop()
    unit += isPair(text, unit) ? 2 : 1
  }
  return unit
}

/** 1 for an empty text, 0 when it isn't there. */
function position(wanted: string, text: string): number {
  const unit = findText(text, wanted)
  return unit === -1 ? 0 : lengthOf(text.slice(0, unit)) + 1
}

/** SQL:1999: substring(text, 1, start - 1) || placed || substring(text, start + length). */
function overlay(text: string, placed: string, start: number, length: number | undefined): string {
  const replaced = length ?? lengthOf(placed)
  return substring(text, 1, start - 1) + placed + substring(text, start + replaced, undefined)
}

/** trim(text), trim(characters, text) or trim(side, characters, text); the characters are a set. */
export function trim(args: readonly string[]): string {
  const text = args[args.length - 1] as string
  const side = args.length === 3 ? (args[0] as string).toLowerCase() : 'both'
  if (side !== 'both' && side !== 'leading' && side !== 'trailing') {
    throw mismatch(`Invalid argument for trim, expected BOTH, LEADING or TRAILING, got: ${side}`)
  }
  const dropped = new Set(args.length === 1 ? ' ' : args[args.length - 2])
  let start = 0
  let end = text.length
  if (side !== 'trailing') {
    while (start < end && dropped.has(pointAt(text, start))) start += pointAt(text, start).length
  }
  if (side !== 'leading') {
    while (end > start && dropped.has(pointBefore(text, end))) end -= pointBefore(text, end).length
  }
  return text.slice(start, end)
}

/** The code point that begins at a unit. */
export function pointAt(text: string, unit: number): string {
  passLoop()
  return text.slice(unit, unit + (isPair(text, unit) ? 2 : 1))
}

/** The code point that ends before a unit. */
export function pointBefore(text: string, unit: number): string {
  passLoop()
  return text.slice(unit - (unit > 1 && isPair(text, unit - 2) ? 2 : 1), unit)
}

/** An empty text to look for is found nowhere. */
function replaceAll(text: string, from: string, to: string, { values }: FunctionContext): string {
  if (from === '') return text
  const joined: string[] = []
  let parts: string[] = []
  let length = text.length
  let end = 0
  for (let at = findText(text, from); at !== -1; at = findText(text, from, end)) {
    passLoop()
    length += to.length - from.length
    values.checkSize(length)
    parts.push(text.slice(end, at), to)
    end = at + from.length
    // Joined at intervals: a text of millions of parts takes many times its memory.
    if (parts.length > 4096) {
      joined.push(parts.join(''))
      parts = []
    }
  }
  return end === 0 ? text : joined.join('') + parts.join('') + text.slice(end)
}

/** PartiQL's text_replace finds the empty text before, between and after the characters. Source: Kotlin's function page. */
function spread(text: string, between: string, { values }: FunctionContext): string {
  const points = Array.from(text)
  values.checkSize(text.length + between.length * (points.length + 1))
  return ['', ...points, ''].join(between)
}

function concatenated(texts: readonly string[], { values }: FunctionContext): string {
  let length = 0
  for (const text of texts) length += text.length
  values.checkSize(length)
  return texts.join('')
}
