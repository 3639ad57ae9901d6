import type { Tally } from './drill.ts'

export function merged(parts: readonly Tally[]): Tally {
  const tally: Tally = { counts: {}, excuses: {}, failures: [], edits: 0 }
  for (const part of parts) {
    for (const [key, count] of Object.entries(part.counts)) tally.counts[key] = (tally.counts[key] ?? 0) + count
    for (const [key, count] of Object.entries(part.excuses)) tally.excuses[key] = (tally.excuses[key] ?? 0) + count
    tally.failures.push(...part.failures)
    tally.edits += part.edits
  }
  return tally
}

const verdicts = ['verified', 'incomplete', 'tampered', 'refused']

/** Counts by artefact and by edit, what was verified and why it may be, and the failures. */
export function linesOf(tally: Tally, seconds: number): string[] {
  const { counts, excuses, failures, edits } = tally
  const failed = failures.map((failure) => {
    const { artefact, operation, level, what, isWithDigest, why } = failure
    return `FAILED ${artefact}: ${operation}, ${level}: ${what}, ${isWithDigest ? 'with' : 'without'} a digest: ${why}`
  })
  const rate = Math.round(edits / Math.max(seconds, 0.001))
  return [
    ...table(
      'artefact',
      byKey(counts, ([artefact]) => artefact as string),
    ),
    '',
    ...table(
      'edit',
      byKey(counts, ([, operation, level]) => `${operation}, recomputed: ${level}`),
    ),
    '',
    'verified all the same, because:',
    ...Object.entries(excuses).map(([excuse, count]) => `${String(count).padStart(8)}  ${excuse}`),
    '',
    ...failed,
    `${edits} edits in ${seconds.toFixed(1)} s (${rate}/s), ${failures.length} not found or told wrong`,
  ]
}

function byKey(counts: Readonly<Record<string, number>>, name: (parts: string[]) => string) {
  const rows = new Map<string, number[]>()
  for (const [key, count] of Object.entries(counts)) {
    const parts = key.split('\t')
    const row = rows.get(name(parts)) ?? verdicts.map(() => 0)
    const at = verdicts.indexOf(parts[3] as string)
    row[at] = (row[at] as number) + count
    rows.set(name(parts), row)
  }
  return rows
}

function table(title: string, rows: ReadonlyMap<string, readonly number[]>): string[] {
  const line = (name: string, cells: readonly (string | number)[]) =>
    `${name.padEnd(44)}${cells.map((cell) => String(cell).padStart(12)).join('')}`
  return [line(title, verdicts), ...[...rows].map(([name, cells]) => line(name, cells))]
}
