import { LedgerError } from '../base/errors.ts'
import type { Operator, PlanExpression, QueryPlan } from '../plan/plan.ts'
import type { ChangePlan } from '../plan/change-plan.ts'
import { compileRowSource } from './compile-query.ts'
import { Doubts, keepsRows } from './doubts.ts'
import type { Doubt } from './doubt.ts'
import type { Frame } from './frame.ts'
import { type Compiler, doubting } from './compiler.ts'
import { compileOperator } from './operators.ts'
import { forEachRow } from './saved-rows.ts'
import { decides, hasSymbol, isPlain, valueHelp } from './sure-conditions.ts'

/** Checks the rows that each document had, by its id. */
type CheckRows = (frame: Frame, targets: ReadonlyMap<string, { readonly rows: number }>) => void

/**
 * FROM must not give a document by a mistake alone: `LEFT JOIN t.lines AS x ON x.qty = '1'` finds no partner for any
 * document, and COUNT(*) of such a condition counts none. So where FROM itself decides, its rows are read a second time as
 * the conditions are (sure-conditions.ts): without the rows in doubt, without a row of an outer join whose partner may be
 * one of them, and without those of a sub-query that they could change. A document that then has fewer rows was chosen by
 * a mistake. A column of several types is none: doubts count as in a sub-query (doubts.ts).
 */
export function compileSureRows({ input, idSlot }: ChangePlan, compiler: Compiler): CheckRows | undefined {
  if (!choosesRows(input)) return undefined
  const look = compileSecondLook(compiler, (doubted) => compileOperator(input, doubted))
  const check: CheckRows = (frame, targets) => {
    const sure = new Map<string, number>()
    const doubt = look(frame, (open) => {
      forEachRow(open(frame), () => {
        const id = frame.slots[idSlot]
        const documentId = id?.type === 'string' ? id.value : ''
        sure.set(documentId, (sure.get(documentId) ?? 0) + 1)
      })
    })
    if (doubt === undefined) return
    for (const [documentId, { rows }] of targets) {
      if ((sure.get(documentId) ?? 0) >= rows) continue
      throw refusal(doubt, `FROM gives the document '${documentId}'`)
    }
  }
  return check
}

/** The same for the documents of INSERT … SELECT, of which there were so many. */
export function compileSureCopies(
  value: PlanExpression,
  compiler: Compiler,
): ((frame: Frame, count: number) => void) | undefined {
  if (value.kind !== 'query' || !choosesCopies(value.query)) return undefined
  const { query } = value
  const keeps = keepsRows(query)
  const look = compileSecondLook(compiler, (doubted) => compileRowSource(query, doubted).open)
  return (frame, count) => {
    if (count === 0) return
    let sure = 0
    const doubt = look(frame, (open) => {
      const rows = open(frame)
      while (rows.next().done !== true) sure += 1
    })
    if (doubt !== undefined && (sure < count || !keeps)) throw refusal(doubt, 'the query gives a document')
  }
}

/** Runs something in the second look; gives what stays in doubt. */
function compileSecondLook<T>(compiler: Compiler, compile: (doubted: Compiler) => T) {
  const doubts = new Doubts()
  const doubted = doubting(compiler.family.read, doubts)
  const compiled = compile(doubted)
  return (frame: Frame, run: (compiled: T) => void): Doubt | undefined => {
    const { observation } = frame
    frame.observation = undefined
    doubts.start()
    try {
      return doubts.look(frame, doubted.sites.marks, () => run(compiled)).doubt
    } finally {
      frame.observation = observation
    }
  }
}

function refusal({ message, span, help }: Doubt, what: string): LedgerError {
  return new LedgerError('evaluator/type-mismatch', `${what} only because ${message}`, {
    span,
    help: help ?? valueHelp,
  })
}

/** Whether the sources of a change choose rows by what they compare. Its conditions are checked separately. */
function choosesRows(operator: Operator): boolean {
  switch (operator.kind) {
    case 'one-row':
    case 'scan-table':
      return false
    case 'scan-value':
      return decides(operator.value) || hasSymbol(operator.value)
    case 'filter':
      return choosesRows(operator.input)
    case 'join':
      return operator.join !== 'inner' || choosesRows(operator.left) || choosesRows(operator.right)
    default:
      return true
  }
}

/** Whether a row of a query may be there by a mistake in a condition. */
function choosesCopies(query: QueryPlan): boolean {
  if (query.kind !== 'select') return query.kind === 'set'
  return choosesRows(query.input) || hasDeciding(query.input) || !keepsRows(query)
}

function hasDeciding(operator: Operator): boolean {
  if (operator.kind === 'join') {
    return !operator.on.every(isPlain) || hasDeciding(operator.left) || hasDeciding(operator.right)
  }
  if (operator.kind !== 'filter') return false
  return operator.conditions.some((one) => !isPlain(one) || hasSymbol(one)) || hasDeciding(operator.input)
}
