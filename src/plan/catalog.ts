/** What the planner asks about names; `ledger` provides it for tables, a plain binding map for values. */
export interface Catalog {
  /**
   * What a global name stands for, `undefined` for nothing. A quoted name matches exactly. An unquoted one matches
   * exactly first, then, only where the catalog allows it, without regard to case (QLDB's catalog does not).
   */
  findGlobal(name: string, quoted: boolean): GlobalInfo | undefined
  /** A table by its id, dropped ones too: history('tableId'). */
  findTableById(tableId: string): TableInfo | undefined
  /** Names worth suggesting when one is not found. */
  globalNames(): Iterable<string>
}

export type GlobalInfo =
  | { readonly kind: 'table'; readonly table: TableInfo }
  /** A value bound to the name, fetched when the plan runs: source.global(name). */
  | { readonly kind: 'value'; readonly name: string }

export interface TableInfo {
  readonly tableId: string
  readonly name: string
  readonly active: boolean
  readonly indexes: readonly IndexInfo[]
}

/** An equality index over one top-level field. */
export interface IndexInfo {
  readonly indexId: string
  readonly field: string
}
