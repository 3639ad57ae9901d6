/** Calls `visit` for each node right below a node of a syntax tree, for those of lists one by one, and for no span. */
export function forEachPart(node: object, visit: (part: object) => void): void {
  for (const [name, below] of Object.entries(node)) {
    if (typeof below !== 'object' || below === null || /[sS]pan$/.test(name)) continue
    if (Array.isArray(below)) forEachPart(below, visit)
    else visit(below)
  }
}
