import type { PlanExpression } from '../plan/plan.ts'
import { each, type SourcePath } from './notice-path.ts'
import type { NoticeSites, PathSite } from './notice-sites.ts'
import { PathSites } from './path-sites.ts'
import { columnsOf } from './plan-facts.ts'

export type ReadPath = Pick<PathSite, 'role' | 'span' | 'isName' | 'chooses' | 'namesTable'>

/** The sources of a statement, the query block that each stands in, and the paths that are read of them. */
export class SourceSites {
  readonly #sites: NoticeSites
  readonly paths: PathSites
  /** In which query block a source stands, by its slot. */
  readonly blocks = new Map<number, number>()
  /** The columns of WITH bindings. */
  readonly #columns = new Map<number, readonly string[]>()
  /** How deep the present query block lies. */
  block = 0
  /** Whether the present expression may never be evaluated although there are rows. */
  #isConditional = false
  /** The names that the present block's SELECT gives, while what runs before it is looked at. */
  #outputs: ReadonlySet<string> = new Set()

  constructor(sites: NoticeSites) {
    this.#sites = sites
    this.paths = new PathSites(sites)
  }

  add(source: Omit<Parameters<NoticeSites['sources']['set']>[1], 'paths'>): void {
    this.#sites.sources.set(source.slot, { ...source, paths: [] })
    this.blocks.set(source.slot, this.block)
  }

  /** Slots that are aliases of a path: LET, keys of groups. */
  alias(slot: number, value: PlanExpression): void {
    if (value.kind === 'exclude') {
      this.alias(slot, value.operand)
      return
    }
    const path = this.paths.of(value)
    if (path !== undefined) this.paths.aliases.set(slot, path)
  }

  /** A source that has the elements of a path; false where the value is none. */
  nested(slot: number, value: PlanExpression): boolean {
    const path = this.paths.of(value)
    if (path !== undefined) this.paths.aliases.set(slot, { slot: path.slot, steps: [...path.steps, each] })
    return path !== undefined
  }

  /** A binding of WITH. */
  bind(slot: number, value: PlanExpression): void {
    const columns = columnsOf(value)
    if (columns !== undefined) this.#columns.set(slot, columns)
  }

  columnsOf(value: PlanExpression): readonly string[] | undefined {
    return value.kind === 'slot' ? this.#columns.get(value.slot) : columnsOf(value)
  }

  /** In what runs before a SELECT that gives these names. */
  selecting(outputs: ReadonlySet<string>, look: () => void): void {
    const before = this.#outputs
    this.#outputs = outputs
    look()
    this.#outputs = before
  }

  subquery(look: () => void): void {
    this.block += 1
    look()
    this.block -= 1
  }

  /** In what is only evaluated if something before it lets it. */
  conditionally(look: () => void): void {
    const before = this.#isConditional
    this.#isConditional = true
    look()
    this.#isConditional = before
  }

  read(path: SourcePath, site: ReadPath, part: object): void {
    const isOuter = this.blocks.get(path.slot) !== this.block
    const isConditional = this.#isConditional || isOuter || site.role === 'set' || site.role === 'target'
    const [first] = path.steps
    const isOutput =
      site.isName && path.steps.length === 1 && first?.kind === 'field' && this.#outputs.has(first.name.toLowerCase())
    this.paths.add(path, { ...site, isOutput }, part, isConditional)
  }
}
