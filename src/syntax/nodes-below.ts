/** The nodes right below a node of a syntax tree, or a list of nodes; those of lists one by one, and no span. */
export function nodesBelow(node: object): object[] {
  const nodes: object[] = []
  for (const [name, below] of Object.entries(node)) if (!/[sS]pan$/.test(name)) collect(below, nodes)
  return nodes
}

function collect(below: unknown, into: object[]): void {
  if (typeof below !== 'object' || below === null) return
  if (Array.isArray(below)) for (const item of below) collect(item, into)
  else into.push(below)
}
