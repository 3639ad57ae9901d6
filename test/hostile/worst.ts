import type { Wait, Waits } from './load.ts'

/** When each attack of a round was under way. */
export class Timeline {
  readonly #attacks = new Map<string, { readonly fromMs: number; toMs: number }>()

  began(name: string): void {
    this.#attacks.set(name, { fromMs: performance.now(), toMs: Number.POSITIVE_INFINITY })
  }

  ended(name: string): void {
    const attack = this.#attacks.get(name)
    if (attack !== undefined) attack.toMs = performance.now()
  }

  /** The attacks during a wait, the one that began last first. */
  during({ fromMs, ms }: Wait): string[] {
    return [...this.#attacks]
      .filter(([, attack]) => attack.fromMs <= fromMs + ms && attack.toMs >= fromMs)
      .sort(([, a], [, b]) => b.fromMs - a.fromMs)
      .map(([name]) => name)
  }
}

const kinds = ['health', 'reads', 'writes', 'bare'] as const
const names = { health: 'health', reads: 'reads', writes: 'writes', bare: 'bare server' } as const
const namedMax = 3

/** The worst of all rounds, each with where it was seen. */
export class Worst {
  readonly #waits = new Map<(typeof kinds)[number], { readonly ms: number; readonly where: string }>()
  #peak = { mib: 0, where: '' }
  #failures = 0

  add(round: string, waits: Waits, peakMiB: number, timeline: Timeline): void {
    for (const kind of kinds) {
      const wait = waits[kind]
      if (wait.ms <= (this.#waits.get(kind)?.ms ?? -1)) continue
      this.#waits.set(kind, { ms: wait.ms, where: whereOf(round, timeline.during(wait)) })
    }
    if (peakMiB > this.#peak.mib) this.#peak = { mib: peakMiB, where: round }
    this.#failures += waits.failures.length
  }

  table(goals: { readonly ms: number; readonly mib: number }): string {
    const row = (what: string, value: string, goal: string, where: string) =>
      `${what.padEnd(27)}${value.padStart(10)}${goal.padStart(10)}   ${where}`
    const rows = kinds.map((kind) => {
      const { ms = 0, where = '' } = this.#waits.get(kind) ?? {}
      const goal = kind === 'bare' ? '' : `${goals.ms} ms`
      return row(`longest wait: ${names[kind]}`, `${Math.round(ms)} ms`, goal, where)
    })
    return [
      row('', 'found', 'goal', 'during'),
      ...rows,
      row('peak memory', `${this.#peak.mib} MiB`, `${goals.mib} MiB`, this.#peak.where),
      row('others refused or failed', String(this.#failures), '0', ''),
    ].join('\n')
  }
}

function whereOf(round: string, attacks: readonly string[]): string {
  if (attacks.length <= 1) return round
  const rest = attacks.length - namedMax
  return `${round}: ${attacks.slice(0, namedMax).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
