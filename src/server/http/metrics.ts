/**
 * Counters and durations in the text form of Prometheus (exposition format 0.0.4). Label values come from fixed sets,
 * never from clients, so the number of series is bounded.
 */
export class Metrics {
  readonly #families = new Map<string, Family>()

  /** Declares a counter; `labels` are the names of its labels. */
  counter(name: string, help: string, ...labels: readonly string[]): Counter {
    const series = new Map<string, number>()
    const keys = new LabelKeys(labels)
    this.#declare(name, 'counter', help, () => [...series].map(([key, value]) => `${name}${key} ${value}`))
    return (amount, first = '', second = '') => {
      const key = keys.of(first, second)
      series.set(key, (series.get(key) ?? 0) + amount)
    }
  }

  /** Declares a figure that is asked for when the metrics are. */
  gauge(name: string, help: string, read: () => number): void {
    this.#declare(name, 'gauge', help, () => [`${name} ${read()}`])
  }

  /** Declares durations in seconds, counted in buckets. */
  histogram(name: string, help: string, ...labels: readonly string[]): Histogram {
    const series = new Map<string, number[]>()
    const sums = new Map<string, number>()
    this.#declare(name, 'histogram', help, () =>
      [...series].flatMap(([key, counts]) => histogramLines(name, key, counts, sums.get(key) as number)),
    )
    const keys = new LabelKeys(labels)
    return (seconds, first = '', second = '') => {
      const key = keys.of(first, second)
      const counts = series.get(key) ?? new Array<number>(bucketSeconds.length + 1).fill(0)
      const found = bucketSeconds.findIndex((bound) => seconds <= bound)
      const index = found === -1 ? bucketSeconds.length : found
      counts[index] = (counts[index] as number) + 1
      series.set(key, counts)
      sums.set(key, (sums.get(key) ?? 0) + seconds)
    }
  }

  text(): string {
    const lines = [...this.#families].flatMap(([name, { kind, help, read }]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${kind}`,
      ...read(),
    ])
    return `${lines.join('\n')}\n`
  }

  #declare(name: string, kind: Family['kind'], help: string, read: () => readonly string[]): void {
    this.#families.set(name, { kind, help, read })
  }
}

/** Counts, for a series that has up to two labels. */
export type Counter = (amount: number, first?: string, second?: string) => void
export type Histogram = (seconds: number, first?: string, second?: string) => void

interface Family {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly read: () => readonly string[]
}

const bucketSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

function histogramLines(name: string, key: string, counts: readonly number[], sum: number): string[] {
  const inner = key === '' ? '' : `${key.slice(1, -1)},`
  let total = 0
  const lines = counts.map((count, index) => {
    total += count
    const bound = bucketSeconds[index]
    return `${name}_bucket{${inner}le="${bound ?? '+Inf'}"} ${total}`
  })
  return [...lines, `${name}_sum${key} ${sum}`, `${name}_count${key} ${total}`]
}

/** The label texts of a family's series, made once each. */
class LabelKeys {
  readonly #names: readonly string[]
  readonly #found = new Map<string, Map<string, string>>()

  constructor(names: readonly string[]) {
    this.#names = names
  }

  of(first: string, second: string): string {
    let inner = this.#found.get(first)
    if (inner === undefined) {
      inner = new Map()
      this.#found.set(first, inner)
    }
    let key = inner.get(second)
    if (key === undefined) {
      key = labelsOf(this.#names, [first, second])
      inner.set(second, key)
    }
    return key
  }
}

function labelsOf(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return ''
  const pairs = names.map((name, index) => {
    const value = (values[index] ?? '').replace(/[\\"\n]/g, (mark) => (mark === '\n' ? '\\n' : `\\${mark}`))
    return `${name}="${value}"`
  })
  return `{${pairs.join(',')}}`
}
