import type { Value } from '../../values/value.ts'
import { ionText } from './format-ion.ts'
import { isSafeText } from '../visible-text.ts'

/** What a piece of a table is, for colours and alignment. */
export type CellRole = 'header' | 'rule' | 'text' | 'number' | 'bool' | 'null' | 'missing' | 'ion'

export interface Cell {
  readonly text: string
  readonly role: CellRole
}

/**
 * A value as one line of a table cell, so that different Ion values never look the same:
 * - MISSING: empty
 * - a string: bare when nothing else prints so (`Audi`, `1N4AL11D75C109151`), else as Ion with its quotes: `"1"`, `"null"`,
 *   `"2019T"`, `""`, `" a"`, `"a\nb"`
 * - a symbol: always in single quotes: `'Audi'`
 * - everything else: its Ion text, with type, precision and annotations: `42.20`, `5e0`, `null.int`, `2019-09-04`,
 *   `{{AQI=}}`, `{a:1}`, `degrees::21`
 */
export function cellOf(value: Value): Cell {
  switch (value.type) {
    case 'missing':
      return { text: '', role: 'missing' }
    case 'string':
      if (value.annotations === undefined && isBare(value.value)) return { text: value.value, role: 'text' }
      return { text: ionText(value), role: 'text' }
    case 'symbol':
      return { text: symbolText(ionText(value), value.annotations !== undefined), role: 'ion' }
    case 'int':
    case 'float':
    case 'decimal':
      return { text: ionText(value), role: 'number' }
    case 'bool':
      return { text: ionText(value), role: 'bool' }
    case 'null':
      return { text: ionText(value), role: 'null' }
    default:
      return { text: ionText(value), role: 'ion' }
  }
}

/** What a value other than a string may print as: null, numbers, timestamps, and the words that Ion reserves. */
const otherValue =
  /^(?:null(?:\.\w*)?|true|false|nan|MISSING|\d[\d_]*(?:\.[\d_]*)?(?:[eEdD][-+]?\d*)?|0[xXbB]\w*|\d{4}(?:-\d\d){0,2}(?:T.*)?)$/

/** A string is bare when it begins with a letter or digit, ends without a blank, and reads as nothing else. */
function isBare(text: string): boolean {
  return (
    /^[\p{L}\p{M}\p{N}\p{Extended_Pictographic}]/u.test(text) &&
    !/\s$|::|…$/.test(text) &&
    isSafeText(text) &&
    !otherValue.test(text)
  )
}

/** Ion prints a symbol that is a plain name without quotes; a cell quotes it, since bare words are strings there. */
function symbolText(ion: string, annotated: boolean): string {
  return annotated || /^(?:'|\$\d)/.test(ion) ? ion : `'${ion}'`
}
