/** Things with names, found by a name exactly or in any case. Several may share one. */
export class NameIndex<T extends { readonly name: string }> {
  readonly #all: T[] = []
  readonly #exact = new Map<string, T[]>()
  readonly #folded = new Map<string, T[]>()

  /** In the order in which they came. */
  get all(): readonly T[] {
    return this.#all
  }

  add(one: T): void {
    this.#all.push(one)
    push(this.#exact, one.name, one)
    push(this.#folded, one.name.toLowerCase(), one)
  }

  /** Puts something of the same name in another's place. */
  replace(old: T, fresh: T): void {
    for (const list of [this.#all, this.#exact.get(old.name), this.#folded.get(old.name.toLowerCase())]) {
      const at = list?.indexOf(old) ?? -1
      if (at !== -1) list?.splice(at, 1, fresh)
    }
  }

  /** All of that very name, in order. */
  exactly(name: string): readonly T[] {
    return this.#exact.get(name) ?? []
  }

  /** All of that name in any case, in order. */
  inAnyCase(name: string): readonly T[] {
    return this.#folded.get(name.toLowerCase()) ?? []
  }
}

function push<T>(into: Map<string, T[]>, key: string, one: T): void {
  const list = into.get(key)
  if (list === undefined) into.set(key, [one])
  else list.push(one)
}
