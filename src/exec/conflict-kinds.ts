import { LedgerError } from '../base/errors.ts'
import type { TableInfo } from '../plan/catalog.ts'
import type { ConflictPlan } from '../plan/change-plan.ts'
import { isAbsent, type StructValue } from '../values/value.ts'
import { kindOf } from './value-kinds.ts'
import type { Frame } from './frame.ts'
import type { SourceRow } from './source.ts'

/**
 * A key of a kind that no document of the table has in that field finds none: UPSERT with '1' would put a second document
 * beside the one with 1. So it is an error. Samples some documents first, outside the read set; reads the whole table only
 * if all samples have other kinds.
 */
export class ConflictKinds {
  readonly #plan: ConflictPlan
  readonly #table: TableInfo
  readonly #frame: Frame
  readonly #some = new Map<string, ReadonlySet<string>>()
  readonly #all = new Map<string, ReadonlySet<string>>()

  constructor(plan: ConflictPlan, table: TableInfo, frame: Frame) {
    this.#plan = plan
    this.#table = table
    this.#frame = frame
  }

  /** Throws for a document whose key was not found because the key is of another kind. */
  check(document: StructValue): void {
    for (const field of this.#plan.key) {
      const value = document.get(field)
      if (value === undefined || isAbsent(value)) continue
      const kind = kindOf(value.type)
      const sample = this.#sample(field)
      if (sample !== undefined && (sample.size === 0 || sample.has(kind))) continue
      const kinds = this.#whole(field)
      if (kinds.size === 0 || kinds.has(kind)) continue
      const others = [...kinds].map((one) => one.toUpperCase()).join(' and ')
      const message = `the key '${field}' is ${kind.toUpperCase()}, and that of all documents of '${this.#table.name}' ${others}`
      throw new LedgerError('evaluator/invalid', message, {
        span: this.#plan.span,
        help: 'write it as the documents have it; INSERT without ON CONFLICT takes a key of another type',
      })
    }
  }

  /** Undefined if the source has no samples. */
  #sample(field: string): ReadonlySet<string> | undefined {
    const { source } = this.#frame.context
    const { tableId } = this.#table
    if (source.someOf === undefined) return undefined
    return remembered(this.#some, field, () => this.#kindsIn(source.someOf?.(tableId, 'user') ?? [], field))
  }

  #whole(field: string): ReadonlySet<string> {
    const { source } = this.#frame.context
    return remembered(this.#all, field, () => this.#kindsIn(source.scan(this.#table.tableId, 'user'), field))
  }

  #kindsIn(rows: Iterable<SourceRow>, field: string): ReadonlySet<string> {
    const kinds = new Set<string>()
    for (const { value } of rows) {
      this.#frame.step()
      const found = value.get(field)
      if (found !== undefined && !isAbsent(found)) kinds.add(kindOf(found.type))
    }
    return kinds
  }
}

function remembered<T>(known: Map<string, T>, name: string, make: () => T): T {
  const value = known.get(name) ?? make()
  known.set(name, value)
  return value
}
