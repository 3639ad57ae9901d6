import { nestingDepthMax } from '../base/limits.ts'
import type { Span } from '../base/span.ts'
import type { Statement } from './ast.ts'
import { tooDeep } from './cursor.ts'

/** Nodes that hold others of their kind, so that whoever walks the tree recurses through them. */
const nestingKinds: ReadonlySet<unknown> = new Set([
  ...['path', 'unary', 'binary', 'in', 'between', 'like', 'is', 'case', 'cast', 'call', 'list', 'sexp', 'bag'],
  ...['struct', 'select', 'set-operation', 'values', 'pivot', 'with', 'join', 'scan', 'unpivot', 'explain'],
])

/**
 * Refuses a tree that is deeper than nestingDepthMax, however it came to be (`1+1+1+…` nests without parentheses).
 * A level takes a token at least, so that a statement with few of them needs no look.
 */
export function checkTreeDepth(statement: Statement, tokenCount: number): void {
  if (tokenCount <= nestingDepthMax) return
  const nodes: object[] = [statement]
  const depths: number[] = [0]
  while (nodes.length > 0) {
    const node = nodes.pop() as object
    const above = depths.pop() as number
    const depth = nestingKinds.has((node as { kind?: unknown }).kind) ? above + 1 : above
    if (depth > nestingDepthMax) throw tooDeep((node as { span: Span }).span)
    if ((node as { kind?: unknown }).kind === 'literal') continue
    for (const child of Object.values(node)) {
      if (typeof child !== 'object' || child === null) continue
      nodes.push(child)
      depths.push(depth)
    }
  }
}
