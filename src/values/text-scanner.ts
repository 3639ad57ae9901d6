import { LedgerError } from '../base/errors.ts'
import { nestingDepthMax } from '../base/limits.ts'
import { span } from '../base/span.ts'

/**
 * Ion text with a place in it: what every part of the text reader needs. A character is a UTF-16 unit, -1 stands for
 * the end of the text.
 */
export class TextScanner {
  readonly text: string
  at = 0
  #depth = 0

  constructor(text: string) {
    this.text = text
    if (text.charCodeAt(0) === 0xfeff) this.at = 1
  }

  peek(ahead = 0): number {
    const index = this.at + ahead
    return index < this.text.length ? this.text.charCodeAt(index) : -1
  }

  /** Past white space and comments. */
  skipSpace(): void {
    for (;;) {
      const unit = this.peek()
      if (unit === 47 && this.skipComment()) continue
      if (!isSpace(unit)) return
      this.at += 1
    }
  }

  /** Past white space alone: inside a blob or clob there are no comments. */
  skipBlank(): void {
    while (isSpace(this.peek())) this.at += 1
  }

  private skipComment(): boolean {
    const next = this.peek(1)
    if (next === 47) {
      this.at += 2
      for (let unit = this.peek(); unit !== -1 && unit !== 10 && unit !== 13; unit = this.peek()) this.at += 1
      return true
    }
    if (next !== 42) return false
    const end = this.text.indexOf('*/', this.at + 2)
    if (end === -1) this.fail("a comment is not closed with '*/'", this.at, this.text.length)
    this.at = end + 2
    return true
  }

  enter(start: number): void {
    this.#depth += 1
    if (this.#depth <= nestingDepthMax) return
    throw new LedgerError('ion/nesting-too-deep', `Ion values nest more than ${nestingDepthMax} levels deep`, {
      span: span(start, start + 1),
    })
  }

  leave(): void {
    this.#depth -= 1
  }

  fail(message: string, start = this.at, end = Math.min(start + 1, this.text.length)): never {
    throw new LedgerError('ion/malformed', message, { span: span(start, Math.max(start, end)) })
  }

  /** Throws: `wanted` should stand here. */
  failExpected(wanted: string, at = this.at): never {
    this.fail(`expected ${wanted}, found ${this.found(at)}`, at)
  }

  /** What stands at a place, as an error names it. */
  found(at: number): string {
    const point = this.text.codePointAt(at)
    if (point === undefined) return 'the end of the text'
    if (point < 32 || (point >= 0x7f && point < 0xa0) || (point >= 0xd800 && point < 0xe000))
      return `the character U+${point.toString(16).toUpperCase().padStart(4, '0')}`
    return `'${String.fromCodePoint(point)}'`
  }
}

export function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13)
}

export function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57
}

export function isIdentifierStart(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || unit === 95 || unit === 36
}

export function isIdentifierPart(unit: number): boolean {
  return isIdentifierStart(unit) || isDigit(unit)
}

const operatorUnits = new Set(Array.from('!#%&*+-./;<=>?@^`|~', (character) => character.charCodeAt(0)))

export function isOperator(unit: number): boolean {
  return operatorUnits.has(unit)
}
