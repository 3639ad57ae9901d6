import { LedgerError } from '../base/errors.ts'
import { nearName } from '../base/near-name.ts'
import type { Driver } from '../driver/driver.ts'
import type { Transaction } from '../driver/transaction.ts'
import { type StructValue, string, type Value } from '../values/value.ts'
import { alignedColumns } from './status-text.ts'
import { visibleText } from './visible-text.ts'

interface TableFacts {
  readonly name: string
  readonly id: string
  readonly status: string
  /** As the catalog writes them: `VIN`, and with a state that is not ONLINE `VIN (BUILDING)`. */
  readonly indexes: readonly string[]
}

/** The text of `describe`: each active table with its indexes; undefined when there is none. Rejects as the driver does. */
export async function describeTables(driver: Driver): Promise<string | undefined> {
  const tables = (await driver.execute(tableFacts)).filter(({ status }) => status === 'ACTIVE')
  if (tables.length === 0) return undefined
  return alignedColumns([
    ['table', 'indexes'],
    ...tables.map(({ name, indexes }) => [name, indexes.length === 0 ? '-' : indexes.join(', ')]),
  ])
}

/**
 * The text of `describe <table>`: id, state, indexes, and the fields of the first page of its documents with their types
 * and how many have them. Reads no more than that page. Rejects with LedgerError 'catalog/table-not-found', or as the
 * driver does.
 */
export async function describeTable(driver: Driver, wanted: string): Promise<string> {
  return await driver.execute(async (transaction) => {
    const tables = await tableFacts(transaction)
    const table = chosen(tables, wanted)
    const lines = [
      ['table', table.name],
      ['id', table.id],
      ['state', table.status],
      ['indexes', table.indexes.length === 0 ? 'none' : table.indexes.join(', ')],
    ]
    if (table.status !== 'ACTIVE') return alignedColumns(lines)
    const sample = await firstPage(transaction, table.name)
    const documents = sample.isWhole ? `${sample.documents.length}` : `more than ${sample.documents.length}`
    lines.push(['documents', documents])
    const head = alignedColumns(lines)
    return sample.documents.length === 0 ? head : `${head}\n\n${fieldsText(sample)}`
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

function fieldsText({ documents, isWhole }: Sample): string {
  const fields = new Map<string, { count: number; readonly types: Set<string> }>()
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
