import type { TypeName } from './ast.ts'
import { type Cursor, invalid } from './cursor.ts'
import { typeHelp } from './usual-mistakes.ts'

/** Type names of one word, and how many arguments each takes. */
const arities: Readonly<Record<string, readonly [number, number] | undefined>> = Object.assign(Object.create(null), {
  ...Object.fromEntries(
    `any bag bigint blob bool boolean clob date int int2 int4 int8 integer integer2 integer4 integer8 list map missing null
     real sexp smallint string struct symbol tinyint tuple`
      .split(/\s+/)
      .map((name) => [name, [0, 0]]),
  ),
  char: [0, 1],
  character: [0, 1],
  varchar: [0, 1],
  'character varying': [0, 1],
  dec: [0, 2],
  decimal: [0, 2],
  numeric: [0, 2],
  double: [0, 0],
  'double precision': [0, 0],
  float: [0, 1],
  time: [0, 1],
  timestamp: [0, 1],
})

/** A type as CAST and IS name it. Throws LedgerError `expected type name` for anything that is none. */
export function parseTypeName(cursor: Cursor, closing: Closing = { half: false }): TypeName {
  const token = cursor.token
  if (token.kind !== 'name' && token.kind !== 'keyword') throw cursor.complain('expected type name')
  if (token.word === 'INTERVAL') {
    cursor.advance()
    const { name, args } = parseIntervalQualifier(cursor)
    return { name: `interval ${name.toLowerCase()}`, args, withTimeZone: false, span: cursor.spanFrom(token.start) }
  }
  let name = token.word.toLowerCase()
  if (arities[name] === undefined) throw cursor.complain('expected type name', { help: typeHelp(name) })
  cursor.advance()
  if (name === 'character' && cursor.accept('VARYING')) name = 'character varying'
  if (name === 'double' && cursor.accept('PRECISION')) name = 'double precision'
  const args = cursor.at('(') ? parseTypeArguments(cursor) : []
  checkArguments(name, args, cursor.spanFrom(token.start))
  const of = name === 'map' && cursor.at('<') ? parseMapTypes(cursor, closing) : undefined
  const withTimeZone = name === 'time' || name === 'timestamp' ? parseTimeZone(cursor) === 'with' : false
  return { name, args, withTimeZone, ...(of === undefined ? {} : { of }), span: cursor.spanFrom(token.start) }
}

/** `half`: the first `>` of a `>>` has ended a type, so that the second ends the one around it. */
interface Closing {
  half: boolean
}

/** `<key, value>` of MAP. */
function parseMapTypes(cursor: Cursor, around: Closing): readonly [TypeName, TypeName] {
  const inner: Closing = { half: false }
  cursor.expect('<')
  const key = parseTypeName(cursor)
  cursor.expect(',')
  const value = parseTypeName(cursor, inner)
  if (inner.half) cursor.expect('>>')
  else if (cursor.at('>>')) around.half = true
  else cursor.expect('>')
  return [key, value]
}

function checkArguments(name: string, args: readonly number[], span: { start: number; end: number }): void {
  const [least, most] = arities[name] as readonly [number, number]
  if (args.length < least || args.length > most) {
    throw invalid(`Cast to type ${name.toUpperCase()} has incorrect arity.Correct arity is ${least}..${most}`, span)
  }
}

/** WITH TIME ZONE, WITHOUT TIME ZONE or nothing. */
export function parseTimeZone(cursor: Cursor): 'with' | 'without' | undefined {
  const { word } = cursor.token
  if (word !== 'WITHOUT' && !cursor.atWords('WITH', 'TIME')) return undefined
  cursor.advance()
  cursor.expect('TIME')
  cursor.expect('ZONE')
  return word === 'WITH' ? 'with' : 'without'
}

/** `(5)`, `(10, 2)`: whole numbers. */
export function parseTypeArguments(cursor: Cursor): number[] {
  cursor.expect('(')
  const args: number[] = []
  do {
    const text = cursor.textOf(cursor.token)
    if (cursor.token.kind !== 'number' || !/^\d{1,9}$/.test(text)) {
      throw cursor.complain('invalid value used for type parameter, expected a whole number')
    }
    cursor.advance()
    args.push(Number(text))
  } while (cursor.accept(','))
  if (!cursor.accept(')')) throw cursor.complain('expected right parenthesis')
  return args
}

export type IntervalField = 'YEAR' | 'MONTH' | 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND'
export interface IntervalQualifier {
  /** `YEAR`, `DAY TO SECOND` */
  readonly name: string
  readonly first: IntervalField
  readonly last: IntervalField
  /** As written: the leading precision, the digits of fractions of a second. */
  readonly leadingDigits: number | undefined
  readonly fractionDigits: number | undefined
  /** Both as a type's arguments, defaults filled in up to the last one written. */
  readonly args: readonly number[]
}

/** SQL's default digits of an interval's first field, and of the fraction of its seconds. */
export const intervalLeadingDigits = 2
export const intervalFractionDigits = 6
/** Digits that either may have. */
const intervalDigitsMax = 9
const intervalFields: readonly IntervalField[] = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND']

/** YEAR(3) TO MONTH, DAY TO SECOND(6), SECOND(2, 3): fields of one family, a finer one behind TO. */
export function parseIntervalQualifier(cursor: Cursor): IntervalQualifier {
  const { start } = cursor.token
  const first = parseIntervalField(cursor)
  const firstArgs = cursor.at('(') ? parseTypeArguments(cursor) : []
  let last = first
  let lastArgs: readonly number[] = first === 'SECOND' ? firstArgs.slice(1) : []
  if (cursor.accept('TO')) {
    last = parseIntervalField(cursor)
    lastArgs = cursor.at('(') ? parseTypeArguments(cursor) : []
    const [from, to] = [intervalFields.indexOf(first), intervalFields.indexOf(last)]
    if (to <= from || from < 2 !== to < 2) {
      throw invalid(`an interval can't go from ${first} to ${last}`, cursor.spanFrom(start))
    }
  }
  const manyFirst = firstArgs.length > (first === 'SECOND' && last === first ? 2 : 1)
  if (manyFirst || lastArgs.length > (last === 'SECOND' ? 1 : 0)) {
    throw invalid('invalid value used for type parameter: too many for an interval', cursor.spanFrom(start))
  }
  const leadingDigits = firstArgs[0]
  const fractionDigits = lastArgs[0]
  if (leadingDigits === 0 || Math.max(leadingDigits ?? 0, fractionDigits ?? 0) > intervalDigitsMax) {
    const bounds = `1 to ${intervalDigitsMax} digits in front and up to ${intervalDigitsMax} of a fraction`
    throw invalid(`invalid value used for type parameter, expected ${bounds}`, cursor.spanFrom(start))
  }
  const args = fractionDigits !== undefined ? [leadingDigits ?? intervalLeadingDigits, fractionDigits] : firstArgs
  return { name: first === last ? first : `${first} TO ${last}`, first, last, leadingDigits, fractionDigits, args }
}

function parseIntervalField(cursor: Cursor): IntervalField {
  const { word } = cursor.token
  if (!intervalFields.includes(word as IntervalField)) {
    throw cursor.complain(`expected one of: [${intervalFields.join(', ')}]`)
  }
  cursor.advance()
  return word as IntervalField
}
