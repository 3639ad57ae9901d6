import { join } from 'node:path'
import { ForeignJournal, idOf } from '../test/archive/foreign-journal.ts'
import { type ExportFormat, ExportWriter } from '../src/archive/export-files.ts'
import { timestampFromMs } from '../src/values/timestamp.ts'

const tables = ['Vehicle', 'Person', 'VehicleRegistration'].map((table) => ({ table, tableId: idOf(`table ${table}`) }))
/** Every third block inserts a document, the others change one. */
const blocksOfInsert = 3

/**
 * Writes exports in the shape of AWS's, one folder a format: `blocks` blocks of about 1,430 bytes of Ion text, each with
 * one statement and one document of a dozen fields.
 */
export function writeLargeExports(folder: string, blocks: number, formats: readonly ExportFormat[]): void {
  const journal = new ForeignJournal(undefined, true)
  const writers = formats.map((format) => {
    const common = { ledgerName: 'large', exportId: idOf('large export'), strandId: journal.strandId }
    const window = { inclusiveStartTime: timestampFromMs(0), exclusiveEndTime: timestampFromMs(4e12) }
    return new ExportWriter(join(folder, format), { ...common, ...window, format, gzip: false, prefix: '' })
  })
  for (let number = 0; number < blocks; number += 1) {
    const block = journal.append(contentOf(number))
    for (const writer of writers) writer.add(block)
  }
  for (const writer of writers) writer.end()
}

function contentOf(number: number): Parameters<ForeignJournal['append']>[0] {
  const created = tables[number]
  if (created !== undefined) return { statements: [`CREATE TABLE ${created.table}`], hidden: 1 }
  const inserted = Math.ceil((number - tables.length) / blocksOfInsert)
  const isInsert = (number - tables.length) % blocksOfInsert === 0
  const document = isInsert ? inserted : (Math.imul(number, 2_654_435_761) >>> 0) % inserted
  const place = tables[document % tables.length] as (typeof tables)[number]
  const statement = isInsert
    ? `INSERT INTO ${place.table} ?`
    : `UPDATE ${place.table} AS v SET v.Odometer = ?, v.Status = ? WHERE v.VIN = ?`
  return {
    statements: [statement],
    changes: [{ ...place, id: idOf(`document ${document}`), data: dataOf(document, number) }],
  }
}

function dataOf(document: number, number: number): string {
  const vin = `1N4AL11D${String(document).padStart(9, '0')}`
  return (
    `{VIN:"${vin}",Type:"Sedan",Year:${1990 + (document % 35)},Make:"Mercedes",Model:"CLK 350",Color:"White",` +
    `Odometer:${number * 7},Price:${document % 90_000}.${10 + (number % 90)},ValidFromDate:2017-08-21,` +
    `Owners:{PrimaryOwner:{PersonId:"294jJ3YUoH1IEEm8GSabOs"},SecondaryOwners:[{PersonId:"5Ufgdlnj06gF5CWcOIu64s"}]},` +
    `Status:"registered in block ${number}",City:"Seattle",State:"WA"}`
  )
}
