import { createHash } from 'node:crypto'
import { LedgerError } from '../base/errors.ts'
import { isMadeUpId, madeUpId } from '../base/ids.ts'
import type { Block, TransactionInfo } from '../journal/block.ts'
import type { Statement } from '../syntax/statement-ast.ts'
import { parseStatement } from '../syntax/parser.ts'
import type { BlockWork } from './block-work.ts'
import { applyDefinitions, type DefinitionChange } from './apply-catalog.ts'
import { type CatalogState, catalogTableId, type TableDefinition } from './catalog.ts'

/**
 * The catalog after a block of QLDB's own, which shows nothing of its catalog but the texts of the statements and, in
 * transactionInfo.documents, the names and ids of the tables that were written to. Tables come from CREATE, DROP and
 * UNDROP TABLE and from the first document of a table that no statement made; a table that has no document yet, and
 * every index, has an id that is made up from the block and the statement, so that every replay makes the same.
 */
export function applyForeignCatalog(work: BlockWork, before: CatalogState): CatalogState {
  const info = work.block.transactionInfo
  if (changesNothing(info, before)) return before
  const tables = new ForeignTables(before, work.block)
  for (const [number, { statement }] of (info?.statements ?? []).entries()) tables.run(statement, number)
  for (const { tableId, tableName } of info?.documents?.values() ?? []) tables.meet(tableId, tableName)
  return tables.apply(work, before)
}

/** Whether nothing but documents of tables that are known was written. */
function changesNothing(info: TransactionInfo | undefined, { tables }: CatalogState): boolean {
  for (const { statement } of info?.statements ?? []) if (isDefinition(statement)) return false
  for (const { tableId } of info?.documents?.values() ?? [])
    if (tableId === catalogTableId || !tables.has(tableId)) return false
  return true
}

function isDefinition(statement: string): boolean {
  return definitionStatement.test(statement.slice(0, headCharactersMax))
}

/** The same for a block of this program's in a ledger that begins late: tables that were made before its first block. */
export function meetTables(work: BlockWork, before: CatalogState): CatalogState {
  const tables = new ForeignTables(before, work.block)
  for (const { tableId, tableName } of work.block.transactionInfo?.documents?.values() ?? [])
    if (tableId !== catalogTableId) tables.meet(tableId, tableName)
  return tables.apply(work, before)
}

/** A statement that may change the catalog, behind comments too. */
const definitionStatement = /^(?:\s|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*(?:create|drop|undrop)\b/i
/** Comments longer than that before a definition are not looked through. */
const headCharactersMax = 10_000

interface ForeignTable {
  definition: TableDefinition
  /** As the block found it; undefined for a new one. */
  readonly old: { readonly id: string; readonly number: number | undefined } | undefined
  isChanged: boolean
}

class ForeignTables {
  readonly #block: Block
  /** In the order of their creation. */
  readonly #tables: ForeignTable[]

  constructor(before: CatalogState, block: Block) {
    this.#block = block
    this.#tables = [...before.tables.values()].map(({ tableId, name, status, indexes, number }) => ({
      definition: { tableId, name, status, indexes },
      old: { id: tableId, number },
      isChanged: false,
    }))
  }

  run(text: string, number: number): void {
    if (!isDefinition(text)) return
    const statement = parsed(text)
    switch (statement?.kind) {
      case 'create-table':
        if (this.#active(statement.name.text) === undefined) this.#create(this.#madeUpId(number), statement.name.text)
        break
      case 'drop-table':
        this.#change(this.#active(statement.name.text), { status: 'INACTIVE' })
        break
      case 'undrop-table':
        this.#undrop(statement.tableId.text)
        break
      case 'create-index':
        this.#createIndex(statement, number)
        break
      case 'drop-index':
        this.#dropIndex(statement.table.text, statement.indexId.text)
        break
    }
  }

  /** A table was written to: it is there, with this id and name. */
  meet(tableId: string, name: string): void {
    if (tableId === catalogTableId)
      throw new LedgerError('journal/malformed', `the table '${name}' has the id of this program's catalog`)
    if (this.#find(tableId) !== undefined) return
    const nameless = this.#tables.filter(({ definition }) => definition.name === name && isMadeUpId(definition.tableId))
    const table = nameless.find(({ definition }) => definition.status === 'ACTIVE') ?? nameless.at(-1)
    if (table !== undefined) {
      this.#change(table, { tableId })
      return
    }
    // Neither its creation nor the end of its predecessor was seen.
    this.#change(this.#active(name), { status: 'INACTIVE' })
    this.#create(tableId, name)
  }

  apply(work: BlockWork, before: CatalogState): CatalogState {
    const changes: DefinitionChange[] = []
    for (const { definition, old, isChanged } of this.#tables) {
      if (!isChanged) continue
      const number = work.putDerivedTable(definition, old?.id, old?.number)
      changes.push({ definition, number, oldId: old?.id ?? definition.tableId })
    }
    return changes.length === 0 ? before : applyDefinitions(work, before, changes)
  }

  #create(tableId: string, name: string): void {
    this.#tables.push({ definition: { tableId, name, status: 'ACTIVE', indexes: [] }, old: undefined, isChanged: true })
  }

  #undrop(tableId: string): void {
    const nameless = this.#tables.filter(
      ({ definition }) => definition.status === 'INACTIVE' && isMadeUpId(definition.tableId),
    )
    const table = this.#find(tableId) ?? (nameless.length === 1 ? nameless[0] : undefined)
    this.#change(table, { tableId, status: 'ACTIVE' })
  }

  #createIndex({ table, paths }: Extract<Statement, { kind: 'create-index' }>, number: number): void {
    const target = this.#active(table.text)
    const field = paths[0]?.[0]?.text
    if (target === undefined || field === undefined || paths.length > 1 || paths[0]?.length !== 1) return
    const { indexes } = target.definition
    if (indexes.some((index) => index.field === field)) return
    this.#change(target, { indexes: [...indexes, { indexId: this.#madeUpId(number), field }] })
  }

  /** QLDB's ids of indexes are not in the journal: which one went is certain only where there is but one. */
  #dropIndex(tableName: string, indexId: string): void {
    const target = this.#active(tableName)
    const indexes = target?.definition.indexes ?? []
    const named = indexes.filter((index) => index.indexId === indexId)
    const gone = named[0] ?? (indexes.length === 1 ? indexes[0] : undefined)
    if (gone !== undefined) this.#change(target, { indexes: indexes.filter((index) => index !== gone) })
  }

  #change(table: ForeignTable | undefined, change: Partial<TableDefinition>): void {
    if (table === undefined) return
    table.definition = { ...table.definition, ...change }
    table.isChanged = true
  }

  #find(tableId: string): ForeignTable | undefined {
    return this.#tables.find(({ definition }) => definition.tableId === tableId)
  }

  #active(name: string): ForeignTable | undefined {
    return this.#tables.findLast(({ definition }) => definition.name === name && definition.status === 'ACTIVE')
  }

  #madeUpId(statement: number): string {
    const { strandId, sequenceNo } = this.#block.blockAddress
    return madeUpId(createHash('sha256').update(`${strandId} ${sequenceNo} ${statement}`).digest())
  }
}

/** Undefined for what this program can't parse: then it defines nothing here. */
function parsed(text: string): Statement | undefined {
  try {
    return parseStatement(text)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}
