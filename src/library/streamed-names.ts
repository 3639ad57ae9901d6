import type { PlanStatement } from '../plan/statement-plan.ts'
import { isCorrelated } from '../plan/walk-plan.ts'

/**
 * The names whose values a plan reads only in FROM, and from end to end no more than once for each place where they
 * stand, with the number of these places: their rows need not be held. Those read in FROM for every row of something else
 * have `readAgain` in its place. All others are read as a whole.
 */
export function streamedNames(statement: PlanStatement): Map<string, number> {
  const seen: Seen = { streamed: new Map(), held: new Set(), whole: new Set() }
  visit(statement, true, seen)
  for (const name of seen.held) seen.streamed.delete(name)
  for (const name of seen.held) if (!seen.whole.has(name)) seen.streamed.set(name, readAgain)
  return seen.streamed
}

/** In place of the number of places: the rows are read in FROM alone, but for every row of something else. */
export const readAgain = Number.POSITIVE_INFINITY

interface Seen {
  readonly streamed: Map<string, number>
  readonly held: Set<string>
  /** Read as a value somewhere. */
  readonly whole: Set<string>
}

interface PlanNode {
  readonly kind?: string
  readonly [part: string]: unknown
}

/** `once`: the node is opened or evaluated once in a run. */
function visit(node: unknown, once: boolean, seen: Seen): void {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) {
    for (const item of node) visit(item, once, seen)
    return
  }
  const { kind, ...parts } = node as PlanNode
  switch (kind) {
    case 'constant':
      return
    case 'global':
      seen.held.add(parts['name'] as string)
      seen.whole.add(parts['name'] as string)
      return
    case 'query':
      // One that depends on no row around it is evaluated once, wherever it stands. (A statement is of that kind, too.)
      if (parts['query'] === undefined) visit(parts['value'], once, seen)
      else visit(parts['query'], !isCorrelated(parts['query'] as object), seen)
      return
    case 'scan-value': {
      const value = parts['value'] as PlanNode
      if (value.kind === 'global') {
        const name = value['name'] as string
        if (once) seen.streamed.set(name, (seen.streamed.get(name) ?? 0) + 1)
        else seen.held.add(name)
      } else visit(value.kind === 'query' ? value['query'] : value, once, seen)
      return
    }
    case 'join':
      visit(parts['left'], once, seen)
      visit(parts['right'], once && parts['hash'] !== undefined, seen)
      for (const part of [parts['on'], parts['hash']]) visit(part, false, seen)
      return
    default:
      for (const [name, part] of Object.entries(parts)) if (name !== 'span') visit(part, once, seen)
  }
}
