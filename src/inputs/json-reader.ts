import { LedgerError } from '../base/errors.ts'
import { inputShapesMax, nestingDepthMax, numberDigitsMax } from '../base/limits.ts'
import { hasLoneSurrogate } from '../values/text-quoted.ts'
import { decimal, falseValue, int, list, nullValue, string, struct, trueValue, type Value } from '../values/value.ts'
import { namesOf, type NameShape, newShape } from './name-shape.ts'

/**
 * Reads JSON (RFC 8259) as values, exactly: an integer of any size is an int; a number with a fraction or an exponent is
 * a decimal with its digits and precision (`42.20` keeps both zeros, `1e3` is 1d3). Repeated names are kept. One reader
 * for all rows of a file: it shares the names of alike objects among them.
 */
export class JsonReader {
  #text = ''
  #at = 0
  #depth = 0
  readonly #root = newShape(undefined, '', '')
  #shapes = 0

  /**
   * The one value that a text holds. Throws LedgerError 'file/malformed', 'ion/nesting-too-deep', with its place in the
   * text.
   */
  read(text: string): Value {
    this.#text = text
    this.#at = 0
    this.#depth = 0
    const value = this.#value(this.#skip())
    if (!Number.isNaN(this.#skip())) this.#fail('the end of the text')
    return value
  }

  /** Past white space; the unit that stands there, NaN at the end. */
  #skip(): number {
    const text = this.#text
    let at = this.#at
    let unit = text.charCodeAt(at)
    while (unit === 32 || (unit >= 9 && unit <= 13 && unit !== 11 && unit !== 12)) {
      at += 1
      unit = text.charCodeAt(at)
    }
    this.#at = at
    return unit
  }

  #value(unit: number): Value {
    switch (unit) {
      case 34:
        return string(this.#string())
      case 123:
        return this.#object()
      case 91:
        return this.#array()
      case 116:
        return this.#word('true', trueValue)
      case 102:
        return this.#word('false', falseValue)
      case 110:
        return this.#word('null', nullValue)
      default:
        return unit === 45 || (unit >= 48 && unit <= 57) ? this.#number() : this.#fail('a JSON value')
    }
  }

  #word(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('a JSON value')
    this.#at += word.length
    return value
  }

  #enter(): void {
    this.#depth += 1
    if (this.#depth > nestingDepthMax)
      throw new LedgerError('ion/nesting-too-deep', `JSON values nest more than ${nestingDepthMax} levels deep`, {
        span: { start: this.#at, end: this.#at + 1 },
      })
    this.#at += 1
  }

  #array(): Value {
    this.#enter()
    const items: Value[] = []
    let unit = this.#skip()
    if (unit !== 93) {
      for (;;) {
        items.push(this.#value(unit))
        unit = this.#skip()
        if (unit === 93) break
        if (unit !== 44) this.#fail("',' or ']'")
        this.#at += 1
        unit = this.#skip()
      }
    }
    this.#at += 1
    this.#depth -= 1
    return list(items)
  }

  #object(): Value {
    this.#enter()
    const values: Value[] = []
    let shape: NameShape<string> = this.#root
    let unit = this.#skip()
    if (unit !== 125) {
      for (;;) {
        if (unit !== 34) this.#fail("a field name in double quotes or '}'")
        shape = this.#field(shape)
        if (this.#skip() !== 58) this.#fail("':'")
        this.#at += 1
        values.push(this.#value(this.#skip()))
        unit = this.#skip()
        if (unit === 125) break
        if (unit !== 44) this.#fail("',' or '}'")
        this.#at += 1
        unit = this.#skip()
        if (unit === 125) this.#fail('a field name in double quotes')
      }
    }
    this.#at += 1
    this.#depth -= 1
    return struct(namesOf(shape), values)
  }

  /** Past a field's name; the shape with it at its end. Nearly always it is the one that came here last time. */
  #field(shape: NameShape<string>): NameShape<string> {
    const guess = shape.last
    const text = this.#text
    if (guess !== undefined && text.startsWith(guess.quoted, this.#at)) {
      this.#at += guess.quoted.length
      return guess
    }
    const start = this.#at
    const name = this.#string()
    const known = shape.next?.get(name)
    if (known !== undefined) {
      shape.last = known
      return known
    }
    const made = newShape(shape, name, text.slice(start, this.#at))
    if (this.#shapes < inputShapesMax) {
      this.#shapes += 1
      shape.next ??= new Map()
      shape.next.set(name, made)
      shape.last = made
    }
    return made
  }

  #string(): string {
    const text = this.#text
    const start = this.#at + 1
    let at = start
    for (;;) {
      const unit = text.charCodeAt(at)
      if (unit === 34) break
      if (unit === 92) return this.#escapedString(start, at)
      if (!(unit >= 32)) this.#failInString(at, start - 1)
      at += 1
    }
    this.#at = at + 1
    return text.slice(start, at)
  }

  #escapedString(start: number, first: number): string {
    const text = this.#text
    let whole = text.slice(start, first)
    let at = first
    for (;;) {
      const unit = text.charCodeAt(at)
      if (unit === 34) break
      if (!(unit >= 32)) this.#failInString(at, start - 1)
      if (unit !== 92) {
        whole += text[at]
        at += 1
        continue
      }
      const letter = text[at + 1] ?? ''
      const simple = escapes[letter]
      if (simple !== undefined) {
        whole += simple
        at += 2
        continue
      }
      const hex = text.slice(at + 2, at + 6)
      if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) this.#failAt(`there is no escape '\\${letter}' here`, at, 2)
      whole += String.fromCharCode(Number.parseInt(hex, 16))
      at += 6
    }
    if (hasLoneSurrogate(whole)) this.#failAt('half a surrogate pair is no character', start - 1, at - start + 2)
    this.#at = at + 1
    return whole
  }

  #failInString(at: number, start: number): never {
    if (at >= this.#text.length) this.#failAt('the string is not closed', start, at - start)
    return this.#failAt('a control character must be written as an escape in a string', at, 1)
  }

  #number(): Value {
    const text = this.#text
    const start = this.#at
    const digitsFrom = text.charCodeAt(start) === 45 ? start + 1 : start
    let at = this.#digits(digitsFrom)
    if (text.charCodeAt(digitsFrom) === 48 && at > digitsFrom + 1)
      this.#failAt('a number has no leading zeros', start, at - start)
    let unit = text.charCodeAt(at)
    if (unit !== 46 && (unit | 32) !== 101) {
      this.#at = at
      const digits = text.slice(start, at)
      return int(at - digitsFrom < 16 ? Number(digits) : BigInt(digits))
    }
    let coefficient = text.slice(digitsFrom, at)
    let exponent = 0
    if (unit === 46) {
      const end = this.#digits(at + 1)
      coefficient += text.slice(at + 1, end)
      exponent = at + 1 - end
      at = end
      unit = text.charCodeAt(at)
    }
    if ((unit | 32) === 101) {
      const sign = text.charCodeAt(at + 1)
      const end = this.#digits(at + (sign === 43 || sign === 45 ? 2 : 1))
      exponent += Number(text.slice(at + 1, end))
      at = end
    }
    if (!Number.isSafeInteger(exponent)) this.#failAt("the number's exponent is out of range", start, at - start)
    this.#at = at
    const isNegative = digitsFrom > start
    const magnitude = coefficient.length < 16 ? BigInt(Number(coefficient)) : BigInt(coefficient)
    return decimal(isNegative ? -magnitude : magnitude, exponent, isNegative)
  }

  /** The end of the digits that begin at a place; there must be one. */
  #digits(from: number): number {
    const text = this.#text
    let at = from
    let unit = text.charCodeAt(at)
    while (unit >= 48 && unit <= 57) {
      at += 1
      unit = text.charCodeAt(at)
    }
    if (at === from) this.#fail('a digit', from)
    if (at - from > numberDigitsMax) this.#failAt(`a number has at most ${numberDigitsMax} digits`, from, at - from)
    return at
  }

  #fail(wanted: string, at = this.#at): never {
    const point = this.#text.codePointAt(at)
    const found =
      point === undefined
        ? 'the end of the text'
        : point < 32
          ? `the character U+${point.toString(16).padStart(4, '0').toUpperCase()}`
          : `'${String.fromCodePoint(point)}'`
    return this.#failAt(`expected ${wanted}, found ${found}`, at, 1)
  }

  #failAt(message: string, start: number, length: number): never {
    throw new LedgerError('file/malformed', message, { span: { start, end: start + length } })
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
