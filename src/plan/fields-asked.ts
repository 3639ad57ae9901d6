import type { PlanExpression } from './plan.ts'
import type { PlanStatement } from './statement-plan.ts'
import { expressionKey } from './walk-plan.ts'
import { partsOf, type PlanPart } from './plan-parts.ts'

/**
 * For every source in FROM of which the statement asks nothing but fields, never the document itself: its slot, and the
 * paths, each once, by their expressionKey. Such a document need not be kept: the values of the paths can be, in its place.
 */
export type FieldsAsked = ReadonlyMap<number, ReadonlyMap<string, AskedPath>>

export interface AskedPath {
  readonly path: PlanExpression
  /** Its place among the paths of its slot. */
  readonly position: number
}

export function fieldsAsked(statement: PlanStatement): FieldsAsked {
  const uses = new Uses()
  uses.look(statement)
  const asked = new Map<number, ReadonlyMap<string, AskedPath>>()
  for (const slot of uses.tables) if (!uses.whole.has(slot)) asked.set(slot, uses.fields.get(slot) ?? new Map())
  return asked
}

/** The slot whose fields a path goes through from its first step to its last; undefined for any other expression. */
export function rootSlot(path: PlanExpression): number | undefined {
  let at = path
  // A path that may lead elsewhere needs the document to tell.
  while (at.kind === 'field' && at.fallback === undefined) at = at.operand
  return at.kind === 'slot' && path.kind === 'field' ? at.slot : undefined
}

class Uses {
  readonly tables = new Set<number>()
  readonly whole = new Set<number>()
  readonly fields = new Map<number, Map<string, AskedPath>>()

  look(part: PlanPart): void {
    // Steps and parts of rows are of that kind, too.
    if (part.kind === 'field' && 'operand' in part) {
      const slot = rootSlot(part)
      if (slot !== undefined) {
        this.#add(slot, part)
        return
      }
    }
    this.#note(part)
    for (const below of partsOf(part)) this.look(below)
  }

  #note(node: PlanPart): void {
    if (node.kind === 'slot') this.whole.add(node.slot)
    else if (node.kind === 'scan-table' || node.kind === 'scan-value') this.tables.add(node.slot)
    else if (node.kind === 'change') this.whole.add(node.documentSlot)
    else if (node.kind === 'group') for (const field of node.groupAs?.fields ?? []) this.whole.add(field.slot)
  }

  #add(slot: number, path: PlanExpression): void {
    const paths = this.fields.get(slot) ?? new Map<string, AskedPath>()
    this.fields.set(slot, paths)
    const key = expressionKey(path)
    if (!paths.has(key)) paths.set(key, { path, position: paths.size })
  }
}
