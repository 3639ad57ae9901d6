import type { Expression } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression } from './parse-expression.ts'

type Case = Extract<Expression, { kind: 'case' }>
type Branch = Case['branches'][number]

interface Begun {
  readonly start: number
  readonly operand: Expression | undefined
  readonly branches: readonly Branch[]
}

/** CASEs that stand in one another's ELSE, read as one: their branches, the innermost first. */
interface Joined {
  start: number
  end: number
  readonly operand: Expression | undefined
  readonly branches: (readonly Branch[])[]
  readonly otherwise: Expression | undefined
}

/** Chains of more CASEs become one CASE, so that their length is no depth. */
const treeCasesMax = 32

/**
 * CASE [operand] WHEN … THEN … [ELSE …] END. A CASE that begins an ELSE is read without recursion: a chain of them is no
 * nest.
 */
export function parseCase(cursor: Cursor): Expression {
  const outer: Begun[] = []
  let begun = parseBranches(cursor)
  while (cursor.at('ELSE') && cursor.peek().word === 'CASE') {
    cursor.advance()
    outer.push(begun)
    begun = parseBranches(cursor)
  }
  const isLong = outer.length >= treeCasesMax
  let found = ended(
    cursor,
    isLong ? searched(begun) : begun,
    cursor.accept('ELSE') ? parseExpression(cursor) : undefined,
  )
  for (let last = outer.pop(); last !== undefined; last = outer.pop()) {
    const otherwise = cursor.at('END') ? undefined : parseExpression(cursor, built(found))
    const next = isLong ? searched(last) : last
    if (isLong && otherwise === undefined && next.operand === undefined && found.operand === undefined) {
      cursor.expect('END')
      found.branches.push(next.branches)
      found.start = next.start
      found.end = cursor.lastEnd
    } else found = ended(cursor, next, otherwise ?? built(found))
  }
  return built(found)
}

function parseBranches(cursor: Cursor): Begun {
  const { start } = cursor.expect('CASE')
  const operand = cursor.at('WHEN') || cursor.at('ELSE') || cursor.at('END') ? undefined : parseExpression(cursor)
  const branches: { when: Expression; then: Expression }[] = []
  if (!cursor.at('WHEN')) throw cursor.complain('expected WHEN clause in CASE')
  while (cursor.accept('WHEN')) {
    const when = parseExpression(cursor)
    cursor.expect('THEN')
    // biome-ignore lint/suspicious/noThenProperty: THEN is what the language calls it
    branches.push({ when, then: parseExpression(cursor) })
  }
  return { start, operand, branches }
}

function ended(cursor: Cursor, { start, operand, branches }: Begun, otherwise: Expression | undefined): Joined {
  if (!cursor.accept('END')) {
    throw otherwise === undefined ? cursor.unexpected('WHEN', 'ELSE', 'END') : cursor.unexpected('END')
  }
  return { start, end: cursor.lastEnd, operand, branches: [branches], otherwise }
}

function built({ start, end, operand, branches, otherwise }: Joined): Expression {
  return { kind: 'case', operand, branches: branches.reverse().flat(), otherwise, span: { start, end } }
}

/** The text of an operand, in characters, that stands in all its branches together at most. */
const repeatedCharactersMax = 4_096

/** `CASE x WHEN 1 …` as `CASE WHEN x = 1 …`, by which SQL defines it; only where x is short beside its branches. */
function searched({ start, operand, branches }: Begun): Begun {
  if (operand === undefined) return { start, operand, branches }
  const repeated = (operand.span.end - operand.span.start) * branches.length
  if (operand.kind !== 'variable' && branches.length > 1 && repeated > repeatedCharactersMax) {
    return { start, operand, branches }
  }
  const tested = branches.map(({ when, then }): Branch => {
    const { span } = when
    return { when: { kind: 'binary', op: '=', left: operand, right: when, opSpan: span, span }, then }
  })
  return { start, operand: undefined, branches: tested }
}
