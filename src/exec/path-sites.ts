import { noticeSitesMax } from '../base/limits.ts'
import type { PlanExpression } from '../plan/plan.ts'
import { each, keyOf, plainStep, type SourcePath, stepOf, textOf } from './notice-path.ts'
import type { NoticeSites, NoticeStep, PathSite } from './notice-sites.ts'

interface SpreadPath {
  readonly path: SourcePath
  readonly step: object
}

/** The paths from the rows of a statement's sources, each once. */
export class PathSites {
  readonly #sites: NoticeSites
  readonly #paths = new Map<string, PathSite>()
  /** The paths that other slots are aliases of: LET, keys of groups, nested sources. */
  readonly aliases = new Map<number, SourcePath>()

  constructor(sites: NoticeSites) {
    this.#sites = sites
  }

  /** The path that an expression is; undefined for any other expression, and where a name may mean something else. */
  of(expression: PlanExpression): SourcePath | undefined {
    const steps: NoticeStep[] = []
    let at = expression
    for (; at.kind === 'field' || at.kind === 'index'; at = at.operand) {
      if (at.kind === 'field' && at.fallback !== undefined) return undefined
      steps.unshift(at.kind === 'field' ? at : each)
    }
    if (at.kind !== 'slot') return undefined
    const alias = this.aliases.get(at.slot)
    if (alias !== undefined) return { slot: alias.slot, steps: [...alias.steps, ...steps] }
    return this.#sites.sources.has(at.slot) ? { slot: at.slot, steps } : undefined
  }

  /** The paths to the fields that `[*]` and `.*` step to. */
  spread({ operand, steps }: Extract<PlanExpression, { kind: 'spread' }>): readonly SpreadPath[] {
    const path = this.of(operand)
    if (path === undefined) return []
    const followed = [...path.steps]
    return steps.flatMap((step) => {
      followed.push(stepOf(step))
      return step.kind === 'field' ? [{ path: { ...path, steps: [...followed] }, step }] : []
    })
  }

  /** Watches a path; `isConditional`: it counts only where `part` of the plan is evaluated. */
  add(
    { slot, steps }: SourcePath,
    site: Pick<PathSite, 'role' | 'span' | 'isName' | 'isOutput' | 'chooses' | 'namesTable'>,
    part: object,
    isConditional: boolean,
  ): void {
    const source = this.#sites.sources.get(slot)
    if (source === undefined) return
    if (site.chooses) this.#sites.hasChoosers = true
    const key = `${slot} ${site.role === 'set' ? 'set ' : ''}${JSON.stringify(steps.map(keyOf))}`
    const known = this.#paths.get(key)
    if (known === undefined) {
      if (this.#paths.size >= noticeSitesMax) return
      const mark = isConditional ? this.#sites.newMark() : undefined
      if (mark !== undefined) this.#sites.markPath(part, mark)
      const added: PathSite = { ...site, steps: steps.map(plainStep), text: textOf(steps), mark }
      this.#paths.set(key, added)
      source.paths.push(added)
      return
    }
    if (known.mark !== undefined && isConditional) this.#sites.markPath(part, known.mark)
    else known.mark = undefined
    if (site.role === 'text') known.role = 'text'
    if (site.chooses) known.chooses = true
  }
}
