/** Prints a table of figures: every figure beside a baseline that was measured in the same run. */
export interface Figure {
  readonly what: string
  /** Operations per second, or milliseconds where `unit` says so. */
  readonly value: number
  readonly unit: string
  readonly baseline: string
  readonly baselineValue: number
}

export function printFigures(figures: readonly Figure[]): void {
  const rows = figures.map((figure) => [
    figure.what,
    `${rounded(figure.value)} ${figure.unit}`,
    figure.baseline,
    `${rounded(figure.baselineValue)} ${figure.unit}`,
    `${(figure.value / figure.baselineValue).toFixed(2)}x`,
  ])
  const head = ['figure', 'ours', 'baseline', 'its figure', 'ratio']
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] as string).length)),
  )
  for (const row of [head, widths.map((width) => '-'.repeat(width)), ...rows]) {
    console.log(row.map((cell, column) => cell.padEnd(widths[column] as number)).join('  '))
  }
}

/** Runs the pieces in turn, several rounds, and gives the median of each: what changes over time hits all alike. */
export async function medians(rounds: number, pieces: readonly (() => Promise<number> | number)[]): Promise<number[]> {
  const samples: number[][] = pieces.map(() => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, piece] of pieces.entries()) (samples[index] as number[]).push(await piece())
  }
  return samples.map((values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number)
}

function rounded(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US')
  return value >= 10 ? value.toFixed(1) : value.toFixed(3)
}
