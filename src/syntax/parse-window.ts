import type { Expression, FrameBound, Name, NamedWindow, WindowFrame, WindowSpecification } from './ast.ts'
import { type Cursor, unsupported } from './cursor.ts'
import { parseOperators, parseOr, tightness } from './parse-expression.ts'
import { parseSortKeys } from './parse-query.ts'

/** OVER (…) or OVER name behind the call of `name`; NTH_VALUE may have FROM FIRST before it, any function RESPECT NULLS. */
export function parseOver(cursor: Cursor, name: string): WindowSpecification | undefined {
  if (name === 'nth_value') parseDirection(cursor)
  parseNullTreatment(cursor)
  const { start } = cursor.token
  if (cursor.acceptWords('OVER', '(')) return parseWindow(cursor, start)
  if (!cursor.at('OVER') || !cursor.atBareAlias(1)) return undefined
  cursor.advance()
  const base = cursor.name()
  return { base, isName: true, partitionBy: [], orderBy: [], frame: undefined, span: cursor.spanFrom(start) }
}

/** FROM FIRST and FROM LAST, which a FROM clause with a table of that name may look like. */
function parseDirection(cursor: Cursor): void {
  const { word } = cursor.peek(2)
  if (word !== 'OVER' && word !== 'RESPECT' && word !== 'IGNORE') return
  if (cursor.atWords('FROM', 'LAST')) {
    throw unsupported('FROM LAST is not supported', cursor.token, 'reverse the ORDER BY of the window')
  }
  cursor.acceptWords('FROM', 'FIRST')
}

function parseNullTreatment(cursor: Cursor): void {
  if (cursor.peek(2).word !== 'OVER') return
  if (cursor.atWords('IGNORE', 'NULLS')) {
    const help = 'drop the NULLs in a sub-query: SELECT … FROM (SELECT … WHERE x IS NOT NULL)'
    throw unsupported('IGNORE NULLS is not supported', cursor.token, help)
  }
  cursor.acceptWords('RESPECT', 'NULLS')
}

/** [name] [PARTITION BY …] [ORDER BY …] [frame], from behind the left parenthesis to behind the right one. */
function parseWindow(cursor: Cursor, start: number): WindowSpecification {
  const base = atBase(cursor) ? cursor.name() : undefined
  const partitionBy: Expression[] = []
  if (cursor.acceptWords('PARTITION', 'BY')) {
    do partitionBy.push(parseOr(cursor))
    while (cursor.accept(','))
  }
  const orderBy = cursor.acceptWords('ORDER', 'BY') ? parseSortKeys(cursor) : []
  const frame = atFrame(cursor) ? parseFrame(cursor) : undefined
  if (!cursor.accept(')')) {
    const expected = orderBy.length === 0 ? ['ORDER BY'] : []
    throw cursor.unexpected(...(partitionBy.length === 0 ? ['PARTITION BY'] : []), ...expected, 'ROWS', 'RANGE', ')')
  }
  return { base, isName: false, partitionBy, orderBy, frame, span: cursor.spanFrom(start) }
}

function atBase(cursor: Cursor): boolean {
  return cursor.atName() && !cursor.atWords('PARTITION', 'BY') && !atFrame(cursor)
}

/** `rows` may be the name of a window: in a frame a bound follows. */
function atFrame(cursor: Cursor): boolean {
  const isUnit = cursor.at('ROWS') || cursor.at('RANGE') || cursor.at('GROUPS')
  return isUnit && ![')', 'ORDER', 'PARTITION'].includes(cursor.peek().word)
}

/** ROWS|RANGE|GROUPS bound, ROWS|RANGE|GROUPS BETWEEN bound AND bound */
function parseFrame(cursor: Cursor): WindowFrame {
  const unitToken = cursor.advance()
  const unit = unitToken.word.toLowerCase() as WindowFrame['unit']
  const isBetween = cursor.accept('BETWEEN')
  const start = parseBound(cursor)
  if (isBetween) cursor.expect('AND')
  const here: FrameBound = { side: 'current-row', offset: undefined, span: start.span }
  const end = isBetween ? parseBound(cursor) : here
  const span = cursor.spanFrom(unitToken.start)
  if (cursor.at('EXCLUDE')) {
    const token = cursor.token
    if (!cursor.acceptWords('EXCLUDE', 'NO', 'OTHERS')) {
      const what = cursor.peek().word === 'CURRENT' ? 'CURRENT ROW' : cursor.peek().word
      throw unsupported(`EXCLUDE ${what} in a window frame is not supported`, token)
    }
  }
  return { unit, start, end, span }
}

/** UNBOUNDED PRECEDING, n PRECEDING, CURRENT ROW, n FOLLOWING, UNBOUNDED FOLLOWING */
function parseBound(cursor: Cursor): FrameBound {
  const { start } = cursor.token
  if (cursor.acceptWords('CURRENT', 'ROW')) {
    return { side: 'current-row', offset: undefined, span: cursor.spanFrom(start) }
  }
  const next = cursor.peek().word
  const isUnbounded = cursor.at('UNBOUNDED') && (next === 'PRECEDING' || next === 'FOLLOWING')
  if (isUnbounded) cursor.advance()
  const offset = isUnbounded ? undefined : parseOperators(cursor, tightness.concat)
  if (!cursor.at('PRECEDING') && !cursor.at('FOLLOWING')) throw cursor.unexpected('PRECEDING', 'FOLLOWING')
  const side = cursor.advance().word === 'PRECEDING' ? 'preceding' : 'following'
  return { side, offset, span: cursor.spanFrom(start) }
}

/** WINDOW name AS (…), name AS (…) … */
export function parseNamedWindows(cursor: Cursor): NamedWindow[] {
  const windows: NamedWindow[] = []
  if (!cursor.atWindowClause()) return windows
  cursor.advance()
  do {
    const name: Name = cursor.name()
    const { start } = cursor.expect('AS')
    cursor.expect('(')
    windows.push({ name, window: parseWindow(cursor, start), span: cursor.spanFrom(name.span.start) })
  } while (cursor.accept(','))
  return windows
}
