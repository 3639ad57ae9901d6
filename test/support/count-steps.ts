import { type Profiler, Session } from 'node:inspector'

/**
 * How many blocks of code run: a measure of work that is the same in every run and on every machine. What the engine's own
 * functions do inside is not counted.
 */
export function countSteps(work: () => void): number {
  const session = new Session()
  session.connect()
  try {
    session.post('Profiler.enable')
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    work()
    let steps = 0
    session.post('Profiler.takePreciseCoverage', (_error, coverage) => {
      steps = sumOf(coverage)
    })
    session.post('Profiler.stopPreciseCoverage')
    return steps
  } finally {
    session.disconnect()
  }
}

function sumOf({ result }: Profiler.TakePreciseCoverageReturnType): number {
  let sum = 0
  for (const { url, functions } of result) {
    if (!url.includes('/build/test-')) continue
    for (const { ranges } of functions) for (const { count } of ranges) sum += count
  }
  return sum
}
