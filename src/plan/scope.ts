import { parameterHelp } from '../base/hints.ts'
import { ErrorList } from '../base/error-list.ts'
import { LedgerError } from '../base/errors.ts'
import { fileHelp, looksLikeFile } from '../base/file-name.ts'
import { nearName } from '../base/near-name.ts'
import type { Span } from '../base/span.ts'
import type { Name } from '../syntax/ast.ts'
import { missing } from '../values/value.ts'
import type { Catalog, GlobalInfo, TableInfo } from './catalog.ts'
import { NameIndex } from './name-index.ts'
import type { AggregatePlan, FramePlan, PlanExpression, SortKeyPlan } from './plan.ts'
import type { PlanOptions } from './plan-options.ts'
import type { TargetPath } from './change-plan.ts'
import type { WindowCalls } from './window-calls.ts'

/** A name that is bound to a slot. */
export interface Variable {
  readonly name: string
  readonly slot: number
  /** `with`: a WITH binding, found before tables in FROM. */
  readonly role: 'source' | 'ordinal' | 'id' | 'let' | 'with' | 'key'
  /** Where in its document the value stands, for the targets of changes. */
  readonly origin: TargetPath | undefined
  /** The columns of its rows where they are known beforehand. */
  readonly columns: readonly string[] | undefined
  /** The table that it is an alias of. */
  readonly table?: string | undefined
}

/** One source of a FROM clause as `*` sees it. */
export interface SourceNames {
  readonly source: Variable
  readonly at: Variable | undefined
  readonly by: Variable | undefined
  /** On the side of an outer join that may lack a partner. */
  nullable: boolean
}

/** A key of groups: its expression's text (expressionKey), its slot and its name. */
export interface GroupKey {
  readonly text: string
  readonly slot: number
  readonly name: string
}

/** After GROUP BY: what the groups' own variables are and how to reach what stood before. */
export interface Grouping {
  /** The scope before grouping: the arguments of aggregates are resolved there. */
  readonly before: Scope
  readonly keys: readonly GroupKey[]
  /** The first key of each text. */
  readonly keyOfText: ReadonlyMap<string, GroupKey>
  /** Names of several keys, none of which they mean by themselves. */
  readonly ambiguous: ReadonlySet<string>
  readonly aggregates: AggregatePlan[]
  /** The names that SELECT gives, which HAVING does not know. */
  readonly outputs: readonly string[]
}

/** A window with its names resolved. */
export interface ResolvedWindow {
  readonly partitionBy: readonly PlanExpression[]
  readonly orderBy: readonly SortKeyPlan[]
  readonly frame: FramePlan | undefined
}

/** A window of the WINDOW clause. */
export interface NamedWindowPlan extends ResolvedWindow {
  readonly name: string
}

/** The variables of one query block; its parent is the block around it. */
export class Scope {
  readonly parent: Scope | undefined
  readonly variables = new NameIndex<Variable>()
  /** The names declared so far, as `declare` compares them. */
  readonly declared = new Set<string>()
  readonly sources: SourceNames[] = []
  /** How many FROM sources the block has altogether; set before the first is resolved. */
  sourceCount = 0
  grouping: Grouping | undefined
  /** The names that SELECT gives, which no earlier clause knows. */
  outputs: readonly string[] = []
  /** Where window functions are collected; undefined where none is allowed. */
  windows: WindowCalls | undefined
  /** What the WINDOW clause names. */
  namedWindows = new NameIndex<NamedWindowPlan>()
  /** Where window functions are resolved, when not here: before EXCLUDE. */
  windowScope: Scope | undefined

  constructor(parent: Scope | undefined) {
    this.parent = parent
  }

  /** Whether the block is a sub-query of one that has sources. */
  get isNested(): boolean {
    for (let block = this.parent; block !== undefined; block = block.parent) if (block.sourceCount > 0) return true
    return false
  }

  /** The only source, into which unknown names are paths. */
  get onlySource(): Variable | undefined {
    return this.sourceCount === 1 ? this.sources[0]?.source : undefined
  }
}

/** What building one statement's plan shares. */
export class PlanContext {
  readonly catalog: Catalog
  readonly options: PlanOptions
  readonly foldsCase: boolean
  slots = 0
  parameters = 0
  /** Set while the sources of a change are resolved: elements of nested lists keep their ordinals. */
  tracksElements = false
  /** Set for INSERT … SELECT: tables give the ids of their documents, for its errors. */
  namesDocuments = false
  /** Set for INSERT, UPDATE, DELETE and FROM …: a name that is surely mistaken is an error. */
  isChange = false
  /** Set once a function of the clock is called. */
  asksClock = false
  /** What `previous` stands for. */
  previous: PlanExpression | undefined
  readonly #errors = new ErrorList()
  readonly #callErrors = new ErrorList()
  #isTrying = false

  constructor(catalog: Catalog, options: PlanOptions) {
    this.catalog = catalog
    this.options = options
    this.foldsCase = options.foldsCase ?? false
  }

  newSlot(): number {
    this.slots += 1
    return this.slots - 1
  }

  /** Whether something has been found wrong, so that the plan will never run and may hold stand-ins. */
  get isRefused(): boolean {
    return !this.#errors.isEmpty
  }

  /** Whether a call can't be made: the program is refused when it is compiled. */
  get hasCallErrors(): boolean {
    return !this.#callErrors.isEmpty
  }

  /** Notes an error; the caller continues with a stand-in to find more. Throws it where an expression is only tried. */
  note(error: LedgerError): void {
    if (this.#isTrying) throw error
    this.#errors.add(error)
  }

  /** Checks a call of a function; its error is reported only along with others. */
  checkCall(name: string, argumentCount: number, span: Span): void {
    const error = this.#isTrying ? undefined : this.options.checkCall?.(name, argumentCount, span)
    if (error !== undefined) this.#callErrors.add(error)
  }

  /**
   * Whether conditions may be tried elsewhere than where they are written. In strict typing a condition that fails
   * raises its error: there every one is evaluated where it stands.
   */
  get movesConditions(): boolean {
    return this.options.typing !== 'strict' && this.options.optimise !== false
  }

  /** Builds something that may well fail: gives undefined then, and notes nothing. */
  attempt<T>(build: () => T): T | undefined {
    const before = this.#isTrying
    this.#isTrying = true
    try {
      return build()
    } catch (error) {
      if (error instanceof LedgerError) return undefined
      throw error
    } finally {
      this.#isTrying = before
    }
  }

  /** Does all the building. Throws the first error with the others attached; one that is raised ends the search. */
  collect<T>(build: () => T): T {
    let raised: LedgerError[] = []
    try {
      const built = build()
      if (!this.isRefused) return built
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      raised = [error]
    }
    throw this.#errors.join(...raised, ...this.#callErrors.errors)
  }

  /** What the catalog has for a name. Throws, with the name's place, where several of its names fit. */
  findGlobal(name: Name): GlobalInfo | undefined {
    try {
      return this.catalog.findGlobal(name.text, name.quoted)
    } catch (error) {
      throw error instanceof LedgerError ? error.at(name.span) : error
    }
  }

  /** A name must be matched exactly when it is quoted or the catalog's names are exact. */
  isExact(name: Name): boolean {
    return name.quoted || !this.foldsCase
  }
}

/**
 * Adds a variable to a block. QLDB compares aliases without case ("A variable named 'x' was already defined in this
 * scope"); where case is folded only the same spelling collides, since quoted names tell the others apart, and so it is
 * with the keys of groups, which are fields of documents.
 */
export function declare(
  scope: Scope,
  context: PlanContext,
  name: string,
  role: Variable['role'],
  slot: number,
  span: Span,
  more: Partial<Pick<Variable, 'origin' | 'columns' | 'table'>> = {},
): Variable {
  const key = context.foldsCase || role === 'key' ? name : name.toLowerCase()
  if (scope.declared.has(key)) {
    throw new LedgerError(
      'semantic/duplicate-variable',
      `A variable named '${name}' was already defined in this scope`,
      {
        span,
      },
    )
  }
  const variable: Variable = { name, slot, role, origin: more.origin, columns: more.columns, table: more.table }
  scope.variables.add(variable)
  scope.declared.add(key)
  return variable
}

/**
 * The nearest variable of that name, blocks from the inside out. Where case is folded an unquoted name fits any
 * spelling, and it throws when several fit.
 */
export function findVariable(
  scope: Scope | undefined,
  name: Name,
  context: PlanContext,
  accept: (variable: Variable) => boolean = () => true,
): Variable | undefined {
  const isExact = context.isExact(name)
  for (let block = scope; block !== undefined; block = block.parent) {
    if (isExact) {
      const exact = block.variables.exactly(name.text).find(accept)
      if (exact !== undefined) return exact
      continue
    }
    const fitting = block.variables.inAnyCase(name.text).filter(accept)
    if (fitting.length > 1) {
      throw new LedgerError('semantic/invalid', `the name '${name.text}' fits several variables`, {
        span: name.span,
        help: 'write it in double quotes to match one of them exactly',
      })
    }
    if (fitting[0] !== undefined) return fitting[0]
  }
  return undefined
}

/** Whether the nearest block that knows a name does so only before its GROUP BY, behind which it stands for nothing. */
export function isUngrouped(scope: Scope, name: Name, context: PlanContext): boolean {
  const isExact = context.isExact(name)
  const knows = ({ variables }: Scope) =>
    (isExact ? variables.exactly(name.text) : variables.inAnyCase(name.text)).length > 0
  for (let block: Scope | undefined = scope; block !== undefined; block = block.parent) {
    if (knows(block)) return false
    if (block.grouping !== undefined && knows(block.grouping.before)) return true
  }
  return false
}

export function notGrouped(name: Name): LedgerError {
  return new LedgerError('semantic/invalid', `'${name.text}' is not a key of GROUP BY`, {
    span: name.span,
    help: groupingHelp,
  })
}

function helpInGroups({ text }: Name, { outputs }: Grouping): string {
  const isOutput = outputs.some((one) => one.toLowerCase() === text.toLowerCase())
  return isOutput ? `'${text}' is a name that SELECT gives: repeat its expression here` : groupingHelp
}

/** For `SELECT a.x + b.y AS total … WHERE total > 5`. */
function outputHelp({ text }: Name, scope: Scope | undefined): string | undefined {
  const isOutput = scope?.outputs.some((one) => one.toLowerCase() === text.toLowerCase()) === true
  return isOutput ? 'SELECT, which gives that name, runs later: repeat its expression, or nest the query' : undefined
}

const groupingHelp = 'behind GROUP BY and beside aggregates there are only the keys, GROUP AS and aggregates'

function hasSources(scope: Scope | undefined): boolean {
  for (let block = scope; block !== undefined; block = block.parent) {
    if (block.variables.all.length > 0 || block.grouping !== undefined) return true
  }
  return false
}

/** `No such variable named 'x'`, with the nearest name there is; `as`: it stands in FROM, in an expression, there as `@x`. */
export function noSuchVariable(
  name: Name,
  scope: Scope | undefined,
  context: PlanContext,
  as: 'source' | 'value' | 'local' = 'source',
): LedgerError {
  const names = new Set<string>()
  for (let block = scope; block !== undefined; block = block.parent) {
    for (const { name: one } of block.variables.all) names.add(one)
  }
  for (const global of context.catalog.globalNames()) names.add(global)
  const near = nearName(name.text, names)
  const isAlone = as === 'value' && !hasSources(scope)
  const quotes =
    name.quoted || isAlone
      ? `strings take single quotes: '${name.text.replaceAll("'", "''")}'${isAlone && !name.quoted ? '; fields need FROM' : ''}`
      : undefined
  const isFile = looksLikeFile(name.text)
  const help = isFile
    ? fileHelp(name.text)
    : near === undefined
      ? (quotes ??
        (as === 'local' ? parameterHelp : undefined) ??
        (scope?.grouping && helpInGroups(name, scope.grouping)) ??
        outputHelp(name, scope))
      : `did you mean '${near}'?`
  return new LedgerError('semantic/no-such-variable', `No such variable named '${name.text}'`, {
    span: name.span,
    ...(help === undefined ? {} : { help }),
  })
}

/** What stands where nothing could be resolved, in a plan that is going to be refused. */
export function unresolved(span: Span): PlanExpression {
  return { kind: 'constant', value: missing, span }
}

/** The same for a table. */
export function unresolvedTable(name: string): TableInfo {
  return { tableId: '', name, active: false, indexes: [] }
}

export function slotOf(variable: Variable, span: Span): PlanExpression {
  return { kind: 'slot', slot: variable.slot, name: variable.name, span }
}

/** QLDB's words for a table where none may stand. */
export function illegalGlobal(name: Name): LedgerError {
  return new LedgerError(
    'semantic/not-in-qldb',
    `Global variable access is illegal in this context, variable name: '${name.text}'`,
    { span: name.span },
  )
}
