/**
 * The name most like `wanted` among `names`, or undefined when none is near: at most a third of its letters differ
 * (Damerau-Levenshtein distance, case ignored). For "did you mean".
 */
export function nearName(wanted: string, names: Iterable<string>): string | undefined {
  let best: string | undefined
  // Of a single letter every other one is a neighbour.
  if (wanted.length < 2) return undefined
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  const lower = wanted.toLowerCase()
  for (const name of names) {
    if (name === wanted || Math.abs(name.length - wanted.length) >= bestDistance) continue
    const distance = editDistance(lower, name.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

function editDistance(left: string, right: string, stopAt: number): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i]
    let rowMin = i
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1]
      let cost = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + (same ? 0 : 1))
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] as number) + 1)
      }
      row.push(cost)
      rowMin = Math.min(rowMin, cost)
    }
    if (rowMin >= stopAt) return stopAt
    beforeLast = last
    last = row
  }
  return last[right.length] as number
}
