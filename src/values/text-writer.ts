import { LedgerError } from '../base/errors.ts'
import { nestingDepthMax } from '../base/limits.ts'
import { toPartiqlIon } from './partiql-ion.ts'
import { printTimestamp } from './timestamp.ts'
import type { DecimalValue, StructValue, Value } from './value.ts'
import { unknownSymbolText } from './value.ts'

export interface PrintOptions {
  /** One field or item a line, indented by two spaces; the default is one line without spaces. */
  readonly pretty?: boolean
}

/**
 * A value as Ion text that reads back as the same value: decimals with their precision, timestamps as written, floats
 * always with an exponent. Characters that a terminal would not show as themselves are escaped. What Ion has no form
 * for is written as partiql-ion.ts says. Throws LedgerError 'ion/nesting-too-deep'.
 */
export function printIon(value: Value, options: PrintOptions = {}): string {
  return new Printer(options.pretty === true).print(value, 0, false)
}

class Printer {
  readonly #pretty: boolean

  constructor(pretty: boolean) {
    this.#pretty = pretty
  }

  print(value: Value, depth: number, inSexp: boolean): string {
    const { annotations } = value
    if (annotations === undefined) return this.#bare(value, depth, inSexp)
    return annotations.map((text) => `${printSymbol(text)}::`).join('') + this.#bare(value, depth, false)
  }

  #bare(value: Value, depth: number, inSexp: boolean): string {
    switch (value.type) {
      case 'null':
        return value.nullType === 'null' ? 'null' : `null.${value.nullType}`
      case 'bool':
        return value.value ? 'true' : 'false'
      case 'int':
        return value.value.toString()
      case 'float':
        return printFloat(value.value)
      case 'decimal':
        return printDecimal(value)
      case 'timestamp':
        return printTimestamp(value)
      case 'string':
        return quote(value.value, '"')
      case 'symbol':
        return inSexp && isOperatorSymbol(value.value) ? value.value : printSymbol(value.value)
      case 'blob':
        return `{{${Buffer.from(value.bytes).toString('base64')}}}`
      case 'clob':
        return `{{"${printClobBytes(value.bytes)}"}}`
      case 'list':
        return this.#items('[', ',', ']', value.items, depth)
      case 'sexp':
        return this.#items('(', ' ', ')', value.items, depth)
      case 'struct':
        return this.#struct(value, depth)
      case 'missing':
      case 'bag':
      case 'map':
      case 'date':
      case 'time':
      case 'interval':
        return this.print(toPartiqlIon(value), depth, false)
      default:
        return value satisfies never
    }
  }

  #items(open: string, separator: string, close: string, items: readonly Value[], depth: number): string {
    const inSexp = open === '('
    const inner = checkDepth(depth + 1)
    return this.#wrap(
      open,
      separator,
      close,
      items.map((item) => this.print(item, inner, inSexp)),
      depth,
    )
  }

  #struct(value: StructValue, depth: number): string {
    const inner = checkDepth(depth + 1)
    const colon = this.#pretty ? ': ' : ':'
    const { names, values } = value
    const fields = values.map(
      (item, index) => printSymbol(names[index] as string) + colon + this.print(item, inner, false),
    )
    return this.#wrap('{', ',', '}', fields, depth)
  }

  #wrap(open: string, separator: string, close: string, parts: readonly string[], depth: number): string {
    if (!this.#pretty || parts.length === 0) return open + parts.join(separator) + close
    const indent = '  '.repeat(depth)
    const glue = separator === ' ' ? '' : separator
    return `${open}\n${indent}  ${parts.join(`${glue}\n${indent}  `)}\n${indent}${close}`
  }
}

function checkDepth(depth: number): number {
  if (depth <= nestingDepthMax) return depth
  throw new LedgerError('ion/nesting-too-deep', `the value nests more than ${nestingDepthMax} levels deep`)
}

function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (value === Infinity) return '+inf'
  if (value === -Infinity) return '-inf'
  if (Object.is(value, -0)) return '-0e0'
  const text = value.toString()
  return text.includes('e') ? text.replace('e+', 'e') : `${text}e0`
}

/** With a point as long as few zeros are to be made up (as Java's BigDecimal has it), else as coefficient and power. */
export function printDecimal(value: DecimalValue): string {
  const { coefficient, exponent } = value
  const sign = coefficient < 0n || value.negativeZero ? '-' : ''
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString()
  if (exponent > 0 || digits.length - 1 + exponent < -6) return `${sign}${digits}d${exponent}`
  if (exponent === 0) return `${sign}${digits}.`
  const padded = digits.padStart(1 - exponent, '0')
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}

const identifier = /^[A-Za-z_$][A-Za-z0-9_$]*$/
/** Identifiers that would be read as something else. */
const reserved = /^(?:null|true|false|nan|\$[0-9]+|\$ion_[0-9]+_[0-9]+)$/
const operator = /^[!#%&*+\-./;<=>?@^`|~]+$/

/** A symbol, field name or annotation, quoted when it has to be. */
export function printSymbol(text: string): string {
  if (identifier.test(text) && !reserved.test(text)) return text
  return text === unknownSymbolText ? '$0' : quote(text, "'")
}

function isOperatorSymbol(text: string): boolean {
  return operator.test(text) && !text.includes('//') && !text.includes('/*')
}

/**
 * Quotes, backslashes, control characters, line and paragraph separators, marks that turn the direction of writing,
 * the byte order mark and lone surrogates.
 */
const escapedCharacters =
  /["'\\\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu
const mayNeedEscape = /["'\\\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/

const namedEscapes: Record<string, string> = {
  '\\': '\\\\',
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '\v': '\\v',
}

function quote(text: string, mark: '"' | "'"): string {
  if (!mayNeedEscape.test(text)) return mark + text + mark
  const escaped = text.replace(escapedCharacters, (character) => {
    if (character === '"' || character === "'") return character === mark ? `\\${mark}` : character
    return namedEscapes[character] ?? escapeUnit(character.charCodeAt(0))
  })
  return mark + escaped + mark
}

function escapeUnit(unit: number): string {
  const hex = unit.toString(16)
  return unit < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`
}

function printClobBytes(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    const character = String.fromCharCode(byte)
    if (byte === 34) text += '\\"'
    else if (byte === 92 || byte < 32) text += namedEscapes[character] ?? escapeUnit(byte)
    else text += byte < 0x7f ? character : escapeUnit(byte)
  }
  return text
}
