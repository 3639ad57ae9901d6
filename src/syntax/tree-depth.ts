import { clauseStepsMax, nestingDepthMax } from '../base/limits.ts'
import type { Span } from '../base/span.ts'
import type { Statement } from './ast.ts'
import { tooDeep, tooManySteps } from './cursor.ts'

/** Nodes that hold others of their kind, so that whoever walks the tree recurses through them. */
const nestingKinds: ReadonlySet<unknown> = new Set([
  ...['path', 'unary', 'binary', 'chain', 'in', 'between', 'like', 'is', 'quantified', 'case', 'cast', 'call', 'list'],
  ...[
    'sexp',
    'bag',
    'struct',
    'map',
    'select',
    'set-operation',
    'values',
    'pivot',
    'with',
    'scan',
    'unpivot',
    'explain',
  ],
])
/** What is written one behind the other and becomes a step over the one before. */
const stepKinds: ReadonlySet<unknown> = new Set(['join'])

interface Visit {
  readonly node: object
  readonly levels: number
  readonly steps: number
}

/**
 * Refuses a tree that nests deeper than nestingDepthMax, however it came to be, or in which more than clauseStepsMax joins
 * stand above each other. A level takes a token at least, so that a statement with few needs no look.
 */
export function checkTreeDepth(statement: Statement, tokenCount: number): void {
  if (tokenCount <= nestingDepthMax) return
  const visits: Visit[] = [{ node: statement, levels: 0, steps: 0 }]
  for (let visit = visits.pop(); visit !== undefined; visit = visits.pop()) {
    const { node } = visit
    const { kind, span } = node as { kind?: unknown; span: Span }
    const levels = visit.levels + levelsOf(node)
    const steps = visit.steps + (stepKinds.has(kind) ? 1 : 0)
    if (levels > nestingDepthMax) throw tooDeep(span)
    if (steps > clauseStepsMax) throw tooManySteps(span)
    if (kind === 'literal') continue
    for (const child of Object.values(node)) {
      if (typeof child === 'object' && child !== null) visits.push({ node: child, levels, steps })
    }
  }
}

/** A path is as deep as it has steps: each takes the one before as its operand. */
function levelsOf(node: object): number {
  const { kind, steps } = node as { kind?: unknown; steps?: readonly unknown[] }
  if (kind === 'path') return steps?.length ?? 1
  return nestingKinds.has(kind) ? 1 : 0
}
