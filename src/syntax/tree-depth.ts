import { passLoop } from '../base/interruption.ts'
import { clauseStepsMax, nestingDepthMax } from '../base/limits.ts'
import type { Span } from '../base/span.ts'
import type { Statement } from './statement-ast.ts'
import { tooDeep, tooManySteps } from './cursor.ts'
import { type Account, literalPlanBytes, nodePlanBytes } from './reading-cost.ts'

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

/** A node, or a list of nodes, whose children are visited from `next` on. */
interface Visit {
  readonly children: readonly unknown[]
  next: number
  readonly levels: number
  readonly steps: number
}

/**
 * Refuses a tree that nests deeper than nestingDepthMax, however it came to be, or in which more than clauseStepsMax joins
 * stand above each other, and charges the memory that planning it takes. A level takes a token at least, so that a
 * statement with few needs no look.
 */
export function checkTreeDepth(statement: Statement, tokenCount: number, account?: Account): void {
  if (tokenCount <= nestingDepthMax) return
  let cost = 0
  const visits: Visit[] = [{ children: [statement], next: 0, levels: 0, steps: 0 }]
  for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
    passLoop()
    const node = visit.children[visit.next]
    visit.next += 1
    if (visit.next > visit.children.length) visits.pop()
    if (typeof node !== 'object' || node === null) continue
    if (Array.isArray(node)) {
      visits.push({ children: node, next: 0, levels: visit.levels, steps: visit.steps })
      continue
    }
    const { kind } = node as { kind?: unknown }
    if (kind === undefined && typeof (node as { start?: unknown }).start === 'number') continue
    cost += kind === 'literal' || kind === undefined ? literalPlanBytes : nodePlanBytes
    if (cost >= chargedBytes) {
      account?.charge(cost)
      cost = 0
    }
    if (kind !== 'literal') visits.push(checked(node as { span: Span }, kind, visit))
  }
  account?.charge(cost)
}

/** Bytes that are charged at once. */
const chargedBytes = 64 * 1024

function checked(node: { span: Span }, kind: unknown, visit: Visit): Visit {
  const levels = visit.levels + levelsOf(node)
  const steps = visit.steps + (stepKinds.has(kind) ? 1 : 0)
  if (levels > nestingDepthMax) throw tooDeep(node.span)
  if (steps > clauseStepsMax) throw tooManySteps(node.span)
  return { children: Object.values(node), next: 0, levels, steps }
}

/** A path is as deep as it has steps: each takes the one before as its operand. */
function levelsOf(node: object): number {
  const { kind, steps } = node as { kind?: unknown; steps?: readonly unknown[] }
  if (kind === 'path') return steps?.length ?? 1
  return nestingKinds.has(kind) ? 1 : 0
}
