import type { Doubts } from './doubts.ts'
import type { FieldsAsked } from '../plan/fields-asked.ts'
import { NoticeSites, noSites } from './notice-sites.ts'
import { ErrorList } from '../base/error-list.ts'
import type { PlanSettings } from '../plan/plan.ts'
import type { Span } from '../base/span.ts'
import { type Value, missing } from '../values/value.ts'
import { LedgerError, type ErrorCode } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'

/** What compiling depends on in addition to the plan's nodes. */
export interface Compiler {
  readonly role: Role
  /** The compilers of the same statement for what is below an expression but plays another part. */
  readonly family: Readonly<Record<Role, Compiler>>
  /** Strict typing. */
  readonly strict: boolean
  /** What leads nowhere is an error: strict typing, and the values of changes. */
  readonly needsPaths: boolean
  /** Errors about data types are raised: strict typing and QLDB's own. */
  readonly raises: boolean
  /** MISSING operands give NULL: QLDB's own typing. */
  readonly nullsMissing: boolean
  readonly foldsCase: boolean
  /** Set where a condition of a change is evaluated again, without what a mistake makes true: see sure-conditions.ts. */
  readonly doubts: Doubts | undefined
  /** Of which tables' rows fields alone are asked. */
  readonly fieldsAsked: FieldsAsked
  /** What is watched for notices. */
  readonly sites: NoticeSites
  /** Whether every step counts its rows: for EXPLAIN ANALYZE. */
  readonly isProfiled: boolean
  /** Calls that can't be made: compiling continues to find all of them. */
  readonly errors: ErrorList
}

/**
 * What an expression is for. Queries read; the values of a change are evaluated strictly, so that a mistake in one is an
 * error and never an empty or a removed field.
 * - `read`: by the typing mode. Conditions in a change's sub-queries are read, too.
 * - `write`: a type error and a path that leads nowhere are errors, and so is a value that turns out MISSING.
 * - `copy`: the rows of INSERT … SELECT: as `write`, but a column that is a plain path is left out where it leads nowhere.
 * - `excuse`: arguments of COALESCE and NULLIF: a path may lead nowhere. What they construct is written again.
 * - `ask`: the conditions of CASE, the operand of IS, the sources of INSERT … SELECT: a path may lead nowhere.
 */
export type Role = 'read' | 'write' | 'copy' | 'excuse' | 'ask'

export function compilerFor(plan: PlanSettings, fieldsAsked: FieldsAsked = new Map(), sites = noSites): Compiler {
  const strict = plan.typing === 'strict'
  const { foldsCase, qldbTyping } = plan
  const family = {} as Record<Role, Compiler>
  const read: Compiler = {
    role: 'read',
    family,
    strict,
    needsPaths: strict,
    raises: strict || qldbTyping,
    nullsMissing: qldbTyping,
    foldsCase,
    doubts: undefined,
    fieldsAsked,
    sites,
    isProfiled: false,
    errors: new ErrorList(),
  }
  for (const role of roles) family[role] = read
  return read
}

/** What a plan says of how it is compiled. */
export function settingsOf({ strict, nullsMissing, foldsCase }: Compiler): PlanSettings {
  return { typing: strict ? 'strict' : 'permissive', qldbTyping: nullsMissing, foldsCase }
}

/** The compiler for the values of a change. */
export function writing(read: Compiler): Compiler {
  const family = { read } as Record<Role, Compiler>
  for (const role of roles) {
    const needsPaths = read.strict || role === 'write' || role === 'copy'
    if (role !== 'read') family[role] = { ...read, role, family, needsPaths, raises: true }
  }
  return family.write
}

/** The compiler for the second look at a change's conditions. */
export function doubting(read: Compiler, doubts: Doubts): Compiler {
  const family = {} as Record<Role, Compiler>
  const compiler: Compiler = { ...read, family, doubts, sites: new NoticeSites() }
  for (const role of roles) family[role] = compiler
  return compiler
}

/** The same without doubts, for the same look. */
export function undoubting(doubting: Compiler): Compiler {
  const family = {} as Record<Role, Compiler>
  const compiler: Compiler = { ...doubting, family, doubts: undefined, sites: noSites, errors: new ErrorList() }
  for (const role of roles) family[role] = compiler
  return compiler
}

/** The compiler for EXPLAIN ANALYZE. */
export function profiling(read: Compiler): Compiler {
  const family = {} as Record<Role, Compiler>
  const compiler: Compiler = { ...read, family, isProfiled: true }
  for (const role of roles) family[role] = compiler
  return compiler
}

/** What a path gives that leads nowhere, or a source of the wrong type: an error in strict typing alone. */
export function nowhere(compiler: Compiler, span: Span, message: string): Value {
  if (!compiler.needsPaths) return missing
  throw new LedgerError(compiler.role === 'read' ? 'evaluator/type-mismatch' : 'evaluator/missing-value', message, {
    span,
  })
}

/** The same for a step to a field, with the nearest field that there is. */
export function noSuchField(compiler: Compiler, span: Span, value: Value, name: string, isQuoted = false): Value {
  if (!compiler.needsPaths) return missing
  const near = value.type === 'struct' ? nearName(name, value.names) : undefined
  const hints = near === undefined ? [] : [`did you mean '${near}'?`]
  if (compiler.role === 'read')
    throw withHints('evaluator/type-mismatch', `the path '.${name}' leads nowhere`, hints, span)
  if (isQuoted) hints.unshift(`strings take single quotes: '${name.replaceAll("'", "''")}'`)
  throw withHints('evaluator/missing-value', `there is no field '${name}'`, hints, span)
}

export const roles: readonly Role[] = ['read', 'write', 'copy', 'excuse', 'ask']

function withHints(code: ErrorCode, message: string, hints: readonly string[], span: Span): LedgerError {
  return new LedgerError(code, message, { span, ...(hints.length === 0 ? {} : { help: hints.join('; ') }) })
}
