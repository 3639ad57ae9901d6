import { preparedStatementCharactersMax, preparedStatementsMax } from '../base/limits.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { PlanOptions } from '../plan/plan-options.ts'
import type { Plan } from '../plan/statement-plan.ts'
import type { Statement } from '../syntax/statement-ast.ts'
import { isBrief } from '../plan/brief-statement.ts'
import { parseStatement } from '../syntax/parser.ts'
import type { Account } from '../syntax/reading-cost.ts'
import { type CatalogState, PlanCatalog } from './catalog.ts'

/** A cache of recent statements, parsed and planned: scripts and drivers send the same texts repeatedly. */
export class PreparedStatements {
  readonly #options: PlanOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: PlanOptions) {
    this.#options = options
  }

  /**
   * The plan of a statement for a catalog. Calls `onName` with every name that was looked up, also when planning fails: that
   * a name did not exist is part of the read set, too. Charges `account` for a text that is not cached. Throws LedgerError of the
   * parser, the planner or the account.
   */
  plan(text: string, catalog: CatalogState, onName: (name: string) => void, account: Account): Plan {
    const entry = this.#entryOf(text, account)
    if (entry.plan === undefined || entry.catalog !== catalog) {
      const names = new Set<string>()
      const noted = new PlanCatalog(catalog, (name) => {
        names.add(name)
        onName(name)
      })
      entry.plan = buildPlan(entry.statement, noted, this.#options)
      entry.names = names
      entry.catalog = catalog
    } else for (const name of entry.names) onName(name)
    return entry.plan
  }

  /** Whether a statement may share a thread with others. Throws LedgerError of the parser. */
  isBrief(text: string): boolean {
    const entry = this.#entryOf(text, undefined)
    entry.isBrief ??= isBrief(entry.statement)
    return entry.isBrief
  }

  #entryOf(text: string, account: Account | undefined): Entry {
    const held = this.#entries.get(text)
    if (held !== undefined) {
      // The newest use goes last, so the first is the one longest unused.
      this.#entries.delete(text)
      this.#entries.set(text, held)
      return held
    }
    const isKept = text.length <= preparedStatementCharactersMax
    const entry: Entry = {
      statement: parseStatement(text, isKept ? undefined : account),
      isBrief: undefined,
      plan: undefined,
      names: new Set(),
      catalog: undefined,
    }
    if (!isKept) return entry
    if (this.#entries.size >= preparedStatementsMax) {
      const [oldest] = this.#entries.keys()
      this.#entries.delete(oldest as string)
    }
    this.#entries.set(text, entry)
    return entry
  }
}

interface Entry {
  readonly statement: Statement
  isBrief: boolean | undefined
  plan: Plan | undefined
  names: ReadonlySet<string>
  catalog: CatalogState | undefined
}
