import { unreachable } from '../base/assert.ts'
import { LedgerError } from '../base/errors.ts'
import { heapBytes } from '../exec/heap-bytes.ts'
import type { DocumentSource } from '../exec/source.ts'
import { Holding, type StatementMemory } from '../exec/statement-memory.ts'
import type { Catalog, GlobalInfo } from '../plan/catalog.ts'
import { list, type Value } from '../values/value.ts'
import { GrowingRows } from './growing-rows.ts'
import { readAgain } from './streamed-names.ts'

/** The value of a name in a query. */
export interface Binding {
  /** The whole value. Asked once a run at most. */
  value(): Value
  /**
   * The elements one by one when the value is a list that is not in memory; undefined when it is, or is no list: `value`
   * is asked then. Called again for every time that the query reads it. `isPassing`: the caller is done with each element
   * before asking for the next, so that one object may stand for all.
   */
  rows(isPassing?: boolean): Iterable<Value> | undefined
  /** Its rows can be read once only, as those of standard input. */
  readonly once?: boolean
}

/** A value in memory. */
export function boundValue(value: Value): Binding {
  return { value: () => value, rows: () => undefined }
}

/** The names that a query may use. */
export class NameCatalog implements Catalog {
  readonly #names: ReadonlySet<string>
  readonly #foldsCase: boolean

  constructor(names: Iterable<string>, foldsCase: boolean) {
    this.#names = new Set(names)
    this.#foldsCase = foldsCase
  }

  /** Throws LedgerError 'semantic/invalid' where several names fit. */
  findGlobal(name: string, quoted: boolean): GlobalInfo | undefined {
    if (this.#names.has(name)) return { kind: 'value', name }
    if (quoted || !this.#foldsCase) return undefined
    const lower = name.toLowerCase()
    const [found, other] = [...this.#names].filter((one) => one.toLowerCase() === lower)
    if (other !== undefined) {
      throw new LedgerError('semantic/invalid', `the name '${name}' fits '${found}' and '${other}'`, {
        help: 'write it in double quotes to match one of them exactly',
      })
    }
    return found === undefined ? undefined : { kind: 'value', name: found }
  }

  findTableById(): undefined {
    return undefined
  }

  globalNames(): Iterable<string> {
    return this.#names
  }
}

/** Bound values as the executor asks for them, in one run. There are no tables. */
export class BoundSource implements DocumentSource {
  readonly #bindingOf: (name: string) => Binding
  /** Names whose rows need not be held, and in how many places they are read (streamed-names.ts). */
  readonly #streaming: ReadonlyMap<string, number>
  readonly #held = new Map<string, Value>()
  readonly #memory: StatementMemory
  readonly #growing = new Map<string, GrowingRows>()

  constructor(bindingOf: (name: string) => Binding, streaming: ReadonlyMap<string, number>, memory: StatementMemory) {
    this.#bindingOf = bindingOf
    this.#streaming = streaming
    this.#memory = memory
  }

  global(name: string): Value {
    const held = this.#held.get(name)
    if (held !== undefined) return held
    const binding = this.#bindingOf(name)
    const rows = binding.rows()
    const value = rows === undefined ? binding.value() : list(this.#collected(rows))
    this.#held.set(name, value)
    return value
  }

  /** Throws LedgerError 'evaluator/limit' when they outgrow the memory. */
  #collected(rows: Iterable<Value>): Value[] {
    const items: Value[] = []
    const holding = new Holding(this.#memory)
    for (const row of rows) {
      holding.keep(8 + heapBytes(row, this.#memory.limits.memoryBytes))
      items.push(row)
    }
    return items
  }

  globalRows(name: string, isPassing: boolean): Iterable<Value> | undefined {
    const places = this.#streaming.get(name)
    if (places === undefined || this.#held.has(name)) return undefined
    const binding = this.#bindingOf(name)
    const isReadAgain = places === readAgain || (binding.once === true && places > 1)
    if (!isReadAgain) return binding.rows(isPassing)
    const known = this.#growing.get(name)
    if (known !== undefined) return known
    const rows = binding.rows()
    if (rows === undefined) return undefined
    const growing = new GrowingRows(rows, this.#memory)
    this.#growing.set(name, growing)
    return growing
  }

  /** Called when the query has ended. */
  close(): void {
    for (const rows of this.#growing.values()) rows.close()
  }

  scan(): never {
    return noTables()
  }
  findById(): never {
    return noTables()
  }
  findByIndex(): never {
    return noTables()
  }
  history(): never {
    return noTables()
  }
  systemView(): undefined {
    return undefined
  }
}

function noTables(): never {
  return unreachable('a catalog without tables gives no plan that reads one' as never)
}
