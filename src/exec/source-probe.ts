import { type Value, isAbsent } from '../values/value.ts'
import type { SourceSites, PathSite, NoticeStep } from './notice-sites.ts'
import { LedgerError } from '../base/errors.ts'
import { leadsToValue, itemsOf } from './path-values.ts'
import { fieldOf } from './field-of.ts'
import { structKey } from './struct-key.ts'
import { noticeNamesMax, noticeNameCharactersMax } from '../base/limits.ts'

/** The first type error of an operation. */
export interface Failure {
  readonly message: string
  readonly help: string | undefined
}

/** Values that cannot be equal by their types. */
export interface Mismatch {
  readonly values: readonly [Value, Value]
  /** Whether they are parts of the lists or structs that were compared. */
  readonly isWithin: boolean
  /** Structs with other fields: kinds that are never equal, met later, say more. */
  readonly isShape?: true
}

export type JoinSide = 'left' | 'right'

/** What the rows of one source are asked. */
export class SourceProbe {
  readonly source: SourceSites
  /** The paths that no row has had so far. */
  readonly pending: PathSite[]
  /** Texts that are no names of fields of the first rows. */
  readonly unfound = new Set<PathSite>()
  rows = 0
  /** Whether all rows of the source were read. */
  isWhole = false
  /** Names of fields that rows had, by the path of the struct. */
  readonly names = new Map<string, Set<string>>()

  constructor(source: SourceSites) {
    this.source = source
    this.pending = [...source.paths]
  }

  get isSettled(): boolean {
    return this.pending.length === 0
  }

  /** All rows of the source were read. */
  end(): void {
    this.isWhole = true
  }

  /** Examines a row; true when no further row is needed. */
  look(row: Value): boolean {
    if (isAbsent(row)) return false
    this.rows += 1
    try {
      this.#look(row)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      // A row that can't be read is the statement's own business.
      this.pending.length = 0
    }
    return this.isSettled
  }

  #look(row: Value): void {
    const { pending } = this
    let kept = 0
    for (let at = 0; at < pending.length; at += 1) {
      const site = pending[at] as PathSite
      if (leadsToValue(row, site.steps, 0)) continue
      pending[kept] = site
      kept += 1
    }
    pending.length = kept
    if (this.rows === sampledRows) this.#dropTexts()
    if (kept === 0 || !isSampled(this.rows)) return
    for (const site of pending) if (site.role !== 'literal') this.#collect(row, site.steps, 0)
  }

  #dropTexts(): void {
    const { pending } = this
    for (const site of pending) if (site.role === 'literal') this.unfound.add(site)
    pending.splice(0, pending.length, ...pending.filter((site) => site.role !== 'literal'))
  }

  /** Takes the names of the fields beside the one that is lacking. */
  #collect(value: Value, steps: readonly NoticeStep[], at: number): void {
    const step = steps[at]
    if (step === undefined) return
    if (step.kind === 'each') {
      for (const item of itemsOf(value).slice(0, sampledItemsMax)) this.#collect(item, steps, at + 1)
      return
    }
    if (value.type !== 'struct' && value.type !== 'map') return
    const found = fieldOf(value, step.name, step.exact)
    if (found !== undefined) {
      this.#collect(found, steps, at + 1)
      return
    }
    const key = structKey(steps, at)
    const names = this.names.get(key) ?? new Set()
    this.names.set(key, names)
    if (value.type === 'map') return
    for (const name of value.names) {
      if (names.size >= noticeNamesMax) return
      if (name.length <= noticeNameCharactersMax) names.add(name)
    }
  }
}

/** The first rows, then fewer and fewer. */
function isSampled(row: number): boolean {
  return row <= sampledRows || (row & (row - 1)) === 0
}

const sampledItemsMax = 4

const sampledRows = 16
