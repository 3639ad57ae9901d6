import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import type { Driver } from '../driver/driver.ts'
import type { Transaction } from '../driver/transaction.ts'
import { type StructValue, int, list, nullValue, string, structOf, type Value } from '../values/value.ts'
import type { CommandText } from './command-rows.ts'
import { alignedColumns } from './status-text.ts'
import { visibleText } from './visible-text.ts'

interface TableFacts {
  readonly name: string
  readonly id: string
  readonly status: string
  /** As the catalog writes them: `VIN`, and with a state that is not ONLINE `VIN (BUILDING)`. */
  readonly indexes: readonly string[]
}

/** `describe`: each active table with its indexes; undefined when there is none. Rejects as the driver does. */
export async function describeTables(driver: Driver): Promise<CommandText | undefined> {
  const tables = (await driver.execute(tableFacts)).filter(({ status }) => status === 'ACTIVE')
  if (tables.length === 0) return undefined
  const text = alignedColumns([
    ['table', 'indexes'],
    ...tables.map(({ name, indexes }) => [name, indexes.length === 0 ? '-' : indexes.join(', ')]),
  ])
  return { text, rows: tables.map(({ name, indexes }) => structOf({ table: string(name), indexes: texts(indexes) })) }
}

function texts(items: readonly string[]): Value {
  return list(items.map((item) => string(item)))
}

/**
 * `describe <table>`: id, state, indexes, and the fields of the first page of its documents with their types
 * and how many have them. Reads no more than that page. Rejects with LedgerError 'catalog/table-not-found', or as the
 * driver does.
 */
export async function describeTable(driver: Driver, wanted: string): Promise<CommandText> {
  return await driver.execute(async (transaction) => {
    const tables = await tableFacts(transaction)
    const table = chosen(tables, wanted)
    const lines = [
      ['table', table.name],
      ['id', table.id],
      ['state', table.status],
      ['indexes', table.indexes.length === 0 ? 'none' : table.indexes.join(', ')],
    ]
    const facts = {
      table: string(table.name),
      id: string(table.id),
      state: string(table.status),
      indexes: texts(table.indexes),
    }
    if (table.status !== 'ACTIVE') return { text: alignedColumns(lines), rows: [structOf(facts)] }
    const sample = await firstPage(transaction, table.name)
    const count = sample.documents.length
    lines.push(['documents', sample.isWhole ? `${count}` : `more than ${count}`])
    const head = alignedColumns(lines)
    const fields = fieldsOf(sample)
    const row = structOf({
      ...facts,
      documents: sample.isWhole ? int(count) : nullValue,
      documentsRead: int(count),
      fields: list(
        Array.from(fields, ([name, field]) =>
          structOf({ field: string(name), types: texts([...field.types].sort()), documents: int(field.count) }),
        ),
      ),
    })
    return { text: count === 0 ? head : `${head}\n\n${fieldsText(sample, fields)}`, rows: [row] }
  })
}

interface Sample {
  readonly documents: readonly Value[]
  readonly isWhole: boolean
}

async function firstPage(transaction: Transaction, table: string): Promise<Sample> {
  const result = await transaction.execute(`SELECT * FROM "${table.replaceAll('"', '""')}"`)
  for await (const documents of result.pages()) return { documents, isWhole: result.isFetched }
  return { documents: [], isWhole: true }
}

interface Field {
  count: number
  readonly types: Set<string>
}

function fieldsOf({ documents }: Sample): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>()
  for (const document of documents) {
    if (document.type !== 'struct') continue
    for (const name of new Set(document.names)) {
      const value = document.get(name) as Value
      const field = fields.get(name) ?? { count: 0, types: new Set<string>() }
      field.count += 1
      field.types.add(value.type)
      fields.set(name, field)
    }
  }
  return fields
}

function fieldsText({ documents, isWhole }: Sample, fields: ReadonlyMap<string, Field>): string {
  const title = isWhole ? 'documents' : `of the first ${documents.length}`
  return alignedColumns([
    ['field', 'type', title],
    ...Array.from(fields, ([name, { count, types }]) => [name, [...types].sort().join(' | '), String(count)]),
  ])
}

/** The active table of that very name, else one of another case, else a dropped one. */
function chosen(tables: readonly TableFacts[], wanted: string): TableFacts {
  const same = tables.filter(({ name, id }) => name === wanted || id === wanted)
  const found =
    same.find(({ status }) => status === 'ACTIVE') ??
    tables.find(({ name, status }) => status === 'ACTIVE' && name.toLowerCase() === wanted.toLowerCase()) ??
    same[0]
  if (found !== undefined) return found
  const near = nearName(
    wanted,
    tables.map(({ name }) => name),
  )
  throw new LedgerError('catalog/table-not-found', `no table named '${visibleText(wanted)}'`, {
    help: near === undefined ? "'show tables' lists them" : `did you mean '${near}'?`,
  })
}

async function tableFacts(transaction: Transaction): Promise<TableFacts[]> {
  const rows = await (await transaction.execute('SELECT * FROM information_schema.user_tables')).toArray()
  return rows
    .filter((row): row is StructValue => row.type === 'struct')
    .map((row) => ({
      name: textOf(row.get('name')),
      id: textOf(row.get('tableId')),
      status: textOf(row.get('status')),
      indexes: indexesOf(row.get('indexes')),
    }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
}

function indexesOf(indexes: Value = string('')): string[] {
  if (indexes.type !== 'list') return []
  return indexes.items
    .filter((index): index is StructValue => index.type === 'struct')
    .map((index) => {
      const field = textOf(index.get('expr')).replace(/^\[(.*)\]$/, '$1')
      const status = textOf(index.get('status'))
      return status === 'ONLINE' ? field : `${field} (${status})`
    })
}

function textOf(value: Value | undefined): string {
  return value?.type === 'string' || value?.type === 'symbol' ? value.value : ''
}
