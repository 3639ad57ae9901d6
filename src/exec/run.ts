import { LedgerError } from '../base/errors.ts'
import { asLimit } from '../base/limit-error.ts'
import { interruptible } from '../base/interruption.ts'
import { fieldsAsked } from '../plan/fields-asked.ts'
import type { Plan, PlanStatement } from '../plan/statement-plan.ts'
import { bag, list, string, structOf, type Value } from '../values/value.ts'
import { compileAnalyze } from './analyze.ts'
import { compileExpression } from './compile-expression.ts'
import { collect, compileRowSource, hasRows } from './compile-query.ts'
import { compileChange, compileInsert, type Execute, sinkOf } from './dml.ts'
import { type Evaluate, Frame, type OpenRows, placed } from './frame.ts'
import { type Compiler, compilerFor } from './compiler.ts'
import { findNoticeSites } from './find-notice-sites.ts'
import type { NoticeSites } from './notice-sites.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import { hasSymbol } from './sure-conditions.ts'

/** A statement ready to run: closures only, good for any number of runs, also at the same time. */
interface Program {
  /** The rows one by one, for a SELECT. */
  readonly openRows: OpenRows | undefined
  readonly evaluate: Evaluate | undefined
  readonly execute: Execute | undefined
}

interface CompiledPlan {
  readonly program: Program
  readonly sites: NoticeSites
}

/** Compiled plans, so that a plan that runs again is not compiled again. */
const programs = new WeakMap<Plan, CompiledPlan>()

/**
 * Runs a plan and gives its rows: those of a bag or a list, each made when it is asked for; a single value is one row.
 * A statement that changes something does all its work when the first row is asked for. Throws LedgerError with a place
 * in the statement's text where one is known.
 */
export function* runPlan(plan: Plan, context: EvaluationContext): Generator<Value, undefined, undefined> {
  const frame = new Frame(plan.slots, context)
  try {
    yield* interruptibleRows(
      rowsOf(
        interruptible(frame.ask, () => programFor(frame, plan)),
        frame,
      ),
      frame,
    )
  } catch (error) {
    throw placedLimit(error, plan)
  } finally {
    frame.memory.close()
  }
}

/** Attributes a limit error to the whole statement if no smaller part is to blame. */
function placedLimit(raised: unknown, { statement }: Plan): unknown {
  const error = asLimit(raised)
  const isPlaced = error instanceof LedgerError && error.code === 'evaluator/limit' && statement.kind === 'query'
  return isPlaced ? error.at(statement.value.span) : error
}

/** Rows whose evaluation can be interrupted, inside one long operation too. */
function* interruptibleRows(rows: Generator<Value>, frame: Frame): Generator<Value, undefined, undefined> {
  const pull = () => rows.next()
  try {
    for (;;) {
      const found = interruptible(frame.ask, pull)
      if (found.done === true) return
      yield found.value
    }
  } finally {
    rows.return(undefined)
  }
}

function* rowsOf(program: Program, frame: Frame): Generator<Value, undefined, undefined> {
  if (program.openRows !== undefined) {
    const rows = program.openRows(frame)
    try {
      for (let found = rows.next(); found.done !== true; found = rows.next()) yield found.value
    } finally {
      rows.return?.()
    }
  } else if (program.execute !== undefined) {
    yield* program.execute(frame)
  } else if (program.evaluate !== undefined) {
    const value = program.evaluate(frame)
    if (value.type === 'bag' || value.type === 'list') yield* value.items
    else yield value
  }
}

/** Runs a plan and gives its whole value: a bag, a list or any other. Of a change, the list of its result rows. */
export function evaluatePlan(plan: Plan, context: EvaluationContext): Value {
  const frame = new Frame(plan.slots, context)
  try {
    const program = programFor(frame, plan)
    return interruptible(frame.ask, () => program.evaluate?.(frame) ?? list(program.execute?.(frame) ?? []))
  } catch (error) {
    throw placedLimit(error, plan)
  } finally {
    frame.memory.close()
  }
}

/** The plan's program, made when it is first run. */
function programFor(frame: Frame, plan: Plan): Program {
  const { program, sites } = compiledPlan(plan)
  frame.observe(sites, isChange(plan.statement))
  return program
}

function isChange({ kind }: PlanStatement): boolean {
  return kind === 'insert' || kind === 'change'
}

function compiledPlan(plan: Plan): CompiledPlan {
  const known = programs.get(plan)
  if (known !== undefined) return known
  const program = compilePlan(plan)
  programs.set(plan, program)
  return program
}

/** Throws the first error with the others attached: calls are checked to the end, any other error stops. */
function compilePlan(plan: Plan): CompiledPlan {
  const sites = findNoticeSites(plan.statement)
  // A symbol may have been meant as any field of a document.
  const asksAll = plan.typing === 'strict' || (isChange(plan.statement) && hasSymbol(plan.statement))
  const asked = asksAll ? undefined : fieldsAsked(plan.statement)
  const compiler = compilerFor(plan, asked, sites)
  let raised: LedgerError[] = []
  try {
    const program = compileStatement(plan.statement, compiler)
    if (compiler.errors.isEmpty) return { program, sites }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    raised = [error]
  }
  throw compiler.errors.join(...raised)
}

function compileStatement(statement: PlanStatement, compiler: Compiler): Program {
  const none = { openRows: undefined, evaluate: undefined, execute: undefined }
  if (statement.kind !== 'query') return { ...none, execute: compileExecute(statement, compiler) }
  const { value } = statement
  if (value.kind !== 'query' || !hasRows(value.query)) {
    return { ...none, evaluate: compileExpression(value, compiler) }
  }
  const { open, ordered } = compileRowSource(value.query, compiler)
  const make = ordered ? list : bag
  return { ...none, openRows: open, evaluate: (frame) => make(collect(open(frame), frame)) }
}

function compileExecute(statement: Exclude<PlanStatement, { kind: 'query' }>, compiler: Compiler): Execute {
  switch (statement.kind) {
    case 'insert':
      return compileInsert(statement, compiler)
    case 'change':
      return compileChange(statement, compiler)
    case 'explain': {
      const rows = statement.lines.map((line) => structOf({ plan: string(line) }))
      return () => rows
    }
    case 'analyze':
      return compileAnalyze(statement, compiler)
    case 'redact': {
      const args = statement.args.map((argument) => compileExpression(argument, compiler))
      return (frame) => {
        const [address, tableId, documentId] = args.map((argument) => argument(frame)) as [Value, Value, Value]
        const sink = sinkOf(frame, statement.span)
        return [placed(statement.span, () => sink.redactRevision(address, textOf(tableId), textOf(documentId)))]
      }
    }
    default:
      return compileDefinition(statement)
  }
}

function textOf(value: Value): string {
  if (value.type === 'string' || value.type === 'symbol') return value.value
  throw new LedgerError('evaluator/invalid', `REDACT_REVISION takes ids as strings, not ${value.type}`)
}

type Definition = Extract<
  PlanStatement,
  { kind: 'create-table' | 'drop-table' | 'undrop-table' | 'create-index' | 'drop-index' }
>

function isAbsence({ code }: LedgerError): boolean {
  return code === 'catalog/table-not-found' || code === 'catalog/index-not-found'
}

/** DDL: one row {tableId}; none where IF EXISTS finds nothing to drop. */
function compileDefinition(statement: Definition): Execute {
  const { span } = statement
  const isDrop = statement.kind === 'drop-table' || statement.kind === 'drop-index'
  const define = (frame: Frame): string => {
    const sink = sinkOf(frame, span)
    switch (statement.kind) {
      case 'create-table':
        return sink.createTable(statement.name, statement.conditional)
      case 'drop-table':
        return sink.dropTable(statement.name)
      case 'undrop-table':
        return sink.undropTable(statement.tableId)
      case 'create-index':
        return sink.createIndex(statement.table, statement.field, statement.conditional)
      case 'drop-index':
        return sink.dropIndex(statement.table, statement.indexId)
    }
  }
  return (frame) => {
    try {
      return [structOf({ tableId: string(placed(span, () => define(frame))) })]
    } catch (error) {
      if (isDrop && statement.conditional && error instanceof LedgerError && isAbsence(error)) return []
      throw error
    }
  }
}
