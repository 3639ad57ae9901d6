import type { PlanStatement } from '../plan/statement-plan.ts'
import { partsOf, type PlanPart } from '../plan/plan-parts.ts'
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

/** `once`: the part is opened or evaluated once in a run. */
function visit(part: PlanPart, once: boolean, seen: Seen): void {
  switch (part.kind) {
    case 'global':
      seen.held.add(part.name)
      seen.whole.add(part.name)
      return
    case 'query':
      // One that depends on no row around it is evaluated once, wherever it stands. (A statement is of that kind, too.)
      if ('query' in part) visit(part.query, !isCorrelated(part.query), seen)
      else visit(part.value, once, seen)
      return
    case 'scan-value': {
      const { value } = part
      if (value.kind === 'global') {
        if (once) seen.streamed.set(value.name, (seen.streamed.get(value.name) ?? 0) + 1)
        else seen.held.add(value.name)
      } else visit(value.kind === 'query' ? value.query : value, once, seen)
      return
    }
    case 'join':
      visit(part.left, once, seen)
      visit(part.right, once && part.hash !== undefined, seen)
      for (const below of partsOf([part.on, part.hash])) visit(below, false, seen)
      return
    default:
      for (const below of partsOf(part)) visit(below, once, seen)
  }
}
