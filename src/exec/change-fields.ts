import { passLoop } from '../base/interruption.ts'
import { struct, type StructValue, type Value } from '../values/value.ts'
import type { Change, Step } from './edit-document.ts'

/** A top-level field that is set or removed. */
export interface TopFieldChange {
  readonly path: readonly [Extract<Step, { kind: 'field' }>]
  readonly change: Extract<Change, { kind: 'set' | 'remove' }>
}

/**
 * Applies changes of top-level fields in order, reading the struct once. The result is that of changeAt for each.
 * Undefined where a name has several fields, of which each change would take another.
 */
export function changeFields(document: StructValue, changes: readonly TopFieldChange[]): StructValue | undefined {
  const fields = new Fields(document)
  for (const { path, change } of changes) {
    passLoop()
    if (fields.isAmbiguous) return undefined
    fields.make(path[0], change)
  }
  return fields.isAmbiguous ? undefined : fields.struct(document)
}

class Fields {
  readonly #names: string[] = []
  /** Undefined: removed. */
  readonly #values: (Value | undefined)[] = []
  readonly #places = new Map<string, number>()
  /** By the name in lower case; made when first asked. */
  #folded: Map<string, number> | undefined
  isAmbiguous = false

  constructor({ names, values }: StructValue) {
    for (const [at, name] of names.entries()) this.#add(name, values[at] as Value)
  }

  make({ name, exact }: TopFieldChange['path'][0], change: TopFieldChange['change']): void {
    const at = this.#places.get(name) ?? (exact ? undefined : this.#inAnyCase(name))
    const value = change.kind === 'set' && change.value.type !== 'missing' ? change.value : undefined
    if (at !== undefined) {
      this.#values[at] = value
      if (value === undefined) this.#forget(this.#names[at] as string)
    } else if (value !== undefined) this.#add(name, value)
  }

  struct({ annotations }: StructValue): StructValue {
    const names = this.#names.filter((_, at) => this.#values[at] !== undefined)
    return struct(
      names,
      this.#values.filter((value) => value !== undefined),
      annotations,
    )
  }

  #add(name: string, value: Value): void {
    if (this.#places.has(name)) this.isAmbiguous = true
    const at = this.#names.push(name) - 1
    this.#values.push(value)
    this.#places.set(name, at)
    if (this.#folded !== undefined) this.#fold(this.#folded, name, at)
  }

  #forget(name: string): void {
    this.#places.delete(name)
    this.#folded?.delete(name.toLowerCase())
  }

  #inAnyCase(name: string): number | undefined {
    if (this.#folded === undefined) {
      this.#folded = new Map()
      for (const [known, at] of this.#places) this.#fold(this.#folded, known, at)
    }
    return this.#folded.get(name.toLowerCase())
  }

  #fold(folded: Map<string, number>, name: string, at: number): void {
    const lower = name.toLowerCase()
    if (folded.has(lower)) this.isAmbiguous = true
    folded.set(lower, at)
  }
}
