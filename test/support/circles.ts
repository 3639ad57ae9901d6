/** The groups of files that import one another, directly or not, types included: each sorted. By Tarjan's algorithm. */
export function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = []
  const order = new Map<string, number>()
  const earliest = new Map<string, number>()
  const waiting: string[] = []
  const lower = (file: string, to: number) => earliest.set(file, Math.min(earliest.get(file) as number, to))
  const visit = (file: string): void => {
    order.set(file, order.size)
    earliest.set(file, order.size - 1)
    const at = waiting.push(file) - 1
    for (const target of imports.get(file) ?? []) {
      if (!order.has(target)) {
        visit(target)
        lower(file, earliest.get(target) as number)
      } else if (waiting.includes(target)) lower(file, order.get(target) as number)
    }
    if (earliest.get(file) !== order.get(file)) return
    const circle = waiting.splice(at)
    if (circle.length > 1) circles.push(circle.sort())
  }
  for (const file of imports.keys()) if (!order.has(file)) visit(file)
  return circles
}
